#pragma once

#include <filesystem>

namespace pare {

/// A directory of its own that goes with the object. A process that is killed leaves its directory
/// behind; the next one that works in the same place removes it.
class TemporaryDirectory {
 public:
  /// `parent`/pare-temporary-XXXXXX, with a dot in front when `hidden`. The default parent is the
  /// system's directory for temporary files. Errors: Fault::cannot_create.
  explicit TemporaryDirectory(const std::filesystem::path& parent = {}, bool hidden = false);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace pare
