#include "formats/gguf/part.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "formats/gguf/types.hpp"

namespace pare::gguf {
namespace {

constexpr std::string_view kMagic = "GGUF";
/// The least that an entry of the metadata takes in the file: key of no length, type, one byte.
constexpr std::size_t kLeastEntryBytes = 8 + 4 + 1;
/// Of a tensor: name of no length, no dimensions, type, offset.
constexpr std::size_t kLeastTensorBytes = 8 + 4 + 4 + 8;
/// About what tables take in memory for one of each, its index included.
constexpr std::uint64_t kEntryMemory = 256;
constexpr std::uint64_t kTensorMemory = 320;
constexpr std::uint64_t kSpareMemory = std::uint64_t{256} << 20U;

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner)
      : bytes_(bytes), owner_(owner), in_(bytes) {}

  Part read(std::uint64_t budget_bytes) {
    read_version();
    const auto tensors = in_.read<std::uint64_t>();
    const auto entries = in_.read<std::uint64_t>();
    check_budget(tensors, entries, budget_bytes);
    for (std::uint64_t i = 0; i < entries; ++i) read_entry(i, entries);
    read_alignment();
    for (std::uint64_t i = 0; i < tensors; ++i) read_tensor(i, tensors);
    place_tensors();
    return std::move(part_);
  }

 private:
  void read_version() {
    const auto magic = in_.take(kMagic.size());
    if (!begins(magic)) {
      throw Error(Fault::corrupt, "this is no GGUF file: it does not begin with 'GGUF'");
    }
    part_.version = in_.read<std::uint32_t>();
    if ((part_.version & 0xFFFFU) == 0 && part_.version != 0) {
      throw Error(Fault::unsupported,
                  "this is a big-endian GGUF file; pare reads little-endian ones");
    }
    if (part_.version == 1) {
      throw Error(Fault::unsupported,
                  "GGUF version 1 has 32-bit lengths; pare reads versions 2 and 3");
    }
    if (part_.version < 2 || part_.version > kNewestVersion) {
      throw Error(Fault::unsupported,
                  cat("GGUF version ", part_.version, "; pare reads versions 2 and 3"));
    }
  }

  void check_budget(std::uint64_t tensors, std::uint64_t entries, std::uint64_t budget) const {
    static_cast<void>(in_.count(entries, kLeastEntryBytes));
    static_cast<void>(in_.count(tensors, kLeastTensorBytes));
    if (budget == 0) budget = checked_add(checked_mul(bytes_.size(), std::size_t{2}), kSpareMemory);
    // Both counts are bounded by the size of the file, so this cannot overflow.
    const std::uint64_t want = tensors * kTensorMemory + entries * kEntryMemory;
    if (want > budget) {
      throw Error(Fault::resource,
                  cat(entries, " entries of metadata and ", tensors, " tensors need about ",
                      human_bytes(want), " of memory; the budget is ", human_bytes(budget)));
    }
  }

  std::string read_name(std::string_view what, std::size_t most_bytes) {
    const std::uint64_t at = in_.at();
    const auto size = in_.read<std::uint64_t>();
    if (size == 0) throw Error(Fault::corrupt, cat("the ", what, " at ", at, " is empty"));
    if (size > most_bytes) {
      throw Error(Fault::corrupt, cat("the ", what, " at ", at, " has ", size,
                                      " bytes; want at most ", most_bytes));
    }
    return in_.text(size);
  }

  void read_entry(std::uint64_t i, std::uint64_t n) {
    const std::uint64_t at = in_.at();
    std::string key;
    const auto where = [&] {
      return cat("reading entry ", i, " of ", n, " of the metadata at ", at,
                 key.empty() ? "" : cat(" '", escape_terminal(key, 100), "'"));
    };
    during(where, [&] {
      key = read_name("key", kMostKeyBytes);
      if (!part_.keys.emplace(key, part_.metadata.size()).second) {
        throw Error(Fault::corrupt, "there are two entries of this name");
      }
      const auto type = ValueType{in_.read<std::uint32_t>()};
      part_.metadata.push_back({key, Value::parse(in_, type, owner_)});
    });
  }

  void read_alignment() {
    const Value* v = part_.find(std::string(kAlignmentKey));
    if (v == nullptr) return;
    if (v->type() != ValueType::u32) {
      throw Error(Fault::corrupt, cat(kAlignmentKey, " is ", v->type_text(), "; want u32"));
    }
    part_.alignment = v->to_unsigned();
    if (!std::has_single_bit(part_.alignment) || part_.alignment > kMostAlignment) {
      throw Error(Fault::corrupt, cat(kAlignmentKey, " is ", part_.alignment,
                                      "; want a power of two up to ", kMostAlignment));
    }
  }

  void read_tensor(std::uint64_t i, std::uint64_t n) {
    const std::uint64_t at = in_.at();
    StoredTensor t;
    const auto where = [&] {
      return cat("reading tensor ", i, " of ", n, " at ", at,
                 t.name.empty() ? "" : cat(" '", escape_terminal(t.name, 100), "'"));
    };
    during(where, [&] {
      t.name = read_name("name", kMostNameBytes);
      if (!names_.insert(t.name).second) {
        throw Error(Fault::corrupt, "there are two tensors of this name");
      }
      t.shape = read_shape();
      t.type = &type_of(in_.read<std::uint32_t>());
      const auto row = t.shape.empty() ? std::int64_t{1} : t.shape.back();
      if (row % static_cast<std::int64_t>(t.type->values) != 0) {
        throw Error(Fault::corrupt, cat("rows of ", row, " values are not whole blocks of ",
                                        t.type->values, " of ", t.type->name));
      }
      const std::uint64_t size = checked_bytes(*t.type, t.shape);
      const auto offset = in_.read<std::uint64_t>();
      if (offset != next_offset_) {
        throw Error(Fault::corrupt,
                    cat("its data begins at ", offset, " of the data; want ", next_offset_,
                        ", the end of the tensor before it, aligned to ", part_.alignment));
      }
      next_offset_ = aligned(checked_add(offset, size), part_.alignment);
      sizes_.push_back(size);
      offsets_.push_back(offset);
    });
    part_.tensors.push_back(std::move(t));
  }

  /// The file has the innermost dimension first.
  Shape read_shape() {
    const auto dims = in_.read<std::uint32_t>();
    if (dims > kMostDims) {
      throw Error(Fault::corrupt, cat("it has ", dims, " dimensions; want at most ", kMostDims));
    }
    Shape shape(dims);
    for (std::uint32_t d = 0; d < dims; ++d) {
      const auto size = in_.read<std::int64_t>();
      if (size < 1) {
        throw Error(Fault::corrupt, cat("dimension ", d, " is ", size, "; want at least 1"));
      }
      shape[dims - 1 - d] = size;
    }
    return shape;
  }

  void place_tensors() {
    part_.data_begin = aligned(in_.at(), part_.alignment);
    std::uint64_t end = in_.at();
    for (std::size_t i = 0; i < part_.tensors.size(); ++i) {
      StoredTensor& t = part_.tensors[i];
      const std::uint64_t begin = checked_add(part_.data_begin, offsets_[i]);
      end = checked_add(begin, sizes_[i]);
      if (end > bytes_.size()) {
        throw Error(Fault::corrupt, cat(describe(t.name, *t.type, t.shape), " needs bytes ", begin,
                                        " to ", end, " of the file, which has ", bytes_.size(),
                                        ": ", missing(), " bytes are missing"));
      }
      t.bytes = bytes_.subspan(begin, sizes_[i]);
    }
    const std::uint64_t padded =
        std::min<std::uint64_t>(aligned(end, part_.alignment), bytes_.size());
    part_.unused_bytes = bytes_.size() - padded;
  }

  /// How much longer the file ought to be.
  [[nodiscard]] std::uint64_t missing() const {
    return checked_add(checked_add(part_.data_begin, offsets_.back()), sizes_.back()) -
           bytes_.size();
  }

  std::span<const std::byte> bytes_;
  const std::shared_ptr<const void>& owner_;
  Cursor in_;
  Part part_;
  std::unordered_set<std::string> names_;
  std::vector<std::uint64_t> sizes_;
  std::vector<std::uint64_t> offsets_;
  std::uint64_t next_offset_ = 0;
};

}  // namespace

const Value* Part::find(const std::string& key) const {
  const auto at = keys.find(key);
  return at == keys.end() ? nullptr : &metadata[at->second].value;
}

bool begins(std::span<const std::byte> head) noexcept {
  if (head.size() < kMagic.size()) return false;
  for (std::size_t i = 0; i < kMagic.size(); ++i) {
    if (std::to_integer<char>(head[i]) != kMagic[i]) return false;
  }
  return true;
}

std::uint64_t aligned(std::uint64_t at, std::uint64_t alignment) {
  const std::uint64_t rest = at % alignment;
  return rest == 0 ? at : checked_add(at, alignment - rest);
}

Part parse_part(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                std::uint64_t budget_bytes) {
  return Reader(bytes, owner).read(budget_bytes);
}

}  // namespace pare::gguf
