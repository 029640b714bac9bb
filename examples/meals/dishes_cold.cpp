#include "dishes.hpp"

/// Cake, fruit, salad and sushi.
namespace meals {
namespace {

void draw_orange_slice(Pen& pen, const Frame& f, Rng& rng, Vec at, float radius) {
  static constexpr Color kFlesh[] = {hex(0xf29a2e), hex(0xf2d24a), hex(0xe86a4a), hex(0x9cc24a)};
  const Color base = pick(rng, kFlesh);
  const Color flesh = vary(rng, base, 0.1f);
  pen.disc(f, at, radius, {.color = flesh * 0.85f, .shadow = 0.35f, .lift = 0.05f});
  pen.disc(f, at, radius * 0.86f, {.color = mix(flesh, hex(0xffffff), 0.55f)});
  pen.disc(f, at, radius * 0.78f, {.color = flesh, .grain = 8, .texture = 0.1f});
  const float turn = rng.uniform();
  for (int i = 0; i < 3; ++i) {
    const Vec d = direction(turn + static_cast<float>(i) / 6.0f) * (radius * 0.78f);
    pen.line(f, at - d, at + d, 0.012f, {.color = hex(0xfff3d8), .alpha = 0.7f});
  }
}

void draw_whole_fruit(Pen& pen, const Frame& f, Rng& rng, Vec at, float radius) {
  static constexpr Color kSkins[] = {hex(0xb3202a), hex(0xe88a1e), hex(0x86b03a),
                                     hex(0xd9c23a), hex(0x7a2a5a), hex(0xd9743a)};
  const Color base = pick(rng, kSkins);
  const Color skin = vary(rng, base, 0.15f);
  pen.disc(f, at, radius,
           {.color = skin,
            .second = vary(rng, skin, 0.3f),
            .marbling = 0.5f,
            .grain = 3,
            .dome = 0.35f,
            .rim = 0.3f,
            .rim_width = 0.15f,
            .shadow = 0.45f,
            .lift = 0.09f});
  pen.disc(f, at + in_disc(rng, radius * 0.2f), radius * 0.1f, {.color = hex(0x4a3018)});
}

void draw_grapes(Pen& pen, const Frame& f, Rng& rng, Vec at) {
  const Color skin = vary(rng, rng.chance(0.5f) ? hex(0x4a2450) : hex(0x9ab84a), 0.15f);
  const int count = rng.between(7, 14);
  for (int i = 0; i < count; ++i) {
    const Vec grape = at + in_disc(rng, 0.28f);
    const float radius = rng.uniform(0.09f, 0.12f);
    pen.disc(f, grape, radius,
             {.color = vary(rng, skin, 0.12f),
              .dome = 0.4f,
              .rim = 0.3f,
              .shadow = 0.35f,
              .lift = 0.05f});
  }
}

void draw_banana(Pen& pen, const Frame& f, Rng& rng, Vec at) {
  const Vec open = direction(rng.uniform());
  const Style peel{.color = vary(rng, hex(0xe8c632), 0.1f),
                   .texture = 0.08f,
                   .dome = 0.1f,
                   .rim = 0.25f,
                   .shadow = 0.4f,
                   .lift = 0.08f};
  pen.arc(f, at - open * 0.3f, 0.42f, 0.11f, open, peel);
}

void draw_roll(Pen& pen, const Frame& f, Rng& rng, Vec at) {
  static constexpr Color kFillings[] = {hex(0xe8743a), hex(0xa02430), hex(0x7ba23a), hex(0xe8c44a)};
  const float radius = rng.uniform(0.19f, 0.24f);
  const Color nori = vary(rng, hex(0x1d2a22), 0.3f);
  const bool outside = rng.chance(0.35f);  // rice outside
  pen.disc(f, at, radius,
           {.color = outside ? hex(0xf1ede0) : nori,
            .grain = 9,
            .texture = 0.1f,
            .shadow = 0.45f,
            .lift = 0.1f});
  if (outside) pen.disc(f, at, radius * 0.72f, {.color = nori});
  const float rice = outside ? 0.58f : 0.8f;
  pen.disc(f, at, radius * rice, {.color = hex(0xf4f0e4), .grain = 10, .texture = 0.08f});
  const Color filling = pick(rng, kFillings);
  const Vec middle = at + in_disc(rng, 0.03f);
  pen.disc(f, middle, radius * 0.38f, {.color = vary(rng, filling, 0.12f)});
}

void draw_nigiri(Pen& pen, const Frame& f, Rng& rng, Vec at, float turns) {
  static constexpr Color kFish[] = {hex(0xec8a58), hex(0xb5303a), hex(0xf0d8c0), hex(0xf0c650),
                                    hex(0xe8a08a)};
  const Frame piece = f.inside(at, turns, 1);
  pen.box(piece, {}, {0.29f, 0.15f}, 0.09f,
          {.color = hex(0xf3efe3), .grain = 9, .texture = 0.1f, .shadow = 0.45f, .lift = 0.1f});
  const Color base = pick(rng, kFish);
  const Color fish = vary(rng, base, 0.1f);
  pen.box(piece, {}, {0.3f, 0.12f}, 0.08f, {.color = fish, .dome = 0.15f, .rim = 0.15f});
  for (int i = -1; i <= 1; ++i) {
    const float x = 0.13f * static_cast<float>(i);
    pen.line(piece, {x - 0.04f, -0.1f}, {x + 0.04f, 0.1f}, 0.012f,
             {.color = mix(fish, hex(0xffffff), 0.45f), .alpha = 0.8f});
  }
  if (rng.chance(0.25f)) {
    pen.box(piece, {}, {0.05f, 0.155f}, 0.01f, {.color = hex(0x1d2a22)});
  }
}

void draw_cake_slice(Pen& pen, const Frame& f, Rng& rng, Color icing, Color crumb) {
  const Frame at = strewn(f, rng, {}, 0.12f).inside({}, 0, rng.uniform(0.9f, 1.15f));
  const float half = rng.uniform(0.34f, 0.52f);
  const Vec lean{rng.uniform(-0.06f, 0.06f), rng.uniform(0.16f, 0.3f)};
  const Vec low[] = {Vec{-0.75f, 0} + lean, Vec{0.6f, -half} + lean, Vec{0.6f, half} + lean,
                     Vec{0.6f, half}, Vec{-0.75f, 0}};
  pen.polygon(at, low, 0.02f,
              {.color = crumb, .grain = 7, .texture = 0.15f, .shadow = 0.5f, .lift = 0.14f});
  const Vec stripe[] = {Vec{-0.75f, 0} + lean * 0.4f, Vec{0.6f, half} + lean * 0.4f,
                        Vec{0.6f, half} + lean * 0.65f, Vec{-0.75f, 0} + lean * 0.65f};
  pen.polygon(at, stripe, 0, {.color = mix(icing, hex(0xf8f0e0), 0.5f)});
  const Vec top[] = {{-0.75f, 0}, {0.6f, -half}, {0.6f, half}};
  pen.polygon(at, top, 0.02f, {.color = icing, .texture = 0.05f, .dome = 0.12f, .rim = 0.1f});
  const int tufts = rng.between(0, 4);
  for (int i = 0; i < tufts; ++i) {
    const float y = half * (static_cast<float>(i) - 1.5f) * 0.4f;
    pen.disc(at, {0.45f, y}, 0.09f,
             {.color = vary(rng, mix(icing, hex(0xffffff), 0.5f), 0.06f), .dome = 0.25f});
  }
  if (rng.chance(0.6f)) {
    const Vec berry{rng.uniform(0.05f, 0.35f), rng.uniform(-0.1f, 0.1f)};
    const float radius = rng.uniform(0.1f, 0.16f);
    pen.disc(
        at, berry, radius,
        {.color = vary(rng, hex(0xb8222c), 0.15f), .dome = 0.35f, .shadow = 0.3f, .lift = 0.05f});
  }
}

void draw_whole_cake(Pen& pen, const Frame& f, Rng& rng, Color icing, Color crumb) {
  const float radius = rng.uniform(0.6f, 0.8f);
  const bool donut = rng.chance(0.4f);
  pen.disc(f, {}, radius, {.color = crumb, .rim = 0.25f, .shadow = 0.5f, .lift = 0.14f});
  pen.blob(f, {}, {radius * 0.92f, radius * 0.92f}, 0.06f,
           {.color = icing, .texture = 0.05f, .dome = 0.18f, .rim = 0.12f});
  const int count = rng.between(6, 12);
  for (int i = 0; i < count; ++i) {
    const float turn = static_cast<float>(i) / static_cast<float>(count);
    const Vec at = donut ? towards_any(rng, radius * 0.45f, radius * 0.8f)
                         : direction(turn) * (radius * 0.72f);
    pen.disc(f, at, donut ? 0.04f : 0.09f,
             {.color = vary(rng, donut ? hex(0xd86a9a) : mix(icing, hex(0xffffff), 0.6f), 0.3f),
              .dome = 0.2f});
  }
  if (donut) {
    pen.disc(f, {}, radius * 0.3f, {.color = crumb * 0.75f, .dome = -0.2f});
    pen.disc(f, {}, radius * 0.24f, {.color = hex(0xe6e2d8) * 0.8f});
  } else {
    pen.disc(
        f, {}, 0.12f,
        {.color = vary(rng, hex(0xb8222c), 0.2f), .dome = 0.3f, .shadow = 0.3f, .lift = 0.05f});
  }
}

void draw_leaves(Pen& pen, const Frame& f, Rng& rng) {
  const Color green = vary(rng, hex(0x6fa03a), 0.22f);
  const int leaves = rng.between(16, 30);
  for (int i = 0; i < leaves; ++i) {
    const Frame leaf = strewn(f, rng, {}, 0.66f);
    const Vec radii{rng.uniform(0.2f, 0.34f), rng.uniform(0.1f, 0.22f)};
    pen.blob(leaf, {}, radii, 0.25f,
             {.color = vary(rng, green, 0.3f),
              .grain = 7,
              .texture = 0.15f,
              .dome = 0.2f,
              .shadow = 0.3f,
              .lift = 0.07f});
    pen.line(leaf, {-radii.x * 0.7f, 0}, {radii.x * 0.7f, 0}, 0.012f,
             {.color = mix(green, hex(0xf0f4d0), 0.5f), .alpha = 0.5f});
  }
}

}  // namespace

void draw_cake(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kIcings[] = {hex(0x4a2816), hex(0xf3e6d2), hex(0xe7a3b4),
                                      hex(0xd9b45a), hex(0xb9cf8a), hex(0xc46a2a)};
  const Color base = pick(rng, kIcings);
  const Color icing = vary(rng, base, 0.12f);
  const Color crumb = vary(rng, rng.chance(0.4f) ? hex(0x5a3018) : hex(0xd2a35c), 0.15f);
  if (rng.chance(0.6f)) {
    draw_cake_slice(pen, f, rng, icing, crumb);
  } else {
    draw_whole_cake(pen, f, rng, icing, crumb);
  }
}

void draw_fruit(Pen& pen, const Frame& f, Rng& rng) {
  const int count = rng.between(4, 8);
  const float turn = rng.uniform();
  for (int i = 0; i < count; ++i) {
    const float part = static_cast<float>(i) / static_cast<float>(count);
    const Vec at = direction(turn + part) * rng.uniform(0.2f, 0.6f);
    const float radius = rng.uniform(0.22f, 0.36f);
    switch (rng.below(5)) {
      case 0: draw_orange_slice(pen, f, rng, at, radius); break;
      case 1: draw_grapes(pen, f, rng, at); break;
      case 2: draw_banana(pen, f, rng, at); break;
      default: draw_whole_fruit(pen, f, rng, at, radius); break;
    }
  }
}

void draw_salad(Pen& pen, const Frame& f, Rng& rng) {
  draw_leaves(pen, f, rng);
  const int tomatoes = rng.between(0, 5);
  for (int i = 0; i < tomatoes; ++i) {
    const Vec at = in_disc(rng, 0.65f);
    const float radius = rng.uniform(0.12f, 0.18f);
    pen.disc(f, at, radius,
             {.color = vary(rng, hex(0xc8301f), 0.14f),
              .dome = 0.25f,
              .rim = 0.2f,
              .shadow = 0.3f,
              .lift = 0.05f});
  }
  const int cucumbers = rng.between(0, 4);
  for (int i = 0; i < cucumbers; ++i) {
    const Vec at = in_disc(rng, 0.6f);
    const float radius = rng.uniform(0.15f, 0.2f);
    pen.disc(f, at, radius, {.color = hex(0x3f7030), .shadow = 0.3f, .lift = 0.04f});
    pen.disc(f, at, radius * 0.84f, {.color = vary(rng, hex(0xcfe0a0), 0.08f)});
  }
  const int rings = rng.between(0, 3);
  for (int i = 0; i < rings; ++i) {
    const Vec at = in_disc(rng, 0.55f);
    pen.ring(f, at, rng.uniform(0.12f, 0.22f), 0.025f, {.color = hex(0xdcc4d8), .alpha = 0.85f});
  }
  if (rng.chance(0.4f)) draw_garnish(pen, f, rng, 0.7f);
}

void draw_sushi(Pen& pen, const Frame& f, Rng& rng) {
  const bool all_rolls = rng.chance(0.3f), all_nigiri = rng.chance(0.25f);
  const int columns = 3, rows = rng.between(2, 3);
  const float turns = rng.uniform(-0.08f, 0.33f);
  for (int i = 0; i < columns * rows; ++i) {
    if (rng.chance(0.12f)) continue;
    const int row = i / columns;
    const Vec at{0.56f * static_cast<float>(i % columns - 1) + rng.uniform(-0.05f, 0.05f),
                 0.46f * (static_cast<float>(row) - 0.5f * static_cast<float>(rows - 1)) +
                     rng.uniform(-0.04f, 0.04f)};
    if (all_rolls || (!all_nigiri && rng.chance(0.5f))) {
      draw_roll(pen, f, rng, at);
    } else {
      draw_nigiri(pen, f, rng, at, turns);
    }
  }
  if (rng.chance(0.5f)) {
    const Vec at{rng.uniform(-0.8f, 0.8f), 0.62f};
    pen.blob(f, at, {0.13f, 0.12f}, 0.2f, {.color = hex(0x8fae4a), .dome = 0.2f});
  }
}

constinit const std::array<Dish, 10> kDishes = {{
    {"burger", draw_burger, 1, draw_plate},
    {"cake", draw_cake, 1, draw_plate},
    {"curry", draw_curry, 0.5f, draw_bowl},
    {"eggs", draw_eggs, 1, draw_plate},
    {"fruit", draw_fruit, 0.5f, draw_bowl},
    {"pasta", draw_pasta, 0.6f, draw_bowl},
    {"pizza", draw_pizza, 1, draw_plate},
    {"salad", draw_salad, 0.4f, draw_bowl},
    {"soup", draw_soup, 0, draw_bowl},
    {"sushi", draw_sushi, 0.35f, draw_board},
}};

}  // namespace meals
