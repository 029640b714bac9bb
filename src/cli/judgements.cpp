#include "cli/judgements.hpp"

#include "cli/console.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

constexpr LayerForm kForms[] = {LayerForm::integer, LayerForm::narrow_float, LayerForm::packed,
                                LayerForm::floating};

/// Lines that differ in the node only, as one.
class Grouped {
 public:
  void add(const std::string& node, const std::string& text) {
    for (Group& g : groups_) {
      if (g.text != text) continue;
      ++g.count;
      return;
    }
    groups_.push_back({text, node, 1});
  }

  [[nodiscard]] std::string lines(std::string_view what) const {
    std::string out;
    for (const Group& g : groups_) {
      out += cat("  ", what, ": ");
      if (!g.node.empty()) out += g.node;
      if (g.count > 1) out += cat(" and ", g.count - 1, " more");
      out += cat(g.node.empty() ? "" : ": ", g.text, "\n");
    }
    return out;
  }

 private:
  struct Group {
    std::string text;
    std::string node;
    std::size_t count = 0;
  };
  std::vector<Group> groups_;
};

std::string findings_text(const std::vector<RuleFinding>& findings, std::string_view what) {
  Grouped grouped;
  for (const RuleFinding& f : findings) grouped.add(f.node, cat(f.what, " (", f.rule, ")"));
  return grouped.lines(what);
}

std::string details(const RuntimeRules& rules, const RuntimeJudgement& j) {
  Grouped in_float;
  for (const LayerJudgement& layer : j.layers) {
    if (layer.form == LayerForm::floating) in_float.add(layer.node, layer.reason);
  }
  const std::string body = findings_text(j.problems, "problem") + in_float.lines("in float") +
                           findings_text(j.remarks, "remark");
  return body.empty() ? "" : cat("\n", rules.title, "\n", body);
}

nlohmann::json findings_json(const std::vector<RuleFinding>& findings) {
  nlohmann::json list = nlohmann::json::array();
  for (const RuleFinding& f : findings) {
    list.push_back({{"node", f.node}, {"what", f.what}, {"rule", f.rule}});
  }
  return list;
}

}  // namespace

RuntimeJudgements judge_for(const Model& model, const std::vector<std::string>& names) {
  std::vector<const RuntimeRules*> chosen;
  for (const std::string& name : names) {
    const RuntimeRules* rules = &runtime_rules(name);
    if (std::find(chosen.begin(), chosen.end(), rules) == chosen.end()) chosen.push_back(rules);
  }
  RuntimeJudgements all;
  for (const RuntimeRules* rules : chosen)
    all.emplace_back(rules, rules->judge(model, op_registry()));
  return all;
}

std::string judgement_text(const RuntimeJudgements& judgements) {
  std::vector<std::string> header = {"by its rules", "loads"};
  for (const LayerForm form : kForms) header.emplace_back(form_name(form));
  header.emplace_back("problems");
  Table table(header);
  std::string more;
  for (const auto& [rules, j] : judgements) {
    std::vector<std::string> row = {std::string(rules->title), j.loads() ? "yes" : "no"};
    for (const LayerForm form : kForms) row.push_back(cat(j.count(form)));
    row.push_back(cat(j.problems.size()));
    table.row(std::move(row));
    more += details(*rules, j);
  }
  return table.text() + more;
}

nlohmann::json judgement_json(const RuntimeJudgements& judgements) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [rules, j] : judgements) {
    nlohmann::json counts = nlohmann::json::object();
    for (const LayerForm form : kForms) counts[std::string(form_name(form))] = j.count(form);
    nlohmann::json layers = nlohmann::json::array();
    for (const LayerJudgement& layer : j.layers) {
      layers.push_back({{"node", layer.node},
                        {"op", layer.op},
                        {"form", form_name(layer.form)},
                        {"reason", layer.reason}});
    }
    all.push_back({{"runtime", rules->name},
                   {"rules_of", rules->title},
                   {"loads", j.loads()},
                   {"counts", counts},
                   {"problems", findings_json(j.problems)},
                   {"remarks", findings_json(j.remarks)},
                   {"layers", layers}});
  }
  return all;
}

}  // namespace pare
