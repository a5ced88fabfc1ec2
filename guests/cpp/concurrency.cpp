// SPDX-License-Identifier: MIT
// What the C++ library makes of threads: exceptions that cross them, objects of a thread, futures,
// conditions, stop requests, latches and waits for atomics.
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::atomic<int> unwound{0}, farewells{0};

struct Guard {
  ~Guard() { unwound++; }
};

struct Own {
  int value = 5;
  ~Own() { farewells++; }
};

thread_local Own own;

[[gnu::noinline]] int deep(int depth) {
  const Guard guard;
  if (depth == 0) throw std::out_of_range("depth 0");
  return deep(depth - 1) + 1;
}

void exceptions() {
  std::vector<std::exception_ptr> caught(8);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&, i] {
      try {
        deep(10 + i);
      } catch (const std::exception&) {
        caught[i] = std::current_exception();
      }
    });
  for (std::thread& thread : threads) thread.join();
  int same = 0;
  for (const std::exception_ptr& each : caught) try {
      std::rethrow_exception(each);
    } catch (const std::out_of_range& error) {
      same += error.what() == std::string("depth 0");
    }
  std::printf("exceptions %d, unwound %d\n", same, unwound.load());
  try {
    try {
      throw std::runtime_error("inner");
    } catch (...) {
      std::throw_with_nested(std::logic_error("outer"));
    }
  } catch (const std::exception& outer) {
    try {
      std::rethrow_if_nested(outer);
    } catch (const std::exception& inner) {
      std::printf("%s around %s\n", outer.what(), inner.what());
    }
  }
}

void own_objects() {
  std::vector<std::thread> threads;
  std::atomic<int> sum{0};
  for (int i = 0; i < 8; i++)
    threads.emplace_back([&sum, i] {
      own.value += i;
      std::this_thread::yield();
      sum += own.value;
    });
  for (std::thread& thread : threads) thread.join();
  std::printf("own %d, sum %d, farewells %d\n", own.value, sum.load(), farewells.load());
}

void futures() {
  std::vector<std::future<long>> parts;
  for (long i = 0; i < 6; i++)
    parts.push_back(std::async(std::launch::async, [i] {
      long sum = 0;
      for (long k = 0; k < 1000 * i; k++) sum += k;
      return sum;
    }));
  long sum = 0;
  for (auto& part : parts) sum += part.get();
  auto failing = std::async(std::launch::async, []() -> int { throw std::domain_error("async"); });
  try {
    failing.get();
  } catch (const std::domain_error& error) {
    std::printf("async %ld, then %s\n", sum, error.what());
  }
  std::promise<std::string> promise;
  auto word = promise.get_future();
  std::binary_semaphore asked(0);
  std::jthread giver([&] {
    asked.acquire();
    promise.set_value("kept");
  });
  std::printf("promise %s",
              word.wait_for(0ms) == std::future_status::timeout ? "later" : "at once");
  asked.release();
  std::printf(" %s\n", word.get().c_str());
  std::packaged_task<int(int)> task([](int n) { return n * n; });
  auto square = task.get_future();
  std::jthread(std::move(task), 12).join();
  std::promise<int> broken;
  auto nothing = broken.get_future();
  broken = {};
  try {
    nothing.get();
  } catch (const std::future_error& error) {
    std::printf("square %d, %s\n", square.get(),
                error.code() == std::future_errc::broken_promise ? "a broken promise" : "?");
  }
}

void conditions() {
  std::mutex lock;
  std::condition_variable changed;
  std::vector<int> queue;
  bool over = false;
  long taken = 0;
  std::vector<std::thread> takers;
  for (int i = 0; i < 3; i++)
    takers.emplace_back([&] {
      std::unique_lock held(lock);
      for (;;) {
        changed.wait(held, [&] { return over || !queue.empty(); });
        if (queue.empty()) return;
        taken += queue.back();
        queue.pop_back();
      }
    });
  for (int i = 1; i <= 300; i++) {
    {
      const std::lock_guard held(lock);
      queue.push_back(i);
    }
    changed.notify_one();
  }
  {
    const std::lock_guard held(lock);
    over = true;
  }
  changed.notify_all();
  for (std::thread& taker : takers) taker.join();
  std::unique_lock held(lock);
  const bool in_time = changed.wait_for(held, 10ms, [] { return false; });
  std::condition_variable_any any;
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(2ms);
    stop.request_stop();
  });
  const bool met = any.wait(held, stop.get_token(), [] { return false; });
  std::printf("conditions %ld, %d %d\n", taken, in_time, met);
}

void the_rest() {
  std::latch ready(4);
  std::barrier rounds(4);
  std::counting_semaphore<2> places(2);
  std::shared_timed_mutex shared;
  std::once_flag once;
  std::atomic<int> calls{0}, inside{0}, most{0}, flag{0}, value{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; i++)
    threads.emplace_back([&] {
      ready.count_down();
      ready.wait();
      std::call_once(once, [&] { calls++; });
      for (int round = 0; round < 3; round++) rounds.arrive_and_wait();
      places.acquire();
      const int now = ++inside;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::yield();
      --inside;
      places.release();
      {
        const std::unique_lock writes(shared);
        value += 10;
      }
      const std::shared_lock reads(shared);
      flag.wait(0);
      value++;
    });
  std::this_thread::sleep_for(3ms);
  flag = 1;
  flag.notify_all();
  threads.clear();
  std::printf("calls %d, at most two %d, value %d\n", calls.load(), most <= 2, value.load());
  std::jthread polite([](std::stop_token token) {
    while (!token.stop_requested()) std::this_thread::sleep_for(100us);
  });
  std::recursive_timed_mutex timed;
  timed.lock();
  std::jthread([&] { std::printf("timed %d\n", timed.try_lock_for(5ms)); }).join();
  timed.unlock();
}

}  // namespace

int main() {
  exceptions();
  own_objects();
  futures();
  conditions();
  the_rest();
  std::set_terminate([] {
    std::puts("terminated");
    std::fflush(stdout);
    std::_Exit(9);
  });
  std::thread([] { throw 1; }).join();
}
