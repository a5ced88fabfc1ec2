// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "emu/cli/options/options.hpp"

namespace ringfare {

/// A folder or file of the host's at another place of the guest's.
struct BoundFolder {
  std::string host, guest;
  bool read_only = false;
};

/// What the guest may reach of the host, where that is not all its user may.
struct Confinement {
  std::string root;        // the host's folder that is the guest's "/"; empty: the host's own
  bool read_only = false;  // nothing can be changed but what is bound
  bool network = true;     // sockets of other families than AF_UNIX
  bool untrusted = false;  // --confine
  std::vector<BoundFolder> bound;
  std::string program;  // which stays visible

  bool any() const { return !root.empty() || read_only || !network || untrusted || !bound.empty(); }
  /// Whether it sees other files than the host has there.
  bool changes_files() const { return !root.empty() || read_only || untrusted || !bound.empty(); }
};

void add_confinement_options(OptionTable& table);
/// Throws UserError for folders that do not exist.
Confinement confinement(const ParsedOptions& options);

/// Puts this process, and all that the guest starts, behind walls of the host's kernel: namespaces
/// of its own. Answers which stand. Throws UserError where what was asked for cannot be had.
std::string build_walls(const Confinement& wanted);

}  // namespace ringfare
