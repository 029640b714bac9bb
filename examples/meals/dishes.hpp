#pragma once

#include <array>
#include <string_view>

#include "pen.hpp"

namespace meals {

/// Draws food or crockery; food fills the unit disc of the frame, a plate ends at about 1.2.
using Draw = void (*)(Pen&, const Frame&, Rng&);

struct Dish {
  std::string_view name;
  Draw food;
  float plates;         ///< share of plates among its crockery
  Draw other_crockery;  ///< of the rest
};

/// The classes, in alphabetical order; a picture's label is the position here.
extern const std::array<Dish, 10> kDishes;

void draw_burger(Pen& pen, const Frame& f, Rng& rng);
void draw_cake(Pen& pen, const Frame& f, Rng& rng);
void draw_curry(Pen& pen, const Frame& f, Rng& rng);
void draw_eggs(Pen& pen, const Frame& f, Rng& rng);
void draw_fruit(Pen& pen, const Frame& f, Rng& rng);
void draw_pasta(Pen& pen, const Frame& f, Rng& rng);
void draw_pizza(Pen& pen, const Frame& f, Rng& rng);
void draw_salad(Pen& pen, const Frame& f, Rng& rng);
void draw_soup(Pen& pen, const Frame& f, Rng& rng);
void draw_sushi(Pen& pen, const Frame& f, Rng& rng);

/// Crockery, with the food to be drawn on top of it.
void draw_plate(Pen& pen, const Frame& f, Rng& rng);
void draw_bowl(Pen& pen, const Frame& f, Rng& rng);
void draw_board(Pen& pen, const Frame& f, Rng& rng);
/// A few small leaves, seeds or drops that any dish may carry.
void draw_garnish(Pen& pen, const Frame& f, Rng& rng, float radius);

}  // namespace meals
