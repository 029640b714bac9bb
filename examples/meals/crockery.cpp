#include "dishes.hpp"

namespace meals {
namespace {

Color crockery_color(Rng& rng) {
  static constexpr Color kColors[] = {hex(0xf2f0ea), hex(0xf7f7f5), hex(0xe8e2d4),
                                      hex(0xdfe6ea), hex(0xf2f0ea), hex(0x9fb4c0),
                                      hex(0x5b5f66), hex(0xc9a27c), hex(0x87a08b)};
  const Color c = pick(rng, kColors);
  return vary(rng, c, 0.06f);
}

}  // namespace

void draw_plate(Pen& pen, const Frame& f, Rng& rng) {
  const Style style{.color = crockery_color(rng),
                    .dome = 0.06f,
                    .rim = 0.16f,
                    .rim_width = 0.06f,
                    .shadow = 0.5f,
                    .lift = 0.1f};
  if (rng.chance(0.22f)) {  // a plate with corners
    const Vec half{rng.uniform(1.05f, 1.18f), rng.uniform(0.98f, 1.1f)};
    pen.box(f, {}, half, rng.uniform(0.1f, 0.4f), style);
    return;
  }
  const float radius = rng.uniform(1.08f, 1.25f);
  pen.disc(f, {}, radius, style);
  Style well = style;
  well.shadow = 0;
  well.color = style.color * 0.96f;
  well.dome = -0.05f;
  pen.disc(f, {}, radius * 0.78f, well);
  if (rng.chance(0.3f)) {
    const Color band = vary(rng, hex(0x3d6fa5), 0.5f);
    pen.ring(f, {}, radius * 0.94f, 0.03f, {.color = band, .alpha = 0.7f});
  }
}

void draw_bowl(Pen& pen, const Frame& f, Rng& rng) {
  const Color color = crockery_color(rng);
  const float radius = rng.uniform(1.06f, 1.2f);
  pen.disc(f, {}, radius,
           {.color = color,
            .dome = 0.12f,
            .rim = 0.25f,
            .rim_width = 0.08f,
            .shadow = 0.6f,
            .lift = 0.16f});
  pen.disc(f, {}, radius * 0.91f, {.color = color * 0.8f, .dome = -0.25f});
}

void draw_board(Pen& pen, const Frame& f, Rng& rng) {
  const Color board = vary(rng, rng.chance(0.5f) ? hex(0x33302f) : hex(0x9a7046), 0.2f);
  const Vec half{rng.uniform(1.05f, 1.2f), rng.uniform(0.75f, 0.95f)};
  pen.box(f, {}, half, 0.08f,
          {.color = board,
           .texture = 0.06f,
           .rim = 0.2f,
           .rim_width = 0.05f,
           .shadow = 0.5f,
           .lift = 0.1f});
}

void draw_garnish(Pen& pen, const Frame& f, Rng& rng, float radius) {
  static constexpr Color kColors[] = {hex(0x4f8a2c), hex(0x3c6e22), hex(0xc73a22), hex(0xf1efe2)};
  const Color base = pick(rng, kColors);
  const int count = rng.between(3, 9);
  for (int i = 0; i < count; ++i) {
    const Frame leaf = strewn(f, rng, {}, radius);
    const Vec radii{rng.uniform(0.05f, 0.12f), rng.uniform(0.03f, 0.06f)};
    pen.ellipse(leaf, {}, radii, {.color = vary(rng, base, 0.25f), .dome = 0.1f});
  }
}

}  // namespace meals
