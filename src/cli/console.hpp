#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/decimal.hpp"
#include "base/progress.hpp"

namespace pare {

/// What every verb takes.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  int threads = 0;
  std::string tuning = "off";
  bool exact_convolutions = false;
  std::uint64_t seed = 0;
  std::string verb;
  std::string command;  ///< as typed
};

/// A table of text with aligned columns; numbers to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// Where a verb speaks: results on standard output, the rest on standard error.
class Console {
 public:
  explicit Console(const CommonOptions& options) : options_(options) {}

  [[nodiscard]] const CommonOptions& options() const noexcept { return options_; }
  [[nodiscard]] bool json() const noexcept { return options_.json; }
  /// Text for people; nothing with --json.
  void print(const std::string& text) const;
  /// The one object that --json prints: {"pare": 1, "verb": ..., ...}.
  void result(const nlohmann::json& object) const;
  /// On standard error, unless --quiet.
  void note(const std::string& text) const;
  /// Draws on standard error when that is a terminal; throws Error(interrupted) after a signal.
  [[nodiscard]] ProgressSink progress() const;

 private:
  const CommonOptions& options_;
};

/// From now on SIGINT and SIGTERM stop the work at the next progress report; a second one ends the
/// process at once.
void catch_signals();
/// The signal that came; 0 = none.
int caught_signal() noexcept;

/// "91.25 %".
std::string percent(double share);

}  // namespace pare
