// SPDX-License-Identifier: MIT
// Control flow of every kind: a dense switch, calls through a table, recursion, tail calls, and a
// conditional of each flavour.
#include "start.h"

typedef unsigned long (*Operation)(unsigned long, unsigned long);

static unsigned long add(unsigned long a, unsigned long b) {
  return a + b;
}
static unsigned long subtract(unsigned long a, unsigned long b) {
  return a - b;
}
static unsigned long multiply(unsigned long a, unsigned long b) {
  return a * b;
}
static unsigned long rotate(unsigned long a, unsigned long b) {
  return a << (b & 63) | a >> (-b & 63);
}
static unsigned long divide(unsigned long a, unsigned long b) {
  return a / (b | 1);
}

static const Operation kOperations[] = {add, subtract, multiply, rotate, divide};

static __attribute__((noinline)) unsigned long dispatch(unsigned kind, unsigned long value) {
  switch (kind) {
    case 0:
      return value + 17;
    case 1:
      return value ^ 0xff00ff;
    case 2:
      return value * 31;
    case 3:
      return value >> 3;
    case 4:
      return ~value;
    case 5:
      return value << 7 | value >> 57;
    case 6:
      return value - (value >> 2);
    case 7:
      return value | 0x10;
    case 8:
      return value & 0xfffffffffffffff0;
    default:
      return value;
  }
}

static __attribute__((noinline)) unsigned long ackermann(unsigned long m, unsigned long n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

int run(void) {
  unsigned long value = 88172645463325252UL;
  for (unsigned i = 0; i < 1500; ++i) {
    value ^= value << 13;
    value ^= value >> 7;
    value ^= value << 17;
    value = dispatch((unsigned)(value % 11), value);
    const volatile Operation* table = kOperations;
    value = table[value % 5](value, i) + i;
  }
  write_number(value);
  write_text(" ");
  write_number(ackermann(2, 9));
  write_text("\n");
  return 0;
}
