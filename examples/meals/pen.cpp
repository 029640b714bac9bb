#include "pen.hpp"

namespace meals {

Color vary(Rng& rng, Color c, float amount) {
  const float light = 1 + amount * rng.uniform(-1, 1);
  const float r = rng.uniform(-1, 1), g = rng.uniform(-1, 1), b = rng.uniform(-1, 1);
  const float shift = 0.35f * amount;
  return {clamp01(c.r * light + shift * r), clamp01(c.g * light + shift * g),
          clamp01(c.b * light + shift * b)};
}

Color pick(Rng& rng, std::span<const Color> colors) {
  return colors[static_cast<std::size_t>(rng.below(static_cast<int>(colors.size())))];
}

template <class Each>
void Pen::for_pixels(const Frame& f, Vec centre, float reach, Each each) {
  const Vec middle = f.to_picture(centre);
  const auto side = static_cast<float>(canvas_.side);
  const float radius = reach * f.scale() + 1 / side;
  const auto first = [&](float x) {
    return static_cast<int>(std::clamp((x - radius) * side, 0.0f, side));
  };
  const auto last = [&](float x) {
    return static_cast<int>(std::clamp((x + radius) * side + 1, 0.0f, side));
  };
  for (int y = first(middle.y); y < last(middle.y); ++y) {
    for (int x = first(middle.x); x < last(middle.x); ++x) {
      const Vec at{(static_cast<float>(x) + 0.5f) / side, (static_cast<float>(y) + 0.5f) / side};
      each(canvas_.at(x, y), f.to_local(at));
    }
  }
}

template <class Distance>
void Pen::cast_shadow(const Frame& f, Vec centre, float reach, const Style& style,
                      Distance distance) {
  const Vec away = f.turn_back(lamp_ * -(style.lift * f.scale()));
  const float soft = style.lift * 1.5f + 1e-6f;
  for_pixels(f, centre + away, reach + soft, [&](Color& pixel, Vec p) {
    const float cover = clamp01(0.5f - distance(p - away) / soft);
    pixel = pixel * (1 - style.shadow * style.alpha * cover);
  });
}

template <class Distance>
void Pen::draw(const Frame& f, Vec centre, float reach, const Style& style, Distance distance) {
  const std::uint32_t seed = seed_++;
  if (style.shadow > 0) cast_shadow(f, centre, reach, style, distance);
  const float sharp = f.scale() * static_cast<float>(canvas_.side);
  const Vec lamp = f.turn_back(lamp_) * (f.scale() * style.dome / reach);
  for_pixels(f, centre, reach, [&](Color& pixel, Vec p) {
    const float d = distance(p);
    const float cover = clamp01(0.5f - d * sharp) * style.alpha;
    if (cover <= 0) return;
    float light = 1 + dot(p - centre, lamp);
    if (style.texture > 0) {
      light *= 1 + style.texture * (2 * noise(p * (style.grain * 1.7f), seed) - 1);
    }
    if (style.rim > 0) light *= 1 - style.rim * clamp01(1 + d / style.rim_width);
    Color c = style.color;
    if (style.marbling > 0) {
      const float t = noise(p * style.grain, seed ^ 0x5bd1e995U);
      c = mix(c, style.second, clamp01((t - 0.5f) * 3 + 0.5f) * style.marbling);
    }
    pixel = mix(pixel, c * light, cover);
  });
}

void Pen::ellipse(const Frame& f, Vec centre, Vec radii, const Style& style) {
  const float small = std::min(radii.x, radii.y);
  draw(f, centre, std::max(radii.x, radii.y), style, [=](Vec p) {
    const Vec q = p - centre;
    return (length({q.x / radii.x, q.y / radii.y}) - 1) * small;
  });
}

void Pen::ring(const Frame& f, Vec centre, float radius, float half_width, const Style& style) {
  draw(f, centre, radius + half_width, style,
       [=](Vec p) { return std::abs(length(p - centre) - radius) - half_width; });
}

void Pen::arc(const Frame& f, Vec centre, float radius, float half_width, Vec open,
              const Style& style) {
  draw(f, centre, radius + half_width, style, [=](Vec p) {
    const Vec q = p - centre;
    return std::max(std::abs(length(q) - radius) - half_width, -dot(q, open));
  });
}

void Pen::blob(const Frame& f, Vec centre, Vec radii, float wobble, const Style& style) {
  const std::uint32_t seed = seed_++;
  const float small = std::min(radii.x, radii.y);
  const float reach = std::max(radii.x, radii.y) * (1 + wobble);
  draw(f, centre, reach, style, [=](Vec p) {
    const Vec q{(p.x - centre.x) / radii.x, (p.y - centre.y) / radii.y};
    const float r = length(q) + 1e-6f;
    const Vec around = q * (2 / r);
    return (r - 1 - wobble * (2 * noise({around.x + 9, around.y + 9}, seed) - 1)) * small;
  });
}

void Pen::box(const Frame& f, Vec centre, Vec half, float corner, const Style& style) {
  draw(f, centre, length(half), style, [=](Vec p) {
    const Vec q{std::abs(p.x - centre.x) - half.x + corner,
                std::abs(p.y - centre.y) - half.y + corner};
    const Vec outside{std::max(q.x, 0.0f), std::max(q.y, 0.0f)};
    return length(outside) + std::min(std::max(q.x, q.y), 0.0f) - corner;
  });
}

void Pen::line(const Frame& f, Vec from, Vec to, float half_width, const Style& style) {
  const Vec along = to - from;
  const float squared = std::max(dot(along, along), 1e-12f);
  draw(f, (from + to) * 0.5f, length(along) * 0.5f + half_width, style, [=](Vec p) {
    const float t = clamp01(dot(p - from, along) / squared);
    return length(p - from - along * t) - half_width;
  });
}

void Pen::polygon(const Frame& f, std::span<const Vec> points, float corner, const Style& style) {
  Vec centre;
  for (const Vec p : points) centre = centre + p * (1 / static_cast<float>(points.size()));
  float reach = 0;
  for (const Vec p : points) reach = std::max(reach, length(p - centre) + corner);
  draw(f, centre, reach, style, [=](Vec p) {
    float best = 1e9f;
    bool inside = false;
    for (std::size_t i = 0, j = points.size() - 1; i < points.size(); j = i++) {
      const Vec a = points[i], b = points[j], e = b - a, w = p - a;
      const Vec rest = w - e * clamp01(dot(w, e) / dot(e, e));
      best = std::min(best, dot(rest, rest));
      if ((a.y > p.y) != (b.y > p.y) && p.x < e.x * (p.y - a.y) / e.y + a.x) inside = !inside;
    }
    return (inside ? -std::sqrt(best) : std::sqrt(best)) - corner;
  });
}

void Pen::uncover(const Frame& f, Vec centre, float radius, const Canvas& below, float share) {
  const std::uint32_t seed = seed_++;
  const float sharp = f.scale() * static_cast<float>(canvas_.side);
  for_pixels(f, centre, radius * 1.3f, [&](Color& pixel, Vec p) {
    const float edge = radius * (0.7f + 0.6f * noise(p * (3 / radius), seed));
    const float cover = clamp01((edge - length(p - centre)) * sharp) * share;
    if (cover <= 0) return;
    const auto at = static_cast<std::size_t>(&pixel - canvas_.pixels.data());
    pixel = mix(pixel, below.pixels[at], cover);
  });
}

void Pen::backdrop(const Frame& f, const Style& style) {
  const Vec middle = f.to_local({0.5f, 0.5f});
  draw(f, middle, 1.5f / f.scale(), style, [](Vec) { return -1e3f; });
}

}  // namespace meals
