// SPDX-License-Identifier: MIT
// Virtual calls: `mono ROUNDS` always meets one type, `poly ROUNDS` six in no simple order.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

struct Step {
  virtual unsigned apply(unsigned value) const = 0;
};
template <unsigned kFactor>
struct Scaled final : Step {
  unsigned apply(unsigned value) const override { return value * kFactor + 1; }
};

const Scaled<3> kThree;
const Scaled<5> kFive;
const Scaled<7> kSeven;
const Scaled<9> kNine;
const Scaled<11> kEleven;
const Scaled<13> kThirteen;
const Step* const kSteps[] = {&kThree, &kFive, &kSeven, &kNine, &kEleven, &kThirteen};

}  // namespace

int main(int argc, char** argv) {
  const bool poly = argc > 1 && strcmp(argv[1], "poly") == 0;
  const int rounds = argc > 2 ? atoi(argv[2]) : 10;
  const Step* sequence[997];
  unsigned seed = 5, value = 1;
  for (const Step*& step : sequence)
    step = kSteps[poly ? ((seed = seed * 69069 + 1) >> 16) % 6 : 0];
  for (int round = 0; round < rounds; ++round)
    for (const Step* step : sequence) value = step->apply(value);
  printf("%u\n", value);
  return 0;
}
