#include "support/hostile.hpp"

#include <chrono>

#include "ir/text.hpp"
#include "runtime/check.hpp"
#include "support/operator_examples.hpp"

namespace pare {
namespace {

constexpr double kMostSeconds = 2;

enum class Outcome : std::uint8_t { made, refused, broken };

template <class Body>
Outcome outcome_of(bool is_valid, Body&& body) {
  try {
    body();
    return Outcome::made;
  } catch (const Error& error) {
    EXPECT_TRUE(!is_valid || error.fault() != Fault::internal) << error.what();
    return Outcome::refused;
  } catch (const std::exception& other) {
    ADD_FAILURE() << other.what();
    return Outcome::broken;
  }
}

class HostileRuns : public testing::TestWithParam<OperatorExample> {
 protected:
  HostileRuns() { set_threads(1); }  // waiting for others costs more than these runs
  ~HostileRuns() override { set_threads(0); }
};

/// What the reference kernels refuse is refused by plans of fast kernels too, without a crash.
TEST_P(HostileRuns, AreRefusedByTheSessionAsByTheReference) {
  const auto graph = parse_graph(GetParam().graph);
  const Changes changes(*graph, op_registry());
  // The types that a body declares are not compared with what it is given.
  const bool has_body = !graph->nodes().back()->subgraphs().empty();
  for (const Change& change : changes.all()) {
    const auto changed = graph->clone();
    change.apply(*changed);
    for (const bool all : {true, false}) {
      SCOPED_TRACE(cat(change.what, all ? ", all inputs" : ", constant integers"));
      const auto begin = std::chrono::steady_clock::now();
      const auto mine = changed->clone();
      const std::vector<Tensor> inputs = make_inputs(*mine, all);
      const BudgetScope budget({.most_elements = 1 << 20, .most_steps = 1000});
      bool is_valid = true;  // what breaks the schema may also be refused as a bug of ours
      const Outcome known = outcome_of(true, [&] {
        is_valid = verify(*mine, op_registry()).empty() && !has_body;

        infer_shapes(*mine, op_registry());
      });
      const Outcome meaning =
          outcome_of(is_valid, [&] { interpret(*mine, op_registry(), inputs); });
      const Outcome fast =
          outcome_of(is_valid, [&] { Session::create(*mine, op_registry(), {})->run(inputs); });
      // Half precision runs widened, so that a mixture of types may become none.
      const bool other_type = change.what.find(" as ") != std::string::npos;
      EXPECT_FALSE(is_valid && !other_type && meaning == Outcome::refused && fast == Outcome::made);
      EXPECT_FALSE(known == Outcome::refused && fast == Outcome::made);
      const double took =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      EXPECT_LT(took, kMostSeconds);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, HostileRuns, testing::ValuesIn(operator_examples()),
                         [](const auto& example) {
                           return cat(example.param.op, "_", example.index);
                         });

}  // namespace
}  // namespace pare
