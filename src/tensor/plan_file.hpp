#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "tensor/packed_store.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// The container of plan files (docs/plan.md): facts, then named pieces that are used where they
/// lie. Little-endian:
///
///     [0, 8)    "PAREPLAN"
///     [8, 12)   version of the format, 1
///     [12, 16)  number of pieces
///     [16, 24)  size of the file
///     [24, 32)  size of the index, which begins at 40
///     [32, 40)  checksum64 of the first 32 bytes and of the index
///     index     number of facts (u32), then each as two texts; for each piece: kind (u32), name,
///               element type (texts), rank (u32), sizes (i64), offset, bytes, checksum64 (u64)
///     pieces    in the order of the index, each at the next multiple of 64; zeros in between
///
/// A text is its length (u32) and its bytes.
enum class PieceKind : std::uint32_t { graph = 0, constant = 1, packed = 2 };

struct PlanPiece {
  PieceKind kind = PieceKind::constant;
  std::string name;
  Tensor data;
};

class PlanFile {
 public:
  /// True when the bytes begin like a plan file of any version.
  static bool begins(std::span<const std::byte> head);
  /// Maps the file. Errors: as parse(), MappedFile.
  static std::shared_ptr<const PlanFile> open(const std::filesystem::path& path);
  /// Errors: Fault::corrupt, Fault::unsupported for another version of the format. Checksums of
  /// pieces are not looked at yet.
  static std::shared_ptr<const PlanFile> parse(std::span<const std::byte> all,
                                               const std::shared_ptr<const void>& owner);

  [[nodiscard]] const std::map<std::string, std::string>& facts() const noexcept { return facts_; }
  /// "" when there is none.
  [[nodiscard]] std::string fact(const std::string& name) const;
  /// All pieces; their data are views of the file.
  [[nodiscard]] const std::vector<PlanPiece>& pieces() const noexcept { return pieces_; }
  /// Errors: Fault::corrupt when the piece is not what was written.
  void check(std::size_t piece) const;
  /// Why this pare on a machine of that text does not use the file; empty when it does.
  [[nodiscard]] std::string refusal(const std::string& machine) const;

 private:
  std::map<std::string, std::string> facts_;
  std::vector<PlanPiece> pieces_;
  std::vector<std::uint64_t> checksums_;
};

/// producer_name of a model that was read from a plan file: its graph has the rewrites on loading
/// behind it.
inline constexpr const char* kPlanProducer = "pare plan";

/// Names of facts.
namespace plan_fact {
inline constexpr const char* kPare = "pare";        ///< its version
inline constexpr const char* kMachine = "machine";  ///< machine_text()
inline constexpr const char* kRuntime = "runtime";  ///< library and instruction sets
inline constexpr const char* kThreads = "threads";  ///< it was made for
inline constexpr const char* kSource = "source";    ///< the model, as it was named
inline constexpr const char* kSourceHash = "source_sha256";
inline constexpr const char* kShapes = "shapes";  ///< of the inputs
inline constexpr const char* kBf16 = "allow_bf16";
inline constexpr const char* kExact = "exact_convolutions";
inline constexpr const char* kTuning = "tuning";    ///< how kernels were chosen
inline constexpr const char* kTimings = "timings";  ///< and by what times: Session::timings_text()
}  // namespace plan_fact

/// Writes facts and pieces. The file is not committed.
void write_plan_file(AtomicFile& file, const std::map<std::string, std::string>& facts,
                     const std::vector<PlanPiece>& pieces);

/// The packed pieces of a plan file. A piece whose checksum is wrong counts as not there, with a
/// warning.
class PlanFileStore final : public PackedStore {
 public:
  explicit PlanFileStore(std::shared_ptr<const PlanFile> file);
  Tensor find(const std::string& key, std::size_t bytes) override;
  void keep(const std::string&, const Tensor&) override {}

 private:
  std::shared_ptr<const PlanFile> file_;
  std::map<std::string, std::size_t> packed_;
};

}  // namespace pare
