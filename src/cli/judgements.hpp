#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "targets/rules/judgement.hpp"

namespace pare {

using RuntimeJudgements = std::vector<std::pair<const RuntimeRules*, RuntimeJudgement>>;

/// Of the runtimes of these names, each once, in the order given. Fault::usage for unknown names.
RuntimeJudgements judge_for(const Model& model, const std::vector<std::string>& names);

/// A table of counts, then what each runtime refuses, runs in float, and remarks; equal findings
/// are counted and named once.
std::string judgement_text(const RuntimeJudgements& judgements);
/// Every finding and layer of every runtime.
nlohmann::json judgement_json(const RuntimeJudgements& judgements);

}  // namespace pare
