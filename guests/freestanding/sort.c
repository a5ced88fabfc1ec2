// SPDX-License-Identifier: MIT
// Sorts the same pseudo-random numbers by heap and by insertion, and checks that they agree.
#include "start.h"

enum { kCount = 150 };

static unsigned first[kCount], second[kCount];

static void sift(unsigned* heap, unsigned root, unsigned size) {
  for (;;) {
    unsigned child = 2 * root + 1;
    if (child >= size) return;
    if (child + 1 < size && heap[child + 1] > heap[child]) ++child;
    if (heap[root] >= heap[child]) return;
    const unsigned swapped = heap[root];
    heap[root] = heap[child];
    heap[child] = swapped;
    root = child;
  }
}

static void heap_sort(unsigned* values, unsigned size) {
  for (unsigned i = size / 2; i-- > 0;) sift(values, i, size);
  for (unsigned end = size; end-- > 1;) {
    const unsigned largest = values[0];
    values[0] = values[end];
    values[end] = largest;
    sift(values, 0, end);
  }
}

static void insertion_sort(unsigned* values, unsigned size) {
  for (unsigned i = 1; i < size; ++i) {
    const unsigned value = values[i];
    unsigned place = i;
    for (; place > 0 && values[place - 1] > value; --place) values[place] = values[place - 1];
    values[place] = value;
  }
}

int run(void) {
  unsigned seed = 2463534242u;
  for (unsigned i = 0; i < kCount; ++i) {
    seed = seed * 1664525u + 1013904223u;
    first[i] = second[i] = seed >> 8;
  }
  heap_sort(first, kCount);
  insertion_sort(second, kCount);
  unsigned long sum = 0;
  for (unsigned i = 0; i < kCount; ++i) {
    if (first[i] != second[i]) return 1;
    sum = sum * 31 + first[i];
  }
  write_number(sum);
  write_text("\n");
  return 0;
}
