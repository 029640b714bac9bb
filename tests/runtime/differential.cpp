#include "runtime/differential.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "ir/text.hpp"
#include "runtime/guarded_run.hpp"
#include "runtime/kernel.hpp"
#include "runtime/plan.hpp"

namespace pare {
namespace {

constexpr int kMostFailures = 3;

bool is_number(const Tensor& t) {
  return t.kind() != ElementKind::string && t.kind() != ElementKind::c64 &&
         t.kind() != ElementKind::c128;
}

std::string first_difference(const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  if (got.type() != want.type() || got.shape() != want.shape()) {
    return cat("is ", got.type().name(), to_string(got.shape()), ", wanted ", want.type().name(),
               to_string(want.shape()));
  }
  if (tolerance.bits || !is_number(want)) return identical(got, want) ? "" : "has other bits";
  const std::vector<double> a = got.to_doubles();
  const std::vector<double> b = want.to_doubles();
  double peak = 1;
  for (const double x : b) peak = std::max(peak, std::isfinite(x) ? std::abs(x) : 0);
  const double least = tolerance.absolute * (want.type().is_integer() ? 1 : peak);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    if (std::abs(a[i] - b[i]) <= least + tolerance.relative * std::abs(b[i])) continue;
    return cat("element ", i, " is ", a[i], ", wanted ", b[i]);
  }
  return "";
}

}  // namespace

void Differential::compare(const std::vector<Tensor>& got, const std::vector<Tensor>& want,
                           const Tolerance& tolerance, const std::string& how) const {
  ASSERT_EQ(got.size(), want.size()) << how;
  for (std::size_t o = 0; o < got.size(); ++o) {
    const std::string why = first_difference(got[o], want[o], tolerance);
    EXPECT_EQ(why, "") << how << ", output " << o;
  }
}

namespace {

/// Every kernel, variant, layout and number of threads that may be chosen is, in some case.
SessionOptions random_choice(SessionOptions options, int seed) {
  options.tuning.how = Tuning::full;
  options.tuning.folder = "/dev/null/nowhere";  // kept nowhere
  options.tuning.stopwatch = [rng = std::make_shared<Rng>(static_cast<std::uint64_t>(seed), 7)](
                                 const std::string&, const std::function<void()>& run) {
    run();
    return rng->uniform() + 1e-3;
  };
  return options;
}

/// By a plan whose graph keeps no constant longer than the planner needs it.
std::vector<Tensor> run_released(const Graph& graph, const std::vector<Tensor>& inputs,
                                 const SessionOptions& options) {
  std::map<std::string, Shape> shapes;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    shapes[graph.inputs()[i]->name()] = inputs[i].shape();
  }
  PlanGraph ready = prepare_graph(graph.clone(), op_registry(), shapes, {});
  ready.release_from = 0;
  const auto plan = make_plan(std::move(ready), op_registry(), options);
  return tensors_of(plan->run(values_of(inputs), op_registry(), options, false));
}

std::string kernels_of(const Session& session) {
  std::string all;
  for (const StepInfo& s : session.steps()) all += cat(s.op, " = ", s.kernel, "; ");
  return all;
}

}  // namespace

void Differential::check(const Builder& b, const std::vector<Tensor>& inputs,
                         const Tolerance& tolerance) {
  const auto* result = testing::UnitTest::GetInstance()->current_test_info()->result();
  if (result->total_part_count() >= kMostFailures) return;
  ++cases;
  set_threads(cases % 8 == 0 ? 3 : 1);  // where work is cut must not matter
  PrintOptions print;
  print.most_values = 8;
  std::string text = cat("case ", cases, "\n", print_graph(b.graph, print));
  try {
    const std::vector<Tensor> meaning = interpret(b.graph, op_registry(), inputs);
    const auto session = Session::create(b.graph, op_registry(), options);
    std::vector<Tensor> fast = session->run(inputs);
    for (const StepInfo& s : session->steps()) text += cat(s.op, " = ", s.kernel, "\n");
    const testing::ScopedTrace trace(__FILE__, __LINE__, text);
    compare(fast, meaning, tolerance, "session");
    compare(session->run(inputs), fast, kSameBits, "second run");
    compare(run_released(b.graph, inputs, options), fast, kSameBits, "constants released");
    const auto tuned = Session::create(b.graph, op_registry(), random_choice(options, cases));
    compare(tuned->run(inputs), meaning, tolerance, "kernels by chance: " + kernels_of(*tuned));
    for (const guard::Edge edge : {guard::Edge::ends, guard::Edge::begins}) {
      compare(run_guarded(b.graph, inputs, edge, options, rows), meaning, tolerance,
              edge == guard::Edge::ends ? "guarded at the end" : "guarded at the beginning");
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what() << "\n" << text;
  }
}

Tensor Differential::grid(const Shape& shape) {
  Tensor t(ElementKind::f32, shape);
  for (float& x : t.mutable_data<float>()) x = static_cast<float>(below(33) - 16) / 8.0F;
  return t;
}

Tensor Differential::values(const Shape& shape, ElementKind kind) {
  const DType type = dtype_of(kind);
  if (kind == ElementKind::f32) return grid(shape);
  if (kind == ElementKind::f16 || kind == ElementKind::bf16 || kind == ElementKind::f64) {
    return grid(shape).cast(type);
  }
  Tensor t(kind, shape);
  for (std::byte& x : t.mutable_bytes()) {
    x = static_cast<std::byte>(below(kind == ElementKind::boolean ? 2 : 256));
  }
  return t;
}

Value* Differential::constant(Builder& b, const Tensor& t) {
  return b.constant(guard::copy(t, guard::Edge::ends));
}

Value* Differential::ints(Builder& b, const std::vector<std::int64_t>& list) {
  const auto n = static_cast<std::int64_t>(list.size());
  return constant(b, Tensor::of<std::int64_t>({n}, list));
}

}  // namespace pare
