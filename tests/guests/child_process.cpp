// SPDX-License-Identifier: MIT
#include "tests/guests/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace ringfare::testing {
namespace {

constexpr std::chrono::seconds kPatience{240};

// Room for a whole input and for what one call of a guest writes: how much a read finds or a
// sendfile(2) moves must not depend on who runs first.
constexpr int kPipeBytes = 1 << 20;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
    fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Standard input becomes a pseudoterminal whose other end nobody writes to.
void sit_at_terminal() {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) _exit(126);
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  if (slave < 0) _exit(126);
  dup2(slave, 0);
}

[[noreturn]] void become(const Launch& launch, const Pipe& in, const Pipe& out, const Pipe& err) {
  const auto arguments = pointers(launch.arguments), environment = pointers(launch.environment);
  dup2(in.ends[0], 0);
  if (launch.terminal) sit_at_terminal();
  dup2(out.ends[1], 1);
  dup2(err.ends[1], 2);
  closefrom(3);  // what whoever runs the tests has left open
  signal(SIGPIPE, SIG_DFL);
  if (chdir(launch.directory.c_str()) == 0)
    execve(arguments[0], arguments.data(), environment.data());
  _exit(126);
}

/// Appends what is there; closes the end at the end of the stream.
void drain(Pipe& pipe, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t count = read(pipe.ends[0], buffer.data(), buffer.size());
  if (count > 0)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  else
    pipe.close_end(0);
}

void feed(Pipe& pipe, const std::string& text, std::size_t& fed) {
  if (fed < text.size()) {
    const ssize_t count = write(pipe.ends[1], text.data() + fed, text.size() - fed);
    if (count > 0) fed += static_cast<std::size_t>(count);
    if (count < 0 && errno != EAGAIN) fed = text.size();  // nobody reads any more
  }
  if (fed == text.size()) pipe.close_end(1);
}

void converse(const Launch& launch, pid_t child, std::size_t fed, Pipe& in, Pipe& out, Pipe& err,
              Outcome& outcome) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 3> waiting{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0},
                                  pollfd{in.ends[1], POLLOUT, 0}};
    poll(waiting.data(), waiting.size(), 1000);
    if (std::chrono::steady_clock::now() > deadline) kill(child, SIGKILL);
    if (waiting[0].revents != 0) drain(out, outcome.output);
    if (waiting[1].revents != 0) drain(err, outcome.errors);
    if (waiting[2].revents != 0) feed(in, launch.input, fed);
  }
}

}  // namespace

std::string Outcome::ending() const {
  if (WIFSIGNALED(wait_status)) return "signal " + std::to_string(WTERMSIG(wait_status));
  return "exit " + std::to_string(WEXITSTATUS(wait_status));
}

Outcome run(const Launch& launch) {
  signal(SIGPIPE, SIG_IGN);
  Pipe in, out, err;
  fcntl(in.ends[1], F_SETFL, O_NONBLOCK);
  std::size_t fed = 0;
  feed(in, launch.input, fed);
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) become(launch, in, out, err);
  in.close_end(0);
  out.close_end(1);
  err.close_end(1);
  Outcome outcome;
  converse(launch, child, fed, in, out, err, outcome);
  while (waitpid(child, &outcome.wait_status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  return outcome;
}

Launch under_ringfare(Launch launch, const std::vector<std::string>& options) {
  std::vector<std::string> front{RINGFARE_BINARY_DIR "/ringfare"};
  front.insert(front.end(), options.begin(), options.end());
  front.push_back("--");
  launch.arguments.insert(launch.arguments.begin(), front.begin(), front.end());
  return launch;
}

std::string guest(const std::string& name) {
  return RINGFARE_BINARY_DIR "/guests/" + name;
}

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "ringfare-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail("mkdtemp");
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_whole(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace ringfare::testing
