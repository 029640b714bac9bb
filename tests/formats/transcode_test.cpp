#include "formats/transcode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "formats/gguf/types.hpp"
#include "formats/safetensors/types.hpp"

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const StoredType& type(const char* name) { return *gguf::find_type(name); }

/// A tensor over bytes of its own.
struct Owned {
  std::vector<std::byte> bytes;
  StoredTensor tensor;

  template <class T>
  Owned(const StoredType& type, Shape shape, const std::vector<T>& values) {
    bytes.resize(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    tensor = {"t", &type, std::move(shape), bytes, 0};
  }
};

struct Result {
  std::vector<std::byte> bytes;
  std::size_t pieces = 0;
  TranscodeError error;
};

Result converted(const StoredTensor& tensor, const StoredType& to) {
  Result r;
  r.error = transcode(tensor, to, [&](std::span<const std::byte> piece) {
    r.bytes.insert(r.bytes.end(), piece.begin(), piece.end());
    ++r.pieces;
  });
  return r;
}

template <class T>
std::vector<T> as(const std::vector<std::byte>& bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

void expect_fault(Fault fault, const std::string& part, const StoredTensor& t,
                  const StoredType& to) {
  try {
    static_cast<void>(converted(t, to));
    ADD_FAILURE() << "no error with " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), fault) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

TEST(Transcode, OneTypeIsHandedOnAsItIs) {
  // Of a type that nobody here can decode, too.
  const Owned grid(type("IQ2_XXS"), {256}, std::vector<std::uint8_t>(66, 0xAB));
  const Result r = converted(grid.tensor, type("IQ2_XXS"));
  EXPECT_EQ(r.bytes, grid.bytes);
  EXPECT_EQ(r.pieces, 1U);
  EXPECT_TRUE(r.error.exact());
  EXPECT_TRUE(std::isinf(r.error.sqnr_db()));
}

TEST(Transcode, FloatsAreRoundedToNearestAndJudged) {
  // 1 + 2^-11 lies half way between two float16 and goes to the even one; 3 is exact.
  const Owned x(type("F32"), {2}, std::vector<float>{1 + 0x1p-11F, 3});
  const Result r = converted(x.tensor, type("F16"));
  EXPECT_THAT(as<std::uint16_t>(r.bytes), ElementsAre(0x3C00, 0x4200));
  EXPECT_DOUBLE_EQ(r.error.noise, 0x1p-22);
  EXPECT_DOUBLE_EQ(r.error.signal, (1 + 0x1p-11) * (1 + 0x1p-11) + 9);
  EXPECT_NEAR(r.error.sqnr_db(), 10 * std::log10(r.error.signal * 0x1p22), 1e-9);
  const Owned back(type("F16"), {2}, as<std::uint16_t>(r.bytes));
  EXPECT_THAT(as<float>(converted(back.tensor, type("F32")).bytes), ElementsAre(1.0F, 3.0F));
}

TEST(Transcode, BlocksAreEncodedByTheirRows) {
  std::vector<float> values(64);
  for (std::size_t i = 0; i < 64; ++i) values[i] = static_cast<float>(i % 16) - 8;
  const Owned x(type("F32"), {2, 32}, values);
  const Result r = converted(x.tensor, type("Q4_0"));
  ASSERT_EQ(r.bytes.size(), 36U);
  // The step is 1 (0x3C00): codes are the values plus 8, low nibble value j, high nibble j + 16.
  EXPECT_EQ(std::to_integer<int>(r.bytes[1]), 0x3C);
  for (std::size_t j = 0; j < 16; ++j) {
    EXPECT_EQ(std::to_integer<std::size_t>(r.bytes[2 + j]), j | (j << 4));
  }
  EXPECT_TRUE(r.error.exact());
}

TEST(Transcode, CodeBooksThatAgreeAreExact) {
  // Ternary weights of one size: both ternary formats, and back.
  std::vector<float> ternary(512);
  for (std::size_t i = 0; i < ternary.size(); ++i)
    ternary[i] = (static_cast<float>(i * 7 % 3) - 1) * 0.75F;
  const Owned x(type("F32"), {512}, ternary);
  const Result first = converted(x.tensor, type("TQ1_0"));
  EXPECT_TRUE(first.error.exact());
  const Owned packed(type("TQ1_0"), {512}, as<std::uint8_t>(first.bytes));
  const Result second = converted(packed.tensor, type("TQ2_0"));
  EXPECT_TRUE(second.error.exact());
  EXPECT_EQ(second.bytes, converted(x.tensor, type("TQ2_0")).bytes);
  // E2M1 with a power of two: float16 holds it, and it comes back.
  std::vector<float> mx(64);
  constexpr float kE2M1[] = {0, 0.5F, 1, 1.5F, 2, 3, 4, 6};
  for (std::size_t i = 0; i < mx.size(); ++i)
    mx[i] = (i % 2 == 0 ? 1.0F : -1.0F) * kE2M1[i / 2 % 8] * 0x1p-5F;
  const Owned m(type("F32"), {64}, mx);
  const Result four = converted(m.tensor, type("MXFP4"));
  EXPECT_TRUE(four.error.exact());
  const Owned blocks(type("MXFP4"), {64}, as<std::uint8_t>(four.bytes));
  EXPECT_THAT(as<float>(converted(blocks.tensor, type("F32")).bytes),
              testing::ElementsAreArray(mx));
}

TEST(Transcode, LongTensorsComeInPiecesThatDoNotDependOnThreads) {
  constexpr std::int64_t kRows = 17 * 1024 + 3;
  std::vector<float> values(kRows * 256);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i));
  const Owned x(type("F32"), {kRows, 256}, values);
  std::vector<Result> results;
  for (const int n : {1, 3}) {
    set_threads(n);
    results.push_back(converted(x.tensor, type("Q8_0")));
  }
  set_threads(0);
  EXPECT_EQ(results[0].bytes, results[1].bytes);
  EXPECT_EQ(results[0].error.noise, results[1].error.noise);
  EXPECT_EQ(results[0].pieces, 2U);
  ASSERT_EQ(results[0].bytes.size(), values.size() / 32 * 34);
  // The whole against each block alone.
  std::vector<std::byte> block(34);
  for (std::size_t b = 0; b < values.size() / 32; b += 1001) {
    dtype_by_name("q8_0").info().encode(std::span(values).subspan(b * 32, 32), block);
    EXPECT_TRUE(std::equal(block.begin(), block.end(),
                           results[0].bytes.begin() + static_cast<std::ptrdiff_t>(b * 34)));
  }
}

TEST(Transcode, NothingComesFromNothing) {
  const Owned x(*safetensors::find_type("F32"), {0, 3}, std::vector<float>{});
  const Result r = converted(x.tensor, *safetensors::find_type("BF16"));
  EXPECT_EQ(r.pieces, 0U);
  EXPECT_TRUE(r.error.exact());
}

TEST(Transcode, NotANumberGoesOnlyWhereItIsHeld) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values(32, 1.0F);
  values[30] = -infinity;
  const Owned x(type("F32"), {32}, values);
  expect_fault(Fault::corrupt, "value 30 is -inf, which Q8_0 cannot hold", x.tensor, type("Q8_0"));
  expect_fault(Fault::corrupt, "converting tensor 't' [32] F32 to Q8_0", x.tensor, type("Q8_0"));
  values[30] = nan;
  const Owned y(type("F32"), {32}, values);
  const Result r = converted(y.tensor, type("BF16"));
  EXPECT_EQ(as<std::uint16_t>(r.bytes)[30] & 0x7FC0, 0x7FC0);
  EXPECT_TRUE(r.error.exact());
  // A finite number that float16 has no room for is no number that may be lost without a word.
  values[30] = 70000;
  const Owned z(type("F32"), {32}, values);
  expect_fault(Fault::unsupported, "value 30 is 70000, beyond what F16 can hold", z.tensor,
               type("F16"));
}

TEST(Transcode, RefusesWhatHasNoValues) {
  const Owned grid(type("IQ2_XXS"), {256}, std::vector<std::uint8_t>(66, 1));
  expect_fault(Fault::unsupported, "values of type IQ2_XXS cannot become F16", grid.tensor,
               type("F16"));
  const Owned whole(type("I32"), {1}, std::vector<std::int32_t>{1});
  expect_fault(Fault::unsupported, "values of type I32 cannot become F32", whole.tensor,
               type("F32"));
  const Owned x(type("F32"), {2, 16}, std::vector<float>(32, 1));
  expect_fault(Fault::unsupported, "cannot become IQ1_S", x.tensor, type("IQ1_S"));
  expect_fault(Fault::corrupt, "rows of 16 values are not whole blocks of 32", x.tensor,
               type("Q4_0"));
  EXPECT_TRUE(can_transcode(type("IQ1_S"), type("IQ1_S")));
  EXPECT_FALSE(can_transcode(type("F32"), type("I8")));
}

}  // namespace
}  // namespace pare
