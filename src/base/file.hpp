#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pare {

/// A read-only file mapped into memory. The mapping lives as long as the object; copies are
/// shared. Errors: Fault::missing, Fault::permission, Fault::io; a directory, FIFO or device is
/// Fault::usage.
class MappedFile {
 public:
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  /// Opens `name` (a relative path found in a file that lies in `root`) and insists that the
  /// resolved file lies under `root` or under the directory of the resolved `model` file (the
  /// Hugging Face cache layout links both into one blob folder). Absolute names and escapes are
  /// Fault::corrupt. Checked on the opened descriptor, so there is no gap between check and use.
  static std::shared_ptr<const MappedFile> open_contained(const std::filesystem::path& model,
                                                          std::string_view name);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  /// Says that this part of bytes() is not wanted for now: its pages leave the process, and are
  /// read again when somebody looks. What is no part of bytes() is left alone.
  void release(std::span<const std::byte> part) const noexcept;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  MappedFile(int fd, std::filesystem::path path);
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  int fd_ = -1;
  std::filesystem::path path_;
};

/// Whole small text file. Errors as MappedFile; larger than `limit_bytes` is Fault::resource.
std::string read_text(const std::filesystem::path& path, std::uint64_t limit_bytes);

/// Writes a file that appears whole or not at all: a temporary name in the same directory, then
/// fsync and rename in commit(). Destroyed without commit() it leaves nothing behind.
class AtomicFile {
 public:
  /// Fault::cannot_create when `path` exists and `force` is false, or its directory is missing.
  AtomicFile(std::filesystem::path path, bool force);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Pads with zero bytes up to a multiple of `alignment`.
  void align(std::size_t alignment);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The temporary path, complete after flush(); for verification before commit().
  [[nodiscard]] const std::filesystem::path& temporary_path() const noexcept { return temporary_; }
  void flush();
  void commit();

 private:
  void put(const std::byte* data, std::size_t n);
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  int fd_ = -1;
  bool force_ = false;
  bool committed_ = false;
};

/// Writes `text` to `path` atomically (see AtomicFile).
void write_text(const std::filesystem::path& path, std::string_view text, bool force);

}  // namespace pare
