// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

/// Which calls a trace shows: strace's `-e trace=SET`. A SET is a list with commas of names,
/// %GROUP, /REGEX, each with an optional leading `?` (no complaint where nothing has that name),
/// or `all`, or `none`; `!` before it shows the others. Of several the last one counts.
class CallFilter {
 public:
  /// No set shows everything. Throws UserError for an unknown name.
  explicit CallFilter(const std::vector<std::string>& sets);

  bool shows(std::string_view call) const {
    return everything_ || names_.contains(call) != negated_;
  }

 private:
  void read(std::string_view set);
  void add(std::string_view item);
  void add_group(std::string_view name, bool optional);
  void add_pattern(std::string_view pattern);

  bool everything_ = true;
  bool negated_ = false;
  std::set<std::string, std::less<>> names_;
};

}  // namespace ringfare
