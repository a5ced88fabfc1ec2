// SPDX-License-Identifier: MIT
#include "models/assembler_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace ringfare {
namespace {

constexpr std::uint64_t kMostRepetitions = 1024;
constexpr std::uint64_t kMostReserved = 1 << 20;  // bytes, all directives of a path together
constexpr std::uint64_t kLargestUnit = 8;         // .fill COUNT, 8, VALUE

/// What a stage may say besides instructions and labels. Everything else reads files, leaves the
/// one section, or can grow without bound.
struct Directive {
  std::string_view name;
  std::uint64_t most = 0;  // 0: takes anything; else the first operand is a number up to this
};

constexpr std::array kDirectives = {
    Directive{".2byte"},       Directive{".4byte"},        Directive{".8byte"},
    Directive{".align", 4096}, Directive{".ascii"},        Directive{".asciz"},
    Directive{".att_syntax"},  Directive{".balign", 4096}, Directive{".byte"},
    Directive{".code64"},      Directive{".equ"},          Directive{".equiv"},
    Directive{".fill", 4096},  Directive{".int"},          Directive{".intel_syntax"},
    Directive{".long"},        Directive{".nops", 4096},   Directive{".p2align", 12},
    Directive{".quad"},        Directive{".set"},          Directive{".short"},
    Directive{".skip", 4096},  Directive{".space", 4096},  Directive{".string"},
    Directive{".value"},       Directive{".word"},         Directive{".zero", 4096},
};
static_assert(std::ranges::is_sorted(kDirectives, {}, &Directive::name));

constexpr std::string_view kAllowed =
    "allowed are data (.byte .word .long .quad .ascii .string ...), .align, .zero, .fill, .nops, "
    ".set, .rept, .intel_syntax and .att_syntax";

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '$' || c == '@' || c == '?';
}

std::string_view skip_space(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view leading_word(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_word(text[n])) ++n;
  return text.substr(0, n);
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// A plain decimal or 0x number at the start of `text`, with nothing but a comma, the end of the
/// statement or white space behind it.
std::optional<std::uint64_t> literal(std::string_view text) {
  text = skip_space(text);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return {};
  const std::string_view rest = skip_space(text.substr(end - text.data()));
  if (!rest.empty() && rest.front() != ',') return {};
  return value;
}

/// Collects the lines of all stages.
class Writer {
 public:
  void stage(const StageModel& stage, std::uint16_t index);
  AssemblyText take() { return std::move(out_); }

 private:
  struct Pending {
    std::string text;
    AssemblyText::Line line;
  };

  void line(std::string_view raw, const AssemblyText::Line& line);
  bool repetition(std::string_view statement, const SourcePosition& at);
  std::string blank_comments(std::string_view raw, const SourcePosition& at);
  void check_statements(std::string_view cleaned, const SourcePosition& at);
  void check_statement(std::string_view statement, const SourcePosition& at);
  void emit(std::string_view text, const AssemblyText::Line& line);

  AssemblyText out_;
  bool in_comment_ = false;
  bool intel_ = false;
  bool repeating_ = false;
  std::uint64_t repetitions_ = 0;
  std::uint64_t reserved_ = 0;
  SourcePosition opened_;  // the `.rept` or the comment we are in
  std::vector<Pending> body_;
};

void Writer::emit(std::string_view text, const AssemblyText::Line& line) {
  out_.text.append(text).push_back('\n');
  out_.lines.push_back(line);
}

void Writer::stage(const StageModel& stage, std::uint16_t index) {
  SourcePosition at{stage.at.file, stage.assembly_line};
  if (intel_) emit(".att_syntax", {index, at});  // every stage starts in the same syntax
  intel_ = false;
  std::string_view rest = stage.assembly;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    line(rest.substr(0, end), {index, at});
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++at.line;
  }
  if (in_comment_) throw UserError(opened_, "comment is not closed: add '*/'");
  if (repeating_) throw UserError(opened_, ".rept is not closed: add a line with .endr");
}

void Writer::line(std::string_view raw, const AssemblyText::Line& line) {
  const std::string cleaned = blank_comments(raw, line.at);
  if (repetition(skip_space(cleaned), line.at)) return;
  check_statements(cleaned, line.at);
  if (repeating_)
    body_.push_back({cleaned, line});
  else
    emit(cleaned, line);
}

/// Handles `.rept COUNT` and `.endr`, each alone on its line; false for any other line.
bool Writer::repetition(std::string_view statement, const SourcePosition& at) {
  const std::string word = lower(leading_word(statement));
  if (word == ".rept") {
    if (repeating_) throw UserError(at, ".rept inside .rept: write the inner one out");
    const auto count = literal(statement.substr(word.size()));
    if (!count || *count > kMostRepetitions)
      throw UserError(at, fmt::format(".rept needs a plain number up to {} alone on its line",
                                      kMostRepetitions));
    repeating_ = true, repetitions_ = *count, opened_ = at;
    return true;
  }
  if (word != ".endr") return false;
  if (!repeating_) throw UserError(at, ".endr without .rept: remove it");
  if (!skip_space(statement.substr(word.size())).empty())
    throw UserError(at, ".endr stands alone on its line");
  for (std::uint64_t i = 0; i < repetitions_; ++i)
    for (const Pending& pending : body_) emit(pending.text, pending.line);
  body_.clear();
  repeating_ = false;
  return true;
}

/// The line with comments and control characters replaced by spaces, so that what is checked here
/// is what the assembler reads.
std::string Writer::blank_comments(std::string_view raw, const SourcePosition& at) {
  std::string out(raw);
  char quote = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string_view here = raw.substr(i);
    if (in_comment_) {
      const bool closes = here.starts_with("*/");
      out[i] = ' ';
      if (closes) out[++i] = ' ', in_comment_ = false;
    } else if (static_cast<unsigned char>(out[i]) < ' ') {
      out[i] = ' ';
    } else if (quote) {
      if (out[i] == '\\')
        ++i;
      else if (out[i] == quote)
        quote = 0;
    } else if (out[i] == '"') {
      quote = out[i];
    } else if (out[i] == '\'') {
      if (here.size() < 3 || here[2] != '\'' || !is_word(here[1]))
        throw UserError(at, "only letters and digits can be quoted with ': write the number");
      i += 2;
    } else if (here.starts_with("/*")) {
      in_comment_ = true, opened_ = at;
      out[i] = out[i + 1] = ' ', ++i;
    } else if (out[i] == '#' || here.starts_with("//")) {
      out.resize(i);
    }
  }
  if (quote) throw UserError(at, "string is not closed on its line: add '\"'");
  return out;
}

void Writer::check_statements(std::string_view cleaned, const SourcePosition& at) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= cleaned.size(); ++i) {
    const char c = i < cleaned.size() ? cleaned[i] : ';';
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ';' && (!quoted || i >= cleaned.size())) {
      check_statement(cleaned.substr(begin, i - begin), at);
      begin = i + 1;
    }
  }
}

void Writer::check_statement(std::string_view statement, const SourcePosition& at) {
  std::string_view word;
  for (;;) {  // labels before the statement
    statement = skip_space(statement);
    word = leading_word(statement);
    const std::string_view rest = skip_space(statement.substr(word.size()));
    if (word.empty() || !rest.starts_with(':')) break;
    statement = rest.substr(1);
  }
  if (statement.starts_with('"'))
    throw UserError(at, "a statement cannot begin with a string: write names without quotes");
  if (!word.starts_with('.')) return;
  const std::string_view operands = skip_space(statement.substr(word.size()));
  if (word != "." && operands.starts_with('=')) return;
  const std::string name = lower(word);
  const auto row = std::ranges::lower_bound(kDirectives, name, {}, &Directive::name);
  if (row == kDirectives.end() || row->name != name)
    throw UserError(at,
                    fmt::format("directive '{}' is not available in a stage; {}", word, kAllowed));
  if (row->most != 0) {
    const auto value = literal(operands);
    if (!value || *value > row->most)
      throw UserError(at, fmt::format("'{}' needs a plain number up to {} as its first operand",
                                      word, row->most));
    reserved_ += (name == ".p2align" ? std::uint64_t{1} << *value : *value) * kLargestUnit *
                 (repeating_ ? repetitions_ : 1);
    if (reserved_ > kMostReserved)
      throw UserError(at, fmt::format("the stages reserve more than {} bytes", kMostReserved));
  }
  if (name == ".intel_syntax") intel_ = true;
}

}  // namespace

AssemblyText assembly_text(const std::vector<const StageModel*>& stages) {
  Writer writer;
  for (std::size_t i = 0; i < stages.size(); ++i)
    writer.stage(*stages[i], static_cast<std::uint16_t>(i));
  return writer.take();
}

}  // namespace ringfare
