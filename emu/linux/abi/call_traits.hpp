// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace ringfare {

/// The groups of `-e trace=%GROUP`, as in strace(1). Of the last ones a row names the narrowest:
/// `%%stat` has the calls of `%stat`, `%lstat` and `%fstat`, too.
enum class CallGroup : std::uint32_t {
  File = 1u << 0,
  Descriptor = 1u << 1,
  Memory = 1u << 2,
  Process = 1u << 3,
  Signal = 1u << 4,
  Network = 1u << 5,
  Ipc = 1u << 6,
  Credentials = 1u << 7,
  Clock = 1u << 8,
  Pure = 1u << 9,
  Stat = 1u << 10,
  Lstat = 1u << 11,
  Fstat = 1u << 12,
  OtherStat = 1u << 13,
  Statfs = 1u << 14,
  Fstatfs = 1u << 15,
  OtherStatfs = 1u << 16,
};

constexpr std::uint32_t operator|(CallGroup a, CallGroup b) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, CallGroup b) {
  return a | static_cast<std::uint32_t>(b);
}

struct CallGroupName {
  std::uint32_t members;  // bits of `CallGroup`
  std::string_view name;
};

inline constexpr CallGroupName kCallGroupNames[] = {
    {0 | CallGroup::File, "file"},
    {0 | CallGroup::Descriptor, "desc"},
    {0 | CallGroup::Memory, "memory"},
    {0 | CallGroup::Process, "process"},
    {0 | CallGroup::Signal, "signal"},
    {0 | CallGroup::Network, "network"},
    {0 | CallGroup::Ipc, "ipc"},
    {0 | CallGroup::Credentials, "creds"},
    {0 | CallGroup::Clock, "clock"},
    {0 | CallGroup::Pure, "pure"},
    {0 | CallGroup::Stat, "stat"},
    {0 | CallGroup::Lstat, "lstat"},
    {0 | CallGroup::Fstat, "fstat"},
    {CallGroup::Stat | CallGroup::Lstat | CallGroup::Fstat | CallGroup::OtherStat, "%stat"},
    {0 | CallGroup::Statfs, "statfs"},
    {0 | CallGroup::Fstatfs, "fstatfs"},
    {CallGroup::Statfs | CallGroup::Fstatfs | CallGroup::OtherStatfs, "%statfs"},
};

/// What a result is, and with that how a trace writes it.
enum class ResultKind : std::uint8_t {
  Number,
  Address,  // and the program break: in hex
  Mode,     // umask(2): in octal
  Nothing,  // the call does not return
  Time,     // seconds since 1970
  Descriptor,
  Signal,
  ThreadArea,     // set_thread_area(2): the entry is in the structure
  SmallIdentity,  // 16 bits; what does not fit becomes the overflow identity
  DescriptorFlags,
  StatusFlags,
  Seals,
};

/// What a call of i386 has in the arguments of another one's.
enum class Wrapping : std::uint8_t { None, Mmap, Select, SocketCall, Ipc };

/// A file that a call may have to wait for.
struct WaitFor {
  std::uint8_t fd = 0;      // the argument that names it
  std::int16_t events = 0;  // of poll(2)
};

/// Where an argument of the amd64 call comes from that serves a call of i386.
struct ArgSource {
  enum class From : std::uint8_t { Argument, Copy, Null, SetSize };

  From from = From::Argument;
  std::uint8_t index = 0;  // of the i386 call's arguments, the halves of an offset being one
};

/// The call of amd64 that serves one of i386.
struct ServedAs {
  std::string_view name = {};  // empty: the call serves itself
  std::array<ArgSource, 6> sources{};
  std::uint8_t count = 0;  // of `sources`; 0: all arguments in their order
};

/// What is to know of a call beside its arguments and its handler, parsed from words with one space
/// between them while compiling:
///
///     FDMPSNICKU      its groups, letters in the order of `CallGroup`: "DF"
///     %stat ...       those that are not letters: %stat %lstat %fstat %%stat %statfs %fstatfs
///                     %%statfs
///     returns:WHAT    nothing, hex, octal, date, fd, signal, entry, id16; without it a number
///     moves           data of the descriptor it has first, to or from its second argument
///     waits-in:N      may have to wait until the descriptor in argument N (0 without it) is
///     waits-out:N     readable, writable
///     keeps-link      means the last link of a path itself, not what it leads to
///     in-parts        goes on with the rest of what it could not write at once
///     locks           may have to wait for a lock of a file
///     strict          left to a thread in the strict mode of seccomp(2); strict:amd64 there only
///     restores-mask   as the end of a handler of signals does
///     named-args      its arguments have names in a trace
///     tells-offset    a trace shows the offset it has moved to
///     unwraps:WHAT    stands for another call, whose arguments are in memory: mmap, select,
///                     socketcall, ipc (i386)
///     as:CALL         served as this call of amd64 (i386); with its arguments in the order of
///     as:CALL(A,B)    A, B: N for argument N, &N for a pointer to its value, null for 0, setsize
///                     for the size of a set of signals
///     stores:N        its result goes to where argument N points
///     large-locks     has fcntl's commands for struct flock64 (i386)
struct CallTraits {
  consteval CallTraits(const char* text) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      add(rest.substr(0, space));
      rest = space == rest.npos ? std::string_view() : rest.substr(space + 1);
    }
  }

  constexpr bool in(CallGroup group) const {
    return (groups & static_cast<std::uint32_t>(group)) != 0;
  }
  constexpr bool in(const CallGroupName& group) const { return (groups & group.members) != 0; }

  static constexpr std::uint8_t kNowhere = 0xff;

  std::uint32_t groups = 0;
  ResultKind returns = ResultKind::Number;
  Wrapping unwraps = Wrapping::None;
  bool moves = false, keeps_link = false, in_parts = false, locks = false, large_locks = false;
  bool strict = false, strict_on_i386 = false;
  bool restores_mask = false, named_args = false, tells_offset = false;
  std::uint8_t stores = kNowhere;
  std::uint8_t wait_count = 0;
  std::array<WaitFor, 2> waits{};
  ServedAs as{};

 private:
  // A throw that is reached does not compile.
  consteval void add(std::string_view word) {
    if (word.empty()) throw "two spaces";
    if (word[0] >= 'A' && word[0] <= 'Z') return add_groups(word);
    if (word[0] == '%') return add_group(word);
    const std::size_t colon = word.find(':');
    const std::string_view key = word.substr(0, colon);
    const std::string_view value = colon == word.npos ? std::string_view() : word.substr(colon + 1);
    if (key == "as") return add_served_as(value);
    if (key == "returns") return add_result(value);
    if (key == "unwraps") return add_wrapping(value);
    if (key == "waits-in") return add_wait(value, POLLIN);
    if (key == "waits-out") return add_wait(value, POLLOUT);
    if (key == "strict") {
      if (!value.empty() && value != "amd64") throw "strict, or strict:amd64";
      strict = true;
      strict_on_i386 = value.empty();
      return;
    }
    if (key == "stores") {
      stores = digit(value);
      return;
    }
    if (!value.empty()) throw "a word without a value";
    add_flag(key);
  }

  consteval void add_flag(std::string_view word) {
    if (word == "moves") return void(moves = true);
    if (word == "keeps-link") return void(keeps_link = true);
    if (word == "in-parts") return void(in_parts = true);
    if (word == "locks") return void(locks = true);
    if (word == "large-locks") return void(large_locks = true);
    if (word == "restores-mask") return void(restores_mask = true);
    if (word == "named-args") return void(named_args = true);
    if (word == "tells-offset") return void(tells_offset = true);
    throw "not a trait of calls";
  }

  consteval void add_groups(std::string_view letters) {
    constexpr std::string_view kLetters = "FDMPSNICKU";
    for (const char letter : letters) {
      const std::size_t bit = kLetters.find(letter);
      if (bit == kLetters.npos) throw "not a group of calls";
      groups |= 1u << bit;
    }
  }

  consteval void add_group(std::string_view word) {
    if (word == "%%stat") return void(groups = groups | CallGroup::OtherStat);
    if (word == "%%statfs") return void(groups = groups | CallGroup::OtherStatfs);
    for (const CallGroupName& group : kCallGroupNames)
      if (group.name == word.substr(1)) return void(groups |= group.members);
    throw "not a group of calls";
  }

  consteval void add_result(std::string_view word) {
    struct Row {
      std::string_view word;
      ResultKind kind;
    };
    constexpr Row kRows[] = {
        {"hex", ResultKind::Address},      {"octal", ResultKind::Mode},
        {"nothing", ResultKind::Nothing},  {"date", ResultKind::Time},
        {"fd", ResultKind::Descriptor},    {"signal", ResultKind::Signal},
        {"entry", ResultKind::ThreadArea}, {"id16", ResultKind::SmallIdentity},
    };
    for (const Row& row : kRows)
      if (row.word == word) return void(returns = row.kind);
    throw "not a kind of result";
  }

  consteval void add_wrapping(std::string_view word) {
    constexpr std::string_view kWords[] = {"", "mmap", "select", "socketcall", "ipc"};
    for (std::size_t i = 1; i < std::size(kWords); ++i)
      if (kWords[i] == word) return void(unwraps = static_cast<Wrapping>(i));
    throw "not a way to wrap a call";
  }

  consteval void add_wait(std::string_view argument, std::int16_t events) {
    waits.at(wait_count++) = {argument.empty() ? std::uint8_t{0} : digit(argument), events};
  }

  consteval void add_served_as(std::string_view text) {
    const std::size_t open = text.find('(');
    as.name = text.substr(0, open);
    if (as.name.empty()) throw "served as what?";
    if (open == text.npos) return;
    if (!text.ends_with(')')) throw "no end of the arguments";
    std::string_view rest = text.substr(open + 1, text.size() - open - 2);
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      as.sources.at(as.count++) = source(rest.substr(0, comma));
      rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    }
  }

  static consteval ArgSource source(std::string_view word) {
    if (word == "null") return {ArgSource::From::Null};
    if (word == "setsize") return {ArgSource::From::SetSize};
    if (word.starts_with('&')) return {ArgSource::From::Copy, digit(word.substr(1))};
    return {ArgSource::From::Argument, digit(word)};
  }

  static consteval std::uint8_t digit(std::string_view word) {
    if (word.size() != 1 || word[0] < '0' || word[0] > '5') throw "an argument is one digit";
    return static_cast<std::uint8_t>(word[0] - '0');
  }
};

/// The group of a name ("file", "%stat"), without the first "%"; null where there is none.
constexpr const CallGroupName* find_call_group(std::string_view name) {
  for (const CallGroupName& group : kCallGroupNames)
    if (group.name == name) return &group;
  return nullptr;
}

}  // namespace ringfare
