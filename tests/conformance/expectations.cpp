#include "conformance/expectations.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace pare::conformance {

Expectations read_expectations(const std::filesystem::path& path) {
  constexpr std::uint64_t kLargest = std::uint64_t{16} << 20U;
  Expectations out;
  std::size_t number = 0;
  for (const std::string& line : split(read_text(path, kLargest), '\n')) {
    ++number;
    const std::string_view text = trim(line);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t gap = text.find(' ');
    const std::string name(text.substr(0, gap));
    const std::string_view reason =
        gap == std::string_view::npos ? std::string_view() : trim(text.substr(gap));
    const auto fail = [&](const char* why) {
      throw Error(Fault::config, cat(path.string(), ":", number, ": ", name, " ", why));
    };
    if (reason.empty()) fail("has no reason");
    if (!out.emplace(name, reason).second) fail("stands there twice");
  }
  return out;
}

}  // namespace pare::conformance
