// SPDX-License-Identifier: MIT
#include "cpu/translator/watch/perf_map.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "cpu/base/failure.hpp"
#include "cpu/translator/code_cache.hpp"

namespace ringfare {

using namespace translator;

PerfMap::PerfMap(std::string folder, int lowest_descriptor, NameOfAddress name_of)
    : folder_(std::move(folder)),
      lowest_descriptor_(lowest_descriptor),
      name_of_(std::move(name_of)) {
  open();
  if (file_ < 0)
    throw UserError(fmt::format("--perf-map: {} cannot be written: {}; make room for it", path_,
                                std::strerror(error_)));
}

PerfMap::~PerfMap() {
  if (file_ >= 0) ::close(file_);
}

/// perf believes only a file that belongs to who is profiled; nobody's link is followed to another.
void PerfMap::open() {
  if (file_ >= 0) ::close(file_);
  process_ = getpid();
  path_ = fmt::format("{}/perf-{}.map", folder_, process_);
  const int low =
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (low < 0) error_ = errno;
  const int high = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, lowest_descriptor_);
  file_ = high < 0 ? low : high;
  if (high >= 0) ::close(low);
}

void PerfMap::write(const std::string& lines) {
  if (file_ < 0 || error_ != 0) return;
  const ssize_t written = ::write(file_, lines.data(), lines.size());
  if (written != static_cast<ssize_t>(lines.size())) error_ = written < 0 ? errno : ENOSPC;
}

void PerfMap::add(const CodeCache& cache, const std::vector<NamedCode>& names) {
  std::string lines;
  const auto say = [&lines](const NamedCode& code) {
    fmt::format_to(std::back_inserter(lines), "{:x} {:x} {}\n", code.begin, code.size, code.name);
  };
  const bool anew = lines_.empty();
  if (anew) say(name_of_stubs(cache));
  for (const NamedCode& code : names) say(code);
  lines_ += lines;
  if (process_ != getpid()) {
    open();
    return write(lines_);
  }
  if (anew && file_ >= 0 && ftruncate(file_, 0) != 0) error_ = errno;
  write(lines);
}

void PerfMap::translated(const CodeCache& cache, std::uint32_t index) {
  add(cache, names_of(cache, index, name_of_));
}

void PerfMap::head_added(const CodeCache& cache, std::uint32_t index) {
  add(cache, {name_of_head(cache, index, name_of_)});
}

/// The last time, when the translator ends, the file is left as it is: perf reads it later.
void PerfMap::forgetting(const CodeCache&) {
  lines_.clear();
}

void PerfMap::close() {
  if (file_ >= 0 && ::close(std::exchange(file_, -1)) != 0 && error_ == 0) error_ = errno;
  if (error_ != 0)
    throw UserError(fmt::format("{}: not everything could be written: {}; make room there", path_,
                                std::strerror(error_)));
}

}  // namespace ringfare
