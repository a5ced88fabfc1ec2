// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <optional>
#include <system_error>
#include <vector>

#include "emu/cli/options/options.hpp"
#include "emu/cli/output.hpp"
#include "emu/report/report_formats.hpp"

namespace ringfare {

/// -o, --color, and what the formats of the verb take.
void add_report_options(OptionTable& table, RunVerb verb);

/// The reports that a command line asks for, each with the place it is written to.
class Reports {
 public:
  /// Opens the places. Throws UserError.
  Reports(const ParsedOptions& options, RunVerb verb);
  Reports(const Reports&) = delete;
  Reports& operator=(const Reports&) = delete;

  /// What listens to the run.
  std::vector<Sink*> sinks() const;
  /// Writes what is made of the bill, and closes all. Throws UserError where not everything could
  /// be written.
  void conclude(const Bill& bill);
  /// A sink could not write: throws UserError naming the place, or the error again.
  [[noreturn]] void failed(const std::system_error& error) const;

 private:
  struct Made {
    Report report;
    Output* place;
  };

  std::list<Output> places_;                 // the one of -o first
  std::optional<OutputByThread> by_thread_;  // of strace -ff
  std::vector<Made> made_;                   // in the order of the table
};

}  // namespace ringfare
