// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

namespace ringfare {

struct ProcessEntry;

/// What Linux knows a futex by: of a private one the process and the address, of a shared one the
/// object behind the mapping and the place in it.
struct FutexKey {
  std::uint64_t space = 0;  // a file's device, or one of those below
  std::uint64_t object = 0, offset = 0;

  /// FUTEX_PRIVATE_FLAG; the same memory without the flag is another futex.
  static constexpr std::uint64_t kPrivate = ~0ull, kUnshared = ~0ull - 1;

  bool operator==(const FutexKey&) const = default;
};

/// A thread's place in the queue of a futex.
struct FutexWaiter {
  enum class State : std::uint8_t { Free, Queued, Woken };
  /// FUTEX_WAIT_REQUEUE_PI waits to be moved, FUTEX_LOCK_PI for the lock itself.
  enum class Kind : std::uint8_t { Plain, ToBeMoved, Lock };

  State state = State::Free;
  Kind kind = Kind::Plain;
  bool inherits = false;  // its owner has ended: who is woken makes the word its own
  std::uint32_t bits = 0;
  std::uint32_t next = 0, previous = 0;  // in its bucket, in the order in which they came
  std::uint32_t sibling = 0;             // futex_waitv(2): the next futex of the same thread
  std::int32_t thread = 0;
  std::int32_t owner = 0;  // Kind::Lock: who has it
  ProcessEntry* process = nullptr;
  FutexKey key;
  FutexKey moves_to;  // Kind::ToBeMoved
};

/// All threads of all processes that wait for futexes, in memory they share. Who has the turn uses
/// it alone. A waiter is named by its place, which is never 0.
class FutexTable {
 public:
  static constexpr std::uint32_t kAnyBits = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kMost = 1u << 18;

  FutexTable();
  ~FutexTable();
  FutexTable(const FutexTable&) = delete;
  FutexTable& operator=(const FutexTable&) = delete;

  FutexWaiter& operator[](std::uint32_t place);
  /// At the end of its key's queue; 0 where the table is full.
  std::uint32_t add(const FutexWaiter& waiter);
  /// Takes it out of the queue; it is still there for its thread, Woken.
  void dequeue(std::uint32_t place);
  /// To the end of another queue.
  void move(std::uint32_t place, const FutexKey& to);
  /// Its thread has seen how the wait ended, or will never.
  void free(std::uint32_t place);

  /// The first waiter of a queue, and the one behind another in the same queue; 0: none.
  std::uint32_t first(const FutexKey& key) const;
  std::uint32_t after(std::uint32_t place) const;

  /// A waiter for a lock that `thread` owns; 0: none. Looks at all of them.
  std::uint32_t find_owned_by(std::int32_t thread) const;

 private:
  struct Shared;

  std::uint32_t match(std::uint32_t from, const FutexKey& key) const;
  void append(std::uint32_t place);
  void unlink(std::uint32_t place);

  Shared* shared_;
};

}  // namespace ringfare
