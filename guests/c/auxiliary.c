// SPDX-License-Identifier: MIT
// Prints the types of the auxiliary vector's entries, in order.
#include <elf.h>
#include <link.h>
#include <stdio.h>

int main(int argc, char** argv, char** environment) {
  (void)argc, (void)argv;
  while (*environment != NULL) ++environment;
  const ElfW(auxv_t)* entry = (const ElfW(auxv_t)*)(environment + 1);
  for (; entry->a_type != AT_NULL; ++entry) printf("%lu\n", (unsigned long)entry->a_type);
  return 0;
}
