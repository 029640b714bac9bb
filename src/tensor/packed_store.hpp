#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// For pieces that say themselves how long they are.
inline constexpr std::size_t kAnySize = SIZE_MAX;

/// Weights in the order that kernels want, kept from an earlier plan of the same graph.
class PackedStore {
 public:
  PackedStore() = default;
  virtual ~PackedStore() = default;
  PackedStore(const PackedStore&) = delete;
  PackedStore& operator=(const PackedStore&) = delete;

  /// So many bytes (kAnySize: however many) under that key, aligned to 64 and to be read only; an
  /// invalid tensor when there are none.
  virtual Tensor find(const std::string& key, std::size_t bytes) = 0;
  /// What was made because find() had none.
  virtual void keep(const std::string& key, const Tensor& bytes) = 0;
};

/// Keeps everything in memory, to be written to a file.
class CollectingStore final : public PackedStore {
 public:
  Tensor find(const std::string& key, std::size_t bytes) override;
  void keep(const std::string& key, const Tensor& bytes) override;
  [[nodiscard]] const std::map<std::string, Tensor>& all() const noexcept { return all_; }

 private:
  std::map<std::string, Tensor> all_;
};

/// While it lives, this thread's PackedPiece goes to `store` (nullptr: to none). `unit` says what
/// is being made ready, in words that are the same at each plan of the same graph and differ within
/// one.
class PackedScope {
 public:
  PackedScope(PackedStore* store, std::string unit);
  ~PackedScope();
  PackedScope(const PackedScope&) = delete;
  PackedScope& operator=(const PackedScope&) = delete;

 private:
  PackedStore* store_before_;
  std::string unit_before_;
  int count_before_;
};

/// Within a scope: a part of what is being made ready, such as a step of a plan.
class PackedUnit {
 public:
  explicit PackedUnit(const std::string& part);
  ~PackedUnit();
  PackedUnit(const PackedUnit&) = delete;
  PackedUnit& operator=(const PackedUnit&) = delete;

 private:
  std::string unit_before_;
  int count_before_;
};

/// One piece of packed weights, made from nothing but constants of the graph. `what` says all that
/// their bytes depend on besides: layout, sizes, types. The n-th piece of a unit is told apart by
/// n.
class PackedPiece {
 public:
  PackedPiece(std::string_view what, std::size_t bytes);
  /// What the scope's store has, which lives as long as the store; an invalid tensor when nothing
  /// is there, or no store listens.
  [[nodiscard]] const Tensor& found() const noexcept { return found_; }
  /// Hands in a copy of what was made instead.
  void made(std::span<const std::byte> bytes) const;

 private:
  std::string key_;
  Tensor found_;
};

/// Arrays as the bytes of one piece, each at a multiple of 64.
Tensor join_parts(const std::vector<Tensor>& parts);
/// Those arrays, as flat views of the bytes. Errors: Fault::corrupt for anything that join_parts
/// did not make.
std::vector<Tensor> split_parts(const Tensor& bytes);

/// Whether a store listens, so that callers without one can save the detour.
bool has_packed_store() noexcept;

}  // namespace pare
