#pragma once

#include <string>

#include "report/fields.hpp"
#include "report/markup.hpp"

namespace pare::report {

// Figures as text. NaN (nothing in the record) becomes a dash.
inline constexpr const char* kDash = "\u2013";

std::string decimal(double value, int digits);
/// "91.25 %".
std::string percent(double share, int digits = 2);
/// "1.50 MB".
std::string bytes(double value);
/// "3.21 ms".
std::string milliseconds(double value);
/// "1.83x" with a multiplication sign.
std::string times(double ratio);
/// "24.1 dB".
std::string decibels(double value);
/// A count, which is not negative: "1,234,567".
std::string count(double value);
/// "(90.1 - 92.3 %)"; empty when an end is missing.
std::string percent_interval(double low, double high);
std::string times_interval(double low, double high);
/// Percentage points with their sign.
Phrase points(double share_difference);

/// What accuracy is called: its metric.
Phrase metric_name(const Json& trial);
/// The rung of a trial.
Phrase rung_name(const Json& trial);

/// One limit of the record, in words.
struct LimitView {
  Phrase name;
  Phrase wanted;  ///< "at most 1.00 MB"
  Phrase got;
  /// "2.00 kB (1.0 %) to spare" or "2.00 kB (1.0 %) over the limit".
  Phrase margin;
  /// "size 1.20 MB, 200.00 kB (20.0 %) over the limit".
  Phrase shortfall;
  bool judged = false;  ///< there is something to hold against it
  bool met = false;
  bool floor = false;  ///< at least, not at most
  double wanted_value = 0, got_value = 0;
};
LimitView view_of(const Json& limit);

/// Why a trial was not chosen although it is milder or not met: its missed limits, the milder trial
/// that is faster, or why it has no figures. Empty when the record does not say.
Phrase why_not(const Json& trial);

/// A word for a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace pare::report
