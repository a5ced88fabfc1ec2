// SPDX-License-Identifier: MIT
// Segments as a 32-bit program has them: thread areas, the LDT, limits, selectors in and out,
// questions about descriptors. Exit status: the number of the first check that failed, 0 when all
// hold.
struct user_desc {
  unsigned entry, base, limit;
  unsigned is_32_bit : 1, contents : 2, read_execute_only : 1, limit_in_pages : 1, not_present : 1,
      useable : 1;
};

static int checks;
static int area[16] = {0x1234, 0x5678, 0x9abc};

static long call(long number, long a, long b, long c) {
  long result;
  asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

enum { kExit = 1, kModifyLdt = 123, kSetThreadArea = 243, kGetThreadArea = 244 };

static void expect(int holds) {
  ++checks;
  if (!holds) call(kExit, checks, 0, 0);
}

static unsigned at_gs(unsigned offset) {
  unsigned value;
  asm volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset));
  return value;
}

static void load_gs(unsigned short selector) {
  asm volatile("movw %0, %%gs" : : "r"(selector));
}

static unsigned short gs(void) {
  unsigned short selector;
  asm volatile("movw %%gs, %0" : "=r"(selector));
  return selector;
}

static unsigned rights(unsigned selector, int* found) {
  unsigned value = 0;
  unsigned char answered;
  asm volatile("lar %2, %0\n setz %1" : "+r"(value), "=q"(answered) : "r"(selector) : "cc");
  *found = answered;
  return value;
}

static unsigned limit_of(unsigned selector) {
  unsigned value = 0;
  asm volatile("lsl %1, %0" : "+r"(value) : "r"(selector) : "cc");
  return value;
}

static int writable(unsigned short selector) {
  unsigned char answer;
  asm volatile("verw %1\n setz %0" : "=q"(answer) : "r"(selector) : "cc");
  return answer;
}

static void thread_areas(void) {
  struct user_desc d = {.entry = -1u,
                        .base = (unsigned)area,
                        .limit = 0xfffff,
                        .is_32_bit = 1,
                        .limit_in_pages = 1,
                        .useable = 1};
  expect(call(kSetThreadArea, (long)&d, 0, 0) == 0);
  const unsigned short selector = (unsigned short)(d.entry << 3 | 3);
  load_gs(selector);
  expect(gs() == selector);
  expect(at_gs(4) == 0x5678);
  expect(at_gs(-4u + 8) == 0x5678);
  struct user_desc back = {.entry = d.entry};
  expect(call(kGetThreadArea, (long)&back, 0, 0) == 0);
  expect(back.base == d.base && back.limit == 0xfffff && back.useable == 1);
  // A change reaches a segment that is loaded.
  d.base += 4;
  expect(call(kSetThreadArea, (long)&d, 0, 0) == 0);
  expect(at_gs(0) == 0x5678);
  struct user_desc bad = d;
  bad.entry = 3;
  expect(call(kSetThreadArea, (long)&bad, 0, 0) == -22);
  bad = d;
  bad.is_32_bit = 0;
  expect(call(kSetThreadArea, (long)&bad, 0, 0) == -22);
  expect(call(kSetThreadArea, 0, 0, 0) == -14);
}

static void local_table(void) {
  static unsigned long long raw[4];
  expect(call(kModifyLdt, 0, (long)raw, sizeof raw) == 0);
  struct user_desc d = {
      .entry = 2, .base = (unsigned)area, .limit = 11, .is_32_bit = 1, .useable = 1};
  expect(call(kModifyLdt, 0x11, (long)&d, sizeof d) == 0);
  const unsigned short selector = 2 << 3 | 7;
  load_gs(selector);
  expect(at_gs(8) == 0x9abc);
  expect(limit_of(selector) == 11);
  expect(writable(selector));
  expect(call(kModifyLdt, 0, (long)raw, sizeof raw) == sizeof raw);
  expect((raw[2] & 0xffff) == 11 && raw[0] == 0);
  d.read_execute_only = 1;
  expect(call(kModifyLdt, 0x11, (long)&d, sizeof d) == 0);
  expect(!writable(selector));
  expect(call(kModifyLdt, 0x11, (long)&d, 5) == -22);
  expect(call(kModifyLdt, 7, 0, 0) == -38);
}

static void selectors(void) {
  unsigned short ds, es, ss, cs;
  asm volatile("mov %%ds, %0\n mov %%es, %1\n mov %%ss, %2\n mov %%cs, %3"
               : "=r"(ds), "=r"(es), "=r"(ss), "=r"(cs));
  expect(ds == es && ds == ss && (cs & 3) == 3 && cs != ds);
  unsigned wide = -1u;
  asm volatile("movl %%ds, %0" : "+r"(wide));
  expect(wide == ds);
  asm volatile("push %%ds\n pop %%es\n push %%es\n pop %%fs" ::: "memory");
  asm volatile("mov %%fs, %0" : "=r"(es));
  expect(es == ds);
  const struct {
    unsigned offset;
    unsigned short selector;
  } __attribute__((packed)) far = {(unsigned)area, ds};
  unsigned offset;
  asm volatile("les %1, %0" : "=r"(offset) : "m"(far));
  expect(offset == (unsigned)area);
  asm volatile("mov %%ds, %%ax\n mov %%ax, %%es" ::: "eax");
  load_gs(0);
  expect(gs() == 0);
  int found;
  expect((rights(cs, &found) & 0x7800) == 0x7800 && found);  // code of DPL 3
  rights(0, &found);
  expect(!found);
  rights(0x10, &found);
  expect(!found);
}

/// A far call and a far return within the same segment.
static void far_transfers(void) {
  unsigned result;
  asm volatile(
      "mov %%cs, %%eax\n"
      "push %%eax\n"
      "push $1f\n"
      "lret\n"
      "0: mov $42, %%ecx\n"
      "lret\n"
      "1: push %%cs\n"
      "call 0b\n"
      "mov %%ecx, %0"
      : "=r"(result)
      :
      : "eax", "ecx", "memory");
  expect(result == 42);
}

void _start(void) {
  thread_areas();
  local_table();
  selectors();
  far_transfers();
  call(kExit, 0, 0, 0);
}
