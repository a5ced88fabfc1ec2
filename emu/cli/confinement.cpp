// SPDX-License-Identifier: MIT
#include "emu/cli/confinement.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "cpu/base/choice.hpp"
#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr OptionRow kConfinementOptions[] = {
    {"confine", "",
     "for a program one does not trust: the host read-only, without home folders and secrets, a "
     "copy of the current folder, no network"},
    {"root", "DIR", "make the folder DIR the guest's root"},
    {"read-only", "", "let the guest change no file but below what --bind gives it"},
    {"bind", "HOST:GUEST[:ro]...", "show the guest a folder or file of the host at another place"},
    {"no-network", "", "let the guest have sockets of AF_UNIX only"},
};

BoundFolder bound_folder(const std::string& text) {
  const std::vector<std::string> parts = split(text, ':');
  const bool known =
      parts.size() == 2 || (parts.size() == 3 && (parts[2] == "ro" || parts[2] == "rw"));
  if (!known || parts[0].empty() || !parts[1].starts_with('/'))
    throw UserError(fmt::format(
        "--bind {}: give HOST:GUEST or HOST:GUEST:ro, and GUEST from the root on", text));
  struct stat status {};
  if (::stat(parts[0].c_str(), &status) != 0)
    throw UserError(
        fmt::format("--bind {}: {}: {}; name what there is", text, parts[0], std::strerror(errno)));
  return {.host = parts[0], .guest = parts[1], .read_only = parts.size() == 3 && parts[2] == "ro"};
}

}  // namespace

void add_confinement_options(OptionTable& table) {
  add_options(table, kConfinementOptions);
}

Confinement confinement(const ParsedOptions& options) {
  Confinement wanted;
  wanted.untrusted = options.has("confine");
  wanted.read_only = options.has("read-only") || wanted.untrusted;
  wanted.network = !options.has("no-network") && !wanted.untrusted;
  for (const std::string& text : options.list("bind")) wanted.bound.push_back(bound_folder(text));
  if (!options.rest.empty()) wanted.program = options.rest.front();
  if (!options.has("root")) return wanted;
  wanted.root = options.text("root");
  struct stat status {};
  if (::stat(wanted.root.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw UserError(
        fmt::format("--root {}: no such folder; name one with a system in it", wanted.root));
  return wanted;
}

}  // namespace ringfare
