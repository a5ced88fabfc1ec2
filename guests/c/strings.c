// SPDX-License-Identifier: MIT
// The C library's string routines at every alignment against loops that cannot be wrong.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kRoom = 512 };

static unsigned char source[kRoom], target[kRoom], expected[kRoom];
static int failures;

static void expect(int holds, const char* what, int offset, int length) {
  if (holds) return;
  if (++failures < 10) printf("%s fails at offset %d, length %d\n", what, offset, length);
}

static void check_copies(int offset, int length) {
  memset(target, 0xee, kRoom);
  memset(expected, 0xee, kRoom);
  for (int i = 0; i < length; ++i) expected[offset + i] = source[i + 3];
  memcpy(target + offset, source + 3, (size_t)length);
  expect(memcmp(target, expected, kRoom) == 0, "memcpy", offset, length);
  memmove(target + offset + 1, target + offset, (size_t)length);
  for (int i = length; i-- > 0;) expected[offset + i + 1] = expected[offset + i];
  expect(memcmp(target, expected, kRoom) == 0, "memmove", offset, length);
}

static void check_searches(int offset, int length) {
  char* text = (char*)target + offset;
  memset(text, 'a', (size_t)length);
  text[length] = 0;
  expect(strlen(text) == (size_t)length, "strlen", offset, length);
  expect(strchr(text, 'b') == NULL && strrchr(text, 0) == text + length, "strchr", offset, length);
  if (length < 4) return;
  text[length - 2] = 'b';
  expect(strchr(text, 'b') == text + length - 2, "strchr", offset, length);
  expect(strstr(text, "aba") == text + length - 3, "strstr", offset, length);
  expect(memchr(text, 'b', (size_t)length) == text + length - 2, "memchr", offset, length);
  expect(strcspn(text, "xyzb") == (size_t)length - 2, "strcspn", offset, length);
  strcpy((char*)expected, text);
  expect(strcmp((char*)expected, text) == 0, "strcmp", offset, length);
  expected[length - 1] = 'c';
  expect(strcmp((char*)expected, text) > 0, "strcmp", offset, length);
  expect(strncmp((char*)expected, text, (size_t)length - 1) == 0, "strncmp", offset, length);
}

int main(void) {
  for (int i = 0; i < kRoom; ++i) source[i] = (unsigned char)(i * 7 + 1);
  for (int offset = 0; offset < 34; ++offset)
    for (int length = 0; length < 300; length = length * 9 / 8 + 1) {
      check_copies(offset, length);
      check_searches(offset, length);
    }
  char line[64];
  snprintf(line, sizeof line, "%05d|%-6s|%x|%lld|%c", 42, "left", 0xbeef, -1234567890123LL, 'z');
  puts(line);
  printf("%ld %lu %.3f\n", strtol("-0x7f", NULL, 16), strtoul("4294967297", NULL, 10),
         strtod("2.5e3", NULL));
  printf("failures: %d\n", failures);
  return failures != 0;
}
