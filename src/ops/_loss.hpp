#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Inputs 1 (labels) and 2 (weights of the classes), the output `loss`, and the attributes of the
/// losses over classes.
OpDef& class_loss_schema(OpDef& def, const char* labels, const char* weights, const char* loss);

/// Shape of output 0 from scores [N, C, D1 .. Dk] and labels [N, D1 .. Dk]. Fault::corrupt for
/// shapes that do not fit and an unknown reduction.
void class_loss_infer(ShapeContext& c);

/// loss = -weight[c] * log_prob[n, c, d] with c = labels[n, d], 0 where c is ignore_index, then
/// reduced: none, sum, or mean, which is the sum over the sum of the weights of labels that count
/// (not a number when there is none). Sets output 0, of the element type of input 0. Errors:
/// Fault::corrupt for shapes that do not fit and labels outside [0, C).
void class_loss_reference(OpCall& call, const std::vector<double>& log_prob);

}  // namespace pare::ops
