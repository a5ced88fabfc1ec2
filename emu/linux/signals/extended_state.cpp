// SPDX-License-Identifier: MIT
#include "emu/linux/signals/extended_state.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace ringfare {
namespace {

constexpr std::uint64_t kX87 = 1, kSse = 2, kAvx = 4;
constexpr std::size_t kLegacySize = 512, kHeaderSize = 64, kAvxSize = 256;
constexpr std::size_t kSoftwareBytes = 464;  // of the legacy region, free for the kernel
constexpr std::uint32_t kMagic1 = 0x46505853, kMagic2 = 0x46505845;
constexpr std::size_t kMagic2Size = sizeof kMagic2;
constexpr std::uint16_t kInitialFcw = 0x037f;
constexpr std::uint32_t kMxcsrBits = 0xffff;  // MXCSR_MASK of every processor with DAZ

struct SoftwareBytes {  // struct _fpx_sw_bytes
  std::uint32_t magic1 = 0, extended_size = 0;
  std::uint64_t features = 0;
  std::uint32_t state_size = 0;
  std::uint32_t padding[7]{};
};
static_assert(sizeof(SoftwareBytes) == 48);

/// Where each component lies (SDM vol. 1, 13.4).
struct Component {
  std::uint64_t feature;
  std::size_t offset, size;
};
constexpr Component kComponents[] = {
    {kX87, 0, VectorState::kMxcsr},
    {kX87, 32, 128},   // ST0-ST7
    {kSse, 160, 256},  // XMM0-XMM15
    {kAvx, kLegacySize + kHeaderSize, kAvxSize},
};

std::size_t state_size(std::uint64_t features) {
  if (features == 0) return kLegacySize;
  return kLegacySize + kHeaderSize + ((features & kAvx) != 0 ? kAvxSize : 0);
}

template <class T>
T field(const std::byte* bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

template <class T>
void set_field(std::byte* bytes, std::size_t offset, const T& value) {
  std::memcpy(bytes + offset, &value, sizeof value);
}

/// XSAVE writes components in their initial configuration too.
void initialize(std::byte* bytes, std::uint64_t absent) {
  for (const Component& component : kComponents)
    if ((component.feature & absent) != 0) std::memset(bytes + component.offset, 0, component.size);
  if ((absent & kX87) != 0) set_field(bytes, 0, kInitialFcw);
}

/// The components that the state at `address` has: those its header names where the magic numbers
/// are intact, otherwise those of the FXSAVE region. Nothing where it cannot be read.
std::optional<std::uint64_t> features_there(UserMemory& user, std::uint64_t address,
                                            std::uint64_t features) {
  const auto mark = user.load<SoftwareBytes>(address + kSoftwareBytes);
  if (!mark) return std::nullopt;
  const bool plausible =
      features != 0 && mark->magic1 == kMagic1 && mark->state_size >= kLegacySize + kHeaderSize &&
      mark->state_size <= state_size(features) && mark->state_size <= mark->extended_size;
  if (!plausible) return kX87 | kSse;
  const auto end = user.load<std::uint32_t>(address + mark->state_size);
  if (!end) return std::nullopt;
  return *end == kMagic2 ? mark->features & features : kX87 | kSse;
}

}  // namespace

std::size_t frame_state_size(std::uint64_t features) {
  return state_size(features) + (features != 0 ? kMagic2Size : 0);
}

std::vector<std::byte> frame_state(const VectorState& vector, std::uint64_t features,
                                   std::size_t in_front) {
  const std::size_t size = state_size(features);
  std::vector<std::byte> bytes(vector.bytes.begin(),
                               vector.bytes.begin() + static_cast<std::ptrdiff_t>(size));
  const auto present = field<std::uint64_t>(vector.bytes.data(), kLegacySize);
  initialize(bytes.data(), features == 0 ? ~present & (kX87 | kSse) : ~present & features);
  std::memset(bytes.data() + kSoftwareBytes, 0, sizeof(SoftwareBytes));
  set_field(bytes.data(), VectorState::kMxcsr + 4, kMxcsrBits);
  if (features == 0) return bytes;
  std::memset(bytes.data() + kLegacySize, 0, kHeaderSize);
  set_field(bytes.data(), kLegacySize, (present & features) | kX87 | kSse);
  SoftwareBytes mark{.magic1 = kMagic1,
                     .extended_size = static_cast<std::uint32_t>(in_front + size + kMagic2Size),
                     .features = features,
                     .state_size = static_cast<std::uint32_t>(size)};
  set_field(bytes.data(), kSoftwareBytes, mark);
  bytes.resize(size + kMagic2Size);
  set_field(bytes.data(), size, kMagic2);
  return bytes;
}

bool load_frame_state(UserMemory& user, std::uint64_t address, std::uint64_t features,
                      VectorState& vector) {
  const auto wanted = features_there(user, address, features);
  if (!wanted) return false;
  VectorState loaded;
  const bool extended = features != 0 && *wanted != (kX87 | kSse);
  const std::size_t size = extended ? state_size(*wanted) : kLegacySize;
  if (!user.space().read({address}, std::span(loaded.bytes).first(size))) return false;
  user.count_in(size);
  std::uint64_t present = kX87 | kSse;
  if (extended) {
    // XRSTOR: reserved bits of the header must be zero (SDM vol. 1, 13.8).
    const auto header = field<std::array<std::uint64_t, 8>>(loaded.bytes.data(), kLegacySize);
    present = header[0];
    if ((present & ~features) != 0) return false;
    if (std::any_of(header.begin() + 1, header.begin() + 3, [](auto word) { return word != 0; }))
      return false;
    present &= *wanted;
  }
  if ((field<std::uint32_t>(loaded.bytes.data(), VectorState::kMxcsr) & ~kMxcsrBits) != 0)
    return false;
  std::memset(loaded.bytes.data() + kSoftwareBytes, 0, sizeof(SoftwareBytes));
  std::memset(loaded.bytes.data() + kLegacySize, 0, kHeaderSize);
  set_field(loaded.bytes.data(), kLegacySize, present);
  initialize(loaded.bytes.data(), ~present & (kX87 | kSse | kAvx));
  vector = loaded;
  return true;
}

}  // namespace ringfare
