// SPDX-License-Identifier: MIT
// Which file of /proc, /dev or /sys a path names for the guest. What is in them: proc_*_files.cpp.
#include "emu/linux/state/proc_files.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "emu/linux/proc/proc_subject.hpp"
#include "emu/linux/state/proc_setting.hpp"

namespace ringfare {
namespace {

using Meaning = ProcPath::Meaning;

std::uint64_t load_word(Process& process, std::uint64_t address) {
  const AddressSpace& memory = process.user.space();
  if (process.image.layout.word() == 8) return memory.load<std::uint64_t>({address}).value_or(0);
  return memory.load<std::uint32_t>({address}).value_or(0);
}

/// Where the initial stack (System V ABI AMD64, figure 3.9; i386, figure 2.4) goes on after a
/// null-terminated vector.
std::uint64_t after_vector(Process& process, std::uint64_t address) {
  const std::uint64_t word = process.image.layout.word();
  while (load_word(process, address) != 0) address += word;
  return address + word;
}

/// The strings of the initial stack, as the program has left them (proc(5)).
std::string text_in(Process& process, GuestRange strings) {
  std::string text(strings.size(), '\0');
  const bool there =
      process.user.space().read(strings.begin, std::as_writable_bytes(std::span(text)));
  return there ? text : std::string();
}

std::uint64_t argument_vector(Process& process) {
  return process.image.stack_pointer.value + process.image.layout.word();
}
/// A program that needs more room than its arguments have takes that of its environment, and leaves
/// no NUL where they ended.
std::string arguments(const ProcSubject& subject) {
  const Process& process = subject.process;
  std::string text = text_in(subject.process, process.image.arguments);
  if (text.empty() || text.back() == '\0') return text;
  text += text_in(subject.process, process.image.environment);
  if (const std::size_t end = text.find('\0'); end != text.npos) text.resize(end + 1);
  return text;
}
std::string environment(const ProcSubject& subject) {
  return text_in(subject.process, subject.process.image.environment);
}
std::string auxiliary_vector(const ProcSubject& subject) {
  Process& process = subject.process;
  const std::uint64_t begin =
      after_vector(process, after_vector(process, argument_vector(process)));
  const std::uint64_t word = process.image.layout.word();
  std::uint64_t end = begin;
  while (load_word(process, end) != 0) end += 2 * word;
  std::string text(end + 2 * word - begin, '\0');
  process.user.space().read({begin}, std::as_writable_bytes(std::span(text)));
  return text;
}

std::string domain(const ProcSubject& subject) {
  return fmt::format("{:08x}\n", subject.process.execution_domain);
}
std::string nothing(const ProcSubject&) {
  return {};
}
std::string zero(const ProcSubject&) {
  return "0";
}
std::string running(const ProcSubject&) {
  return "running\n";
}
// proc(5): half of it would be its share of memory; a process of no size has 666 of 2000.
std::string score(const ProcSubject& subject) {
  constexpr int kOfNoSize = 666;
  const int adjustment = subject.process.proc_settings.oom_score_adjustment;
  return fmt::format("{}\n", std::max(0, kOfNoSize + adjustment * 2 / 3));
}
std::string processor_set(const ProcSubject&) {
  return "/\n";
}

constexpr MadeFile kProcessFiles[] = {
    {"maps", maps_text},
    {"smaps", smaps_text},
    {"smaps_rollup", smaps_rollup_text},
    {"numa_maps", numa_maps_text},
    {"statm", statm_text},
    {"cmdline", arguments},
    {"environ", environment},
    {"auxv", auxiliary_vector},
    {"stat", stat_text},
    {"status", status_text},
    {"limits", limits_text},
    {"io", io_text},
    {"sched", sched_text},
    {"schedstat", schedstat_text},
    {"children", children_text},
    {"personality", domain},
    {"oom_score", score},
    {"cpuset", processor_set},
    {"wchan", zero},
    {"syscall", running},
    {"stack", nothing},
    {"timers", nothing},
    {"arch_status", nothing},
};

constexpr std::string_view kRandomFiles[] = {"/dev/urandom", "/dev/random"};

// What stays the host's below /proc/self: who logged in, mounts and the kernel's own tables.
constexpr std::string_view kHostFiles[] = {"loginuid",   "sessionid",     "mounts", "mountinfo",
                                           "mountstats", "cgroup",        "net",    "ns",
                                           "attr",       "timens_offsets"};
constexpr std::string_view kHostLinks[] = {"cwd", "root"};
constexpr std::string_view kListed[] = {"", "fd", "fdinfo", "task", "map_files"};
constexpr std::string_view kServed[] = {"mem", "pagemap"};

ProcPath of_host(Meaning meaning, const std::string& host) {
  return {meaning, host, host};
}
ProcPath missing() {
  return {Meaning::Missing, {}, {}};
}

template <class Rows>
bool contains(const Rows& rows, std::string_view name) {
  return std::ranges::find(rows, name) != std::end(rows);
}

struct StandardStream {
  std::string_view path;
  int fd;
};
constexpr StandardStream kStandardStreams[] = {
    {"/dev/stdin", 0}, {"/dev/stdout", 1}, {"/dev/stderr", 2}};

std::optional<int> number(std::string_view text) {
  int value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Without repeated and trailing slashes and without ".".
std::string plain(std::string_view path) {
  std::string text;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    if (!name.empty() && name != ".") (text += '/') += name;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return text.empty() ? "/" : text;
}

/// The first name of a path, and what follows.
struct Split {
  std::string_view first, rest;
};
Split split(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

/// "/proc/12345": the host's name for a process of the guest; of who is none, this one's.
std::string host_process(const Process& process, int pid) {
  const ProcessEntry* const entry = const_cast<Process&>(process).tree.find(pid);
  const bool alive = entry != nullptr && entry->state != ProcessEntry::State::Zombie;
  return fmt::format("/proc/{}", alive && entry->pid != process.pid() ? entry->host_pid : getpid());
}

ProcPath descriptor_path(Process& process, std::string_view digits, std::string_view directory) {
  const std::optional<int> fd = number(digits);
  const int host = fd ? process.descriptors.host(*fd) : -1;
  if (host < 0) return missing();
  return of_host(Meaning::Replaced, fmt::format("/proc/{}/{}/{}", getpid(), directory, host));
}

/// The region that a name of /proc/PID/map_files means: "400000-401000".
const Region* mapped_file(Process& process, std::string_view name) {
  std::uint64_t begin = 0;
  std::from_chars(name.data(), name.data() + name.size(), begin, 16);
  const Region* const region = process.user.space().find({begin});
  if (region == nullptr || !region->name.starts_with('/')) return nullptr;
  const std::string own =
      fmt::format("{:x}-{:x}", region->range.begin.value, region->range.end.value);
  return own == name ? region : nullptr;
}

/// A file of this process: `file` is what follows /proc/PID/ or /proc/PID/task/TID/.
ProcPath own_path(const ProcSubject& subject, std::string_view file) {
  Process& process = subject.process;
  const std::string host = fmt::format("/proc/{}", getpid());
  const std::string same = host + "/" + std::string(file);
  if (file == "exe") return of_host(Meaning::Replaced, process.image.path);
  if (contains(kListed, file)) return of_host(Meaning::Listed, file.empty() ? host : same);
  if (contains(kServed, file) || find_setting(file) != nullptr)
    return of_host(Meaning::Served, same);
  if (contains(kHostLinks, file)) return of_host(Meaning::Replaced, same);
  const auto made = std::ranges::find(kProcessFiles, file, &MadeFile::path);
  if (made != std::end(kProcessFiles)) {
    const std::string stands =
        file == "children" ? fmt::format("{}/task/{}/children", host, getpid()) : same;
    return {Meaning::Made, stands, made->contents(subject)};
  }
  const auto [first, rest] = split(file);
  if (contains(kHostFiles, first) || contains(kHostLinks, first))
    return of_host(Meaning::Replaced, same);
  if (first == "fd") return descriptor_path(process, rest, "fd");
  if (first == "fdinfo") {
    ProcPath path = descriptor_path(process, rest, "fdinfo");
    if (path.meaning == Meaning::Missing) return path;
    return {Meaning::Made, path.host, fdinfo_text(process, *number(rest))};
  }
  if (first == "map_files")
    if (const Region* const region = mapped_file(process, rest))
      return of_host(Meaning::Replaced, region->name);
  return missing();
}

/// The thread that a path is about: what is below task/TID/, or the process's first.
struct InTask {
  Task* task;
  std::string_view file;
  bool named;  // by task/TID
};
InTask in_task(Process& process, std::string_view file, Task* first) {
  const auto [directory, rest] = split(file);
  if (directory != "task" || rest.empty()) return {first, file, false};
  const auto [digits, below] = split(rest);
  const std::optional<int> id = number(digits);
  return {id ? process.find_task(*id) : nullptr, below, true};
}

ProcPath own_process(Process& process, Task* first, std::string_view file) {
  const InTask in = in_task(process, file, first);
  if (in.task == nullptr) return missing();
  if (in.named && (in.file == "task" || in.file == "map_files")) return missing();
  return own_path({process, *in.task}, in.file);
}

std::vector<DirectoryName> host_names(const std::string& directory) {
  std::vector<DirectoryName> names;
  DIR* const open = opendir(directory.c_str());
  if (open == nullptr) return names;
  while (const dirent* const entry = readdir(open)) names.push_back({entry->d_name, entry->d_type});
  closedir(open);
  return names;
}

/// What the directory has, first "." and "..".
std::vector<DirectoryName> own_names(Process& process, std::string_view file, Task* first) {
  const InTask in = in_task(process, file, first);
  std::vector<DirectoryName> names{{".", DT_DIR}, {"..", DT_DIR}};
  if (in.task == nullptr) return names;
  const std::string_view directory = in.file;
  if (directory == "fd" || directory == "fdinfo") {
    for (int fd = 0; fd < process.descriptors.end(); ++fd)
      if (process.descriptors.find(fd) != nullptr)
        names.push_back({fmt::format("{}", fd),
                         static_cast<std::uint8_t>(directory == "fd" ? DT_LNK : DT_REG)});
  } else if (directory == "task") {
    for (const auto& [id, task] : process.tasks) names.push_back({fmt::format("{}", id), DT_DIR});
  } else if (directory == "map_files") {
    for (const Region& region : process.user.space().regions())
      if (region.name.starts_with('/'))
        names.push_back(
            {fmt::format("{:x}-{:x}", region.range.begin.value, region.range.end.value), DT_LNK});
  } else {
    const std::string host = in.named ? fmt::format("/proc/self/task/{}", getpid()) : "/proc/self";
    for (const DirectoryName& name : host_names(host)) {
      if (name.name == "." || name.name == "..") continue;
      const bool link = name.name == "exe" || contains(kHostLinks, name.name);
      const bool known =
          link || contains(kListed, name.name) || contains(kServed, name.name) ||
          contains(kHostFiles, name.name) || find_setting(name.name) != nullptr ||
          std::ranges::find(kProcessFiles, name.name, &MadeFile::path) != std::end(kProcessFiles);
      if (known) names.push_back(name);
    }
  }
  return names;
}

std::optional<std::string> own_link(Process& process, std::string_view file, Task* first) {
  const InTask in = in_task(process, file, first);
  if (in.task == nullptr) return std::nullopt;
  if (in.file == "exe") return process.image.path;
  const auto [directory, rest] = split(in.file);
  if (directory == "map_files") {
    const Region* const region = mapped_file(process, rest);
    return region == nullptr ? std::nullopt : std::optional(region->name);
  }
  if (directory != "fd" || rest.empty()) return std::nullopt;
  const std::optional<int> fd = number(rest);
  const Descriptor* const descriptor = fd ? process.descriptors.find(*fd) : nullptr;
  if (descriptor == nullptr) return std::nullopt;
  if (!descriptor->path.empty()) return descriptor->path;
  char text[PATH_MAX];
  const std::string link = fmt::format("/proc/self/fd/{}", descriptor->host_fd);
  const ssize_t length = ::readlink(link.c_str(), text, sizeof(text));
  if (length < 0) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(length));
}

/// Process 1, which is no guest: it only is there.
const ProcessEntry& init() {
  static const ProcessEntry entry = [] {
    ProcessEntry made;
    made.state = ProcessEntry::State::Waiting;
    made.pid = made.group = made.session = 1;
    made.name = {'i', 'n', 'i', 't'};
    return made;
  }();
  return entry;
}

/// A process that has ended and was not waited for, or process 1.
ProcPath silent_path(Process& process, const ProcessEntry& entry, std::string_view file) {
  const std::string host = host_process(process, entry.pid) + (file.empty() ? "" : "/");
  const std::string same = host + std::string(file);
  if (contains(kListed, file)) return of_host(Meaning::Listed, same);
  if (file == "stat") return {Meaning::Made, same, stat_text(entry)};
  if (file == "status") return {Meaning::Made, same, status_text(entry)};
  if (file == "comm") return {Meaning::Made, same, std::string(entry.name.data()) + "\n"};
  if (file == "statm") return {Meaning::Made, same, "0 0 0 0 0 0 0\n"};
  if (file == "cmdline" && entry.pid == 1)
    return {Meaning::Made, same, std::string("/sbin/init\0", 11)};
  const bool known =
      contains(kServed, file) || find_setting(file) != nullptr ||
      std::ranges::find(kProcessFiles, file, &MadeFile::path) != std::end(kProcessFiles);
  if (known) return {Meaning::Made, same, {}};
  return missing();
}

std::vector<DirectoryName> silent_names(std::string_view directory) {
  std::vector<DirectoryName> names{{".", DT_DIR}, {"..", DT_DIR}};
  if (directory.empty())
    for (const std::string_view name : {"stat", "status", "comm", "statm", "cmdline"})
      names.push_back({std::string(name), DT_REG});
  return names;
}

// What one process asks another, and how it answers: a letter, then fields that end with NUL.
constexpr char kAskFile = 'f', kAskNames = 'n', kAskLink = 'l', kKnown = '+';

std::string answer(Process& process, std::string_view question) {
  if (question.empty() || process.tasks.empty()) return {};
  Task* const first = process.tasks.begin()->second.get();
  const char what = question.front();
  const std::string_view file = question.substr(1);
  std::string text;
  if (what == kAskFile) {
    ProcPath found = own_process(process, first, file);
    const std::string_view last = in_task(process, file, first).file;
    // Another process only reads what this one also writes.
    if (const SettingRow* const row = find_setting(last); row != nullptr)
      found = {Meaning::Made, found.host, row->read(process, process.pid())};
    text += static_cast<char>('0' + static_cast<int>(found.meaning));
    text += found.host + '\0' + found.text;
  } else if (what == kAskNames) {
    for (const DirectoryName& name : own_names(process, file, first))
      (text += static_cast<char>(name.type)) += name.name + '\0';
  } else if (what == kAskLink) {
    if (const auto target = own_link(process, file, first)) text += kKnown + *target;
  }
  return text;
}

ProcPath answered_path(const std::string& text) {
  if (text.empty()) return missing();
  const std::size_t end = text.find('\0');
  return {static_cast<Meaning>(text.front() - '0'), text.substr(1, end - 1), text.substr(end + 1)};
}

std::vector<DirectoryName> answered_names(const std::string& text) {
  std::vector<DirectoryName> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\0', at + 1);
    if (end == std::string::npos) break;
    names.push_back({text.substr(at + 1, end - at - 1), static_cast<std::uint8_t>(text[at])});
    at = end + 1;
  }
  return names;
}

/// What a path below /proc names: a process, and a file of its.
struct Named {
  enum class Whose : std::uint8_t { Nobody, Own, Other, Silent };
  Whose whose = Whose::Nobody;
  Task* task = nullptr;  // Own: the thread it begins with
  const ProcessEntry* entry = nullptr;
  std::string_view file;  // below /proc/PID/
};

Task* some_task(Process& process) {
  if (process.task != nullptr) return process.task;
  return process.tasks.empty() ? nullptr : process.tasks.begin()->second.get();
}

/// `below`: what follows "/proc/". `is_process`: whether it names a process at all.
Named named(Process& process, std::string_view below, bool& is_process) {
  const auto [first, file] = split(below);
  is_process = true;
  Task* const leader = process.find_task(process.pid());
  Task* const first_task = leader != nullptr ? leader : some_task(process);
  if (first == "self") return {Named::Whose::Own, first_task, nullptr, file};
  if (first == "thread-self") return {Named::Whose::Own, some_task(process), nullptr, file};
  const std::optional<int> pid = number(first);
  is_process = pid.has_value();
  if (!pid) return {};
  if (*pid == process.pid()) return {Named::Whose::Own, first_task, nullptr, file};
  if (Task* const task = process.find_task(*pid)) return {Named::Whose::Own, task, nullptr, file};
  if (*pid == init().pid) return {Named::Whose::Silent, nullptr, &init(), file};
  ProcessEntry* const entry = process.tree.find(*pid);
  if (entry == nullptr) return {};
  const bool ended = entry->state == ProcessEntry::State::Zombie;
  return {ended ? Named::Whose::Silent : Named::Whose::Other, nullptr, entry, file};
}

std::string ask(Process& process, const ProcessEntry& whom, char what, std::string_view file) {
  return process.tree.ask(const_cast<ProcessEntry&>(whom), what + std::string(file));
}

ProcPath below_proc(Process& process, std::string_view below) {
  bool is_process = false;
  const Named found = named(process, below, is_process);
  switch (found.whose) {
    case Named::Whose::Own:
      return found.task == nullptr ? missing() : own_process(process, found.task, found.file);
    case Named::Whose::Other:
      return answered_path(ask(process, *found.entry, kAskFile, found.file));
    case Named::Whose::Silent:
      return silent_path(process, *found.entry, found.file);
    default:
      return is_process ? missing() : ProcPath{};
  }
}

/// What of the paths outside of /proc/PID leads there, under its own name.
std::string led(std::string_view path) {
  if (path == "/dev/fd" || path.starts_with("/dev/fd/"))
    return "/proc/self" + std::string(path.substr(4));
  const auto stream = std::ranges::find(kStandardStreams, path, &StandardStream::path);
  if (stream != std::end(kStandardStreams)) return fmt::format("/proc/self/fd/{}", stream->fd);
  return std::string(path);
}

bool is_concerned(std::string_view path) {
  while (path.starts_with("//") || path.starts_with("/./"))
    path.remove_prefix(path[1] == '/' ? 1 : 2);
  return path.starts_with("/proc") || path.starts_with("/dev/") || path.starts_with("/sys/");
}

/// /proc: the guest's processes, and the host's files.
std::vector<DirectoryName> all_names(Process& process) {
  std::vector<DirectoryName> names;
  for (const DirectoryName& name : host_names("/proc"))
    if (!number(name.name)) names.push_back(name);
  std::vector<int> pids;
  for (const ProcessEntry* const entry : process.tree.all()) pids.push_back(entry->pid);
  std::ranges::sort(pids);
  for (const int pid : pids) names.push_back({fmt::format("{}", pid), DT_DIR});
  return names;
}

}  // namespace

ProcPath find_proc_path(Process& process, std::string_view given) {
  if (!is_concerned(given)) return {};
  const std::string path = led(plain(given));
  if (path == "/proc") return of_host(Meaning::Listed, "/proc");
  if (path.starts_with("/proc/")) {
    ProcPath found = below_proc(process, std::string_view(path).substr(6));
    // A link, where that is what is asked for.
    const bool link = plain(given) == "/proc/self" || plain(given) == "/proc/thread-self" ||
                      plain(given) == "/dev/fd";
    if (found.meaning == Meaning::Listed && link) found.host = found.text = given;
    if (found.meaning != Meaning::Elsewhere) return found;
  }
  if (const MadeFile* const made = find_machine_file(path)) {
    Task* const task = some_task(process);
    if (task != nullptr) return {Meaning::Made, path, made->contents({process, *task})};
  }
  if (contains(kRandomFiles, path)) return of_host(Meaning::Random, path);
  if (path != given && path.starts_with("/proc/")) return of_host(Meaning::Replaced, path);
  return {};
}

std::string proc_name(const Process& process, std::string_view given) {
  const std::string path = led(plain(given));
  constexpr std::string_view kSelf = "/proc/self";
  if (path != kSelf && !path.starts_with("/proc/self/")) return path;
  return fmt::format("/proc/{}{}", process.pid(), path.substr(kSelf.size()));
}

std::unique_ptr<PositionedFile> open_proc_file(Process& process, std::string_view given) {
  const std::string path = led(plain(given));
  if (path == "/proc") return std::make_unique<ListedDirectory>(all_names(process));
  bool is_process = false;
  const Named found = named(process, std::string_view(path).substr(6), is_process);
  if (found.whose == Named::Whose::Silent)
    return std::make_unique<ListedDirectory>(silent_names(found.file));
  if (found.whose == Named::Whose::Other) {
    const ProcPath there = answered_path(ask(process, *found.entry, kAskFile, found.file));
    const bool is_memory = found.file == "mem" || found.file.ends_with("/mem");
    const ProcessEntry& own = process.tree.self();
    const bool may = own.effective_user == 0 || own.effective_user == found.entry->user;
    if (there.meaning == Meaning::Served && is_memory && may)
      return std::make_unique<MemoryFile>(found.entry->pid);
    if (there.meaning != Meaning::Listed) return nullptr;
    return std::make_unique<ListedDirectory>(
        answered_names(ask(process, *found.entry, kAskNames, found.file)));
  }
  if (found.whose != Named::Whose::Own || found.task == nullptr) return nullptr;
  const InTask in = in_task(process, found.file, found.task);
  if (in.task == nullptr) return nullptr;
  if (in.file == "mem") return std::make_unique<MemoryFile>();
  if (in.file == "pagemap") return std::make_unique<PageMapFile>();
  if (const SettingRow* const row = find_setting(in.file))
    return std::make_unique<SettingFile>(*row, in.task->id);
  return std::make_unique<ListedDirectory>(own_names(process, found.file, found.task));
}

std::optional<std::string> proc_link(Process& process, std::string_view given) {
  if (!is_concerned(given)) return std::nullopt;
  const std::string path = plain(given);
  if (path == "/proc/self") return fmt::format("{}", process.pid());
  if (path == "/proc/thread-self")
    return fmt::format("{}/task/{}", process.pid(),
                       process.task != nullptr ? process.task->id : process.pid());
  const std::string target = path.starts_with("/dev/fd/") ? led(path) : path;
  if (!target.starts_with("/proc/")) return std::nullopt;
  bool is_process = false;
  const Named found = named(process, std::string_view(target).substr(6), is_process);
  if (found.whose == Named::Whose::Own) return own_link(process, found.file, found.task);
  if (found.whose != Named::Whose::Other) return std::nullopt;
  const std::string text = ask(process, *found.entry, kAskLink, found.file);
  return text.empty() ? std::nullopt : std::optional(text.substr(1));
}

void answer_about_proc(Process& process) {
  process.tree.answer_with(
      [&process](std::string_view question) { return answer(process, question); });
}

}  // namespace ringfare
