// SPDX-License-Identifier: MIT
// getrandom(2) in user mode: a stream of ChaCha20 (RFC 8439) under a key from the kernel, in memory
// the caller has mapped as it was told to (random(4), "vgetrandom").
#include <stddef.h>

#include "emu/vdso/image/processor.h"
#include "emu/vdso/image/system_call.h"

enum { kKeyWords = 8, kBlockWords = 16 };
enum { kBlockBytes = 64, kKeyBytes = 32 };
enum { kBatchBytes = 96 };         // with the key in front of it, two blocks
enum { kProtection = 3 };          // PROT_READ | PROT_WRITE
enum { kMapping = 0x22 };          // MAP_PRIVATE | MAP_ANONYMOUS
enum { kSupportedFlags = 1 | 4 };  // GRND_NONBLOCK, GRND_INSECURE
enum { kPage = 4096 };

// The caller's opaque state, one per thread.
struct State {
  uint32_t key[kKeyWords];
  uint8_t batch[kBatchBytes];
  uint64_t generation;
  uint32_t used;    // bytes of the batch that are gone
  uint32_t in_use;  // a signal handler may come while the state is being worked on
};

// The answer to "how large is a state, and how do I map room for it?"
struct Parameters {
  uint32_t state_size, protection, mapping, reserved[13];
};

static inline uint32_t rotate(uint32_t value, unsigned count) {
  return value << count | value >> (32 - count);
}

static inline void quarter_round(uint32_t* x, int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

// One block of the stream under `key`, nonce 0 (RFC 8439, 2.3); bytes as they lie on x86.
static void chacha20_block(const uint32_t* key, uint64_t counter, uint8_t* to) {
  const uint32_t start[kBlockWords] = {0x61707865,
                                       0x3320646e,
                                       0x79622d32,
                                       0x6b206574,
                                       key[0],
                                       key[1],
                                       key[2],
                                       key[3],
                                       key[4],
                                       key[5],
                                       key[6],
                                       key[7],
                                       (uint32_t)counter,
                                       (uint32_t)(counter >> 32),
                                       0,
                                       0};
  uint32_t x[kBlockWords];
  for (int i = 0; i < kBlockWords; ++i) x[i] = start[i];
  for (int round = 0; round < 20; round += 2) {
    for (int i = 0; i < 4; ++i) quarter_round(x, i, 4 + i, 8 + i, 12 + i);
    for (int i = 0; i < 4; ++i)
      quarter_round(x, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (int i = 0; i < kBlockWords; ++i) {
    const uint32_t word = x[i] + start[i];
    for (int byte = 0; byte < 4; ++byte) to[4 * i + byte] = (uint8_t)(word >> 8 * byte);
  }
}

static void copy(uint8_t* to, const uint8_t* from, size_t count) {
  for (size_t i = 0; i < count; ++i) to[i] = from[i];
}

// The next key and the next batch, from the key there is: whoever finds the state later cannot
// compute what was handed out before.
static void renew(struct State* state) {
  uint8_t blocks[2 * kBlockBytes];
  chacha20_block(state->key, 0, blocks);
  chacha20_block(state->key, 1, blocks + kBlockBytes);
  copy((uint8_t*)state->key, blocks, kKeyBytes);
  copy(state->batch, blocks + kKeyBytes, kBatchBytes);
  state->used = 0;
}

// 0, or -errno of the kernel.
static long take_key(struct State* state, uint64_t generation, unsigned flags) {
  const long got = system_call3(kGetrandom, (long)state->key, kKeyBytes, (long)flags);
  if (got != kKeyBytes) return got < 0 ? got : -11;  // EAGAIN
  state->generation = generation;
  renew(state);
  return 0;
}

static long fill(struct State* state, uint8_t* to, size_t size) {
  for (size_t done = 0; done < size;) {
    if (state->used == kBatchBytes) renew(state);
    const size_t left = kBatchBytes - state->used;
    const size_t count = size - done < left ? size - done : left;
    copy(to + done, state->batch + state->used, count);
    for (size_t i = 0; i < count; ++i) state->batch[state->used + i] = 0;
    state->used += (uint32_t)count;
    done += count;
  }
  return (long)size;
}

static long describe(struct Parameters* answer) {
  answer->state_size = sizeof(struct State);
  answer->protection = kProtection;
  answer->mapping = kMapping;
  for (int i = 0; i < 13; ++i) answer->reserved[i] = 0;
  return 0;
}

long __vdso_getrandom(void* buffer, size_t size, unsigned flags, void* opaque, size_t opaque_size);

long __vdso_getrandom(void* buffer, size_t size, unsigned flags, void* opaque, size_t opaque_size) {
  struct State* const state = opaque;
  if (opaque_size == SIZE_MAX && size == 0 && buffer == NULL && flags == 0) return describe(opaque);
  STEP("may the state be used?");
  if (((uintptr_t)opaque & (kPage - 1)) + sizeof(struct State) > kPage || state == NULL ||
      opaque_size != sizeof(struct State))
    return system_call3(kGetrandom, (long)buffer, (long)size, (long)flags);
  if (!vvar_page.random_ready || (flags & ~(unsigned)kSupportedFlags) != 0 || state->in_use)
    return system_call3(kGetrandom, (long)buffer, (long)size, (long)flags);
  state->in_use = 1;
  __asm__ volatile("" ::: "memory");
  long result = 0;
  const uint64_t generation = vvar_page.random_generation;
  if (state->generation != generation) {
    STEP("key from the kernel");
    result = take_key(state, generation, flags);
  }
  STEP("bytes of the stream");
  if (result == 0) result = fill(state, buffer, size);
  __asm__ volatile("" ::: "memory");
  state->in_use = 0;
  return result;
}

long getrandom(void* buffer, size_t size, unsigned flags, void* opaque, size_t opaque_size)
    __attribute__((weak, alias("__vdso_getrandom")));
