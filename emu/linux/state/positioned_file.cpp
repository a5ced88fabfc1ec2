// SPDX-License-Identifier: MIT
#include "emu/linux/state/positioned_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "emu/linux/state/process.hpp"

namespace ringfare {
namespace {

/// A name's number: the same in every run.
std::uint64_t inode_of(std::string_view name) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01b3;
  return hash & 0x7fff'ffff;
}

// getdents(2): d_ino, d_off, d_reclen; then d_type and the name, or the name and d_type last.
constexpr std::size_t kHead = 18;

std::size_t record_size(const DirectoryName& entry) {
  return (kHead + 1 + entry.name.size() + 1 + 7) & ~std::size_t{7};
}

std::vector<std::byte> record(const DirectoryName& entry, std::uint64_t next,
                              ListedDirectory::Layout layout) {
  std::vector<std::byte> bytes(record_size(entry));
  const std::uint64_t inode = inode_of(entry.name);
  const auto size = static_cast<std::uint16_t>(bytes.size());
  std::memcpy(&bytes[0], &inode, 8);
  std::memcpy(&bytes[8], &next, 8);
  std::memcpy(&bytes[16], &size, 2);
  const bool is_new = layout == ListedDirectory::Layout::New;
  bytes[is_new ? kHead : bytes.size() - 1] = std::byte{entry.type};
  std::memcpy(&bytes[is_new ? kHead + 1 : kHead], entry.name.data(), entry.name.size());
  return bytes;
}

/// Bytes of another process and where they are, or go, here.
struct Bytes {
  std::int32_t owner = 0;
  std::uint64_t there = 0, here = 0, size = 0;
};

/// How many were moved; 0 where the process is over.
std::int64_t move_bytes_of(Process& process, const Bytes& what, ProcessRequest::Kind kind) {
  const bool reads = kind == ProcessRequest::Kind::ReadByForce;
  AddressSpace& memory = process.user.space();
  const auto request = std::make_unique<ProcessRequest>();
  std::uint64_t done = 0;
  while (done < what.size) {
    ProcessEntry* const owner = process.tree.find(what.owner);
    if (owner == nullptr || owner->state == ProcessEntry::State::Zombie) break;
    const std::uint64_t piece = std::min<std::uint64_t>(what.size - done, ProcessRequest::kMost);
    const auto bytes = std::span(request->bytes).first(piece);
    request->kind = kind;
    request->address = what.there + done;
    request->size = piece;
    std::int64_t error = -EFAULT;
    if (reads ? process.user.writable_prefix(what.here + done, piece) == piece
              : memory.read({what.here + done}, bytes))
      error = process.tree.ask(*owner, *request) ? request->result : 0;
    if (error < 0 && done == 0) return error == -EFAULT && request->result < 0 ? -EIO : error;
    if (error <= 0) break;
    const auto moved = static_cast<std::uint64_t>(error);
    if (reads && !memory.write({what.here + done}, bytes.first(moved))) return -EFAULT;
    done += moved;
    if (moved < piece) break;
  }
  if (reads)
    process.user.count_out(done);
  else
    process.user.count_in(done);
  return static_cast<std::int64_t>(done);
}

}  // namespace

std::int64_t PositionedFile::read(Process& process, std::uint64_t address, std::uint64_t size) {
  const std::int64_t done = read_at(process, address, size, position_);
  if (done > 0) position_ += static_cast<std::uint64_t>(done);
  return done;
}

std::int64_t PositionedFile::write(Process& process, std::uint64_t address, std::uint64_t size) {
  const std::int64_t done = write_at(process, address, size, position_);
  if (done > 0) position_ += static_cast<std::uint64_t>(done);
  return done;
}

std::int64_t PositionedFile::write_at(Process&, std::uint64_t, std::uint64_t, std::uint64_t) {
  return -EBADF;
}

std::int64_t PositionedFile::seek(std::int64_t offset, int whence) {
  if (whence == SEEK_CUR) offset += static_cast<std::int64_t>(position_);
  if (whence != SEEK_SET && whence != SEEK_CUR) return -EINVAL;
  if (offset < 0) return -EINVAL;
  position_ = static_cast<std::uint64_t>(offset);
  return offset;
}

std::int64_t ListedDirectory::read_at(Process&, std::uint64_t, std::uint64_t, std::uint64_t) {
  return -EISDIR;
}

std::int64_t ListedDirectory::list(Process& process, std::uint64_t address, std::uint64_t size,
                                   Layout layout) {
  std::uint64_t done = 0;
  while (position_ < names_.size()) {
    const DirectoryName& entry = names_[position_];
    if (done + record_size(entry) > size)
      return done != 0 ? static_cast<std::int64_t>(done) : -EINVAL;
    const std::vector<std::byte> bytes = record(entry, position_ + 1, layout);
    if (!process.user.space().write({address + done}, bytes))
      return done != 0 ? static_cast<std::int64_t>(done) : -EFAULT;
    done += bytes.size();
    ++position_;
  }
  process.user.count_out(done);
  return static_cast<std::int64_t>(done);
}

std::int64_t MemoryFile::read_at(Process& process, std::uint64_t address, std::uint64_t size,
                                 std::uint64_t offset) {
  if (owner_ != 0)
    return move_bytes_of(process, {owner_, offset, address, size},
                         ProcessRequest::Kind::ReadByForce);
  if (size == 0) return 0;
  const std::uint64_t there = process.user.readable_prefix(offset, size);
  if (there == 0) return -EIO;
  const std::uint64_t room = process.user.writable_prefix(address, there);
  if (room == 0) return -EFAULT;
  std::memmove(AddressSpace::host({address}), AddressSpace::host({offset}), room);
  process.user.count_out(room);
  return static_cast<std::int64_t>(room);
}

std::int64_t MemoryFile::write_at(Process& process, std::uint64_t address, std::uint64_t size,
                                  std::uint64_t offset) {
  if (owner_ != 0)
    return move_bytes_of(process, {owner_, offset, address, size},
                         ProcessRequest::Kind::WriteByForce);
  AddressSpace& memory = process.user.space();
  std::uint64_t done = 0;
  while (done < size) {
    const Region* const region = memory.find({offset + done});
    if (region == nullptr || (region->shared && !region->permissions.write)) break;
    const std::uint64_t piece = std::min(size - done, region->range.end.value - (offset + done));
    std::vector<std::byte> bytes(piece);
    if (!memory.read({address + done}, bytes))
      return done != 0 ? static_cast<std::int64_t>(done) : -EFAULT;
    const bool written = region->permissions.write ? memory.write({offset + done}, bytes)
                                                   : memory.write_as_kernel({offset + done}, bytes);
    if (!written) break;
    done += piece;
  }
  if (done == 0 && size != 0) return -EIO;
  process.user.count_in(done);
  return static_cast<std::int64_t>(done);
}

std::int64_t PageMapFile::read_at(Process& process, std::uint64_t address, std::uint64_t size,
                                  std::uint64_t offset) {
  constexpr std::uint64_t kEntry = 8, kPresent = 1ull << 63, kSharedOrFile = 1ull << 61;
  if (offset % kEntry != 0 || size % kEntry != 0) return -EINVAL;
  std::uint64_t done = 0;
  for (; done < size; done += kEntry) {
    const std::uint64_t page = (offset + done) / kEntry * kPageSize;
    if (page >= AddressSpace::kDefaultLimits.end.value) break;
    const Region* const region = process.user.space().find({page});
    std::uint64_t entry = region == nullptr ? 0 : kPresent;
    if (region != nullptr && (region->shared || !region->name.empty())) entry |= kSharedOrFile;
    if (!process.user.store(address + done, entry))
      return done != 0 ? static_cast<std::int64_t>(done) : -EFAULT;
  }
  return static_cast<std::int64_t>(done);
}

}  // namespace ringfare
