// SPDX-License-Identifier: MIT
// `compress zstd|bzip2|gzip N`: packs a text made here N times and unpacks it again; says how large
// it became.
#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { kSize = 400000 };
static char text[kSize], packed[kSize + kSize / 8], unpacked[kSize];

static void make_text(void) {
  static const char* const kWords[] = {"ring ", "gate ", "stack ", "frame ", "trap ",
                                       "the ",  "page ", "of ",    "swap ",  "crossing\n"};
  unsigned seed = 1;
  for (size_t at = 0; at < kSize - 16;) {
    seed = seed * 1664525u + 1013904223u;
    const char* word = kWords[(seed >> 16) % 10];
    memcpy(text + at, word, strlen(word));
    at += strlen(word);
    if (seed % 7 == 0) text[at++] = (char)('0' + (seed >> 8) % 10);
  }
}

static size_t with_zstd(void) {
  const size_t size = ZSTD_compress(packed, sizeof packed, text, kSize, 6);
  return ZSTD_decompress(unpacked, kSize, packed, size) == kSize ? size : 0;
}

static size_t with_bzip2(void) {
  unsigned size = sizeof packed, back = kSize;
  if (BZ2_bzBuffToBuffCompress(packed, &size, text, kSize, 9, 0, 0) != BZ_OK) return 0;
  return BZ2_bzBuffToBuffDecompress(unpacked, &back, packed, size, 0, 0) == BZ_OK ? size : 0;
}

static size_t with_gzip(void) {
  uLongf size = sizeof packed, back = kSize;
  if (compress2((Bytef*)packed, &size, (const Bytef*)text, kSize, 6) != Z_OK) return 0;
  return uncompress((Bytef*)unpacked, &back, (const Bytef*)packed, size) == Z_OK ? size : 0;
}

static const struct {
  const char* name;
  size_t (*pack)(void);
} kPackers[] = {{"zstd", with_zstd}, {"bzip2", with_bzip2}, {"gzip", with_gzip}};

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  make_text();
  for (size_t i = 0; i < sizeof kPackers / sizeof kPackers[0]; ++i) {
    if (strcmp(kPackers[i].name, argv[1]) != 0) continue;
    size_t size = 0;
    for (long n = atol(argv[2]); n > 0; --n) size = kPackers[i].pack();
    printf("%s: %zu of %d bytes\n", argv[1], size, kSize);
    return size == 0 || memcmp(text, unpacked, kSize) != 0;
  }
  return 2;
}
