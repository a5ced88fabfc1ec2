// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "cpu/translator/translation_watcher.hpp"
#include "cpu/translator/watch/code_names.hpp"

namespace ringfare {

/// Writes FOLDER/perf-PID.map, from which `perf report` names translated code (Linux's
/// tools/perf/Documentation/jit-interface.txt): a line for each piece of code, with start and size
/// in hexadecimal digits and a name:
///
///     5ff14000 2a guest__start
///     63f14060 1b guest_0x401136_off_path
///
/// A process that the guest's fork(2) has made writes a file of its own, with what it has inherited
/// in it, when it next translates something. When all translations are forgotten the file begins
/// anew: samples taken before cannot be named then.
class PerfMap final : public TranslationWatcher {
 public:
  /// Descriptors below `lowest_descriptor` are left to the guest. Throws UserError where no file
  /// can be made in `folder`; perf looks for it in /tmp.
  PerfMap(std::string folder, int lowest_descriptor, NameOfAddress name_of = {});
  ~PerfMap() override;
  PerfMap(const PerfMap&) = delete;
  PerfMap& operator=(const PerfMap&) = delete;

  void translated(const translator::CodeCache& cache, std::uint32_t index) override;
  void head_added(const translator::CodeCache& cache, std::uint32_t index) override;
  void forgetting(const translator::CodeCache& cache) override;

  /// Throws UserError where not everything could be written.
  void close();

 private:
  void open();
  void add(const translator::CodeCache& cache, const std::vector<NamedCode>& names);
  void write(const std::string& lines);

  const std::string folder_;
  const int lowest_descriptor_;
  const NameOfAddress name_of_;
  std::string path_;
  int process_ = 0;  // whose file it is
  int file_ = -1;
  int error_ = 0;      // errno of the first write that failed
  std::string lines_;  // what the file holds
};

}  // namespace ringfare
