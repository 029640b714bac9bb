#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "evaluate/measure.hpp"
#include "evaluate/toy_models.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

ValueType floats(std::int64_t rows, std::int64_t columns) {
  return ValueType(dtype_of(ElementKind::f32), SymShape{rows, columns});
}

Model binary(const std::string& op, std::int64_t n, Tensor constant) {
  Model model;
  Graph& g = *model.graph;
  Value* x = g.add_input("x", floats(1, n));
  Value* c = g.add_constant(std::move(constant), "c");
  Value* y = g.add_node({.op = op, .inputs = {x, c}, .output_names = {"y"}})->output();
  y->set_type(floats(1, n));
  g.add_output(y);
  model.opsets[""] = 21;
  return model;
}

Tensor ones(Shape shape) {
  Tensor t(ElementKind::f32, std::move(shape));
  for (float& v : t.mutable_data<float>()) v = 1;
  return t;
}

Model read_toy(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string what;
  std::int64_t n = 4;
  in >> what >> n;
  if (!in) n = 4;
  if (what == "product") return binary("MatMul", n, ones({n, n}));
  if (what == "constant") return binary("Add", n * 262144, ones({1, n * 262144}));
  if (what == "crash") raise(SIGKILL);
  if (what == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
  if (what == "chatter") {
    std::puts("{\"ok\": \"this is no answer\"}");
    std::fflush(stdout);
    return binary("MatMul", 4, ones({4, 4}));
  }
  throw Error(Fault::corrupt, cat("no toy model '", what, "'"));
}

}  // namespace

TargetEnvironment toy_environment() { return {&op_registry(), read_toy}; }

}  // namespace pare

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == pare::kMeasureArgument) {
    return pare::measure_child_main(pare::toy_environment());
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
