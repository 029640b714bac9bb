#pragma once

#include <vector>

namespace pare {

/// A small graph in the language of ir/text.hpp that runs one operator; all its data are constants.
struct OperatorExample {
  const char* op;
  const char* graph;
};

inline const std::vector<OperatorExample>& operator_examples() {
  static const std::vector<OperatorExample> kExamples = {
#include "support/operator_examples.inc"
  };
  return kExamples;
}

}  // namespace pare
