#include "base/temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <fstream>

#include "base/error.hpp"
#include "base/temp_dir.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

/// A directory with a file in it, unchanged for an hour.
fs::path old_directory(const TempDir& parent, const std::string& name) {
  parent.write(name + "/file", "x");
  const std::time_t then = std::time(nullptr) - 3600;
  const timespec times[2] = {{then, 0}, {then, 0}};
  EXPECT_EQ(utimensat(AT_FDCWD, parent.at(name).c_str(), times, 0), 0);
  return parent.at(name);
}

TEST(TemporaryDirectory, GoesWithTheObject) {
  const TempDir parent;
  fs::path path;
  {
    const TemporaryDirectory made(parent.path());
    path = made.path();
    EXPECT_EQ(path.parent_path(), parent.path());
    EXPECT_EQ(path.filename().string().rfind("pare-temporary-", 0), 0U);
    std::ofstream(path / "file") << "x";
    EXPECT_TRUE(fs::exists(path / "file"));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(TemporaryDirectory(parent.path(), true).path().filename().string()[0], '.');
}

TEST(TemporaryDirectory, RemovesWhatAKilledProcessLeft) {
  const TempDir parent;
  const fs::path left = old_directory(parent, "pare-temporary-aBcD12");
  const TemporaryDirectory made(parent.path());
  EXPECT_FALSE(fs::exists(left));
}

TEST(TemporaryDirectory, LeavesWhatIsInUseYoungOrSomebodyElses) {
  const TempDir parent;
  const fs::path used = old_directory(parent, "pare-temporary-aBcD12");
  const int lock = open(used.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_GE(lock, 0);
  ASSERT_EQ(flock(lock, LOCK_SH | LOCK_NB), 0);
  parent.write("pare-temporary-young1/file", "x");
  old_directory(parent, "pare-temporary-mine");
  old_directory(parent, "pare-models");
  old_directory(parent, "target");
  fs::create_directory_symlink(parent.path() / "target", parent.path() / "pare-temporary-linked");
  const TemporaryDirectory made(parent.path());
  for (const char* name : {"pare-temporary-aBcD12/file", "pare-temporary-young1/file",
                           "pare-temporary-mine/file", "pare-models/file", "target/file"}) {
    EXPECT_TRUE(fs::exists(parent.path() / name)) << name;
  }
  close(lock);
}

TEST(TemporaryDirectory, NeedsAParent) {
  const TempDir parent;
  try {
    const TemporaryDirectory made(parent.path() / "none");
    FAIL() << "made " << made.path();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::cannot_create);
  }
}

}  // namespace
}  // namespace pare
