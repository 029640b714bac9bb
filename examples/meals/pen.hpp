#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "geometry.hpp"

namespace meals {

struct Color {
  float r = 0, g = 0, b = 0;
};
constexpr Color operator*(Color c, float s) noexcept { return {c.r * s, c.g * s, c.b * s}; }
constexpr Color mix(Color a, Color b, float t) noexcept {
  return {lerp(a.r, b.r, t), lerp(a.g, b.g, t), lerp(a.b, b.b, t)};
}
constexpr Color hex(std::uint32_t rgb) noexcept {
  return Color{static_cast<float>(rgb >> 16 & 255), static_cast<float>(rgb >> 8 & 255),
               static_cast<float>(rgb & 255)} *
         (1 / 255.0f);
}
/// The colour, a little lighter or darker and a little shifted.
Color vary(Rng& rng, Color c, float amount);
Color pick(Rng& rng, std::span<const Color> colors);

/// How a shape is filled. Lengths are in the units of the shape's frame.
struct Style {
  Color color;
  Color second;        ///< mixed in by noise, `marbling` 0..1 of it
  float marbling = 0;  ///< how much of `second` shows
  float grain = 4;     ///< bumps of noise per unit
  float texture = 0;   ///< lightness noise, 0..1
  float dome = 0;      ///< lighter towards the lamp, darker away from it
  float rim = 0;       ///< darkening at the edge, 0..1
  float rim_width = 0.1f;
  float shadow = 0;    ///< strength of the shadow that it casts
  float lift = 0.08f;  ///< how far the shadow falls
  float alpha = 1;
};

/// Square RGB picture, channels interleaved, rows from the top; values 0..1 but not clamped.
struct Canvas {
  explicit Canvas(int side_pixels)
      : side(side_pixels),
        pixels(static_cast<std::size_t>(side_pixels) * static_cast<std::size_t>(side_pixels)) {}
  Color& at(int x, int y) { return pixels[static_cast<std::size_t>(y * side + x)]; }
  int side;
  std::vector<Color> pixels;
};

/// Draws shapes with smooth edges into a canvas whose corners are (0, 0) and (1, 1).
class Pen {
 public:
  /// `lamp` is the direction towards the light, in the picture; `seed` chooses the textures.
  Pen(Canvas& canvas, Vec lamp, std::uint32_t seed) : canvas_(canvas), lamp_(lamp), seed_(seed) {}

  void ellipse(const Frame& f, Vec centre, Vec radii, const Style& style);
  void disc(const Frame& f, Vec centre, float radius, const Style& style) {
    ellipse(f, centre, {radius, radius}, style);
  }
  /// A disc with a hole; `half_width` to both sides of `radius`.
  void ring(const Frame& f, Vec centre, float radius, float half_width, const Style& style);
  /// The part of a ring that lies on the side of `open`, a unit vector.
  void arc(const Frame& f, Vec centre, float radius, float half_width, Vec open,
           const Style& style);
  /// A disc whose edge goes in and out by `wobble` of the radius.
  void blob(const Frame& f, Vec centre, Vec radii, float wobble, const Style& style);
  /// `half` holds half the width and half the height, corners included.
  void box(const Frame& f, Vec centre, Vec half, float corner, const Style& style);
  void line(const Frame& f, Vec from, Vec to, float half_width, const Style& style);
  /// Convex or not; corners are rounded by `corner`, which adds to the size.
  void polygon(const Frame& f, std::span<const Vec> points, float corner, const Style& style);
  /// Brings back `share` of what `below` shows inside a wobbly disc: food that has been eaten.
  void uncover(const Frame& f, Vec centre, float radius, const Canvas& below, float share);
  /// The whole canvas.
  void backdrop(const Frame& f, const Style& style);

  const Canvas& canvas() const noexcept { return canvas_; }

 private:
  template <class Distance>
  void draw(const Frame& f, Vec centre, float reach, const Style& style, Distance distance);
  template <class Distance>
  void cast_shadow(const Frame& f, Vec centre, float reach, const Style& style, Distance distance);
  template <class Each>
  void for_pixels(const Frame& f, Vec centre, float reach, Each each);

  Canvas& canvas_;
  Vec lamp_;
  std::uint32_t seed_;
};

}  // namespace meals
