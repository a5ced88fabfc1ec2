// SPDX-License-Identifier: MIT
// Nothing but calls and returns.
#include <stdio.h>
#include <stdlib.h>

static __attribute__((noinline, optimize("no-optimize-sibling-calls,no-inline,no-ipa-cp"))) unsigned
fib(unsigned n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(int argc, char** argv) {
  printf("%u\n", fib(argc > 1 ? (unsigned)atoi(argv[1]) : 20));
  return 0;
}
