#pragma once

#include <string>

#include "report/fields.hpp"

namespace pare::report {

// The parts of the page as HTML. A part about which the record says nothing is empty.

/// What was chosen, why, and every limit held against it.
std::string verdict(const Json& record);
/// Warnings of the run.
std::string warnings(const Json& record);
/// The four figures as tiles and the whole comparison as a table.
std::string before_after(const Json& record);
/// Three plots of the trials, one for each pair of size, latency and accuracy.
std::string trade_offs(const Json& record);
/// All trials with reasons; recipes on demand.
std::string trials_table(const Json& record);
/// Figures and recipe of one trial.
std::string trial_card(const Json& trial);
std::string sensitivity(const Json& record);
std::string layer_times(const Json& record);
/// The result's steps against what the machine can do.
std::string roofline(const Json& record);
std::string error_distribution(const Json& record);
std::string refusals(const Json& record);
std::string provenance(const Json& record);

/// The command that makes the result again from the recipe; empty when the record lacks the parts.
std::string reproduce_command(const Json& record);

/// For Content-Security-Policy: 'sha256-<base64>' of an inline style or script.
std::string csp_hash(const std::string& text);
/// JSON that can stand inside <script>: no "<" in it.
std::string json_for_script(const Json& json);

}  // namespace pare::report
