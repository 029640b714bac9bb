#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// An object in a picture; centre and size relative to the picture (0..1).
struct Box {
  std::int64_t label = 0;
  float cx = 0;
  float cy = 0;
  float w = 0;
  float h = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

/// One item as it is stored, before any preprocessing.
struct Sample {
  /// Pictures: one u8 tensor [height, width, channels], channels 1 or 3, RGB. Arrays: one tensor
  /// per array, without the axis that counts samples. Sound: one f32 tensor [samples] in [-1, 1].
  std::vector<Tensor> inputs;
  std::optional<std::int64_t> label;
  std::vector<Box> boxes;
  std::string path;  ///< where it comes from: a file, or "file[index]"
};

struct DataOptions {
  std::int64_t limit = 0;  ///< at most that many samples, drawn with `seed`; 0 = all
  std::uint64_t seed = 0;
  std::string kind;  ///< one of data_kinds(); empty: found out by looking
};

/// A list of samples that are read when asked for: memory does not grow with their number.
class Dataset {
 public:
  Dataset() = default;
  virtual ~Dataset() = default;
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  /// One of data_kinds().
  [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
  /// Reads sample i; may be called from several threads. Errors: those of its file.
  [[nodiscard]] virtual Sample get(std::int64_t i) const = 0;
  /// Label of sample i without reading the sample; nothing when the data have no labels.
  [[nodiscard]] virtual std::optional<std::int64_t> label(std::int64_t i) const = 0;
  /// Name of sample i ("images/a.jpg", "test.bin[3]") without reading it.
  [[nodiscard]] virtual std::string name(std::int64_t i) const = 0;
  /// Bytes of sample i's file (arrays: of its values).
  [[nodiscard]] virtual std::uint64_t size_bytes(std::int64_t i) const = 0;

  [[nodiscard]] virtual bool labelled() const noexcept = 0;
  /// Whether samples carry boxes.
  [[nodiscard]] virtual bool has_boxes() const noexcept { return false; }
  /// Names of the arrays in Sample::inputs where the file has names (NPZ); else empty.
  [[nodiscard]] virtual const std::vector<std::string>& input_names() const noexcept;
  /// Number of classes: of class_names() or greatest label + 1; 0 without labels.
  [[nodiscard]] virtual std::int64_t classes() const noexcept = 0;
  /// From folder names, classes.txt or the label column; may be empty.
  [[nodiscard]] virtual const std::vector<std::string>& class_names() const noexcept;

  /// What the data say about sample i as text (label or boxes), for fingerprint().
  [[nodiscard]] virtual std::string annotation(std::int64_t i) const;
  /// SHA-256 over names, sizes and labels of all samples, in order.
  [[nodiscard]] std::string fingerprint() const;
};

/// Names of what open_dataset() can read: "image-folder", "labels-csv", "images", "yolo", "npz",
/// "npy", "cifar", "idx", "wav".
const std::vector<std::string>& data_kinds();

/// Opens a folder or file; docs/data.md describes the kinds. `path` may be two NPY files with a
/// comma between ("x.npy,y.npy"). Errors: Fault::missing when nothing is there; Fault::usage when
/// what is there fits no kind or not the one asked for, saying what was looked for and what is
/// there; Fault::corrupt and Fault::resource from reading.
std::shared_ptr<const Dataset> open_dataset(const std::string& path,
                                            const DataOptions& options = {});

/// The first `limit` of a random order that depends on `seed` alone, back in the order of `all`:
/// a smaller limit with the same seed gives a part of a larger one. limit <= 0: all.
std::vector<std::int64_t> sample_indices(std::int64_t all, std::int64_t limit, std::uint64_t seed);
/// A part of a data set, by index.
std::shared_ptr<const Dataset> subset(std::shared_ptr<const Dataset> all,
                                      std::vector<std::int64_t> indices);

}  // namespace pare
