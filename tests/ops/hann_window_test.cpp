#include "ops/cosine_window.hpp"

namespace pare {
namespace {

double value(double t) { return 0.5 - 0.5 * std::cos(t); }
std::vector<float> five() { return {0, 0.5F, 1, 0.5F, 0}; }

TEST(HannWindow, FollowsItsFormula) { expect_window("HannWindow", value, five()); }
TEST(HannWindow, HasTheTypeThatIsAskedFor) { expect_window_types("HannWindow", five()); }
TEST(HannWindow, KnowsItsShapeAndRefusesWhatIsNone) { expect_window_shapes("HannWindow"); }

}  // namespace
}  // namespace pare
