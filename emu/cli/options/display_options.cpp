// SPDX-License-Identifier: MIT
#include "emu/cli/options/display_options.hpp"

#include <unistd.h>

#include <cstdlib>

#include "cpu/base/choice.hpp"

namespace ringfare {
namespace {

enum class When : std::uint8_t { Auto, Always, Never };
constexpr Choice<When> kWhen[] = {
    {"auto", When::Auto}, {"always", When::Always}, {"never", When::Never}};

constexpr Choice<bool> kIntelSyntax[] = {{"att", false}, {"intel", true}};

}  // namespace

Paint paint_for(std::FILE* out, const ParsedOptions& options) {
  const When when = choose("--color", options.text("color"), kWhen);
  if (when != When::Auto) return Paint(when == When::Always);
  const char* const refused = std::getenv("NO_COLOR");  // https://no-color.org
  return Paint(isatty(fileno(out)) != 0 && (refused == nullptr || *refused == '\0'));
}

bool intel_syntax(const ParsedOptions& options) {
  return choose("--syntax", options.text("syntax"), kIntelSyntax);
}

}  // namespace ringfare
