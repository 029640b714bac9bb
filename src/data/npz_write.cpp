#include <zlib.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/file.hpp"
#include "data/npy.hpp"

namespace pare {
namespace {

constexpr std::size_t kAlignment =
    64;  // of the array's bytes in the file, so that they can be mapped
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kExtraHeadBytes = 4;
constexpr std::size_t kZip64Bytes = 16;  // two sizes
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint16_t kPaddingField = 0x4150;  // private use
constexpr std::uint16_t kVersion = 45;           // the first with zip64
constexpr std::uint16_t kDate = 0x0021;          // 1980-01-01: same arrays, same bytes
constexpr std::uint32_t kIn64 = 0xFFFFFFFFU;

/// Little-endian records.
class Record {
 public:
  Record& u16(std::uint64_t value) { return put(value, 2); }
  Record& u32(std::uint64_t value) { return put(value, 4); }
  Record& u64(std::uint64_t value) { return put(value, 8); }
  Record& text(std::string_view value) {
    bytes_ += value;
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  Record& put(std::uint64_t value, int n) {
    for (int i = 0; i < n; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xFFU);
    return *this;
  }
  std::string bytes_;
};

struct Written {
  std::string name;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

std::uint32_t crc_of(std::string_view header, std::span<const std::byte> bytes) {
  uLong crc = ::crc32(0, nullptr, 0);
  const auto add = [&crc](const void* data, std::size_t n) {
    crc = ::crc32(crc, static_cast<const Bytef*>(data), static_cast<uInt>(n));
  };
  add(header.data(), header.size());
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(bytes.size(), std::size_t{1} << 30);
    add(bytes.data(), n);
    bytes = bytes.subspan(n);
  }
  return static_cast<std::uint32_t>(crc);
}

Written write_member(AtomicFile& file, const NamedTensor& array) {
  const std::string header = npy_header(array.value);
  Written member;
  member.name = array.name + ".npy";
  if (member.name.size() > 0xFFFFU) throw Error(Fault::usage, "array name above 65535 bytes");
  member.size = header.size() + array.value.bytes().size();
  member.crc = crc_of(header, array.value.bytes());
  member.offset = file.size();
  const std::size_t fixed = kLocalBytes + member.name.size() + 2 * kExtraHeadBytes + kZip64Bytes;
  const std::size_t rest = static_cast<std::size_t>((member.offset + fixed) % kAlignment);
  const std::size_t padding = rest == 0 ? 0 : kAlignment - rest;
  Record local;
  local.u32(0x04034B50U).u16(kVersion).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
  local.u32(kIn64).u32(kIn64).u16(member.name.size());
  local.u16(2 * kExtraHeadBytes + kZip64Bytes + padding).text(member.name);
  local.u16(kZip64Field).u16(kZip64Bytes).u64(member.size).u64(member.size);
  local.u16(kPaddingField).u16(padding).text(std::string(padding, '\0'));
  file.write(local.bytes());
  file.write(header);
  file.write(array.value.bytes());
  return member;
}

void write_directory(AtomicFile& file, const std::vector<Written>& members) {
  const std::uint64_t begin = file.size();
  for (const Written& member : members) {
    Record entry;
    entry.u32(0x02014B50U).u16(kVersion).u16(kVersion).u16(0).u16(0).u16(0).u16(kDate);
    entry.u32(member.crc).u32(kIn64).u32(kIn64).u16(member.name.size());
    entry.u16(kExtraHeadBytes + kZip64Bytes + 8).u16(0).u16(0).u16(0).u32(0).u32(kIn64);
    entry.text(member.name).u16(kZip64Field).u16(kZip64Bytes + 8);
    entry.u64(member.size).u64(member.size).u64(member.offset);
    file.write(entry.bytes());
  }
  const std::uint64_t end = file.size();
  Record tail;
  tail.u32(0x06064B50U).u64(44).u16(kVersion).u16(kVersion).u32(0).u32(0);
  tail.u64(members.size()).u64(members.size()).u64(end - begin).u64(begin);
  tail.u32(0x07064B50U).u32(0).u64(end).u32(1);
  const std::uint64_t count = std::min<std::uint64_t>(members.size(), 0xFFFFU);
  tail.u32(0x06054B50U).u16(0).u16(0).u16(count).u16(count);
  tail.u32(std::min<std::uint64_t>(end - begin, kIn64)).u32(kIn64).u16(0);
  file.write(tail.bytes());
}

}  // namespace

void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> arrays, bool force) {
  AtomicFile file(path, force);
  std::vector<Written> members;
  for (const NamedTensor& array : arrays) members.push_back(write_member(file, array));
  write_directory(file, members);
  file.commit();
}

}  // namespace pare
