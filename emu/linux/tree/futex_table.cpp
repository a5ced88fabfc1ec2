// SPDX-License-Identifier: MIT
#include "emu/linux/tree/futex_table.hpp"

#include <sys/mman.h>

#include <array>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kBuckets = 4096;

std::size_t bucket_of(const FutexKey& key) {
  // Knuth, The Art of Computer Programming, vol. 3, 6.4: multiplicative hashing.
  constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;
  const std::uint64_t mixed = ((key.space * kGolden + key.object) * kGolden + key.offset) * kGolden;
  return mixed >> 52;
}
static_assert(kBuckets == 1u << (64 - 52));

struct Bucket {
  std::uint32_t first, last;
};

}  // namespace

struct FutexTable::Shared {
  std::uint32_t used;   // places that were ever in use
  std::uint32_t freed;  // the first of the free ones among them, chained by `next`
  std::uint32_t locks;  // waiters of Kind::Lock there may be
  std::array<Bucket, kBuckets> buckets;
  std::array<FutexWaiter, kMost> waiters;
};

FutexTable::FutexTable() {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw UserError("no memory for the table of futexes; is there a limit on address space?");
  shared_ = static_cast<Shared*>(memory);
  shared_->used = 1;
}

FutexTable::~FutexTable() {
  munmap(shared_, sizeof(Shared));
}

FutexWaiter& FutexTable::operator[](std::uint32_t place) {
  return shared_->waiters[place];
}

std::uint32_t FutexTable::add(const FutexWaiter& waiter) {
  std::uint32_t place = shared_->freed;
  if (place != 0)
    shared_->freed = shared_->waiters[place].next;
  else if (shared_->used < kMost)
    place = shared_->used++;
  else
    return 0;
  shared_->waiters[place] = waiter;
  shared_->waiters[place].state = FutexWaiter::State::Queued;
  if (waiter.kind != FutexWaiter::Kind::Plain) ++shared_->locks;
  append(place);
  return place;
}

void FutexTable::append(std::uint32_t place) {
  FutexWaiter& waiter = shared_->waiters[place];
  Bucket& bucket = shared_->buckets[bucket_of(waiter.key)];
  waiter.previous = bucket.last;
  waiter.next = 0;
  (bucket.last != 0 ? shared_->waiters[bucket.last].next : bucket.first) = place;
  bucket.last = place;
}

void FutexTable::unlink(std::uint32_t place) {
  const FutexWaiter& waiter = shared_->waiters[place];
  Bucket& bucket = shared_->buckets[bucket_of(waiter.key)];
  (waiter.previous != 0 ? shared_->waiters[waiter.previous].next : bucket.first) = waiter.next;
  (waiter.next != 0 ? shared_->waiters[waiter.next].previous : bucket.last) = waiter.previous;
}

void FutexTable::dequeue(std::uint32_t place) {
  unlink(place);
  shared_->waiters[place].state = FutexWaiter::State::Woken;
}

void FutexTable::move(std::uint32_t place, const FutexKey& to) {
  unlink(place);
  shared_->waiters[place].key = to;
  append(place);
}

void FutexTable::free(std::uint32_t place) {
  FutexWaiter& waiter = shared_->waiters[place];
  if (waiter.state == FutexWaiter::State::Queued) unlink(place);
  if (waiter.kind != FutexWaiter::Kind::Plain) --shared_->locks;
  waiter = {};
  waiter.next = shared_->freed;
  shared_->freed = place;
}

std::uint32_t FutexTable::match(std::uint32_t from, const FutexKey& key) const {
  while (from != 0 && shared_->waiters[from].key != key) from = shared_->waiters[from].next;
  return from;
}

std::uint32_t FutexTable::first(const FutexKey& key) const {
  return match(shared_->buckets[bucket_of(key)].first, key);
}

std::uint32_t FutexTable::after(std::uint32_t place) const {
  return match(shared_->waiters[place].next, shared_->waiters[place].key);
}

std::uint32_t FutexTable::find_owned_by(std::int32_t thread) const {
  if (shared_->locks == 0) return 0;
  for (std::uint32_t place = 1; place < shared_->used; ++place) {
    const FutexWaiter& waiter = shared_->waiters[place];
    if (waiter.state == FutexWaiter::State::Queued && waiter.kind == FutexWaiter::Kind::Lock &&
        waiter.owner == thread)
      return place;
  }
  return 0;
}

}  // namespace ringfare
