// SPDX-License-Identifier: MIT
// A mix of quicksort, CRC-32 and matrix products. The argument is the number of rounds.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kNumbers = 1 << 15, kBytes = 1 << 17, kSide = 96 };

static uint32_t numbers[kNumbers], table[256];
static unsigned char bytes[kBytes];
static double left[kSide][kSide], right[kSide][kSide], product[kSide][kSide];

static void quicksort(uint32_t* low, uint32_t* high) {
  while (low < high) {
    const uint32_t pivot = low[(high - low) / 2];
    uint32_t *i = low, *j = high;
    while (i <= j) {
      while (*i < pivot) ++i;
      while (*j > pivot) --j;
      if (i > j) break;
      const uint32_t swapped = *i;
      *i++ = *j;
      *j-- = swapped;
    }
    if (j - low < high - i) {
      quicksort(low, j);
      low = i;
    } else {
      quicksort(i, high);
      high = j;
    }
  }
}

static uint32_t crc(void) {
  uint32_t value = ~0u;
  for (int i = 0; i < kBytes; ++i) value = table[(value ^ bytes[i]) & 0xff] ^ value >> 8;
  return ~value;
}

static double multiply(void) {
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j) {
      double sum = 0;
      for (int k = 0; k < kSide; ++k) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  return product[kSide / 2][kSide / 3];
}

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? atoi(argv[1]) : 1;
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xedb88320u : 0);
    table[i] = value;
  }
  uint32_t seed = 1, check = 0;
  double sum = 0;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < kNumbers; ++i) numbers[i] = seed = seed * 1664525u + 1013904223u;
    for (int i = 0; i < kBytes; ++i) bytes[i] = (unsigned char)(numbers[i % kNumbers] >> (i & 15));
    for (int i = 0; i < kSide * kSide; ++i) {
      (&left[0][0])[i] = (double)(numbers[i] % 1000);
      (&right[0][0])[i] = (double)(numbers[i] % 777);
    }
    quicksort(numbers, numbers + kNumbers - 1);
    for (int i = 1; i < kNumbers; ++i) check += numbers[i] < numbers[i - 1];
    check = check * 31 + crc();
    sum += multiply();
  }
  printf("%08x %.0f\n", check, sum);
  return 0;
}
