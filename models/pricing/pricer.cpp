// SPDX-License-Identifier: MIT
#include "models/pricing/pricer.hpp"

#include <algorithm>
#include <array>

#include "models/pricing/bounds.hpp"
#include "models/pricing/encoding.hpp"
#include "models/pricing/instruction_costs.hpp"

namespace ringfare {
namespace {

constexpr std::size_t kMostAddresses = 32;

/// One instruction of the run under way.
struct Item {
  const InstructionCost* cost = nullptr;
  std::uint8_t slots = 0;
  bool joins_next = false;  // one micro-operation with the jump behind it
  Place loaded = kNowhere;
  Place stored = kNowhere;
  std::int64_t price = 0;  // of a system instruction
};

/// An address a run uses, named by registers, how often they were written before, and displacement.
struct Location {
  MemoryOperand operand;
  std::int64_t displacement = 0;
  std::uint16_t base_version = 0, index_version = 0;

  bool operator==(const Location&) const = default;
};

struct Access {
  Location location;
  std::size_t item = 0;
};

}  // namespace

class Pricer::Tables {
 public:
  explicit Tables(const CpuModel& cpu) : costs_(cpu) {}

  RunCost price(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> lengths,
                CodeMode mode);

 private:
  void read(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> lengths,
            CodeMode mode);
  void note_access(const InstructionCost& cost, std::span<const std::uint8_t> code,
                   const Encoding& encoding, std::size_t end);
  void fuse_jumps();
  void connect_memory();
  void find_carried();
  std::int64_t bound(const Item& item, bool last);

  InstructionCosts costs_;
  std::vector<Item> items_;
  std::array<Access, kMostAddresses> accesses_;
  std::size_t access_count_ = 0;
  bool any_load_ = false, any_store_ = false;
  std::array<std::uint16_t, kFlags> versions_{};
  std::vector<Place> carried_;
  std::int64_t slots_ = 0;
  PortBound ports_;
  DependencyBound dependencies_;
};

void Pricer::Tables::note_access(const InstructionCost& cost, std::span<const std::uint8_t> code,
                                 const Encoding& encoding, std::size_t end) {
  if ((!cost.loads && !cost.stores) || access_count_ == kMostAddresses) return;
  any_load_ |= cost.loads;
  any_store_ |= cost.stores;
  Access& access = accesses_[access_count_++];
  access.item = items_.size();
  access.location = {cost.memory, displacement(code, encoding), 0, 0};
  if (cost.memory.rip_relative) access.location.displacement += static_cast<std::int64_t>(end);
  if (cost.memory.base < kFlags) access.location.base_version = versions_[cost.memory.base];
  if (cost.memory.index < kFlags) access.location.index_version = versions_[cost.memory.index];
}

/// Looks up every instruction and notes what depends on the bytes behind its cost.
void Pricer::Tables::read(std::span<const std::uint8_t> bytes,
                          std::span<const std::uint8_t> lengths, CodeMode mode) {
  items_.clear();
  access_count_ = 0;
  any_load_ = any_store_ = false;
  versions_.fill(0);
  bool stack_pointer_behind = false;
  std::size_t at = 0;
  for (const std::uint8_t length : lengths) {
    CHECK(length != 0 && at + length <= bytes.size(), "instruction of {} bytes at {} of {}", length,
          at, bytes.size());
    const auto code = bytes.subspan(at, length);
    at += length;
    const Encoding encoding = encoding_of(code, mode);
    const InstructionCost& cost = costs_.cost(code, encoding, mode);
    note_access(cost, code, encoding, at);
    Item item{.cost = &cost, .slots = cost.slots, .price = cost.price};
    if (cost.names_stack_pointer && stack_pointer_behind) ++item.slots;
    stack_pointer_behind =
        cost.moves_stack_pointer || (stack_pointer_behind && !cost.names_stack_pointer);
    for (const Write& write : cost.writes)
      if (write.place < kFlags) ++versions_[write.place];
    if (cost.moves_stack_pointer) ++versions_[4];
    items_.push_back(item);
  }
}

void Pricer::Tables::fuse_jumps() {
  for (std::size_t i = 0; i + 1 < items_.size(); ++i) {
    const std::int8_t condition = items_[i + 1].cost->condition;
    if (condition < 0 || !(items_[i].cost->fuses_with >> condition & 1)) continue;
    items_[i].joins_next = true;
    items_[i + 1].slots = 0;
  }
}

/// Gives every address that is both stored to and loaded from a place of its own.
void Pricer::Tables::connect_memory() {
  if (!any_load_ || !any_store_) return;
  Place next = kFirstPlaceInMemory;
  for (std::size_t i = 0; i < access_count_; ++i) {
    Item& storing = items_[accesses_[i].item];
    if (!storing.cost->stores || storing.stored != kNowhere) continue;
    bool used = false;
    for (std::size_t k = 0; k < access_count_; ++k) {
      if (accesses_[k].location != accesses_[i].location) continue;
      Item& other = items_[accesses_[k].item];
      if (other.cost->stores) other.stored = next;
      if (other.cost->loads) other.loaded = next, used = true;
    }
    if (used) ++next;
  }
}

/// Finds the places that carry a value from one repetition of the run to the next: read before they
/// are written, and written.
void Pricer::Tables::find_carried() {
  std::array<std::uint64_t, 2> read{}, written{};
  const auto set = [](std::array<std::uint64_t, 2>& places, Place place) {
    places[place >> 6] |= std::uint64_t{1} << (place & 63);
  };
  const auto test = [](const std::array<std::uint64_t, 2>& places, Place place) {
    return (places[place >> 6] >> (place & 63) & 1) != 0;
  };
  for (const Item& item : items_) {
    for (const Read& r : item.cost->reads)
      if (!test(written, r.place)) set(read, r.place);
    if (item.loaded != kNowhere && !test(written, item.loaded)) set(read, item.loaded);
    for (const Write& w : item.cost->writes) set(written, w.place);
    if (item.stored != kNowhere) set(written, item.stored);
  }
  // Where the registers of an address change, the next repetition uses another address.
  for (std::size_t i = 0; i < access_count_; ++i) {
    const Location& location = accesses_[i].location;
    const auto moves = [&](Place place) { return place < kFlags && versions_[place] != 0; };
    const Place place = items_[accesses_[i].item].stored;
    if (place != kNowhere && (moves(location.operand.base) || moves(location.operand.index)))
      read[1] &= ~(std::uint64_t{1} << (place & 63));
  }
  carried_.clear();
  for (Place place = 0; place < kPlaces; ++place)
    if (test(read, place) && test(written, place)) carried_.push_back(place);
  dependencies_.start(carried_);
}

/// The bound of the run up to and with `item`.
std::int64_t Pricer::Tables::bound(const Item& item, bool last) {
  const InstructionCost& cost = *item.cost;
  slots_ += item.slots;
  if (!item.joins_next)
    for (const PortUse& use : cost.ports)
      if (use.cycles != 0) ports_.add(use);
  const unsigned width = costs_.core().width;
  std::int64_t most = std::max((slots_ * 100 + width - 1) / width, ports_.hundredths());
  if (dependencies_.empty()) return most;
  dependencies_.step({.reads = {cost.reads.begin(), cost.reads.end()},
                      .writes = {cost.writes.begin(), cost.writes.end()},
                      .latency_to_memory = cost.store_latency,
                      .loaded = item.loaded,
                      .load_later = costs_.core().has(Trait::QuickForwarding),
                      .stored = item.stored});
  return std::max(most, last ? dependencies_.hundredths() : dependencies_.quick_hundredths());
}

RunCost Pricer::Tables::price(std::span<const std::uint8_t> bytes,
                              std::span<const std::uint8_t> lengths, CodeMode mode) {
  read(bytes, lengths, mode);
  fuse_jumps();
  connect_memory();
  find_carried();
  slots_ = 0;
  ports_.clear();

  RunCost out;
  out.each.resize(items_.size());
  std::int64_t most = 0, final = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    final = bound(items_[i], i + 1 == items_.size());
    most = std::max(most, final);
    out.each[i].hundredths = most;
  }
  // A later instruction can end a dependency chain and make the whole cheaper than its beginning.
  std::int64_t before = 0;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const std::int64_t upto =
        i + 1 == items_.size() ? final : std::min(out.each[i].hundredths, final);
    out.each[i].hundredths = upto - before + items_[i].price;
    out.total += out.each[i];
    before = upto;
  }
  return out;
}

Pricer::Pricer(const CpuModel& cpu) : tables_(std::make_unique<Tables>(cpu)) {}

Pricer::~Pricer() = default;

RunCost Pricer::price(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> lengths,
                      CodeMode mode) {
  return tables_->price(bytes, lengths, mode);
}

}  // namespace ringfare
