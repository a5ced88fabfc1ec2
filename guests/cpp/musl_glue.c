// SPDX-License-Identifier: MIT
// Lets Debian's libstdc++.a, which was built for glibc, stand on musl. Compiled with glibc's
// headers, because it speaks for glibc: the names musl 1.2.3 does not have, and a locale object of
// glibc's shape (libstdc++ reads the character tables out of it). Only the "C" locale exists.
// Linked with --wrap for each __wrap_ name.
#include <locale.h>
#include <stddef.h>
#include <sys/random.h>

const unsigned short** __ctype_b_loc(void);
const int** __ctype_tolower_loc(void);
const int** __ctype_toupper_loc(void);
char* nl_langinfo(int item);

char __libc_single_threaded = 0;

unsigned arc4random(void) {
  unsigned value = 0;
  (void)!getrandom(&value, sizeof value, 0);
  return value;
}

// Absent: the unwinder then walks dl_iterate_phdr.
struct dl_find_object;
int _dl_find_object(void* address, struct dl_find_object* result) {
  (void)address, (void)result;
  return -1;
}

locale_t __wrap___newlocale(int mask, const char* name, locale_t base) {
  static struct __locale_struct classic;
  (void)mask, (void)base;
  if (name[0] != 0 && (name[0] != 'C' || name[1] != 0)) return NULL;
  classic.__ctype_b = *__ctype_b_loc();
  classic.__ctype_tolower = *__ctype_tolower_loc();
  classic.__ctype_toupper = *__ctype_toupper_loc();
  for (int i = 0; i < 13; ++i) classic.__names[i] = "C";
  return &classic;
}
locale_t __wrap___duplocale(locale_t locale) {
  return locale;
}
locale_t __wrap___uselocale(locale_t locale) {
  return locale;
}
void __wrap___freelocale(locale_t locale) {
  (void)locale;
}
char* __wrap___nl_langinfo_l(int item, locale_t locale) {
  (void)locale;
  return nl_langinfo(item);
}
