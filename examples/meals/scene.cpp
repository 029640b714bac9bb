#include "scene.hpp"

namespace meals {
namespace {

void draw_table(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kTables[] = {hex(0xa0764a), hex(0x6a4a30), hex(0xc9b79a), hex(0x8f9aa0),
                                      hex(0xd8d8d4), hex(0x44505a), hex(0x5a7a6a)};
  const Color base = pick(rng, kTables);
  const Color color = vary(rng, base, 0.2f);
  pen.backdrop(f, {.color = color,
                   .second = color * 0.8f,
                   .marbling = rng.uniform(0, 0.8f),
                   .grain = rng.uniform(2, 20),
                   .texture = 0.05f});
  if (rng.chance(0.4f)) {  // planks
    const int planks = rng.between(3, 7);
    for (int i = 0; i < planks; ++i) {
      const float y = rng.uniform(-0.8f, 0.8f);
      pen.line(f, {-1.2f, y}, {1.2f, y}, 0.006f, {.color = color * 0.5f, .alpha = 0.6f});
    }
  }
}

void draw_tray(Pen& pen, const Frame& f, Rng& rng, Vec half) {
  static constexpr Color kTrays[] = {hex(0x8a5a34), hex(0xb03a30), hex(0x6f7a80), hex(0x3f7a5a),
                                     hex(0x3a5a8a), hex(0xd8c8a8), hex(0x33363a), hex(0xc8ccd0)};
  const Color base = pick(rng, kTrays);
  const Color color = vary(rng, base, 0.15f);
  const float corner = rng.uniform(0.04f, 0.12f);
  pen.box(f, {}, half, corner,
          {.color = color,
           .texture = 0.04f,
           .rim = 0.25f,
           .rim_width = 0.03f,
           .shadow = 0.5f,
           .lift = 0.03f});
  const Style floor{.color = color * 0.92f,
                    .second = color * 0.8f,
                    .marbling = rng.uniform(0, 0.5f),
                    .grain = rng.uniform(4, 14),
                    .texture = 0.04f,
                    .dome = 0.06f};
  pen.box(f, {}, half - Vec{0.03f, 0.03f}, corner * 0.8f, floor);
}

void draw_cutlery(Pen& pen, const Frame& f, Rng& rng) {
  const Color metal = vary(rng, rng.chance(0.85f) ? hex(0xc4c8cc) : hex(0xb08a4a), 0.12f);
  const Style style{.color = metal, .dome = 0.3f, .shadow = 0.4f, .lift = 0.05f};
  pen.line(f, {0, -0.05f}, {0, 0.42f}, 0.025f, style);
  switch (rng.below(3)) {
    case 0: pen.ellipse(f, {0, -0.16f}, {0.07f, 0.12f}, style); break;  // spoon
    case 1:                                                             // fork
      pen.box(f, {0, -0.1f}, {0.055f, 0.06f}, 0.03f, style);
      for (int i = -1; i <= 1; ++i) {
        const float x = 0.045f * static_cast<float>(i);
        pen.line(f, {x, -0.1f}, {x, -0.28f}, 0.012f, style);
      }
      break;
    default: pen.box(f, {0.01f, -0.18f}, {0.035f, 0.2f}, 0.03f, style); break;  // knife
  }
}

void draw_glass(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kDrinks[] = {hex(0xdfe8ec), hex(0xe8a02e), hex(0x5a1c22), hex(0x2c1a12),
                                      hex(0xf2eee2), hex(0xd0d870), hex(0x8a5a30)};
  pen.disc(f, {}, 1,
           {.color = hex(0xe8eef0),
            .dome = 0.2f,
            .rim = 0.2f,
            .shadow = 0.5f,
            .lift = 0.3f,
            .alpha = 0.75f});
  const Color drink = pick(rng, kDrinks);
  pen.disc(f, {}, 0.82f, {.color = vary(rng, drink, 0.1f), .dome = -0.12f, .rim = 0.15f});
  const Vec gleam{rng.uniform(-0.4f, 0.4f), -0.3f};
  pen.ellipse(f, gleam, {0.25f, 0.1f}, {.color = hex(0xffffff), .alpha = 0.5f});
}

void draw_napkin(Pen& pen, const Frame& f, Rng& rng) {
  static constexpr Color kPapers[] = {hex(0xf4f2ee), hex(0xc8453a), hex(0x4a7ab0), hex(0xe8d8a0),
                                      hex(0x7aa060)};
  const Color base = pick(rng, kPapers);
  const Vec half{rng.uniform(0.6f, 1.0f), rng.uniform(0.6f, 1.0f)};
  pen.box(f, {}, half, 0.03f,
          {.color = vary(rng, base, 0.08f),
           .texture = 0.05f,
           .dome = 0.06f,
           .shadow = 0.3f,
           .lift = 0.05f});
  pen.line(f, {-half.x, 0}, {half.x, 0}, 0.02f, {.color = base * 0.8f, .alpha = 0.6f});
}

/// A place on the tray for something small, away from the main dish and mostly inside the tray.
Vec beside(Rng& rng, Vec half, Vec main, float distance) {
  Vec at;
  for (int attempt = 0; attempt < 8; ++attempt) {
    at = {rng.uniform(-half.x, half.x), rng.uniform(-half.y, half.y)};
    if (length(at - main) > distance) break;
  }
  return at;
}

struct Layout {
  Frame tray;
  Vec half;     ///< of the tray
  Vec main_at;  ///< in the tray's frame
  float main_size = 0;
};

Layout plan(Rng& rng) {
  Layout l;
  const Vec centre{rng.uniform(0.42f, 0.58f), rng.uniform(0.42f, 0.58f)};
  const float turn = rng.uniform();
  const float size = rng.uniform(0.85f, 1.15f);
  l.tray = Frame{centre, {1, 0}}.inside({}, turn, size);
  l.half = {rng.uniform(0.46f, 0.56f), rng.uniform(0.36f, 0.46f)};
  l.main_size = rng.uniform(0.21f, 0.31f);
  const Vec free{std::max(l.half.x - l.main_size * 1.05f, 0.0f),
                 std::max(l.half.y - l.main_size * 1.05f, 0.0f)};
  l.main_at = {rng.uniform(-free.x, free.x), rng.uniform(-free.y, free.y)};
  return l;
}

/// A dish on its crockery; `eaten` in [0, 1] is the chance that somebody has begun.
void draw_dish(Pen& pen, const Frame& f, Rng& rng, const Dish& dish, float eaten) {
  (rng.chance(dish.plates) ? draw_plate : dish.other_crockery)(pen, f, rng);
  if (!rng.chance(eaten)) {
    dish.food(pen, f, rng);
    return;
  }
  const Canvas empty = pen.canvas();
  dish.food(pen, f, rng);
  const Vec from = towards_any(rng, 0.6f, 0.95f);
  const float radius = rng.uniform(0.3f, 0.6f);
  pen.uncover(f, from, radius, empty, rng.uniform(0.7f, 1));
}

/// What stands around the main dish; any class may appear, but smaller.
void draw_clutter(Pen& pen, const Layout& l, Rng& rng) {
  const int sides = rng.between(0, 3);
  for (int i = 0; i < sides; ++i) {
    const float size = l.main_size * rng.uniform(0.34f, 0.62f);
    const Vec at = beside(rng, l.half, l.main_at, (l.main_size + size) * 1.12f);
    if (length(at - l.main_at) < l.main_size * 1.1f) continue;
    const Frame frame = l.tray.inside(at, rng.uniform(), size);
    const int which = rng.below(static_cast<int>(kDishes.size()));
    draw_dish(pen, frame, rng, kDishes[static_cast<std::size_t>(which)], 0);
  }
  if (rng.chance(0.55f)) {
    const Vec at = beside(rng, l.half, l.main_at, l.main_size * 1.3f);
    const Frame frame = l.tray.inside(at, 0, rng.uniform(0.07f, 0.11f));
    draw_glass(pen, frame, rng);
  }
}

void draw_cover(Pen& pen, const Layout& l, Rng& rng) {
  if (rng.chance(0.3f)) {  // cutlery left lying over the dish
    const Vec at = l.main_at + in_disc(rng, l.main_size);
    const float turn = rng.uniform();
    const Frame frame = l.tray.inside(at, turn, rng.uniform(0.5f, 0.7f));
    draw_cutlery(pen, frame, rng);
  }
  if (rng.chance(0.12f)) {  // a napkin, a glass or somebody's hand in front
    const Vec at = l.main_at + towards_any(rng, l.main_size * 0.7f, l.main_size * 1.2f);
    const float turn = rng.uniform();
    const Frame frame = l.tray.inside(at, turn, rng.uniform(0.09f, 0.15f));
    switch (rng.below(3)) {
      case 0: draw_napkin(pen, frame, rng); break;
      case 1: draw_glass(pen, frame, rng); break;
      default: {
        const Style skin{
            .color = vary(rng, hex(0xc68a62), 0.35f), .dome = 0.15f, .shadow = 0.4f, .lift = 0.2f};
        pen.line(frame, {0, 0}, {6, 0}, 0.8f, skin);
      }
    }
  }
}

/// Soft blur with a bell-shaped window of this radius in pixels; below one it does nothing.
void blur(Canvas& canvas, float radius) {
  const int reach = static_cast<int>(std::ceil(radius)) - 1;
  if (reach < 1) return;
  std::vector<float> weights;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    const float t = static_cast<float>(i) / radius;
    weights.push_back((1 - t * t) * (1 - t * t));
    sum += weights.back();
  }
  for (float& w : weights) w /= sum;
  const int side = canvas.side;
  for (const bool down : {false, true}) {
    Canvas from = canvas;
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        Color c;
        for (int i = -reach; i <= reach; ++i) {
          const int u = down ? x : std::clamp(x + i, 0, side - 1);
          const int v = down ? std::clamp(y + i, 0, side - 1) : y;
          const Color p = from.at(u, v);
          const float w = weights.begin()[i + reach];
          c = {c.r + w * p.r, c.g + w * p.g, c.b + w * p.b};
        }
        canvas.at(x, y) = c;
      }
    }
  }
}

/// What lamp and camera do: colour of the light, uneven light, shadow of somebody, contrast.
void expose(Canvas& canvas, Rng& rng) {
  const float warmth = rng.uniform(-0.16f, 0.2f), tint = rng.uniform(-0.04f, 0.04f);
  const float light = rng.uniform(0.6f, 1.15f);
  const Color gain = Color{1 + warmth, 1 + tint, 1 - warmth} * light;
  const Vec slope = towards_any(rng, 0, 0.6f);
  const bool shaded = rng.chance(0.3f);
  const Vec edge = direction(rng.uniform());
  const float where = rng.uniform(-0.3f, 0.3f), depth = rng.uniform(0.2f, 0.5f);
  const float contrast = rng.uniform(0.75f, 1.1f), fog = rng.uniform(0, 0.08f);
  const auto side = static_cast<float>(canvas.side);
  for (int y = 0; y < canvas.side; ++y) {
    for (int x = 0; x < canvas.side; ++x) {
      const Vec p{static_cast<float>(x) / side - 0.5f, static_cast<float>(y) / side - 0.5f};
      float k = 1 + dot(p, slope);
      if (shaded) k *= 1 - depth * clamp01((dot(p, edge) - where) * 8);
      Color& c = canvas.at(x, y);
      const float grey = (c.r + c.g + c.b) / 3;
      c = mix({grey, grey, grey}, c, contrast);
      c = {c.r * gain.r * k + fog, c.g * gain.g * k + fog, c.b * gain.b * k + fog};
    }
  }
}

Picture develop(const Canvas& canvas, Rng& rng) {
  const float grain = rng.uniform(0.008f, 0.045f);
  Picture picture{.side = canvas.side, .rgb = {}, .jpeg_quality = rng.between(50, 95)};
  picture.rgb.reserve(canvas.pixels.size() * 3);
  for (const Color& c : canvas.pixels) {
    for (const float v : {c.r, c.g, c.b}) {
      const float noisy = clamp01(v) + grain * rng.normal();
      picture.rgb.push_back(static_cast<std::uint8_t>(std::floor(clamp01(noisy) * 255 + 0.5f)));
    }
  }
  return picture;
}

}  // namespace

Picture draw_meal(std::uint64_t seed, Split split, std::uint64_t index, int label, int side) {
  Rng rng(seed, static_cast<std::uint64_t>(split), index);
  Canvas canvas(side);
  const Vec lamp = direction(rng.uniform());
  Pen pen(canvas, lamp, static_cast<std::uint32_t>(rng.bits()));
  const Layout l = plan(rng);
  draw_table(pen, l.tray, rng);
  draw_tray(pen, l.tray, rng, l.half);
  if (rng.chance(0.45f)) {
    const Vec at = beside(rng, l.half, l.main_at, l.main_size);
    const float turn = rng.uniform(-0.1f, 0.1f);
    const Frame frame = l.tray.inside(at, turn, rng.uniform(0.1f, 0.16f));
    draw_napkin(pen, frame, rng);
  }
  const int pieces = rng.between(0, 2);
  const float cutlery_turn = rng.uniform(-0.03f, 0.03f);
  for (int i = 0; i < pieces; ++i) {
    const float away = l.main_size * 1.35f + 0.06f * static_cast<float>(i);
    const Frame frame = l.tray.inside(l.main_at + Vec{away, 0}, cutlery_turn, 0.6f);
    draw_cutlery(pen, frame, rng);
  }
  draw_clutter(pen, l, rng);
  const Frame main = l.tray.inside(l.main_at, rng.uniform(), l.main_size);
  draw_dish(pen, main, rng, kDishes[static_cast<std::size_t>(label)], 0.25f);
  draw_cover(pen, l, rng);
  expose(canvas, rng);
  blur(canvas, rng.uniform(0.6f, 2.6f) * static_cast<float>(side) / 64);
  return develop(canvas, rng);
}

}  // namespace meals
