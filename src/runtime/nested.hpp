#pragma once

#include <memory>
#include <vector>

#include "runtime/extract.hpp"
#include "runtime/session.hpp"

namespace pare {

/// A graph that runs inside another one, with shapes that only the run knows: a body of control
/// flow, or what lies behind an operator whose result has a size that depends on data. Planned for
/// the shapes that come, like any graph; small ones are interpreted instead until the same shapes
/// come again, as a plan would cost more than it saves.
class NestedGraph {
 public:
  /// `part` holds what `captured` names as its last inputs.
  NestedGraph(Extract part, const OpRegistry& ops, SessionOptions options);

  /// Values from outside, in the order of the part's last inputs.
  [[nodiscard]] const std::vector<const Value*>& captured() const { return part_.captured; }
  std::vector<RuntimeValue> run(std::vector<RuntimeValue> inputs);
  void set_profiling(bool on);
  /// Steps of the most recent plan; none when the graph was interpreted.
  [[nodiscard]] std::vector<StepInfo> steps() const;

 private:
  [[nodiscard]] bool worth_a_plan(const std::vector<RuntimeValue>& inputs);

  Extract part_;
  const OpRegistry& ops_;
  SessionOptions options_;
  std::unique_ptr<Session> session_;
  std::vector<std::vector<Shape>> seen_;
  bool heavy_ = false;
  bool profiling_ = false;
};

}  // namespace pare
