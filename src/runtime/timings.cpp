#include "runtime/timings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/file.hpp"
#include "base/machine.hpp"
#include "base/sha256.hpp"
#include "base/warning.hpp"
#include "runtime/packed_session.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "pare timings 1";
constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 20;
constexpr std::size_t kHashDigits = 32;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// Empty when the environment names no place.
fs::path cache_folder(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  if (const std::string own = variable("PARE_CACHE_DIR"); !own.empty()) return own;
  if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty())
    return fs::path(xdg) / "pare";
  if (const std::string home = variable("HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "pare";
  }
  return {};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

std::optional<std::vector<double>> numbers(std::string_view text) {
  std::vector<double> all;
  while (true) {
    const std::size_t space = text.find(' ');
    const std::optional<double> one = number(text.substr(0, space));
    if (!one) return std::nullopt;
    all.push_back(*one);
    if (space == std::string_view::npos) return all;
    text.remove_prefix(space + 1);
  }
}

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// What timings depend on besides the question: the machine, the program, the library.
std::string timings_origin() {
  return cat("pare ", PARE_VERSION, "\n", machine_text(), "\n", runtime_text(), "\n");
}

}  // namespace

std::string question_hash(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text))).substr(0, kHashDigits);
}

fs::path Timings::file() const {
  static const std::string kMachine = question_hash(timings_origin()).substr(0, 16);
  const fs::path folder = cache_folder(options_.folder);
  return folder.empty() ? folder : folder / cat("timings-", kMachine, ".tsv");
}

Timings::Timings(TuningOptions options) : options_(std::move(options)) {
  if (options_.known.empty()) return;
  std::string why;
  auto lines = parse(options_.known, why);
  if (!lines) throw Error(Fault::corrupt, cat("known kernel timings: ", why));
  lines_ = std::move(*lines);
  loaded_ = true;
  frozen_ = true;
}

std::optional<Timings::Lines> Timings::parse(std::string_view text, std::string& why) {
  Lines lines;
  for (std::uint64_t row = 0; !text.empty(); ++row) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      why = "the last line is cut off";
      return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (row == 0) {
      if (line == kHeader) continue;
      why = "another kind of file";
      return std::nullopt;
    }
    const std::string_view hash = line.substr(0, line.find('\t'));
    auto times = hash.size() < line.size() ? numbers(line.substr(hash.size() + 1)) : std::nullopt;
    if (!is_hash(hash) || !times) {
      why = cat("line ", row + 1, " is no measurement");
      return std::nullopt;
    }
    lines[std::string(hash)] = {row, std::move(*times)};
  }
  return lines;
}

std::optional<Timings::Lines> Timings::read() const {
  const fs::path path = file();
  std::error_code none;
  if (path.empty() || !fs::exists(path, none)) return std::nullopt;
  std::string why;
  try {
    if (auto lines = parse(read_text(path, kMostBytes), why)) return lines;
  } catch (const Error& e) {
    why = e.message();
  }
  warn(cat("kernel timings in ", path.string(), " are not used (", why, "): measured anew"));
  return std::nullopt;
}

void Timings::load() {
  if (loaded_) return;
  loaded_ = true;
  if (auto lines = read()) lines_ = std::move(*lines);
}

std::optional<std::vector<double>> Timings::find(const std::string& question,
                                                 std::size_t candidates) {
  load();
  const auto it = lines_.find(question);
  if (it == lines_.end() || it->second.milliseconds.size() != candidates) return std::nullopt;
  used_.insert(question);
  return it->second.milliseconds;
}

void Timings::add(const std::string& question, std::vector<double> milliseconds) {
  load();
  lines_[question] = {UINT64_MAX, std::move(milliseconds)};
  fresh_.push_back(question);
  used_.insert(question);
}

std::string Timings::used_text() const {
  std::string text = cat(kHeader, "\n");
  for (const std::string& question : used_) {
    text += question;
    char before = '\t';
    for (const double ms : lines_.at(question).milliseconds) {
      std::array<char, 32> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), ms);
      text += before;
      text.append(digits.data(), end.ptr);
      before = ' ';
    }
    text += '\n';
  }
  return text;
}

void Timings::write(const fs::path& path, const Lines& lines) const {
  std::vector<Lines::const_iterator> order;
  for (auto it = lines.begin(); it != lines.end(); ++it) order.push_back(it);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a->second.age < b->second.age; });
  const std::size_t first = order.size() > kMostTimings ? order.size() - kMostTimings : 0;
  std::string text = cat(kHeader, "\n");
  for (std::size_t i = first; i < order.size(); ++i) {
    text += order[i]->first;
    for (std::size_t k = 0; k < order[i]->second.milliseconds.size(); ++k) {
      std::array<char, 32> digits{};
      const auto end =
          std::to_chars(digits.data(), digits.data() + digits.size(),
                        order[i]->second.milliseconds[k], std::chars_format::general, 6);
      text += k == 0 ? '\t' : ' ';
      text.append(digits.data(), end.ptr);
    }
    text += '\n';
  }
  write_text(path, text, true);
}

void Timings::save() {
  if (fresh_.empty() || !options_.known.empty()) return;
  const fs::path path = file();
  if (path.empty()) return;
  Lines all = lines_;
  std::error_code none;
  if (fs::exists(path, none)) {  // others may have measured, too
    if (auto theirs = read()) {
      for (const std::string& mine : fresh_) (*theirs)[mine] = lines_.at(mine);
      all = std::move(*theirs);
    }
  }
  try {
    fs::create_directories(path.parent_path(), none);
    write(path, all);
    fresh_.clear();
  } catch (const Error& e) {
    warn(cat("kernel timings are not kept: ", e.message()));
    fresh_.clear();  // once is enough
  }
}

}  // namespace pare
