// The main() of these tests: tune() measures candidates with this very program.

#include <gtest/gtest.h>

#include "pare/pare.hpp"

int main(int argc, char** argv) {
  if (const std::optional<int> code = pare::measuring_child(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
