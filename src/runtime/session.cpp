#include "runtime/session.hpp"

#include <algorithm>
#include <list>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "runtime/onednn.hpp"
#include "runtime/packed_session.hpp"
#include "runtime/plan.hpp"
#include "runtime/tune.hpp"

namespace pare {
namespace {

constexpr std::size_t kMostPlans = 8;
/// Smaller constants are not worth another look at all who read them.
constexpr std::size_t kReleaseFrom = std::size_t{64} << 10U;
/// Inputs of ever new shapes may not make ever new measurements.
constexpr int kMostMeasuredPlans = 4;

class PlannedSession final : public Session {
 public:
  PlannedSession(std::unique_ptr<Graph> graph, const OpRegistry& ops, SessionOptions options,
                 std::shared_ptr<PackedStore> store = nullptr, std::string packed_shapes = {},
                 GraphSource again = {})
      : graph_(std::move(graph)),
        again_(std::move(again)),
        ops_(ops),
        options_(std::move(options)),
        store_(std::move(store)),
        packed_shapes_(std::move(packed_shapes)),
        timings_(options_.tuning) {
    const std::vector<std::string> missing = unsupported_operators(*graph_, ops);
    if (!missing.empty()) {
      throw Error(Fault::unsupported, cat("no kernel for ", join(missing, "; ")));
    }
    within_memory([&] { infer_shapes(*graph_, ops_); });
    for (const Value* v : graph_->inputs()) inputs_.push_back({v->name(), v->type()});
    for (const Value* v : graph_->outputs()) outputs_.push_back({v->name(), v->type()});
    for (const std::string& name : options_.observe) {
      if (graph_->find(name) == nullptr) {
        throw Error(Fault::usage, cat("cannot observe '", name, "': no such value"));
      }
      keep_.insert(name);
    }
  }

  const std::vector<PortInfo>& inputs() const override { return inputs_; }
  const std::vector<PortInfo>& outputs() const override { return outputs_; }

  std::vector<RuntimeValue> run_values(const std::vector<RuntimeValue>& inputs) override {
    if (!is_as_last_time(inputs)) check(inputs);
    const ThreadScope scope(options_.threads);
    const BudgetScope budget(options_.budget);
    return within_memory([&] {
      Plan& plan = plan_for(inputs);
      return plan.run(inputs, ops_, options_, profiling_);
    });
  }

  void set_profiling(bool on) override { profiling_ = on; }

  std::vector<StepInfo> steps() const override {
    return plans_.empty() ? std::vector<StepInfo>() : plans_.front().plan->info();
  }
  std::string timings_text() const override { return timings_.used_text(); }
  std::size_t arena_bytes() const override {
    return plans_.empty() ? 0 : plans_.front().plan->arena_bytes;
  }
  std::size_t weight_bytes() const override {
    return plans_.empty() ? 0 : plans_.front().plan->weight_bytes;
  }

 private:
  struct Key {
    std::vector<Shape> shapes;
    std::vector<DType> types;  // invalid: no tensor
    int threads = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Cached {
    Key key;
    std::unique_ptr<Plan> plan;
  };

  /// Whether the most recent plan was made for such inputs, which were then checked.
  bool is_as_last_time(const std::vector<RuntimeValue>& given) const {
    if (plans_.empty()) return false;
    const Key& key = plans_.front().key;
    if (given.size() != key.shapes.size()) return false;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!given[i].is_tensor() || given[i].tensor().type() != key.types[i] ||
          given[i].tensor().shape() != key.shapes[i]) {
        return false;
      }
    }
    return true;
  }

  void check(const std::vector<RuntimeValue>& given) const {
    if (given.size() != inputs_.size()) {
      throw Error(Fault::usage,
                  cat("the model takes ", inputs_.size(), " inputs, got ", given.size()));
    }
    std::map<std::string, std::int64_t> symbols;
    for (std::size_t i = 0; i < given.size(); ++i) check_input(inputs_[i], given[i], symbols);
  }

  static void check_input(const PortInfo& port, const RuntimeValue& value,
                          std::map<std::string, std::int64_t>& symbols) {
    const auto fail = [&](const std::string& got) {
      throw Error(Fault::usage, cat("input '", escape_terminal(port.name), "' is ",
                                    escape_terminal(port.type.text()), ", got ", got));
    };
    const bool tensor = port.type.kind == ValueType::Kind::tensor;
    if (port.type.kind == ValueType::Kind::optional) return;
    if (!value.valid() || value.is_tensor() != tensor) fail(value.kind_text());
    if (!tensor) return;
    const Tensor& given = value.tensor();
    const std::string got = cat(given.type().name(), to_string(given.shape()));
    if (port.type.dtype.valid() && given.type() != port.type.dtype) fail(got);
    if (!port.type.shape) return;
    if (port.type.shape->size() != given.rank()) fail(got);
    for (std::size_t d = 0; d < given.rank(); ++d) {
      const Dim& dim = (*port.type.shape)[d];
      if (dim.is_number() && dim.number() != given.dim(d)) fail(got);
      if (dim.is_number() || dim.is_unknown()) continue;
      const auto [it, fresh] = symbols.emplace(dim.text(), given.dim(d));
      if (!fresh && it->second != given.dim(d)) {
        fail(cat(got, ", but ", it->first, " is ", it->second, " elsewhere"));
      }
    }
  }

  Plan& plan_for(const std::vector<RuntimeValue>& given) {
    if (is_as_last_time(given) && plans_.front().key.threads == threads()) {
      return *plans_.front().plan;
    }
    Key key;
    key.threads = threads();
    for (const RuntimeValue& v : given) {
      key.shapes.push_back(v.is_tensor() ? v.tensor().shape() : Shape());
      key.types.push_back(v.is_tensor() ? v.tensor().type() : DType());
    }
    const auto it =
        std::find_if(plans_.begin(), plans_.end(), [&](const Cached& c) { return c.key == key; });
    if (it != plans_.end()) {
      plans_.splice(plans_.begin(), plans_, it);
      return *plans_.front().plan;
    }
    std::map<std::string, Shape> shapes;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (inputs_[i].type.kind == ValueType::Kind::tensor) {
        shapes[inputs_[i].name] = given[i].tensor().shape();
      }
    }
    // What is packed may depend on the shapes, as constants may be computed from them.
    const std::string text = store_ != nullptr ? text_of(given) : std::string();
    const bool stored = store_ != nullptr && (packed_shapes_.empty() || packed_shapes_ == text);
    const PackedScope packed(stored ? store_.get() : nullptr, text);
    const bool measures = options_.tuning.how != Tuning::off && !options_.reference_only;
    if (measures && ++measured_plans_ > kMostMeasuredPlans) timings_.freeze();
    const bool last = again_ != nullptr && graph_ != nullptr;
    PlanGraph ready = prepare_graph(take_graph(), ops_, shapes, keep_, !options_.reference_only);
    if (last) ready.release_from = kReleaseFrom;
    std::unique_ptr<Plan> plan =
        make_plan(std::move(ready), ops_, options_, measures ? &timings_ : nullptr);
    if (measures) timings_.save();
    plans_.push_front({std::move(key), std::move(plan)});
    if (plans_.size() > kMostPlans) plans_.pop_back();
    return *plans_.front().plan;
  }

  /// A graph to plan. The first plan of a session that can have its graph anew takes it away.
  std::unique_ptr<Graph> take_graph() {
    if (graph_ == nullptr) {
      graph_ = again_();
      again_ = nullptr;
    }
    return again_ != nullptr ? std::move(graph_) : graph_->clone();
  }

  static std::string text_of(const std::vector<RuntimeValue>& given) {
    std::string text;
    for (const RuntimeValue& v : given) {
      text += cat(text.empty() ? "" : " ", v.is_tensor() ? to_string(v.tensor().shape()) : "-");
    }
    return text;
  }

  std::unique_ptr<Graph> graph_;
  GraphSource again_;
  const OpRegistry& ops_;
  SessionOptions options_;
  std::shared_ptr<PackedStore> store_;
  std::string packed_shapes_;
  std::vector<PortInfo> inputs_;
  std::vector<PortInfo> outputs_;
  std::unordered_set<std::string> keep_;
  std::list<Cached> plans_;  // most recent first
  bool profiling_ = false;
  Timings timings_;
  int measured_plans_ = 0;
};

}  // namespace

std::string_view to_string(Tuning tuning) noexcept {
  switch (tuning) {
    case Tuning::off: return "off";
    case Tuning::fast: return "fast";
    default: return "full";
  }
}

Tuning tuning_of(std::string_view word) {
  for (const Tuning t : {Tuning::off, Tuning::fast, Tuning::full}) {
    if (word == to_string(t)) return t;
  }
  throw Error(Fault::usage, cat("tuning is off, fast or full, not ", escape_terminal(word)));
}

std::vector<Tensor> Session::run(const std::vector<Tensor>& inputs) {
  return tensors_of(run_values(values_of(inputs)));
}

std::unique_ptr<Session> create_packed_session(const Graph& graph, const OpRegistry& ops,
                                               SessionOptions options,
                                               std::shared_ptr<PackedStore> store,
                                               std::string shapes) {
  return std::make_unique<PlannedSession>(graph.clone(), ops, std::move(options), std::move(store),
                                          std::move(shapes));
}

std::string shapes_text(const std::vector<Tensor>& inputs) {
  std::string text;
  for (const Tensor& t : inputs) text += cat(text.empty() ? "" : " ", to_string(t.shape()));
  return text;
}

std::string runtime_text() {
  const dnnl_version_t* v = dnnl::version();
  return cat("oneDNN ", v->major, ".", v->minor, ".", v->patch, " (", v->hash, "), set ",
             static_cast<int>(dnnl::get_effective_cpu_isa()));
}

std::unique_ptr<Session> Session::create(const Graph& graph, const OpRegistry& ops,
                                         SessionOptions options) {
  return std::make_unique<PlannedSession>(graph.clone(), ops, std::move(options));
}

std::unique_ptr<Session> Session::create(std::unique_ptr<Graph> graph, const OpRegistry& ops,
                                         SessionOptions options, GraphSource again) {
  return std::make_unique<PlannedSession>(std::move(graph), ops, std::move(options), nullptr,
                                          std::string(), std::move(again));
}

}  // namespace pare
