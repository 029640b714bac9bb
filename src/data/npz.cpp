#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/file.hpp"
#include "data/npy.hpp"

namespace pare {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034B50U;
constexpr std::uint32_t kCentralSignature = 0x02014B50U;
constexpr std::uint32_t kEndSignature = 0x06054B50U;
constexpr std::uint32_t kEnd64Signature = 0x06064B50U;
constexpr std::uint32_t kLocator64Signature = 0x07064B50U;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint64_t kCommentLimit = 65535;
constexpr std::uint32_t kIn64 = 0xFFFFFFFFU;
constexpr std::uint64_t kMembersLimit = 65535;
/// Deflate cannot shrink anything further than this, so a larger claim is a lie.
constexpr std::uint64_t kDeflateRatio = 1032;

struct Member {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

struct Directory {
  std::uint64_t members = 0;
  std::uint64_t offset = 0;
};

[[noreturn]] void corrupt(const std::string& what) {
  throw Error(Fault::corrupt, cat("NPZ file: ", what));
}

std::uint32_t crc_of(std::span<const std::byte> bytes) {
  uLong crc = ::crc32(0, nullptr, 0);
  while (!bytes.empty()) {
    const std::size_t n = std::min<std::size_t>(bytes.size(), std::size_t{1} << 30);
    crc = ::crc32(crc, static_cast<const Bytef*>(static_cast<const void*>(bytes.data())),
                  static_cast<uInt>(n));
    bytes = bytes.subspan(n);
  }
  return static_cast<std::uint32_t>(crc);
}

/// The end record stands last, before a comment of at most 65535 bytes.
std::uint64_t find_end(std::span<const std::byte> all) {
  if (all.size() >= kEndBytes) {
    const std::uint64_t last = all.size() - kEndBytes;
    const std::uint64_t first = last > kCommentLimit ? last - kCommentLimit : 0;
    for (std::uint64_t at = last + 1; at-- > first;) {
      const auto here = all.subspan(at);
      if (load_le<std::uint32_t>(here) == kEndSignature &&
          at + kEndBytes + load_le<std::uint16_t>(here.subspan(20)) == all.size()) {
        return at;
      }
    }
  }
  corrupt("no zip directory at the end");
}

Directory find_directory(std::span<const std::byte> all) {
  const std::uint64_t end = find_end(all);
  Cursor in(all);
  in.seek(end + 10);
  Directory directory;
  directory.members = in.read<std::uint16_t>();
  in.take(4);
  directory.offset = in.read<std::uint32_t>();
  if (directory.offset != kIn64 && directory.members != 0xFFFFU) return directory;
  if (end < kLocatorBytes) return directory;
  in.seek(end - kLocatorBytes);
  if (in.read<std::uint32_t>() != kLocator64Signature) return directory;
  in.take(4);
  in.seek(in.read<std::uint64_t>());
  if (in.read<std::uint32_t>() != kEnd64Signature) corrupt("no zip64 directory where it should be");
  in.take(28);
  directory.members = in.read<std::uint64_t>();
  in.take(8);
  directory.offset = in.read<std::uint64_t>();
  return directory;
}

/// Sizes and offset that do not fit in 32 bits stand in an extra field, in this order.
void read_zip64(Cursor extra, Member& member) {
  while (extra.left() >= 4) {
    const auto id = extra.read<std::uint16_t>();
    Cursor field(extra.take(extra.read<std::uint16_t>()));
    if (id != kZip64Field) continue;
    for (std::uint64_t* value : {&member.size, &member.packed, &member.offset}) {
      if (*value == kIn64) *value = field.read<std::uint64_t>();
    }
  }
}

std::vector<Member> read_directory(std::span<const std::byte> all) {
  const Directory directory = find_directory(all);
  if (directory.members > kMembersLimit) {
    throw Error(Fault::resource, cat("NPZ file of ", directory.members, " members"));
  }
  Cursor in(all);
  in.seek(directory.offset);
  std::vector<Member> members;
  members.reserve(in.count(directory.members, kCentralBytes));
  std::uint64_t packed = 0;
  for (std::uint64_t i = 0; i < directory.members; ++i) {
    if (in.read<std::uint32_t>() != kCentralSignature) corrupt("broken directory entry");
    Member member;
    in.take(4);
    member.flags = in.read<std::uint16_t>();
    member.method = in.read<std::uint16_t>();
    in.take(4);
    member.crc = in.read<std::uint32_t>();
    member.packed = in.read<std::uint32_t>();
    member.size = in.read<std::uint32_t>();
    const auto name_bytes = in.read<std::uint16_t>();
    const auto extra_bytes = in.read<std::uint16_t>();
    const auto comment_bytes = in.read<std::uint16_t>();
    in.take(8);
    member.offset = in.read<std::uint32_t>();
    member.name = in.text(name_bytes);
    read_zip64(Cursor(in.take(extra_bytes)), member);
    in.take(comment_bytes);
    packed = checked_add(packed, member.packed);
    members.push_back(std::move(member));
  }
  // Honest members do not overlap, so together they are no larger than the file.
  if (packed > all.size()) corrupt("members overlap");
  return members;
}

std::span<const std::byte> packed_bytes(std::span<const std::byte> all, const Member& member) {
  Cursor in(all);
  in.seek(member.offset);
  if (in.left() < kLocalBytes || in.read<std::uint32_t>() != kLocalSignature) {
    corrupt("no member where the directory says");
  }
  in.take(22);
  const auto name_bytes = in.read<std::uint16_t>();
  const auto extra_bytes = in.read<std::uint16_t>();
  in.take(name_bytes);
  in.take(extra_bytes);
  return in.take(member.packed);
}

class Inflater {
 public:
  Inflater() {
    if (::inflateInit2(&stream_, -MAX_WBITS) != Z_OK) {
      throw Error(Fault::resource, "zlib cannot start");
    }
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Unpacks all of `in` into exactly `out`.
  void run(std::span<const std::byte> in, std::span<std::byte> out) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    std::size_t from = 0;
    std::size_t to = 0;
    int state = Z_OK;
    while (state == Z_OK) {
      const std::size_t have = std::min(in.size() - from, kMost);
      const std::size_t room = std::min(out.size() - to, kMost);
      // zlib's interface wants a pointer to non-const bytes and does not write through it.
      auto* next = const_cast<std::byte*>(in.data() + from);
      stream_.next_in = static_cast<Bytef*>(static_cast<void*>(next));
      stream_.avail_in = static_cast<uInt>(have);
      stream_.next_out = static_cast<Bytef*>(static_cast<void*>(out.data() + to));
      stream_.avail_out = static_cast<uInt>(room);
      state = ::inflate(&stream_, Z_NO_FLUSH);
      const std::size_t used = have - stream_.avail_in;
      const std::size_t made = room - stream_.avail_out;
      from += used;
      to += made;
      if (state == Z_OK && used == 0 && made == 0) break;
    }
    if (state != Z_STREAM_END || to != out.size()) {
      corrupt(cat("member unpacks to ", to, " bytes or more, want ", out.size()));
    }
  }

 private:
  z_stream stream_{};
};

struct Unpacked {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

Unpacked unpack(std::span<const std::byte> all, const Member& member,
                const std::shared_ptr<const void>& owner) {
  if ((member.flags & 1U) != 0) throw Error(Fault::unsupported, "encrypted zip member");
  const std::span<const std::byte> packed = packed_bytes(all, member);
  if (member.method == 0) {
    if (member.packed != member.size) corrupt("stored member with two sizes");
    return {packed, owner};
  }
  if (member.method != 8) {
    throw Error(Fault::unsupported,
                cat("zip method ", member.method, " (stored and deflate are read)"));
  }
  if (member.size > kNpzMemberLimitBytes) {
    throw Error(Fault::resource,
                cat("unpacks to ", member.size, " bytes; the limit is ", kNpzMemberLimitBytes));
  }
  if (member.size > member.packed * kDeflateRatio + kEndBytes) {
    corrupt(cat(member.packed, " bytes cannot unpack to ", member.size));
  }
  // A tensor is memory aligned for every element type.
  const auto memory =
      std::make_shared<Tensor>(ElementKind::u8, Shape{checked_cast<std::int64_t>(member.size)});
  Inflater().run(packed, memory->mutable_bytes());
  return {memory->bytes(), memory};
}

}  // namespace

std::vector<NamedTensor> parse_npz(std::span<const std::byte> bytes,
                                   std::shared_ptr<const void> owner) {
  constexpr std::string_view kSuffix = ".npy";
  std::vector<NamedTensor> arrays;
  for (const Member& member : read_directory(bytes)) {
    if (!member.name.ends_with(kSuffix)) continue;
    const std::string name = member.name.substr(0, member.name.size() - kSuffix.size());
    during([&] { return cat("reading array '", name, "'"); },
           [&] {
             const Unpacked unpacked = unpack(bytes, member, owner);
             if (crc_of(unpacked.bytes) != member.crc) corrupt("wrong checksum");
             arrays.push_back({name, parse_npy(unpacked.bytes, unpacked.owner)});
           });
  }
  return arrays;
}

std::vector<NamedTensor> read_npz(const std::filesystem::path& path) {
  return during([&] { return cat("reading ", path.string()); },
                [&] {
                  auto file = MappedFile::open(path);
                  const auto bytes = file->bytes();
                  return parse_npz(bytes, std::move(file));
                });
}

}  // namespace pare
