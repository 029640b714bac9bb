#include "ops/cosine_window.hpp"

namespace pare {
namespace {

double value(double t) { return (25 - 21 * std::cos(t)) / 46; }
std::vector<float> five() { return {4 / 46.0F, 25 / 46.0F, 1, 25 / 46.0F, 4 / 46.0F}; }

TEST(HammingWindow, FollowsItsFormula) { expect_window("HammingWindow", value, five()); }
TEST(HammingWindow, HasTheTypeThatIsAskedFor) { expect_window_types("HammingWindow", five()); }
TEST(HammingWindow, KnowsItsShapeAndRefusesWhatIsNone) { expect_window_shapes("HammingWindow"); }

}  // namespace
}  // namespace pare
