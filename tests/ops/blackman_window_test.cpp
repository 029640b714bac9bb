#include "ops/cosine_window.hpp"

namespace pare {
namespace {

double value(double t) { return 0.42 - 0.5 * std::cos(t) + 0.08 * std::cos(2 * t); }
std::vector<float> five() { return {0, 0.34F, 1, 0.34F, 0}; }

TEST(BlackmanWindow, FollowsItsFormula) { expect_window("BlackmanWindow", value, five()); }
TEST(BlackmanWindow, HasTheTypeThatIsAskedFor) { expect_window_types("BlackmanWindow", five()); }
TEST(BlackmanWindow, KnowsItsShapeAndRefusesWhatIsNone) { expect_window_shapes("BlackmanWindow"); }

}  // namespace
}  // namespace pare
