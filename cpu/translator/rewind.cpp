// SPDX-License-Identifier: MIT
#include "cpu/translator/rewind.hpp"

#include "cpu/base/failure.hpp"

namespace ringfare::translator {

const Instruction& Rewind::to(std::uint64_t pc, Thread& thread) {
  const Superblock* const superblock = cache_.superblock_of(pc);
  CHECK(superblock != nullptr, "no translation at host address {:#x}", pc);
  const Point* const point = cache_.point_at(*superblock, pc);
  CHECK(point != nullptr, "no guest instruction at host address {:#x}", pc);

  switcher_.reload_segments(thread.registers);
  Context& context = arena_.context();
  const bool inside = Arena::address_of(superblock->begin) + point->host != pc;
  for (std::size_t slot = 0; inside && slot < point->parked.size(); ++slot)
    if (point->parked[slot] != Point::kNobody)
      context.gpr[point->parked[slot]] = context.spill[slot];
  if (inside ? point->rcx_home_inside : point->rcx_home_before)
    context.gpr[static_cast<std::size_t>(Gpr::Rcx)] = context.rcx_home;

  const Block& block = *superblock->path[point->step];
  thread.registers.rip = cache_.guest_address(pc)->value;
  count(*superblock, point->step, point->index);
  return block.instructions[point->index];
}

void Rewind::before_last(const Exit& exit) {
  if (counting_.counters) {
    Context& context = arena_.context();
    --arena_.counters()[context.exit];
    if (counting_.hidden_totals)
      for (std::size_t lane = 0; lane < kLanes; ++lane) context.totals[lane] -= exit.price[lane];
  }
  const Superblock& superblock = cache_.superblock(exit.superblock);
  const std::size_t last = exit.path_length - 1;
  count(superblock, last, superblock.path[last]->instructions.size() - 1);
}

void Rewind::past(const Instruction& trap, Thread& thread) {
  thread.registers.rip += trap.length;
  ++arena_.context().totals[kInstructionLane];
  cache_.ledger().add_partial(Lanes{1});
}

/// Accounts for the blocks before `last_step` and the first `instructions` of the one there.
void Rewind::count(const Superblock& superblock, std::size_t last_step, std::size_t instructions) {
  if (paths_ != nullptr && last_step > 0) {
    std::vector<BlockId> done;
    for (std::size_t step = 0; step < last_step; ++step) done.push_back(superblock.path[step]->id);
    paths_->cut_short(done);
  }
  if (!counting_.counters) return;
  Context& context = arena_.context();
  Lanes executed{};
  for (std::size_t step = 0; step < last_step; ++step) {
    const BlockId id = superblock.path[step]->id;
    cache_.ledger().add_execution(id);
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      executed[lane] += cache_.entry(id).price[lane];
  }
  if (instructions > 0) {
    const BlockPrice partial = observer_.partial(*superblock.path[last_step], instructions);
    for (std::size_t lane = 0; lane < kLanes; ++lane) executed[lane] += partial[lane];
  }
  cache_.ledger().add_partial(executed);
  if (counting_.hidden_totals)
    for (std::size_t lane = 0; lane < kLanes; ++lane) context.totals[lane] += executed[lane];
}

}  // namespace ringfare::translator
