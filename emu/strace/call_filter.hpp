// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfare {

/// Calls by name: what strace's `-e trace=SET`, `raw=SET`, `verbose=SET` and `abbrev=SET` say. A
/// SET is a list with commas of names, numbers (of amd64), %GROUP, /REGEX, each with an optional
/// leading `?` (no complaint where nothing has that name), or `all`, or `none`; `!` before it means
/// the others. Of several the last one counts.
class CallFilter {
 public:
  /// No set contains every call. `about` ("-e trace") is named in complaints. Throws UserError for
  /// an unknown name.
  explicit CallFilter(const std::vector<std::string>& sets, std::string about = "-e trace");

  bool shows(std::string_view call) const {
    return everything_ || names_.contains(call) != negated_;
  }

 private:
  void read(std::string_view set);
  void add(std::string_view item);
  bool add_number(std::string_view item);
  void add_group(std::string_view name, bool optional);
  void add_pattern(std::string_view pattern);

  [[noreturn]] void refuse(std::string_view item, const std::string& mend) const;

  std::string about_;
  bool everything_ = true;
  bool negated_ = false;
  std::set<std::string, std::less<>> names_;
};

}  // namespace ringfare
