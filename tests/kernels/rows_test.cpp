#include "kernels/rows/rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/rng.hpp"

namespace pare {
namespace {

/// The formats that some table names, each with what its own plain code says.
std::vector<DType> formats() {
  std::vector<DType> found;
  for (const RowKernel& row : row_kernels().back()->rows) {
    found.push_back(dtype_by_name(row.format));
  }
  return found;
}

std::vector<std::uint32_t> bits_of(const std::vector<float>& x) {
  std::vector<std::uint32_t> bits;
  for (const float v : x) bits.push_back(std::bit_cast<std::uint32_t>(v));
  return bits;
}

/// Both directions of a codec and of the format itself, bit by bit.
void expect_same_decode(DType type, const RowKernels& kernels, const std::vector<std::byte>& in,
                        std::size_t n) {
  std::vector<float> want(n, -77.0F);
  std::vector<float> got = want;
  type.info().decode(in, want);
  RowCodec(type, kernels).decode(in, got);
  ASSERT_EQ(bits_of(got), bits_of(want)) << type.name() << " on " << kernels.isa << ", " << n;
}

void expect_same_encode(DType type, const RowKernels& kernels, const std::vector<float>& in,
                        std::size_t bytes) {
  std::vector<std::byte> want(bytes, std::byte{0xA5});
  std::vector<std::byte> got = want;
  type.info().encode(in, want);
  RowCodec(type, kernels).encode(in, got);
  for (std::size_t i = 0; i < bytes; ++i) {
    ASSERT_EQ(got[i], want[i]) << type.name() << " on " << kernels.isa << ", byte " << i << " of "
                               << bytes << ", " << in.size() << " values";
  }
}

std::size_t bytes_for(DType type, std::size_t values) {
  return (values + type.info().values - 1) / type.info().values * type.info().bytes;
}

TEST(Rows, TablesNameExistingFormatsAndAgreeOnThem) {
  for (const RowKernels* kernels : row_kernels()) {
    ASSERT_EQ(kernels->rows.size(), row_kernels().back()->rows.size()) << kernels->isa;
    for (std::size_t i = 0; i < kernels->rows.size(); ++i) {
      EXPECT_EQ(kernels->rows[i].format, row_kernels().back()->rows[i].format);
    }
  }
  for (const DType type : formats()) {
    ASSERT_TRUE(type.valid());
    EXPECT_TRUE(row_codec(type).has_kernel()) << type.name();
  }
  EXPECT_FALSE(row_codec(dtype_by_name("float64")).has_kernel());
}

TEST(Rows, EveryCodeDecodesAsTheFormatSays) {
  for (const DType type : formats()) {
    // All pairs of bytes: all codes of 16 bits, and every byte in both places of smaller ones.
    std::vector<std::byte> in;
    for (unsigned word = 0; word < 65536; ++word) {
      if (type.info().bytes == 4) {  // the exponents' ends and the bits that reading ignores
        in.push_back(static_cast<std::byte>(word % 5 == 0 ? 0 : word * 7));
        in.push_back(static_cast<std::byte>(word * 31));
      }
      in.push_back(static_cast<std::byte>(word & 0xFFU));
      in.push_back(static_cast<std::byte>(word >> 8));
    }
    for (const RowKernels* kernels : row_kernels()) {
      expect_same_decode(type, *kernels, in, in.size() / type.info().bytes * type.info().values);
    }
  }
}

/// Values of the format, what lies half way between neighbours, the floats beside these, ends,
/// special numbers, and any bits.
std::vector<float> adversaries(DType type) {
  const DtypeInfo& info = type.info();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<float> values;
  const std::size_t codes = info.bytes == 1 ? 256 : 65536;
  for (std::size_t code = 0; code < codes; ++code) {
    std::uint64_t word = info.bytes == 4 ? code << 13 : code;
    std::vector<std::byte> block(info.bytes);
    std::memcpy(block.data(), &word, info.bytes);
    float x = 0;
    info.decode(block, std::span(&x, 1));
    if (std::isfinite(x)) values.push_back(x);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<float> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double next = i + 1 < values.size() ? values[i + 1] : 2.0 * values[i] - values[i - 1];
    const auto middle = static_cast<float>((values[i] + next) / 2);
    for (const float x : {values[i], middle}) {
      all.insert(all.end(), {x, std::nextafter(x, -kInfinity), std::nextafter(x, kInfinity), -x});
    }
  }
  for (const float x :
       {0.0F, 0x1p-149F, 0x1p-130F, 0x1p-126F, 0x1.fffffep127F, kInfinity, std::nanf(""),
        std::bit_cast<float>(0x7F800001U), std::bit_cast<float>(0x7FFFFFFFU), 127.5F, 128.5F,
        255.5F, 464.0F, 464.00003F, 65519.0F, 65520.0F, 61440.0F, 2147483648.0F, 1e20F}) {
    all.insert(all.end(), {x, -x});
  }
  Rng rng(3);
  for (int i = 0; i < 20000; ++i) {
    all.push_back(std::bit_cast<float>(rng.next()));
    all.push_back(static_cast<float>(info.max) * (2.4F * rng.uniform() - 1.2F));
    all.push_back(rng.normal());
  }
  return all;
}

TEST(Rows, TiesEndsSpecialNumbersAndRandomBitsEncodeAsTheFormatSays) {
  for (const DType type : formats()) {
    const std::vector<float> x = adversaries(type);
    for (const RowKernels* kernels : row_kernels()) {
      expect_same_encode(type, *kernels, x, bytes_for(type, x.size()));
    }
  }
}

TEST(Rows, EveryLengthAndPlaceGivesTheSame) {
  Rng rng(5);
  for (const DType type : formats()) {
    for (std::size_t n = 0; n <= 70; ++n) {
      std::vector<float> x(n);
      for (float& v : x) v = 3 * rng.normal();
      std::vector<std::byte> codes(bytes_for(type, n));
      for (std::byte& b : codes) b = static_cast<std::byte>(rng.below(256));
      for (const RowKernels* kernels : row_kernels()) {
        expect_same_encode(type, *kernels, x, codes.size());
        expect_same_encode(type, *kernels, x, codes.size() + 3 * type.info().bytes);
        expect_same_encode(type, *kernels, x,
                           codes.size() / 2 / type.info().bytes * type.info().bytes);
        expect_same_decode(type, *kernels, codes, n);
        expect_same_decode(type, *kernels, codes, n + 9);  // what is missing stays as it was
      }
    }
  }
}

TEST(Rows, FormatsWithoutAKernelUseTheirOwnCode) {
  Rng rng(6);
  for (const DType type : all_dtypes()) {
    if (type.info().decode == nullptr) {
      EXPECT_THROW(row_codec(type), Error) << type.name();
      continue;
    }
    std::vector<float> x(3 * type.info().values);
    for (float& v : x) v = rng.normal();
    for (const RowKernels* kernels : row_kernels()) {
      expect_same_encode(type, *kernels, x, bytes_for(type, x.size()));
    }
  }
  EXPECT_THROW(row_codec(DType()), Error);
}

}  // namespace
}  // namespace pare
