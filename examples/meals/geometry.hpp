#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "rng.hpp"

/// Plane geometry and noise from +, -, *, / and square roots alone. Those are exact to the last bit
/// on every machine, which the sine and cosine of a C library are not.
namespace meals {

struct Vec {
  float x = 0, y = 0;
};
constexpr Vec operator+(Vec a, Vec b) noexcept { return {a.x + b.x, a.y + b.y}; }
constexpr Vec operator-(Vec a, Vec b) noexcept { return {a.x - b.x, a.y - b.y}; }
constexpr Vec operator*(Vec a, float s) noexcept { return {a.x * s, a.y * s}; }
constexpr float dot(Vec a, Vec b) noexcept { return a.x * b.x + a.y * b.y; }
inline float length(Vec a) noexcept { return std::sqrt(dot(a, a)); }
constexpr float clamp01(float x) noexcept { return x < 0 ? 0.0f : x > 1 ? 1.0f : x; }
constexpr float lerp(float a, float b, float t) noexcept { return a + (b - a) * t; }

/// Sine of `turns` full turns, within 0.0012.
inline float sin_turns(float turns) noexcept {
  const float t = turns - std::floor(turns + 0.5f);  // in [-1/2, 1/2)
  const float parabola = 8 * t * (1 - 2 * std::abs(t));
  return parabola * (0.775f + 0.225f * std::abs(parabola));
}
/// The unit vector at `turns` full turns from the x axis.
inline Vec direction(float turns) noexcept {
  const Vec d{sin_turns(turns + 0.25f), sin_turns(turns)};
  return d * (1 / length(d));
}

/// A place, a turn and a size: maps local coordinates to those of the picture.
struct Frame {
  Vec origin;
  Vec axis{1, 0};  ///< where the local x axis goes; its length is the scale

  float scale() const noexcept { return length(axis); }
  Vec to_picture(Vec p) const noexcept {
    return {origin.x + axis.x * p.x - axis.y * p.y, origin.y + axis.y * p.x + axis.x * p.y};
  }
  Vec to_local(Vec p) const noexcept { return turn_back(p - origin); }
  /// As to_local, for a direction.
  Vec turn_back(Vec d) const noexcept {
    const float s = 1 / dot(axis, axis);
    return {(axis.x * d.x + axis.y * d.y) * s, (axis.x * d.y - axis.y * d.x) * s};
  }
  /// The frame that sits at `at` in this one, turned and scaled.
  Frame inside(Vec at, float turns, float size) const noexcept {
    const Vec d = direction(turns) * size;
    return {to_picture(at), {axis.x * d.x - axis.y * d.y, axis.y * d.x + axis.x * d.y}};
  }
};

/// Evenly spread over the disc of this radius.
inline Vec in_disc(Rng& rng, float radius) noexcept {
  const Vec d = direction(rng.uniform());
  return d * (radius * std::sqrt(rng.uniform()));
}

/// A vector of random direction, its length in [low, high].
inline Vec towards_any(Rng& rng, float low, float high) noexcept {
  const Vec d = direction(rng.uniform());
  return d * rng.uniform(low, high);
}

/// A frame of the same size, turned anyhow, within `radius` of `at`. (Draws that stand in one
/// argument list would come in an order that is the compiler's choice.)
inline Frame strewn(const Frame& f, Rng& rng, Vec at, float radius) noexcept {
  const Vec place = at + in_disc(rng, radius);
  return f.inside(place, rng.uniform(), 1);
}

constexpr float lattice(std::int32_t x, std::int32_t y, std::uint32_t seed) noexcept {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343U ^
                    static_cast<std::uint32_t>(y) * 0xd8163841U ^ seed * 0xcb1ab31fU;
  h ^= h >> 15;
  h *= 0x2c1b3c6dU;
  h ^= h >> 12;
  h *= 0x297a2d39U;
  return static_cast<float>((h ^ (h >> 15)) >> 8) * 0x1p-24f;
}

/// Smooth noise in [0, 1] with one bump per unit.
inline float noise(Vec p, std::uint32_t seed) noexcept {
  const float fx = std::floor(p.x), fy = std::floor(p.y);
  const auto ix = static_cast<std::int32_t>(fx), iy = static_cast<std::int32_t>(fy);
  const float x = p.x - fx, y = p.y - fy;
  const float u = x * x * (3 - 2 * x), v = y * y * (3 - 2 * y);
  const float top = lerp(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), u);
  const float low = lerp(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), u);
  return lerp(top, low, v);
}

}  // namespace meals
