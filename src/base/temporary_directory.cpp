#include "base/temporary_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "base/error.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

// Longer than a process takes from making a directory to locking it.
constexpr std::time_t kSettledSeconds = 60;

/// Whether this user made `path` some time ago and no process holds its lock. (Process numbers
/// would not do: containers that share the directory have numbers of their own.)
bool abandoned(const fs::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return false;
  struct stat info {};
  const bool free = fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
                    std::time(nullptr) - info.st_mtime > kSettledSeconds &&
                    flock(fd, LOCK_EX | LOCK_NB) == 0;
  close(fd);
  return free;
}

void remove_abandoned(const fs::path& parent, const std::string& start, std::size_t length) {
  std::error_code unread;
  std::error_code ignored;
  for (fs::directory_iterator at(parent, unread), end; !unread && at != end; at.increment(unread)) {
    const std::string name = at->path().filename().string();
    if (name.size() != length || name.rfind(start, 0) != 0) continue;
    if (abandoned(at->path())) fs::remove_all(at->path(), ignored);
  }
}

}  // namespace

TemporaryDirectory::TemporaryDirectory(const fs::path& parent, bool hidden) {
  const fs::path place = parent.empty() ? fs::temp_directory_path() : parent;
  // Long enough that nobody else's directory bears such a name by chance.
  const std::string start = hidden ? ".pare-temporary-" : "pare-temporary-";
  std::string name = (place / (start + "XXXXXX")).string();
  remove_abandoned(place, start, start.size() + 6);
  if (mkdtemp(name.data()) == nullptr) {
    throw Error(Fault::cannot_create, cat("cannot create a directory like ", name));
  }
  path_ = name;
  // Where the file system has no locks, nobody gets one either, and nothing is taken for abandoned.
  lock_ = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0) (void)flock(lock_, LOCK_SH | LOCK_NB);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  if (lock_ >= 0) close(lock_);
}

}  // namespace pare
