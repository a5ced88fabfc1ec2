// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

#include "cpu/base/failure.hpp"
#include "cpu/base/nearest.hpp"
#include "emu/cli/address_layout.hpp"
#include "emu/cli/exit_status.hpp"
#include "emu/cli/output.hpp"
#include "emu/cli/verbs.hpp"

namespace ringfare {
namespace {

struct Verb {
  const char* name;
  const char* usage;
  const char* summary;
  int (*act)(const std::vector<std::string>&);
};

constexpr Verb kVerbs[] = {
    {"run", "run [OPTIONS] [--] PROG [ARGS...]", "run a Linux program, print its bill", run_verb},
    {"trace", "trace [OPTIONS] [--] PROG [ARGS...]",
     "list its system calls with the cycles of each crossing", trace_verb},
    {"explain", "explain [OPTIONS] DOOR [CALL]", "open one crossing, without a program",
     explain_verb},
    {"doors", "doors [OPTIONS] [CALL]", "compare one call through every door of a machine",
     doors_verb},
    {"models", "models [NAME]", "list processors and kernels, or show one with its sources",
     models_verb},
    {"syscalls", "syscalls", "list the system calls and how far each is served", syscalls_verb},
    {"vdso", "vdso [OPTIONS]", "list the functions of the guest's vDSO, or write it to a file",
     vdso_verb},
};

void print_verbs(std::FILE* out) {
  fmt::print(out, "usage: ringfare VERB [OPTIONS] ...\n\n");
  for (const Verb& verb : kVerbs) fmt::print(out, "  {:<40} {}\n", verb.usage, verb.summary);
  fmt::print(out,
             "\n'ringfare help VERB' lists the options of a verb.\n"
             "Exit status: the guest's; {} for a failure of ringfare's own, {} when "
             "--max-instructions is used up, {} when all threads of the guest wait for ever.\n",
             kOwnFailure, kBudgetSpent, kDeadlocked);
}

const Verb& verb_named(const std::string& word) {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) {
    if (word == verb.name) return verb;
    names.emplace_back(verb.name);
  }
  const auto near = nearest(word, names);
  throw UserError(fmt::format("unknown {} '{}'; {}", word.starts_with('-') ? "option" : "verb",
                              word,
                              near ? fmt::format("did you mean '{}'?", *near)
                                   : std::string("'ringfare --help' lists the verbs")));
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) return print_verbs(stderr), kOwnFailure;
  const std::string& word = words.front();
  if (word == "help" && words.size() > 1) return verb_named(words[1]).act({"--help"});
  if (word == "--help" || word == "-h" || word == "help") return print_verbs(stdout), 0;
  if (word == "--version" || word == "-V") return fmt::print("ringfare {}\n", RINGFARE_VERSION), 0;
  return verb_named(word).act({words.begin() + 1, words.end()});
}

/// What standard output could not take is a failure like any other.
int dispatch_and_flush(const std::vector<std::string>& words) {
  try {
    const int status = dispatch(words);
    flush_standard_output();
    return status;
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) refuse_unwritten("standard output", error.code().value());
    throw;
  }
}

}  // namespace
}  // namespace ringfare

int main(int argc, char** argv) {
  // Reading model files makes many small objects: let the heap grow in large steps.
  constexpr int kHeapStep = 4 << 20;
  mallopt(M_TOP_PAD, kHeapStep);
  try {
    ringfare::leave_legacy_layout(argv);
    return ringfare::dispatch_and_flush({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ringfare: %s\n", error.what());  // never throws, even if nobody reads it
    return ringfare::kOwnFailure;
  }
}
