#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pare {

/// Runs `body`, wants an Error of that kind and returns what it says.
template <class Body>
std::string expect_fault(Fault fault, Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.fault()), to_string(fault)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error, want " << to_string(fault);
  return {};
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Feeds every prefix and every single flipped bit to a parser: it may return or throw Error, and
/// nothing else. `stride` thins out long inputs.
template <class Parse>
void expect_robust(const std::string& good, Parse&& parse, std::size_t stride = 1) {
  const auto attempt = [&](const std::string& text) {
    try {
      parse(bytes_of(text));
    } catch (const Error&) {
      return false;
    }
    return true;
  };
  ASSERT_TRUE(attempt(good));
  for (std::size_t n = 0; n < good.size(); n += stride) {
    ASSERT_NO_THROW(attempt(good.substr(0, n))) << "prefix of " << n;
  }
  for (std::size_t bit = 0; bit < good.size() * 8; bit += stride) {
    std::string broken = good;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_NO_THROW(attempt(broken)) << "bit " << bit;
  }
}

}  // namespace pare
