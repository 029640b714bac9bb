#include "evaluate/layers.hpp"

#include <algorithm>
#include <unordered_map>

#include "runtime/session.hpp"

namespace pare {
namespace {

bool may_be_float(const Value& v) { return !v.dtype().valid() || v.dtype().is_float(); }

std::vector<LayerFidelity> common_values(const Graph& reference, const Graph& other) {
  std::vector<LayerFidelity> list;
  for (const Node* node : reference.nodes()) {
    for (const Value* v : node->outputs()) {
      if (v == nullptr || v->type().kind != ValueType::Kind::tensor || !may_be_float(*v)) continue;
      const Value* twin = other.find(v->name());
      if (twin == nullptr || twin->producer() == nullptr || !may_be_float(*twin)) continue;
      list.push_back({v->name(), node->label(), {}});
    }
  }
  return list;
}

std::unique_ptr<Session> observed(const Graph& graph, const OpRegistry& ops, int threads,
                                  const std::vector<std::string>& names,
                                  std::function<void(const std::string&, const Tensor&)> observer) {
  SessionOptions options;
  options.threads = threads;
  options.observe = names;
  options.observer = std::move(observer);
  return Session::create(graph, ops, std::move(options));
}

}  // namespace

std::vector<LayerFidelity> compare_layers(const Graph& reference, const Graph& other,
                                          const OpRegistry& ops,
                                          const std::vector<std::vector<Tensor>>& batches,
                                          const LayerOptions& options) {
  std::vector<LayerFidelity> all = common_values(reference, other);
  const std::size_t step = std::max<std::size_t>(1, options.values_per_pass);
  for (std::size_t first = 0; first < all.size(); first += step) {
    const std::size_t last = std::min(all.size(), first + step);
    std::vector<std::string> names;
    std::unordered_map<std::string, Fidelity*> results;
    for (std::size_t i = first; i < last; ++i) {
      names.push_back(all[i].value);
      results[all[i].value] = &all[i].fidelity;
    }
    std::unordered_map<std::string, Tensor> wanted;
    const auto a = observed(reference, ops, options.threads, names,
                            [&](const std::string& name, const Tensor& t) {
                              if (t.type().is_float()) wanted[name] = t.clone();
                            });
    const auto b =
        observed(other, ops, options.threads, names, [&](const std::string& name, const Tensor& t) {
          const auto it = wanted.find(name);
          if (it == wanted.end() || !t.type().is_float()) return;
          if (it->second.shape() != t.shape()) return;
          results.at(name)->add(it->second, t);
        });
    for (const std::vector<Tensor>& inputs : batches) {
      wanted.clear();
      (void)a->run(inputs);
      (void)b->run(inputs);
    }
    if (options.progress) {
      options.progress({"comparing layers", cat(last, " values"), static_cast<double>(last),
                        static_cast<double>(all.size()), -1});
    }
  }
  const auto unseen = [](const LayerFidelity& l) { return l.fidelity.count() == 0; };
  all.erase(std::remove_if(all.begin(), all.end(), unseen), all.end());
  return all;
}

}  // namespace pare
