#include "tensor/packed_store.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pare {
namespace {

std::vector<std::byte> some(unsigned char x) { return std::vector<std::byte>(64, std::byte{x}); }

/// Makes one piece, or takes it: says which.
bool taken(std::string_view what, unsigned char x) {
  const PackedPiece piece(what, 64);
  if (piece.found().valid()) return true;
  piece.made(some(x));
  return false;
}

TEST(PackedStore, ASecondPlanFindsWhatTheFirstMade) {
  CollectingStore store;
  for (const bool second : {false, true}) {
    const PackedScope scope(&store, "[1,3]");
    for (const char* step : {"a", "b"}) {
      const PackedUnit unit(step);
      EXPECT_EQ(taken("order", 1), second);
      EXPECT_EQ(taken("order", 2), second);  // the second piece of the unit
    }
  }
  EXPECT_EQ(store.all().size(), 4U);
}

TEST(PackedStore, OtherShapesUnitsOrdersAndSizesAreOtherPieces) {
  CollectingStore store;
  const auto in = [&](const char* shapes, const char* step, const char* order) {
    const PackedScope scope(&store, shapes);
    const PackedUnit unit(step);
    return taken(order, 1);
  };
  EXPECT_FALSE(in("[1]", "a", "order"));
  EXPECT_FALSE(in("[2]", "a", "order"));
  EXPECT_FALSE(in("[1]", "b", "order"));
  EXPECT_FALSE(in("[1]", "a", "other order"));
  EXPECT_TRUE(in("[1]", "a", "order"));
  const PackedScope scope(&store, "[1]");
  const PackedUnit unit("a");
  EXPECT_FALSE(PackedPiece("order", 65).found().valid());
}

TEST(PackedStore, NothingListensOutsideOfAScope) {
  EXPECT_FALSE(has_packed_store());
  EXPECT_FALSE(taken("order", 1));
  EXPECT_FALSE(taken("order", 1));
  CollectingStore store;
  const PackedScope scope(&store, "");
  EXPECT_TRUE(has_packed_store());
  {
    const PackedScope none(nullptr, "");  // a plan within a plan
    EXPECT_FALSE(has_packed_store());
  }
  EXPECT_TRUE(has_packed_store());
}

}  // namespace
}  // namespace pare
