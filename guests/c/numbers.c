// SPDX-License-Identifier: MIT
// Arithmetic in every register file: integers of 8 to 128 bits, x87, SSE and, where the processor
// has it, AVX2 and FMA.
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static void integers(void) {
#ifdef __SIZEOF_INT128__
  unsigned __int128 wide = 1;
  for (int i = 0; i < 60; ++i) wide = wide * 1000003 + (unsigned)i;
  printf("128 bits %016llx%016llx\n", (unsigned long long)(wide >> 64), (unsigned long long)wide);
#endif
  volatile int64_t a = -987654321987654321, b = 12345;
  printf("divide %lld %lld\n", (long long)(a / b), (long long)(a % b));
  uint32_t bits = 0x9e3779b9u, total = 0;
  for (int i = 0; i < 100; ++i) {
    bits ^= bits << 13, bits ^= bits >> 17, bits ^= bits << 5;
    total += (uint32_t)__builtin_clz(bits | 1) + (uint32_t)__builtin_ctz(bits | 0x80000000u) +
             (uint32_t)__builtin_parity(bits);
    volatile uint16_t half = (uint16_t)bits;
    volatile int8_t tiny = (int8_t)bits;
    total += (uint32_t)(half / 7 + tiny / 3);
  }
  printf("bits %u\n", total);
}

static void reals(void) {
  volatile double x = 0.7;
  volatile long double y = 1.5L;
  volatile float z = 2.25f;
  printf("double %.17g %.17g %.17g\n", sqrt(x), x * x - 1 / x, floor(-x));
  printf("x87 %.21Lg %.21Lg %.21Lg\n", sqrtl(y), y / 3, y * 1e4000L);
  printf("float %.9g %d %d\n", (double)(z / 3), (int)lrint((double)z), (int)(z * 1e3f));
  double sum = 0;
  for (int i = 1; i < 1000; ++i) sum += sin(i) / i;
  printf("sum %.12f\n", sum);
  printf("special %g %g %d %d\n", x / (x - x), -x / (x - x), x != x, isnan(x * NAN) != 0);
}

__attribute__((target("avx2,fma"))) static void vectors(void) {
  __m256i counts = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8);
  __m256d lanes = _mm256_setr_pd(1, 2, 3, 4);
  for (int i = 0; i < 1000; ++i) {
    counts = _mm256_add_epi32(_mm256_mullo_epi32(counts, _mm256_set1_epi32(5)),
                              _mm256_shuffle_epi32(counts, 0x1b));
    lanes = _mm256_fmadd_pd(lanes, _mm256_set1_pd(0.5), _mm256_set1_pd(1.25));
  }
  uint32_t out[8];
  double real[4];
  _mm256_storeu_si256((__m256i*)out, counts);
  _mm256_storeu_pd(real, lanes);
  printf("avx2 %x %x %x %x %.6f %.6f\n", out[0], out[3], out[5], out[7], real[0], real[3]);
}

int main(void) {
  integers();
  reals();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) vectors();
  return 0;
}
