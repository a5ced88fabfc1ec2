// SPDX-License-Identifier: MIT
// C++ threads: std::thread, future, condition_variable, shared_mutex, exceptions across threads,
// jthread and stop tokens.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

long sum_of(const std::vector<int>& numbers) {
  const std::size_t parts = 4, step = numbers.size() / parts;
  std::vector<std::future<long>> futures;
  for (std::size_t i = 0; i < parts; ++i)
    futures.push_back(std::async(std::launch::async, [&, i] {
      return std::accumulate(numbers.begin() + static_cast<long>(i * step),
                             numbers.begin() + static_cast<long>((i + 1) * step), 0L);
    }));
  long sum = 0;
  for (auto& future : futures) sum += future.get();
  return sum;
}

int shared_readers() {
  std::shared_mutex mutex;
  int value = 0;
  std::atomic<int> torn = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 300; ++j) {
        const std::shared_lock lock(mutex);
        if (value % 2 != 0) ++torn;
      }
    });
  threads.emplace_back([&] {
    for (int j = 0; j < 300; ++j) {
      const std::unique_lock lock(mutex);
      ++value;
      std::this_thread::yield();
      ++value;
    }
  });
  for (auto& thread : threads) thread.join();
  return torn == 0 ? value : -1;
}

}  // namespace

int main() {
  std::vector<int> numbers(100'000);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::printf("sum %ld\n", sum_of(numbers));
  std::printf("shared %d\n", shared_readers());

  auto failing = std::async(std::launch::async,
                            []() -> int { throw std::runtime_error("thrown in a thread"); });
  try {
    failing.get();
  } catch (const std::exception& error) {
    std::printf("caught: %s\n", error.what());
  }

  std::mutex mutex;
  std::condition_variable_any changed;
  bool woken = false;
  {
    std::jthread waiter([&](std::stop_token stop) {
      std::unique_lock lock(mutex);
      woken = !changed.wait(lock, stop, [] { return false; });
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  std::printf("stopped %d\n", woken);

  std::once_flag once;
  std::atomic<int> times = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back([&] { std::call_once(once, [&] { ++times; }); });
  for (auto& thread : threads) thread.join();
  std::printf("once %d\n", times.load());

  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto status = never.wait_for(lock, std::chrono::milliseconds(20));
  std::printf("%s\n", status == std::cv_status::timeout ? "timeout" : "no timeout");
}
