#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/file.hpp"

namespace pare::report_test {

/// A run that met its limits: nine trials, of which number 6 was chosen and number 4 failed.
inline nlohmann::json met_record() {
  return nlohmann::json::parse(
      read_text(PARE_SOURCE_DIR "/tests/report/records/met.json", 1U << 20U));
}

/// Its chosen trial misses the size by 1 MB.
inline nlohmann::json missed_record() {
  nlohmann::json record = met_record();
  record["met"] = false;
  for (nlohmann::json& limit : record["limits"]) {
    if (limit["name"] != "max_size") continue;
    limit["met"] = false;
    limit["wanted"] = limit["got"].get<double>() - 1e6;
    limit["missed_by"] = 1e6;
  }
  record["trials"][6]["limits"] = record["limits"];
  return record;
}

/// No candidate could be measured.
inline nlohmann::json empty_record() {
  nlohmann::json record = met_record();
  record["met"] = false;
  for (const char* key : {"chosen", "result"}) record[key] = nullptr;
  record["recipe"] = "";
  for (const char* key : {"error_histogram", "verification"}) record.erase(key);
  for (const char* key : {"sensitivity", "layers"}) record[key] = nlohmann::json::array();
  for (nlohmann::json& limit : record["limits"]) {
    limit["met"] = false;
    for (const char* key : {"got", "missed_by", "text"}) limit[key] = nullptr;
  }
  for (nlohmann::json& trial : record["trials"]) {
    trial["status"] = "failed";
    trial["reason"] = "resource: the process was killed";
    trial["limits"] = nullptr;
  }
  return record;
}

/// The parts that differ only in number are left out, to be quick.
inline nlohmann::json short_record() {
  nlohmann::json record = met_record();
  const nlohmann::json trials = record["trials"];
  record["trials"] = {trials[0], trials[4], trials[6]};
  record["chosen"] = 2;
  for (const char* key : {"sensitivity", "layers", "refusals"}) {
    record[key].erase(record[key].begin() + 1, record[key].end());
  }
  return record;
}

}  // namespace pare::report_test
