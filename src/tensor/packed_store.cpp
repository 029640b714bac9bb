#include "tensor/packed_store.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/cursor.hpp"

namespace pare {
namespace {

struct Current {
  PackedStore* store = nullptr;
  std::string unit;
  int count = 0;  ///< pieces of this unit so far
};

constexpr std::size_t kLine = 64;
std::size_t aligned(std::size_t n) { return (n + kLine - 1) / kLine * kLine; }

Current& current() {
  thread_local Current now;
  return now;
}

}  // namespace

Tensor CollectingStore::find(const std::string& key, std::size_t bytes) {
  const auto it = all_.find(key);
  if (it == all_.end()) return {};
  return bytes == kAnySize || it->second.bytes().size() == bytes ? it->second : Tensor();
}

void CollectingStore::keep(const std::string& key, const Tensor& bytes) {
  all_.insert_or_assign(key, bytes);
}

PackedScope::PackedScope(PackedStore* store, std::string unit)
    : store_before_(current().store),
      unit_before_(std::move(current().unit)),
      count_before_(current().count) {
  current() = {store, std::move(unit), 0};
}

PackedScope::~PackedScope() {
  current().store = store_before_;
  current().unit = std::move(unit_before_);
  current().count = count_before_;
}

PackedUnit::PackedUnit(const std::string& part)
    : unit_before_(current().unit), count_before_(current().count) {
  if (current().store != nullptr) current().unit += "|" + part;
  current().count = 0;
}

PackedUnit::~PackedUnit() {
  current().unit = std::move(unit_before_);
  current().count = count_before_;
}

PackedPiece::PackedPiece(std::string_view what, std::size_t bytes) {
  Current& now = current();
  if (now.store == nullptr) return;
  key_ = cat(now.unit, "|", now.count++, "|", what);
  found_ = now.store->find(key_, bytes);
}

void PackedPiece::made(std::span<const std::byte> bytes) const {
  if (current().store == nullptr || key_.empty()) return;
  Tensor copy(ElementKind::u8, {static_cast<std::int64_t>(bytes.size())});
  std::copy(bytes.begin(), bytes.end(), copy.mutable_bytes().begin());
  current().store->keep(key_, copy);
}

Tensor join_parts(const std::vector<Tensor>& parts) {
  std::size_t end = aligned(sizeof(std::uint64_t) * (1 + 2 * parts.size()));
  const std::size_t first = end;
  for (const Tensor& t : parts) end = aligned(end + t.bytes().size());
  Tensor all(ElementKind::u8, {static_cast<std::int64_t>(end)});
  const auto out = all.mutable_bytes();
  store_le(out, std::uint64_t{parts.size()});
  std::size_t at = first;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto bytes = parts[i].bytes();
    store_le(out.subspan(8 + 16 * i), static_cast<std::uint64_t>(parts[i].kind()));
    store_le(out.subspan(16 + 16 * i), std::uint64_t{bytes.size()});
    std::copy(bytes.begin(), bytes.end(), out.subspan(at).begin());
    at = aligned(at + bytes.size());
  }
  return all;
}

std::vector<Tensor> split_parts(const Tensor& bytes) {
  const auto owner = std::make_shared<const Tensor>(bytes);  // keeps what the view keeps
  Cursor index(bytes.bytes());
  Cursor data(bytes.bytes());
  const std::size_t count = index.count(index.read<std::uint64_t>(), 16);
  data.seek(aligned(8 + 16 * count));
  std::vector<Tensor> parts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto kind = index.read<std::uint64_t>();
    const auto size = index.read<std::uint64_t>();
    const auto part = data.take(size);
    const std::uint64_t end = aligned(data.at());
    data.seek(end);
    const bool known = kind == static_cast<std::uint64_t>(ElementKind::u8) ||
                       kind == static_cast<std::uint64_t>(ElementKind::f32) ||
                       kind == static_cast<std::uint64_t>(ElementKind::i32) ||
                       kind == static_cast<std::uint64_t>(ElementKind::i64);
    if (!known) throw Error(Fault::corrupt, cat("packed numbers of kind ", kind));
    const DType type = dtype_of(static_cast<ElementKind>(kind));
    const auto values = static_cast<std::int64_t>(size / byte_size(type, 1));
    parts.emplace_back(type, Shape{values}, part, owner);
  }
  return parts;
}

bool has_packed_store() noexcept { return current().store != nullptr; }

}  // namespace pare
