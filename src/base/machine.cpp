#include "base/machine.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace pare {
namespace {

#if defined(__x86_64__)
/// The name that the CPU gives itself, single spaces between its words.
std::string brand() {
  std::array<unsigned, 12> words{};
  for (unsigned i = 0; i < 3; ++i) {
    unsigned* w = &words.at(std::size_t{4} * i);
    if (__get_cpuid(0x80000002U + i, w, w + 1, w + 2, w + 3) == 0) return "x86_64";
  }
  std::array<char, sizeof words + 1> text{};
  std::memcpy(text.data(), words.data(), sizeof words);
  std::string out;
  for (const char* c = text.data(); *c != '\0'; ++c) {
    const bool plain = *c > ' ' && *c < 127;
    if (plain) out += *c;
    if (!plain && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string describe() {
  std::string sets;
  const auto add = [&](const char* name, bool there) {
    if (there) sets += std::string(" ") + name;
  };
  add("avx", __builtin_cpu_supports("avx"));
  add("avx2", __builtin_cpu_supports("avx2"));
  add("fma", __builtin_cpu_supports("fma"));
  add("avx512f", __builtin_cpu_supports("avx512f"));
  add("avx512bw", __builtin_cpu_supports("avx512bw"));
  add("avx512vl", __builtin_cpu_supports("avx512vl"));
  add("avx512dq", __builtin_cpu_supports("avx512dq"));
  add("avx512vnni", __builtin_cpu_supports("avx512vnni"));
  add("avx512bf16", __builtin_cpu_supports("avx512bf16"));
  add("avx512vbmi", __builtin_cpu_supports("avx512vbmi"));
  return brand() + " (x86_64:" + sets + ")";
}
#else
std::string describe() { return "aarch64"; }
#endif

}  // namespace

const std::string& machine_text() {
  static const std::string kText = describe();
  return kText;
}

}  // namespace pare
