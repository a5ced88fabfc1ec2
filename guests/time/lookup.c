// SPDX-License-Identifier: MIT
// Finds the functions of the vDSO by hand, as a program without a C library would: along the
// System V hash table, along GNU's, and by walking the symbols; the version has to be right. Calls
// what it finds.
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#if __SIZEOF_POINTER__ == 8
enum { kBits = 64 };
#else
enum { kBits = 32 };
#endif

// What PT_DYNAMIC points to.
struct Image {
  uintptr_t base;
  const ElfW(Sym) * symbols;
  const char* strings;
  const uint32_t *hash, *gnu_hash;
  const uint16_t* versions;
  const ElfW(Verdef) * definitions;
};

static int find_tables(uintptr_t base, struct Image* image) {
  const ElfW(Ehdr)* const header = (const void*)base;
  const ElfW(Phdr)* const segments = (const void*)(base + header->e_phoff);
  const ElfW(Dyn)* dynamic = NULL;
  uintptr_t moved = 0;
  int loads = 0;
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type == PT_LOAD && loads++ == 0)
      moved = base + segments[i].p_offset - segments[i].p_vaddr;
    if (segments[i].p_type == PT_DYNAMIC) dynamic = (const void*)(base + segments[i].p_offset);
  }
  if (loads != 1 || dynamic == NULL) return 0;
  memset(image, 0, sizeof *image);
  image->base = moved;
  for (; dynamic->d_tag != DT_NULL; ++dynamic) {
    const void* const there = (const void*)(moved + dynamic->d_un.d_ptr);
    switch (dynamic->d_tag) {
      case DT_SYMTAB:
        image->symbols = there;
        break;
      case DT_STRTAB:
        image->strings = there;
        break;
      case DT_HASH:
        image->hash = there;
        break;
      case DT_GNU_HASH:
        image->gnu_hash = there;
        break;
      case DT_VERSYM:
        image->versions = there;
        break;
      case DT_VERDEF:
        image->definitions = there;
        break;
    }
  }
  return image->symbols && image->strings && image->hash && image->gnu_hash && image->versions &&
         image->definitions;
}

static uint32_t sysv_hash(const char* name) {
  uint32_t hash = 0;
  for (; *name; ++name) {
    hash = (hash << 4) + (unsigned char)*name;
    hash ^= (hash & 0xf0000000) >> 24;
    hash &= 0x0fffffff;
  }
  return hash;
}

static uint32_t gnu_hash(const char* name) {
  uint32_t hash = 5381;
  for (; *name; ++name) hash = hash * 33 + (unsigned char)*name;
  return hash;
}

static int has_version(const struct Image* image, uint32_t symbol, const char* version) {
  const uint16_t wanted = image->versions[symbol] & 0x7fff;
  const ElfW(Verdef)* definition = image->definitions;
  for (;;) {
    if ((definition->vd_flags & VER_FLG_BASE) == 0 && definition->vd_ndx == wanted) {
      const ElfW(Verdaux)* const name = (const void*)((const char*)definition + definition->vd_aux);
      return definition->vd_hash == sysv_hash(version) &&
             strcmp(image->strings + name->vda_name, version) == 0;
    }
    if (definition->vd_next == 0) return 0;
    definition = (const void*)((const char*)definition + definition->vd_next);
  }
}

static int is_it(const struct Image* image, uint32_t symbol, const char* name,
                 const char* version) {
  const ElfW(Sym)* const entry = &image->symbols[symbol];
  return (entry->st_info & 0xf) == STT_FUNC && entry->st_shndx != SHN_UNDEF &&
         strcmp(image->strings + entry->st_name, name) == 0 && has_version(image, symbol, version);
}

static uint32_t by_hash(const struct Image* image, const char* name, const char* version) {
  const uint32_t buckets = image->hash[0];
  const uint32_t* const chain = image->hash + 2 + buckets;
  uint32_t symbol = image->hash[2 + sysv_hash(name) % buckets];
  while (symbol != 0 && !is_it(image, symbol, name, version)) symbol = chain[symbol];
  return symbol;
}

static uint32_t by_gnu_hash(const struct Image* image, const char* name, const char* version) {
  const uint32_t buckets = image->gnu_hash[0], first = image->gnu_hash[1];
  const uint32_t words = image->gnu_hash[2], shift = image->gnu_hash[3];
  const ElfW(Addr)* const bloom = (const void*)(image->gnu_hash + 4);
  const uint32_t* const bucket = (const uint32_t*)(bloom + words);
  const uint32_t* const chain = bucket + buckets;
  const uint32_t hash = gnu_hash(name);
  const ElfW(Addr) word = bloom[hash / kBits % words];
  if ((word >> hash % kBits & word >> (hash >> shift) % kBits & 1) == 0) return 0;
  uint32_t symbol = bucket[hash % buckets];
  if (symbol < first) return 0;
  for (;; ++symbol) {
    const uint32_t there = chain[symbol - first];
    if ((there | 1) == (hash | 1) && is_it(image, symbol, name, version)) return symbol;
    if ((there & 1) != 0) return 0;
  }
}

static uint32_t by_walk(const struct Image* image, const char* name, const char* version) {
  for (uint32_t symbol = 1; symbol < image->hash[1]; ++symbol)
    if (is_it(image, symbol, name, version)) return symbol;
  return 0;
}

static const char* const kNames[] = {"clock_gettime",
                                     "gettimeofday",
                                     "time",
                                     "getcpu",
                                     "clock_getres",
                                     "getrandom",
                                     "clock_gettime64",
                                     "__kernel_vsyscall",
                                     "__kernel_sigreturn",
                                     "__kernel_rt_sigreturn",
                                     "nothing"};

static void look_for(const struct Image* image, const char* name, const char* version) {
  const uint32_t a = by_hash(image, name, version), b = by_gnu_hash(image, name, version);
  const uint32_t c = by_walk(image, name, version);
  printf("%s %s: %s %s %s\n", name, version, a ? "found" : "-", b ? "found" : "-",
         c ? "found" : "-");
  if (a != b || b != c) printf("  but not the same\n");
}

int main(void) {
  const uintptr_t base = getauxval(AT_SYSINFO_EHDR);
  struct Image image;
  if (base == 0) return puts("no vDSO"), 0;
  if (memcmp((const void*)base, ELFMAG, SELFMAG) != 0 || !find_tables(base, &image))
    return puts("not an image"), 1;
  for (unsigned i = 0; i < sizeof kNames / sizeof *kNames; ++i) {
    char prefixed[64] = "__vdso_";
    strcat(prefixed, kNames[i]);
    look_for(&image, kNames[i], "LINUX_2.6");
    look_for(&image, prefixed, "LINUX_2.6");
    look_for(&image, kNames[i], "LINUX_2.5");
  }
  struct timespec now = {-1, -1};
  const char* const fitting =
      sizeof(time_t) > sizeof(void*) ? "__vdso_clock_gettime64" : "__vdso_clock_gettime";
  int (*const gettime)(int, struct timespec*) = (int (*)(int, struct timespec*))(
      image.base + image.symbols[by_hash(&image, fitting, "LINUX_2.6")].st_value);
  const int got = gettime(CLOCK_MONOTONIC, &now);
  printf("called: %d, %s\n", got, now.tv_sec >= 0 && now.tv_nsec >= 0 ? "a time" : "none");
  return 0;
}
