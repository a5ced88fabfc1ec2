// SPDX-License-Identifier: MIT
// SHA-256 (FIPS 180-4) of a message of as many kilobytes as the argument says.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// FIPS 180-4, 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64
// primes, computed here.
static uint32_t constants[64], state[8];

static uint32_t fraction(long double root) {
  return (uint32_t)(uint64_t)((root - (long double)(uint64_t)root) * 4294967296.0L);
}

static long double root(unsigned value, int power) {
  long double x = value;
  for (int i = 0; i < 40; ++i)
    x -= power == 2 ? (x * x - value) / (2 * x) : (x * x * x - value) / (3 * x * x);
  return x;
}

static void prepare(void) {
  unsigned found = 0;
  for (unsigned value = 2; found < 64; ++value) {
    unsigned divisor = 2;
    while (value % divisor != 0) ++divisor;
    if (divisor != value) continue;
    if (found < 8) state[found] = fraction(root(value, 2));
    constants[found++] = fraction(root(value, 3));
  }
}

static uint32_t turned(uint32_t value, int count) {
  return value >> count | value << (32 - count);
}

static void absorb(const unsigned char* block) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i) {
    memcpy(&w[i], block + 4 * i, 4);
    w[i] = __builtin_bswap32(w[i]);
  }
  for (int i = 16; i < 64; ++i) {
    const uint32_t low = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3;
    const uint32_t high = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; ++i) {
    const uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
                           ((e & f) ^ (~e & g)) + constants[i] + w[i];
    const uint32_t second =
        (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const uint32_t added[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += added[i];
}

int main(int argc, char** argv) {
  const uint64_t kilobytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 4;
  unsigned char block[64];
  prepare();
  for (uint64_t i = 0; i < kilobytes * 16; ++i) {
    memset(block, (int)(i & 0xff), sizeof block);
    absorb(block);
  }
  memset(block, 0, sizeof block);
  block[0] = 0x80;
  const uint64_t bits = __builtin_bswap64(kilobytes * 8192);
  memcpy(block + 56, &bits, 8);
  absorb(block);
  for (int i = 0; i < 8; ++i) printf("%08x", state[i]);
  printf("\n");
  return 0;
}
