#include "report/fields.hpp"

#include <cmath>
#include <limits>

namespace pare::report {
namespace {

constexpr int kMostSteps = 7;

const Json& nothing() {
  static const Json kNull;
  return kNull;
}

}  // namespace

const Json& member(const Json& object, const char* key) {
  if (!object.is_object()) return nothing();
  const auto at = object.find(key);
  return at != object.end() ? *at : nothing();
}

const Json& list(const Json& object, const char* key) {
  static const Json kEmpty = Json::array();
  const Json& value = member(object, key);
  return value.is_array() ? value : kEmpty;
}

double number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  const double x =
      value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
  return std::isfinite(x) ? x : std::numeric_limits<double>::quiet_NaN();
}

std::string text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  for (const Json& value : list(object, key)) {
    if (value.is_string()) out.push_back(value.get<std::string>());
  }
  return out;
}

bool flag(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::string digits(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number_integer() ? value.dump() : std::string();
}

int chosen_index(const Json& record) {
  const double at = number(record, "chosen");
  const auto trials = static_cast<double>(list(record, "trials").size());
  return at >= 0 && at < trials && at == std::floor(at) ? static_cast<int>(at) : -1;
}

const Json& chosen_trial(const Json& record) {
  const int at = chosen_index(record);
  return at < 0 ? nothing() : list(record, "trials")[static_cast<std::size_t>(at)];
}

const Json& original_trial(const Json& record) {
  const Json& trials = list(record, "trials");
  return trials.empty() ? nothing() : trials.front();
}

bool is_measured(const Json& trial) { return text(trial, "status") == "measured"; }

int step_of(const Json& trial) {
  const double step = number(trial, "step");
  return step >= 0 && step < kMostSteps ? static_cast<int>(step) : -1;
}

}  // namespace pare::report
