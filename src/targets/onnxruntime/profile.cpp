#include "targets/onnxruntime/profile.hpp"

#include <map>
#include <nlohmann/json.hpp>

namespace pare::ort {
namespace {

constexpr std::string_view kSuffix = "_kernel_time";

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

}  // namespace

std::vector<StepInfo> parse_profile(std::string_view json) {
  const nlohmann::json trace = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!trace.is_array()) {
    throw Error(Fault::corrupt, "ONNX Runtime's profile is not a JSON list of events");
  }
  std::vector<StepInfo> steps;
  std::map<std::string, std::size_t> index;
  for (const nlohmann::json& event : trace) {
    if (!event.is_object() || text_of(event, "cat") != "Node") continue;
    const std::string name = text_of(event, "name");
    const auto duration = event.find("dur");
    if (name.size() <= kSuffix.size() || !name.ends_with(kSuffix) || duration == event.end() ||
        !duration->is_number()) {
      continue;
    }
    const std::string node = name.substr(0, name.size() - kSuffix.size());
    const auto [it, fresh] = index.emplace(node, steps.size());
    if (fresh) {
      StepInfo step;
      step.node = node;
      if (const auto args = event.find("args"); args != event.end() && args->is_object()) {
        step.op = text_of(*args, "op_name");
        step.kernel = text_of(*args, "provider");
      }
      steps.push_back(std::move(step));
    }
    StepInfo& step = steps[it->second];
    step.mean_ms += duration->get<double>() / 1000;  // the sum, until the end
    ++step.runs;
  }
  for (StepInfo& step : steps) step.mean_ms /= static_cast<double>(step.runs);
  return steps;
}

}  // namespace pare::ort
