#pragma once

#include <set>
#include <string>

namespace pare::schema {
class ModelProto;
}

namespace pare::onnx {

/// Operators of ai.onnx in the model (bodies and functions included) that changed their meaning
/// between operator sets 1 and 6, or came in between. A model without any means at 6 what it means
/// at any of those. Source: ONNX, Changelog.md.
std::set<std::string> changed_before_six(const schema::ModelProto& model);

}  // namespace pare::onnx
