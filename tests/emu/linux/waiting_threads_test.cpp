// SPDX-License-Identifier: MIT
#include "emu/linux/tree/waiting_threads.hpp"

#include <gtest/gtest.h>
#include <poll.h>

namespace ringfare {
namespace {

using std::chrono::nanoseconds;

struct Sleeper {
  explicit Sleeper(int number, Wait wait) : task(number) { task.wait = std::move(wait); }
  Task task;
};

TEST(WaitingThreads, AreFoundByWhatEndsTheirWaits) {
  Sleeper later(1, {.what = "a time", .until = nanoseconds(30)});
  Sleeper sooner(2, {.what = "a time", .until = nanoseconds(10)});
  Sleeper together(3, {.what = "a time", .until = nanoseconds(10)});
  Sleeper reader(4, {.what = "a file", .files = {{.fd = 5, .events = POLLIN, .revents = 0}}});
  Sleeper locker(5, {.what = "a lock", .lock = true});
  Sleeper other(6, {.what = "a futex"});
  WaitingThreads waiting;
  EXPECT_EQ(waiting.earliest(), std::nullopt);
  for (Sleeper* const one : {&later, &together, &sooner, &reader, &locker, &other})
    waiting.add(one->task);
  EXPECT_EQ(waiting.earliest(), nanoseconds(10));
  EXPECT_EQ(waiting.late(nanoseconds(9)), std::vector<Task*>{});
  EXPECT_EQ(waiting.late(nanoseconds(10)), (std::vector{&sooner.task, &together.task}));
  EXPECT_EQ(waiting.late(nanoseconds(30)),
            (std::vector{&sooner.task, &together.task, &later.task}));
  // Who waits for another thread is not looked at.
  EXPECT_EQ(waiting.watching(), (std::map<int, Task*>{{4, &reader.task}, {5, &locker.task}}));
  waiting.remove(sooner.task);
  waiting.remove(reader.task);
  EXPECT_EQ(waiting.late(nanoseconds(10)), std::vector{&together.task});
  EXPECT_EQ(waiting.watching(), (std::map<int, Task*>{{5, &locker.task}}));
  waiting.clear();
  EXPECT_EQ(waiting.earliest(), std::nullopt);
}

}  // namespace
}  // namespace ringfare
