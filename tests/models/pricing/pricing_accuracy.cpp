// SPDX-License-Identifier: MIT
// Prints how far block prices are from measurements the user brings along, for example those
// published with BHive (github.com/ithemal/bhive):
//
//   pricing_accuracy LLVM_CPU FILE.csv [--each]
//
// Lines of the file: code in hexadecimal, measured cycles, anything else. Comment lines begin with
// '#'.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/decoder.hpp"
#include "models/pricing/pricer.hpp"

namespace ringfare {
namespace {

struct Sample {
  std::string hex;
  double measured = 0;
  double priced = 0;

  double error() const { return std::abs(priced - measured) / measured; }
};

std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(
        std::strtoul(std::string(text.substr(i, 2)).c_str(), nullptr, 16)));
  return out;
}

std::vector<std::uint8_t> lengths_of(const std::vector<std::uint8_t>& code) {
  std::vector<std::uint8_t> out;
  for (std::size_t at = 0; at < code.size();) {
    const auto instruction = decode_instruction({code.data() + at, code.size() - at}, {at});
    if (!instruction) return {};
    out.push_back(instruction->length);
    at += instruction->length;
  }
  return out;
}

std::vector<Sample> read_samples(const char* path, Pricer& pricer) {
  std::vector<Sample> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t comma = line.find(',');
    if (comma == line.npos || line.starts_with('#')) continue;
    Sample sample{line.substr(0, comma), std::atof(line.c_str() + comma + 1)};
    const auto code = from_hex(sample.hex);
    const auto lengths = lengths_of(code);
    if (lengths.empty() || sample.measured <= 0) continue;
    sample.priced = static_cast<double>(pricer.price(code, lengths).total.hundredths) / 100;
    out.push_back(std::move(sample));
  }
  return out;
}

/// Kendall's tau-b.
double rank_correlation(const std::vector<Sample>& samples) {
  double agree = 0, ties_a = 0, ties_b = 0, pairs = 0;
  for (std::size_t i = 0; i < samples.size(); ++i)
    for (std::size_t k = i + 1; k < samples.size(); ++k) {
      const double a = samples[i].measured - samples[k].measured;
      const double b = samples[i].priced - samples[k].priced;
      pairs += 1, ties_a += a == 0, ties_b += b == 0;
      agree += (a > 0) - (a < 0) == 0 || b == 0 ? 0 : (a > 0) == (b > 0) ? 1 : -1;
    }
  return agree / std::sqrt((pairs - ties_a) * (pairs - ties_b));
}

double share_within(const std::vector<Sample>& samples, double limit) {
  const auto count =
      std::ranges::count_if(samples, [&](const Sample& sample) { return sample.error() <= limit; });
  return static_cast<double>(count) / static_cast<double>(samples.size());
}

void report(std::vector<Sample> samples) {
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.error();
  std::ranges::sort(samples, {}, &Sample::error);
  fmt::print(
      "blocks {}  mean error {:.1f} %  median {:.1f} %  tau {:.3f}  within 10 % {:.0f} %  "
      "within 25 % {:.0f} %\n",
      samples.size(), 100 * sum / static_cast<double>(samples.size()),
      100 * samples[samples.size() / 2].error(), rank_correlation(samples),
      100 * share_within(samples, 0.10), 100 * share_within(samples, 0.25));
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: pricing_accuracy LLVM_CPU FILE.csv [--each]\n");
    return 2;
  }
  CpuModel cpu;
  cpu.llvm_cpu = argv[1];
  Pricer pricer(cpu);
  const auto samples = read_samples(argv[2], pricer);
  if (samples.empty()) {
    fmt::print(stderr, "pricing_accuracy: no samples in {}\n", argv[2]);
    return 1;
  }
  if (argc > 3)
    for (const Sample& sample : samples)
      fmt::print("{:.3f} {:.2f} {:.2f} {}\n", sample.error(), sample.measured, sample.priced,
                 sample.hex);
  report(samples);
  return 0;
}

}  // namespace
}  // namespace ringfare

int main(int argc, char** argv) {
  return ringfare::run(argc, argv);
}
