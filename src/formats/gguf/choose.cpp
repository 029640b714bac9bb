#include "formats/gguf/choose.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/gguf/types.hpp"

namespace pare::gguf {
namespace {

struct Number {
  std::string_view type;
  std::uint32_t number;
};

constexpr Number kFileTypes[] = {
    {"F32", 0},    {"F16", 1},    {"Q4_0", 2},    {"Q4_1", 3},    {"Q8_0", 7},
    {"Q5_0", 8},   {"Q5_1", 9},   {"Q2_K", 10},   {"Q3_K", 11},   {"Q4_K", 14},
    {"Q5_K", 16},  {"Q6_K", 18},  {"IQ4_NL", 25}, {"IQ4_XS", 30}, {"BF16", 32},
    {"TQ1_0", 36}, {"TQ2_0", 37}, {"MXFP4", 38},  {"NVFP4", 39},
};

struct Instead {
  std::string_view type;
  std::string_view instead;
};

constexpr Instead kInstead[] = {
    {"IQ4_XS", "IQ4_NL"}, {"Q2_K", "Q4_0"}, {"Q3_K", "Q4_0"}, {"TQ1_0", "Q4_0"},
    {"TQ2_0", "Q4_0"},    {"Q4_K", "Q5_0"}, {"Q5_K", "Q5_1"}, {"Q6_K", "Q8_0"},
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_whole(const StoredType& type, std::int64_t row) {
  return row % static_cast<std::int64_t>(type.values) == 0;
}

}  // namespace

bool is_matrix(const std::string& name, const Shape& shape) {
  if (shape.size() < 2 || !ends_with(name, "weight")) return false;
  constexpr std::string_view kNever[] = {"_norm.weight", "ffn_gate_inp.weight",
                                         "position_embd.weight", "token_types.weight",
                                         "ssm_conv1d.weight"};
  return std::none_of(std::begin(kNever), std::end(kNever),
                      [&](std::string_view never) { return ends_with(name, never); });
}

const StoredType& fitting(const StoredType& type, std::int64_t row) {
  if (is_whole(type, row)) return type;
  for (const Instead& i : kInstead) {
    if (i.type != type.name) continue;
    const StoredType& instead = *find_type(i.instead);
    if (is_whole(instead, row)) return instead;
  }
  return *find_type("F16");
}

std::optional<std::uint32_t> file_type(const StoredType& type) {
  for (const Number& n : kFileTypes) {
    if (n.type == type.name) return n.number;
  }
  return std::nullopt;
}

}  // namespace pare::gguf
