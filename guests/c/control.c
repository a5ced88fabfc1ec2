// SPDX-License-Identifier: MIT
// Control flow as compilers and libraries make it: setjmp, qsort with a callback, varargs, alloca,
// computed goto, big returns.
#include <alloca.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf landing;

static void descend(int depth) {
  char room[64];
  memset(room, depth, sizeof room);
  if (depth == 0) longjmp(landing, room[5] + 42);
  if (depth > 0) descend(depth - 1);
  printf("not reached: depth %d, %d\n", depth, room[3]);
}

static int by_value(const void* a, const void* b) {
  const int x = *(const int*)a, y = *(const int*)b;
  return (x > y) - (x < y);
}

static long sum_of(int count, ...) {
  va_list arguments;
  va_start(arguments, count);
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += i % 2 ? va_arg(arguments, double) : va_arg(arguments, int);
  va_end(arguments);
  return (long)sum;
}

struct Wide {
  long values[12];
};

static __attribute__((noinline)) struct Wide wide(long seed) {
  struct Wide result;
  for (int i = 0; i < 12; ++i) result.values[i] = seed * (i + 1);
  return result;
}

static long machine(const char* program) {
  static const void* const kTargets[] = {&&push, &&add, &&twice, &&negate, &&stop};
  long stack[32], *top = stack;
  goto* kTargets[*program++ - '0'];
push:
  *top++ = *program++ - '0';
  goto* kTargets[*program++ - '0'];
add:
  --top;
  top[-1] += top[0];
  goto* kTargets[*program++ - '0'];
twice:
  top[-1] *= 2;
  goto* kTargets[*program++ - '0'];
negate:
  top[-1] = -top[-1];
  goto* kTargets[*program++ - '0'];
stop:
  return top[-1];
}

int main(void) {
  const int code = setjmp(landing);
  if (code == 0) descend(20);
  printf("landed with %d\n", code);

  int values[65];
  unsigned seed = 1;
  for (int i = 0; i < 65; ++i) values[i] = (int)((seed = seed * 1103515245u + 12345u) >> 4) % 1000;
  qsort(values, 65, sizeof values[0], by_value);
  for (int i = 0; i < 65; i += 32) printf("%d ", values[i]);
  printf("\nvarargs %ld\n", sum_of(6, 1, 2.5, 3, 4.5, 5, 6.5));

  char* room = alloca(100 + seed % 7);
  strcpy(room, "alloca");
  printf("%s %ld %ld\n", room, wide(3).values[11],
         machine("05"
                 "09"
                 "1"
                 "2"
                 "3"
                 "4"));
  return code == 42 ? 0 : 1;
}
