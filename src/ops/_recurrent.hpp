#pragma once

#include <functional>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// Sizes and options that RNN, GRU and LSTM share. Values are held in the order of layout 0.
struct Recurrent {
  std::int64_t steps = 0, batch = 0, input = 0, hidden = 0, directions = 1, gates = 1;
  bool batch_first = false;
  bool first_is_reverse = false;
  double clip = 0;                    ///< 0 = none
  std::vector<std::int64_t> lengths;  ///< [B]
  std::vector<double> x;              ///< [T, B, I]
  std::vector<double> w, r;           ///< [D, G H, I] and [D, G H, H]
  std::vector<double> wb, rb;         ///< [D, G H] each

  [[nodiscard]] double clipped(double v) const;
};

/// A function of the `activations` attribute.
using Activation = std::function<double(double)>;

/// Adds the inputs X, W, R, B, sequence_lens and initial_h, and the attributes all three have.
OpDef& recurrent_schema(OpDef& def);
/// Shapes of Y, Y_h and, for LSTM, Y_c.
void recurrent_infer(ShapeContext& c);
/// W [D, G H, I] and R [D, G H, H].
struct RecurrentWeights {
  Tensor w, r;
};
/// Inputs and options, checked. Errors: Fault::corrupt for shapes that do not fit.
Recurrent read_recurrent(const OpCall& call, std::int64_t gates, const RecurrentWeights& weights);
inline Recurrent read_recurrent(const OpCall& call, std::int64_t gates) {
  return read_recurrent(call, gates, {call.input(1), call.input(2)});
}
/// A function of the `activations` attribute with its numbers.
struct ActivationChoice {
  std::string name;  ///< as ONNX spells it
  double alpha = 0, beta = 0;
};
/// Functions of each direction, `names` per direction by default. Errors: Fault::corrupt for
/// unknown names and wrong counts.
std::vector<std::vector<ActivationChoice>> choose_activations(
    const AttributeReader& a, std::int64_t directions, const std::vector<std::string>& names);
/// The same as functions.
std::vector<std::vector<Activation>> read_activations(const AttributeReader& a,
                                                      std::int64_t directions,
                                                      const std::vector<std::string>& names);
/// Input i of shape [D, B, H] in the order of layout 0; zeros when it is not given.
std::vector<double> read_state(const OpCall& call, const Recurrent& n, std::size_t i);
/// 1 or 2. Fault::corrupt for an unknown direction.
std::int64_t read_directions(const AttributeReader& a);
Cost recurrent_cost(const ShapeContext& c);

/// One cell: direction, sums of the input (W x + Wb, [G H]), and the state to be replaced ([H]).
using Step = std::function<void(std::int64_t direction, const double* gates, double* h, double* c)>;
/// Runs all steps and sets Y, Y_h and, when `cells` is given, Y_c. h and cells: [D, B, H].
void run_recurrent(OpCall& call, const Recurrent& n, const Step& step, std::vector<double> h,
                   std::vector<double>* cells = nullptr);

/// sum over k of m[k] * v[k].
double dot(const double* m, const double* v, std::int64_t n);

}  // namespace pare::ops
