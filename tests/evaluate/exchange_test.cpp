#include "evaluate/exchange.hpp"
#include "base/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace pare {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

TEST(Exchange, TensorsComeBackAsTheyWere) {
  const TemporaryDirectory folder;
  Tensor packed(ElementKind::i4, {3});
  packed.mutable_bytes()[0] = std::byte{0x21};
  const std::vector<Tensor> in = {Tensor::of<float>({2, 1}, {1.5F, -2}),
                                  Tensor::of<std::int64_t>({}, {7}), packed,
                                  Tensor(ElementKind::f16, {0, 4}), Tensor::of<bool>({1}, {true})};
  write_tensors(folder.path() / "t", in);
  const std::vector<Tensor> out = read_tensors(folder.path() / "t");
  ASSERT_EQ(out.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_TRUE(identical(in[i], out[i])) << i;
}

TEST(Exchange, EveryPrefixIsRefused) {
  const TemporaryDirectory folder;
  write_tensors(folder.path() / "t", {Tensor::of<float>({20}, std::vector<float>(20, 1))});
  const std::string all = contents(folder.path() / "t");
  // The last tensor's bytes end before the padding does.
  const std::size_t needed = 64 + 80;
  ASSERT_GE(all.size(), needed);
  for (std::size_t n = 0; n < needed; n += 5) {
    std::ofstream(folder.path() / "p", std::ios::binary) << all.substr(0, n);
    EXPECT_THROW((void)read_tensors(folder.path() / "p"), Error) << n;
  }
}

TEST(Exchange, RefusesText) {
  const TemporaryDirectory folder;
  EXPECT_THROW(write_tensors(folder.path() / "t", {Tensor::of<std::string>({1}, {"a"})}), Error);
}

}  // namespace
}  // namespace pare
