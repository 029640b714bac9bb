#include "base/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

std::string reason(int code) { return std::generic_category().message(code); }

[[noreturn]] void fail_open(const std::filesystem::path& path, int code) {
  const Fault fault = code == ENOENT || code == ENOTDIR ? Fault::missing
                      : code == EACCES || code == EPERM ? Fault::permission
                                                        : Fault::io;
  throw Error(fault, cat("cannot open ", path.string(), ": ", reason(code)));
}

int open_read(const std::filesystem::path& path) {
  // O_NONBLOCK: a FIFO in place of a file must not hang us before we can refuse it.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail_open(path, errno);
  return fd;
}

std::filesystem::path resolved(int fd) {
  std::array<char, PATH_MAX> text{};
  const std::string link = cat("/proc/self/fd/", fd);
  const ssize_t n = ::readlink(link.c_str(), text.data(), text.size());
  if (n <= 0) throw Error(Fault::io, cat("cannot resolve an open file: ", reason(errno)));
  return std::string(text.data(), static_cast<std::size_t>(n));
}

bool lies_under(const std::filesystem::path& file, const std::filesystem::path& dir) {
  const auto relative = file.lexically_relative(dir);
  return !relative.empty() && *relative.begin() != ".." && *relative.begin() != ".";
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  const auto parent = file.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

}  // namespace

MappedFile::MappedFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) {
    const int code = errno;
    ::close(fd_);
    throw Error(Fault::io, cat("cannot stat ", path_.string(), ": ", reason(code)));
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(fd_);
    throw Error(Fault::usage, cat(path_.string(), " is not a regular file"));
  }
  size_ = static_cast<std::size_t>(info.st_size);
  if (size_ == 0) return;
  void* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_, 0);
  if (at == MAP_FAILED) {
    const int code = errno;
    ::close(fd_);
    throw Error(Fault::io, cat("cannot map ", path_.string(), ": ", reason(code)));
  }
  data_ = static_cast<const std::byte*>(at);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  if (fd_ >= 0) ::close(fd_);
}

void MappedFile::release(std::span<const std::byte> part) const noexcept {
  if (part.empty() || data_ == nullptr) return;
  const std::less<> before;
  if (before(part.data(), data_) || before(data_ + size_, part.data() + part.size())) return;
  // Whole pages only: their neighbours may be in use.
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = static_cast<std::size_t>(part.data() - data_);
  const std::size_t first = (begin + page - 1) / page * page;
  const std::size_t last = (begin + part.size()) / page * page;
  if (first >= last) return;
  (void)::madvise(const_cast<std::byte*>(data_) + first, last - first, MADV_DONTNEED);
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  return std::shared_ptr<const MappedFile>(new MappedFile(open_read(path), path));
}

std::shared_ptr<const MappedFile> MappedFile::open_contained(const std::filesystem::path& model,
                                                             std::string_view name) {
  const std::filesystem::path relative(name);
  if (name.empty() || relative.is_absolute() || name.find('\0') != std::string_view::npos) {
    throw Error(Fault::corrupt,
                cat("external data location '", escape_terminal(name), "' is not a relative path"));
  }
  const auto path = directory_of(model) / relative;
  auto file = open(path);
  const auto real = resolved(file->fd_);
  std::error_code error;
  const auto model_dir = std::filesystem::canonical(directory_of(model), error);
  const auto real_model = std::filesystem::canonical(model, error);
  if (error) throw Error(Fault::missing, cat("cannot resolve ", model.string()));
  const auto real_model_dir = directory_of(real_model);
  if (!lies_under(real, model_dir) && !lies_under(real, real_model_dir)) {
    throw Error(Fault::corrupt, cat("external data location '", escape_terminal(name),
                                    "' leaves the directory of the model"));
  }
  return file;
}

std::string read_text(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  const auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  if (bytes.size() > limit_bytes) {
    throw Error(Fault::resource,
                cat(path.string(), " has ", bytes.size(), " bytes; the limit is ", limit_bytes));
  }
  std::string text(bytes.size(), '\0');
  if (!bytes.empty()) std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

AtomicFile::AtomicFile(std::filesystem::path path, bool force)
    : path_(std::move(path)), force_(force) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) {
    throw Error(Fault::cannot_create, cat(path_.string(), " is a directory"));
  }
  if (!force_ && std::filesystem::exists(path_, ignored)) {
    throw Error(Fault::cannot_create, cat(path_.string(), " exists; --force replaces it"));
  }
  std::string pattern = (directory_of(path_) / cat(".", path_.filename().string(), ".XXXXXX"));
  fd_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (fd_ < 0) {
    const int code = errno;
    const Fault fault = code == EACCES || code == EPERM || code == EROFS ? Fault::permission
                        : code == ENOSPC                                 ? Fault::io
                                                                         : Fault::cannot_create;
    throw Error(fault, cat("cannot create ", path_.string(), ": ", reason(code)));
  }
  temporary_ = pattern;
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::put(const std::byte* data, std::size_t n) {
  while (n > 0) {
    const ssize_t done = ::write(fd_, data, n);
    if (done < 0) {
      if (errno == EINTR) continue;
      throw Error(Fault::io, cat("cannot write ", path_.string(), ": ", reason(errno)));
    }
    data += done;
    n -= static_cast<std::size_t>(done);
  }
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    put(std::as_bytes(std::span(buffer_)).data(), buffer_.size());
    buffer_.clear();
  }
  if (bytes.size() > kBufferBytes) {
    put(bytes.data(), bytes.size());
    return;
  }
  const auto old = buffer_.size();
  buffer_.resize(old + bytes.size());
  if (!bytes.empty()) std::memcpy(buffer_.data() + old, bytes.data(), bytes.size());
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::align(std::size_t alignment) {
  const std::size_t rest = static_cast<std::size_t>(size_ % alignment);
  if (rest != 0) write(std::vector<std::byte>(alignment - rest));
}

void AtomicFile::flush() {
  put(std::as_bytes(std::span(buffer_)).data(), buffer_.size());
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd_, 0666 & ~mask);
  if (::fsync(fd_) != 0) {
    throw Error(Fault::io, cat("cannot flush ", path_.string(), ": ", reason(errno)));
  }
  ::close(fd_);
  fd_ = -1;
  // Without force the name must still be free: link() refuses to replace, rename() would not.
  const bool moved = force_ ? ::rename(temporary_.c_str(), path_.c_str()) == 0
                            : ::link(temporary_.c_str(), path_.c_str()) == 0;
  if (!moved) {
    throw Error(errno == EEXIST ? Fault::cannot_create : Fault::io,
                cat("cannot move the result to ", path_.string(), ": ", reason(errno)));
  }
  if (!force_) ::unlink(temporary_.c_str());
  committed_ = true;
  const int dir = ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

void write_text(const std::filesystem::path& path, std::string_view text, bool force) {
  AtomicFile file(path, force);
  file.write(text);
  file.commit();
}

}  // namespace pare
