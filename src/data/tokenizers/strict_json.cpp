#include "data/tokenizers/strict_json.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr int kDeepest = 100;

/// Names of all objects within; the depth is known to be small.
std::size_t names_in(const nlohmann::json& j) {
  std::size_t n = j.is_object() ? j.size() : 0;
  if (!j.is_structured()) return n;
  for (const nlohmann::json& part : j) {
    if (part.is_structured()) n += names_in(part);
  }
  return n;
}

}  // namespace

nlohmann::json parse_strict_json(std::string_view text) {
  using Json = nlohmann::json;
  std::size_t names = 0;
  const auto watch = [&names](int depth, Json::parse_event_t event, const Json& /*value*/) {
    if (depth > kDeepest) throw Error(Fault::resource, cat("JSON nested deeper than ", kDeepest));
    if (event == Json::parse_event_t::key) ++names;
    return true;
  };
  Json j;
  try {
    j = Json::parse(text, watch);
  } catch (const Json::exception& e) {
    throw Error(Fault::corrupt, cat("no JSON: ", escape_terminal(e.what(), 200)));
  }
  if (names_in(j) != names) throw Error(Fault::corrupt, "an object of JSON has a name twice");
  return j;
}

}  // namespace pare
