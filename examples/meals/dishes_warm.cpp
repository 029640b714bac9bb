#include "dishes.hpp"

/// Burger, curry with rice, eggs, pasta, pizza and soup.
namespace meals {
namespace {

void draw_fries(Pen& pen, const Frame& f, Rng& rng, Vec where) {
  const int count = rng.between(8, 16);
  for (int i = 0; i < count; ++i) {
    const Vec at = where + in_disc(rng, 0.3f);
    const Vec along = towards_any(rng, 0.15f, 0.27f);
    const Style style{
        .color = vary(rng, hex(0xe9bd4f), 0.12f), .dome = 0.1f, .shadow = 0.35f, .lift = 0.04f};
    pen.line(f, at - along, at + along, 0.045f, style);
  }
}

void draw_bacon(Pen& pen, const Frame& f, Rng& rng) {
  const int count = rng.between(1, 3);
  for (int i = 0; i < count; ++i) {
    const Frame strip = strewn(f, rng, {}, 0.6f);
    const Style meat{.color = vary(rng, hex(0xa2442f), 0.15f),
                     .second = hex(0xe0a890),
                     .marbling = 0.7f,
                     .grain = 6,
                     .shadow = 0.3f,
                     .lift = 0.05f};
    pen.box(strip, {}, {0.42f, 0.1f}, 0.06f, meat);
  }
}

void draw_toast(Pen& pen, const Frame& f, Rng& rng) {
  const Frame slice = strewn(f, rng, {}, 0.55f);
  const Vec half{rng.uniform(0.34f, 0.45f), rng.uniform(0.32f, 0.4f)};
  const Color crust = vary(rng, hex(0x9a6430), 0.15f);
  pen.box(slice, {}, half, 0.12f, {.color = crust, .shadow = 0.4f, .lift = 0.07f});
  pen.box(slice, {}, half - Vec{0.05f, 0.05f}, 0.1f,
          {.color = vary(rng, hex(0xd9aa66), 0.12f), .grain = 9, .texture = 0.12f});
}

/// Chunks in a sauce: vegetables, meat or tofu.
void draw_chunks(Pen& pen, const Frame& f, Rng& rng, Vec where, int count) {
  static constexpr Color kColors[] = {hex(0xd9822b), hex(0xcbb069), hex(0x7a4a26), hex(0x5c8a35)};
  for (int i = 0; i < count; ++i) {
    const Frame at = strewn(f, rng, where, 0.5f);
    const Color c = pick(rng, kColors);
    const Vec half{rng.uniform(0.07f, 0.14f), rng.uniform(0.06f, 0.11f)};
    pen.box(at, {}, half, 0.04f,
            {.color = vary(rng, c, 0.15f), .dome = 0.15f, .rim = 0.2f, .alpha = 0.85f});
  }
}

}  // namespace

void draw_burger(Pen& pen, const Frame& f, Rng& rng) {
  const bool fries = rng.chance(0.45f);
  const Frame at = f.inside(fries ? Vec{-0.25f, 0.1f} : in_disc(rng, 0.2f), 0, 1);
  if (fries) draw_fries(pen, f, rng, {0.55f, -0.3f});
  const float radius = rng.uniform(0.55f, 0.78f);
  const Color bun = vary(rng, hex(0xc07f36), 0.2f);
  // Seen from a little in front: layers peek out on one side.
  const Vec lean = towards_any(rng, 0.05f, 0.22f);
  pen.disc(at, lean, radius, {.color = bun * 0.9f, .rim = 0.3f, .shadow = 0.55f, .lift = 0.16f});
  pen.blob(at, lean * 0.7f, {radius * 1.06f, radius * 1.06f}, 0.1f,
           {.color = vary(rng, hex(0x6ea436), 0.25f), .grain = 6, .texture = 0.25f});
  pen.disc(at, lean * 0.5f, radius * 0.99f, {.color = vary(rng, hex(0x5a3119), 0.2f)});
  if (rng.chance(0.6f)) {
    const Frame cheese = at.inside(lean * 0.35f, rng.uniform(), 1);
    const float half = radius * 0.82f;
    pen.box(cheese, {}, {half, half}, 0.05f, {.color = vary(rng, hex(0xf2b632), 0.1f)});
  }
  const float top = radius * 0.96f;
  pen.disc(at, lean * -0.2f, top,
           {.color = bun, .texture = 0.06f, .dome = 0.22f, .rim = 0.3f, .rim_width = 0.3f});
  if (rng.chance(0.75f)) {
    const int seeds = rng.between(8, 26);
    for (int i = 0; i < seeds; ++i) {
      const Frame seed = strewn(at, rng, lean * -0.2f, top * 0.75f);
      pen.ellipse(seed, {}, {0.05f, 0.03f}, {.color = vary(rng, hex(0xf0dca8), 0.08f)});
    }
  }
}

void draw_curry(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kSauces[] = {hex(0xb5702a), hex(0x7d4a1f), hex(0xd09a34), hex(0x9d3d1d),
                                      hex(0x7f8a3a)};
  const Frame turned = f.inside({}, rng.uniform(), 1);
  const Color base = pick(rng, kSauces);
  const Color sauce = vary(rng, base, 0.15f);
  pen.blob(turned, {-0.05f, 0}, {0.88f, 0.84f}, 0.08f,
           {.color = sauce,
            .second = sauce * 0.75f,
            .marbling = 0.6f,
            .texture = 0.06f,
            .dome = 0.08f,
            .rim = 0.2f});
  const int chunks = rng.between(3, 9);
  draw_chunks(pen, turned, rng, {-0.3f, 0}, chunks);
  const Vec radii{rng.uniform(0.34f, 0.52f), rng.uniform(0.5f, 0.78f)};
  const Vec heap{rng.uniform(0.3f, 0.45f), rng.uniform(-0.15f, 0.15f)};
  const Color rice = vary(rng, hex(0xefe9da), 0.06f);
  pen.blob(turned, heap, radii, 0.12f,
           {.color = rice, .texture = 0.14f, .dome = 0.12f, .rim = 0.12f, .shadow = 0.3f});
  const int grains = rng.between(20, 40);
  for (int i = 0; i < grains; ++i) {
    const Vec spread = in_disc(rng, 0.9f);
    const Frame grain =
        turned.inside(heap + Vec{spread.x * radii.x, spread.y * radii.y}, rng.uniform(), 1);
    pen.ellipse(grain, {}, {0.07f, 0.025f}, {.color = vary(rng, rice, 0.1f), .alpha = 0.8f});
  }
  if (rng.chance(0.4f)) draw_garnish(pen, f, rng, 0.6f);
}

void draw_eggs(Pen& pen, const Frame& f, Rng& rng) {
  const int slices = rng.between(0, 2);
  for (int i = 0; i < slices; ++i) draw_toast(pen, f, rng);
  if (rng.chance(0.55f)) draw_bacon(pen, f, rng);
  const int eggs = rng.between(1, 3);
  const float turn = rng.uniform();
  for (int i = 0; i < eggs; ++i) {
    const float part = static_cast<float>(i) / static_cast<float>(eggs);
    const Vec at = eggs == 1 ? in_disc(rng, 0.3f) : direction(turn + part) * 0.42f;
    const Vec white{rng.uniform(0.36f, 0.5f), rng.uniform(0.34f, 0.46f)};
    pen.blob(f, at, white, 0.22f,
             {.color = vary(rng, hex(0xf6f2e6), 0.04f),
              .texture = 0.04f,
              .rim = 0.14f,
              .shadow = 0.3f,
              .lift = 0.05f});
    const Vec yolk = at + in_disc(rng, 0.1f);
    const float radius = rng.uniform(0.15f, 0.21f);
    pen.disc(f, yolk, radius,
             {.color = vary(rng, hex(0xf0a31c), 0.14f),
              .dome = 0.18f,
              .rim = 0.15f,
              .shadow = 0.15f,
              .lift = 0.03f});
  }
  if (rng.chance(0.3f)) draw_garnish(pen, f, rng, 0.8f);
}

void draw_pasta(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kSauces[] = {hex(0xb8321a), hex(0xc4571f), hex(0xe6dfc4), hex(0x4c7a2a),
                                      hex(0x8a3a1c)};
  const Color noodle = vary(rng, hex(0xe3bf6c), 0.12f);
  pen.blob(f, {}, {0.78f, 0.76f}, 0.1f,
           {.color = noodle * 0.75f, .texture = 0.15f, .shadow = 0.3f});
  const int strands = rng.between(32, 56);
  const float width = rng.uniform(0.03f, 0.055f);
  for (int i = 0; i < strands; ++i) {
    const Vec at = in_disc(rng, 0.5f);
    const float radius = rng.uniform(0.14f, 0.42f);
    const Vec open = direction(rng.uniform());
    const Style style{.color = vary(rng, noodle, 0.14f), .shadow = 0.2f, .lift = 0.05f};
    pen.arc(f, at, radius, width, open, style);
  }
  const Color base = pick(rng, kSauces);
  const Color sauce = vary(rng, base, 0.15f);
  const float size = rng.uniform(0.25f, 0.5f);
  pen.blob(f, in_disc(rng, 0.2f), {size, size}, 0.3f,
           {.color = sauce,
            .second = sauce * 0.7f,
            .marbling = 0.6f,
            .grain = 7,
            .dome = 0.1f,
            .alpha = 0.9f});
  if (rng.chance(0.35f)) {
    const int balls = rng.between(2, 5);
    for (int i = 0; i < balls; ++i) {
      const Vec at = in_disc(rng, 0.45f);
      const float radius = rng.uniform(0.12f, 0.17f);
      pen.disc(f, at, radius,
               {.color = vary(rng, hex(0x6b3a1e), 0.15f),
                .texture = 0.1f,
                .dome = 0.3f,
                .shadow = 0.4f,
                .lift = 0.06f});
    }
  }
  if (rng.chance(0.6f)) draw_garnish(pen, f, rng, 0.4f);
}

void draw_pizza(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kToppings[] = {hex(0xa62b1f), hex(0x3f6b27), hex(0x3a2a2c), hex(0xd8c7a0),
                                        hex(0xd9822b)};
  const float radius = rng.uniform(0.82f, 1.0f);
  pen.blob(f, {}, {radius, radius}, 0.04f,
           {.color = vary(rng, hex(0xc8924c), 0.18f),
            .second = hex(0x8a5424),
            .marbling = 0.5f,
            .grain = 6,
            .dome = 0.08f,
            .rim = 0.25f,
            .shadow = 0.4f});
  const float inner = radius * rng.uniform(0.78f, 0.86f);
  pen.blob(f, {}, {inner, inner}, 0.06f, {.color = vary(rng, hex(0xb23a1c), 0.15f)});
  pen.blob(f, {}, {inner * 0.96f, inner * 0.96f}, 0.08f,
           {.color = vary(rng, hex(0xe8bd58), 0.14f),
            .second = vary(rng, hex(0xc85a28), 0.15f),
            .marbling = rng.uniform(0.3f, 0.9f),
            .grain = 5,
            .texture = 0.08f});
  const Color topping = pick(rng, kToppings), other = pick(rng, kToppings);
  const int count = rng.between(5, 14);
  const float size = rng.uniform(0.08f, 0.16f);
  for (int i = 0; i < count; ++i) {
    const Color c = rng.chance(0.7f) ? topping : other;
    const Vec at = in_disc(rng, inner * 0.85f);
    pen.disc(f, at, size, {.color = vary(rng, c, 0.14f), .rim = 0.25f, .rim_width = 0.05f});
  }
  if (rng.chance(0.5f)) draw_garnish(pen, f, rng, inner * 0.8f);
  if (rng.chance(0.4f)) {  // cuts
    const float turn = rng.uniform();
    for (int i = 0; i < 4; ++i) {
      const Vec d = direction(turn + static_cast<float>(i) * 0.125f) * radius;
      pen.line(f, d, d * -1, 0.015f, {.color = hex(0x6b4a22), .alpha = 0.6f});
    }
  }
}

void draw_soup(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kSoups[] = {hex(0xc9441c), hex(0xd98a2b), hex(0x7f9a3c), hex(0xe2d3a2),
                                     hex(0x8a5a2c), hex(0xc8a04a), hex(0xa03a4a)};
  const Color base = pick(rng, kSoups);
  const Color soup = vary(rng, base, 0.14f);
  pen.disc(f, {}, rng.uniform(0.86f, 0.95f),
           {.color = soup,
            .second = soup * 0.85f,
            .marbling = 0.5f,
            .grain = 2.5f,
            .dome = -0.06f,
            .rim = 0.25f,
            .rim_width = 0.12f});
  if (rng.chance(0.4f)) {  // a swirl of cream
    const Vec at = in_disc(rng, 0.25f);
    const int turns = rng.between(1, 3);
    for (int i = 0; i < turns; ++i) {
      const Vec open = direction(rng.uniform());
      pen.arc(f, at, 0.16f + 0.15f * static_cast<float>(i), 0.04f, open,
              {.color = hex(0xf4ecd8), .alpha = 0.75f});
    }
  }
  if (rng.chance(0.35f)) {
    const int chunks = rng.between(2, 7);
    draw_chunks(pen, f, rng, {}, chunks);
  }
  if (rng.chance(0.35f)) {  // noodles
    const int count = rng.between(3, 9);
    for (int i = 0; i < count; ++i) {
      const Vec at = in_disc(rng, 0.4f);
      const Vec open = direction(rng.uniform());
      pen.arc(f, at, 0.28f, 0.035f, open, {.color = hex(0xe8cf88), .alpha = 0.7f});
    }
  }
  if (rng.chance(0.55f)) draw_garnish(pen, f, rng, 0.65f);
}

}  // namespace meals
