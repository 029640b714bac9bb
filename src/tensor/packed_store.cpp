#include "tensor/packed_store.hpp"

#include <algorithm>
#include <utility>

namespace pare {
namespace {

struct Current {
  PackedStore* store = nullptr;
  std::string unit;
  int count = 0;  ///< pieces of this unit so far
};

Current& current() {
  thread_local Current now;
  return now;
}

}  // namespace

Tensor CollectingStore::find(const std::string& key, std::size_t bytes) {
  const auto it = all_.find(key);
  return it != all_.end() && it->second.bytes().size() == bytes ? it->second : Tensor();
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

bool has_packed_store() noexcept { return current().store != nullptr; }

}  // namespace pare
