#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "formats/format.hpp"
#include "tensor/plan_file.hpp"

namespace pare::plan {

/// The model of a plan file that was made for a machine of this text. Weights are views of
/// `owner`. Errors: Fault::corrupt, Fault::unsupported when the file is for another machine or
/// version.
Model read_bytes(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                 const std::string& machine);

/// The pieces that make a model (its graph as ONNX and the weights), to which packed ones may be
/// added. Errors: Fault::unsupported for weights in a block format.
std::vector<PlanPiece> pieces_of(const Model& model);

/// The facts of a plan file made here and now from the model at `source`.
std::map<std::string, std::string> facts_of(const std::filesystem::path& source);

}  // namespace pare::plan
