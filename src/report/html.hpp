#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pare {

/// The record of a run (docs/report.md) as one HTML page that needs nothing else: no network, no
/// other file. English and Korean; readable without script, which only adds interaction. Text from
/// the record is escaped; what is missing in it or has another type is shown as a dash. Errors:
/// Fault::corrupt when `record` is no record of pare, Fault::unsupported when a newer pare made it.
std::string render_html(const nlohmann::json& record);

}  // namespace pare
