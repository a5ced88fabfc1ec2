// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/translator/arena.hpp"
#include "cpu/translator/code_cache.hpp"
#include "cpu/translator/thread_context.hpp"

namespace ringfare::translator {

/// Makes a stop inside a superblock one between two guest instructions: what was executed before it
/// is accounted for, and nothing else.
class Rewind {
 public:
  /// `paths` may be null.
  Rewind(const Arena& arena, CodeCache& cache, ThreadContext& switcher, BlockObserver& observer,
         const Counting& counting, PathConsumer* paths)
      : arena_(arena),
        cache_(cache),
        switcher_(switcher),
        observer_(observer),
        counting_(counting),
        paths_(paths) {}

  /// The guest stopped at or in the translation of the instruction at host address `pc`: its
  /// registers become those before that instruction. Answers the instruction.
  const Instruction& to(std::uint64_t pc, Thread& thread);

  /// The exit just taken has not been taken after all: the last instruction of its path faults.
  void before_last(const Exit& exit);

  /// A trap at this instruction, which is executed nonetheless.
  void past(const Instruction& trap, Thread& thread);

 private:
  void count(const Superblock& superblock, std::size_t last_step, std::size_t instructions);

  const Arena& arena_;
  CodeCache& cache_;
  ThreadContext& switcher_;
  BlockObserver& observer_;
  const Counting& counting_;
  PathConsumer* const paths_;
};

}  // namespace ringfare::translator
