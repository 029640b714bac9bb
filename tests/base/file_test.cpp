#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/error.hpp"
#include "base/temp_dir.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

template <class Body>
std::string fault_of(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return std::string(to_string(error.fault()));
  }
  return "none";
}

std::string text_of(const MappedFile& file) {
  const auto bytes = file.bytes();
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

/// Kilobytes of the mapping at `bytes` that this process holds (Linux: /proc/self/smaps).
std::size_t resident_kb(std::span<const std::byte> bytes) {
  std::ostringstream begin;
  begin << std::hex << std::bit_cast<std::uintptr_t>(bytes.data()) << "-";
  std::ifstream maps("/proc/self/smaps");
  bool mine = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) mine = line.rfind(begin.str(), 0) == 0;
    if (mine && line.rfind("Rss:", 0) == 0) return std::stoul(line.substr(4));
  }
  return SIZE_MAX;
}

std::size_t entries(const TempDir& dir) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()));
}

TEST(MappedFile, ReleasedPagesLeaveMemory) {
  const TempDir dir;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::string text(5 * page + 3, 'x');
  const auto file = MappedFile::open(dir.write("a", text));
  EXPECT_EQ(text_of(*file), text);
  EXPECT_EQ(resident_kb(file->bytes()), 6 * page / 1024);
  file->release(file->bytes().subspan(1));  // not the pages at the ends, which are not whole
  EXPECT_EQ(resident_kb(file->bytes()), 2 * page / 1024);
  EXPECT_EQ(text_of(*file), text);
}

TEST(MappedFile, HoldsTheBytesEvenAfterTheNameIsGone) {
  const TempDir dir;
  const auto file = MappedFile::open(dir.write("a", "hello"));
  fs::remove(dir.at("a"));
  EXPECT_EQ(text_of(*file), "hello");
  EXPECT_EQ(file->path(), dir.at("a"));
  EXPECT_TRUE(MappedFile::open(dir.write("empty", ""))->bytes().empty());
}

TEST(MappedFile, BytesThatWereReleasedAreReadAgain) {
  const TempDir dir;
  std::string text(5 * 4096 + 10, 'a');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  const auto file = MappedFile::open(dir.write("a", text));
  EXPECT_EQ(text_of(*file), text);
  const auto bytes = file->bytes();
  for (const std::size_t begin : {std::size_t{0}, std::size_t{1}, std::size_t{4096}}) {
    for (const std::size_t end : {begin, begin + 1, std::size_t{8192}, bytes.size()}) {
      file->release(bytes.subspan(begin, end - begin));
      EXPECT_EQ(text_of(*file), text) << begin << " to " << end;
    }
  }
  // Memory of others stays what it is.
  std::vector<std::byte> other(3 * 4096, std::byte{7});
  file->release(other);
  EXPECT_EQ(std::count(other.begin(), other.end(), std::byte{7}), 3 * 4096);
  file->release({});
}

TEST(MappedFile, RefusesWhatIsNoFileWithoutHanging) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo(dir.at("fifo").c_str(), 0600), 0);
  EXPECT_EQ(fault_of([&] { MappedFile::open(dir.at("fifo")); }), "usage");
  EXPECT_EQ(fault_of([&] { MappedFile::open(dir.path()); }), "usage");
  EXPECT_EQ(fault_of([&] { MappedFile::open("/dev/zero"); }), "usage");
  EXPECT_EQ(fault_of([&] { MappedFile::open(dir.at("nothing")); }), "missing");
  EXPECT_EQ(fault_of([&] { MappedFile::open(dir.write("f", "x") + "/below"); }), "missing");
}

TEST(MappedFile, UnreadableFilesAreAPermissionFault) {
  if (::geteuid() == 0) {
    // Root reads everything: an unreadable file does not exist for it, so show that instead.
    const TempDir dir;
    fs::permissions(dir.write("a", "x"), fs::perms::none);
    EXPECT_EQ(fault_of([&] { MappedFile::open(dir.at("a")); }), "none");
    return;
  }
  const TempDir dir;
  fs::permissions(dir.write("a", "x"), fs::perms::none);
  EXPECT_EQ(fault_of([&] { MappedFile::open(dir.at("a")); }), "permission");
}

TEST(OpenContained, OpensFilesBesideAndBelowTheModel) {
  const TempDir dir;
  const std::string model = dir.write("m/model.onnx", "x");
  dir.write("m/weights.bin", "w");
  dir.write("m/sub/more.bin", "s");
  EXPECT_EQ(text_of(*MappedFile::open_contained(model, "weights.bin")), "w");
  EXPECT_EQ(text_of(*MappedFile::open_contained(model, "sub/more.bin")), "s");
  EXPECT_EQ(text_of(*MappedFile::open_contained(model, "sub/../weights.bin")), "w");
}

TEST(OpenContained, RefusesEveryWayOut) {
  const TempDir dir;
  const std::string model = dir.write("m/model.onnx", "x");
  const std::string secret = dir.write("secret", "s");
  dir.write("m2/other", "o");  // shares the beginning of its name with m
  fs::create_symlink("../secret", dir.at("m/link"));
  fs::create_symlink("..", dir.at("m/up"));
  for (const std::string& name :
       {std::string("../secret"), std::string("sub/../../secret"), secret, std::string("link"),
        std::string("up/secret"), std::string("../m2/other"), std::string(),
        std::string("a\0b", 3)}) {
    fs::create_directories(dir.at("m/sub"));
    EXPECT_EQ(fault_of([&] { MappedFile::open_contained(model, name); }), "corrupt") << name;
  }
  EXPECT_EQ(fault_of([&] { MappedFile::open_contained(model, "nothing"); }), "missing");
}

TEST(OpenContained, AllowsTheCacheLayoutOfLinksIntoOneFolder) {
  const TempDir dir;
  dir.write("blobs/aaa", "model");
  dir.write("blobs/bbb", "weights");
  dir.write("elsewhere/ccc", "secret");
  fs::create_directories(dir.at("snapshots/1"));
  fs::create_symlink("../../blobs/aaa", dir.at("snapshots/1/model.onnx"));
  fs::create_symlink("../../blobs/bbb", dir.at("snapshots/1/model.onnx_data"));
  fs::create_symlink("../../elsewhere/ccc", dir.at("snapshots/1/evil"));
  const std::string model = dir.at("snapshots/1/model.onnx");
  EXPECT_EQ(text_of(*MappedFile::open_contained(model, "model.onnx_data")), "weights");
  EXPECT_EQ(fault_of([&] { MappedFile::open_contained(model, "evil"); }), "corrupt");
}

TEST(OpenContained, WorksForAModelInTheWorkingDirectory) {
  const TempDir dir;
  dir.write("model.onnx", "x");
  dir.write("w.bin", "w");
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  const std::string read = fault_of([] { MappedFile::open_contained("model.onnx", "w.bin"); });
  fs::current_path(before);
  EXPECT_EQ(read, "none");
}

TEST(ReadText, HoldsItsLimit) {
  const TempDir dir;
  dir.write("t", "12345");
  EXPECT_EQ(read_text(dir.at("t"), 5), "12345");
  EXPECT_EQ(fault_of([&] { static_cast<void>(read_text(dir.at("t"), 4)); }), "resource");
}

TEST(AtomicFile, AppearsOnlyWithCommit) {
  const TempDir dir;
  {
    AtomicFile file(dir.at("out"), false);
    file.write("hello ");
    file.flush();
    EXPECT_FALSE(fs::exists(dir.at("out")));
    EXPECT_EQ(slurp(file.temporary_path()), "hello ");
    file.write("world");
    EXPECT_EQ(file.size(), 11U);
    file.commit();
  }
  EXPECT_EQ(slurp(dir.at("out")), "hello world");
  EXPECT_EQ(entries(dir), 1U);
}

TEST(AtomicFile, LeavesNothingBehindWithoutCommit) {
  const TempDir dir;
  { AtomicFile(dir.at("out"), false).write("half"); }
  EXPECT_EQ(entries(dir), 0U);
}

TEST(AtomicFile, ReplacesOnlyWithForceAndKeepsTheOldOneUntilThen) {
  const TempDir dir;
  dir.write("out", "old");
  EXPECT_EQ(fault_of([&] { AtomicFile(dir.at("out"), false); }), "cannot create");
  {
    AtomicFile file(dir.at("out"), true);
    file.write("new");
    file.flush();
    EXPECT_EQ(slurp(dir.at("out")), "old");
    file.commit();
  }
  EXPECT_EQ(slurp(dir.at("out")), "new");
  EXPECT_EQ(entries(dir), 1U);
}

TEST(AtomicFile, AFileThatAppearsMeanwhileIsNotReplaced) {
  const TempDir dir;
  {
    AtomicFile file(dir.at("out"), false);
    file.write("mine");
    dir.write("out", "theirs");
    EXPECT_EQ(fault_of([&] { file.commit(); }), "cannot create");
  }
  EXPECT_EQ(slurp(dir.at("out")), "theirs");
  EXPECT_EQ(entries(dir), 1U);
}

TEST(AtomicFile, RefusesFoldersThatAreNotThere) {
  const TempDir dir;
  EXPECT_EQ(fault_of([&] { AtomicFile(dir.at("no/out"), false); }), "cannot create");
  EXPECT_EQ(fault_of([&] { AtomicFile(dir.path(), true); }), "cannot create");
}

TEST(AtomicFile, WritesLargeAndSmallPiecesInOrderAndAligns) {
  const TempDir dir;
  std::string want;
  AtomicFile file(dir.at("out"), false);
  for (int i = 0; i < 40; ++i) {
    const std::string piece(
        static_cast<std::size_t>(i * i * i * 37 % 300'000 + (i == 20 ? 3'000'000 : 1)),
        static_cast<char>('a' + i % 26));
    file.write(piece);
    want += piece;
    if (i % 10 == 5) {
      file.align(64);
      want.resize((want.size() + 63) / 64 * 64, '\0');
    }
    ASSERT_EQ(file.size(), want.size());
  }
  file.commit();
  EXPECT_EQ(slurp(dir.at("out")), want);
}

TEST(AtomicFile, AFullDiskIsAnIoFaultAndLeavesNothing) {
  // /dev/full cannot be renamed into place, so the limit on file sizes stands in for a full disk.
  const TempDir dir;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 16, 1 << 16};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string fault = fault_of([&] {
      AtomicFile file(dir.at("out"), false);
      file.write(std::string(1 << 18, 'x'));
      file.commit();
    });
    ::_exit(fault == "io" && entries(dir) == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(AtomicFile, GivesTheUsualPermissions) {
  const TempDir dir;
  const mode_t before = ::umask(022);
  write_text(dir.at("out"), "x", false);
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(dir.at("out").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0644U);
}

}  // namespace
}  // namespace pare
