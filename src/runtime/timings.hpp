#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/session.hpp"

namespace pare {

/// What was measured on this machine, by question (see Tuner): milliseconds of each candidate.
///
/// The file: `timings-<hash>.tsv` in the cache folder. The hash is that of the machine: CPU model,
/// its instruction sets, versions of pare and oneDNN. First line "pare timings 1", then one line
/// for each question: its hash, a tab, the milliseconds with spaces between them. Read at the first
/// question, replaced as a whole by save(), which takes over what other processes have written
/// since. At most kMostTimings lines; the oldest go first.
class Timings {
 public:
  /// Does not touch the disk. Errors: Fault::corrupt when options.known is no such text.
  explicit Timings(TuningOptions options);

  [[nodiscard]] const TuningOptions& options() const noexcept { return options_; }
  /// What is known about a question with that many candidates.
  std::optional<std::vector<double>> find(const std::string& question, std::size_t candidates);
  void add(const std::string& question, std::vector<double> milliseconds);
  /// Writes what is new; without anything new it does nothing. A file that cannot be written is
  /// a warning.
  void save();
  /// From now on nothing is measured: find() is all that may be asked.
  void freeze() noexcept { frozen_ = true; }
  [[nodiscard]] bool frozen() const noexcept { return frozen_; }
  /// Header and lines of what was found or added, each number to its last bit.
  [[nodiscard]] std::string used_text() const;
  /// Where the file is; empty when there is no place for it.
  [[nodiscard]] std::filesystem::path file() const;

 private:
  struct Line {
    std::uint64_t age = 0;  ///< place in the file
    std::vector<double> milliseconds;
  };
  using Lines = std::map<std::string, Line>;
  /// The lines of a text; what is wrong with it in `why`.
  static std::optional<Lines> parse(std::string_view text, std::string& why);
  [[nodiscard]] std::optional<Lines> read() const;
  void load();
  void write(const std::filesystem::path& path, const Lines& lines) const;

  TuningOptions options_;
  Lines lines_;
  std::vector<std::string> fresh_;
  std::set<std::string> used_;
  bool loaded_ = false;
  bool frozen_ = false;
};

inline constexpr std::size_t kMostTimings = 20000;

/// The hash of a text that names a question: 32 hex digits.
std::string question_hash(const std::string& text);

}  // namespace pare
