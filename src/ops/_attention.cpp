#include "ops/_attention.hpp"

#include <cmath>
#include <limits>

#include "base/threads.hpp"
#include "ops/_softmax.hpp"

namespace pare::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Mask of a shape that ONNX Runtime knows, as a question: is key t hidden from query s?
std::function<bool(std::int64_t, std::int64_t, std::int64_t)> hidden_by(const OpCall& call,
                                                                        const AttentionMasks& masks,
                                                                        const Heads& q,
                                                                        const Heads& k) {
  const Tensor& t = call.input(masks.mask);
  const std::int64_t batch = q.batch;
  std::vector<std::int64_t> m = t.to_ints();
  if (t.shape() == Shape{batch}) {  // lengths
    return [m](std::int64_t b, std::int64_t, std::int64_t at) {
      return at >= m[static_cast<std::size_t>(b)];
    };
  }
  if (masks.may_start && t.shape() == Shape{2 * batch}) {  // ends, then starts
    return [m, batch](std::int64_t b, std::int64_t, std::int64_t at) {
      return at >= m[static_cast<std::size_t>(b)] || at < m[static_cast<std::size_t>(batch + b)];
    };
  }
  const std::int64_t keys = k.length;
  if (t.shape() == Shape{batch, keys}) {
    return [m, keys](std::int64_t b, std::int64_t, std::int64_t at) {
      return m[static_cast<std::size_t>(b * keys + at)] == 0;
    };
  }
  const std::int64_t queries = q.length;
  if (t.shape() == Shape{batch, queries, keys}) {
    return [m, keys, queries](std::int64_t b, std::int64_t s, std::int64_t at) {
      return m[static_cast<std::size_t>((b * queries + s) * keys + at)] == 0;
    };
  }
  if (t.shape() == Shape{3 * batch + 2}) {
    throw Error(Fault::unsupported, cat(call.node().label(), ": a mask of cumulated lengths"));
  }
  call.fail(cat("the mask has shape ", to_string(t.shape()), " for ", batch, " batches, ", queries,
                " queries and ", keys, " keys"));
}

void check_sizes(const AttributeReader& a, const Heads& q, const Heads& k, const Heads& v) {
  const bool fits = q.batch == k.batch && q.batch == v.batch && q.heads == k.heads &&
                    q.heads == v.heads && q.size == k.size && k.length == v.length;
  if (!fits) {
    a.fail(cat("queries ", to_string(q.shape()), ", keys ", to_string(k.shape()), " and values ",
               to_string(v.shape()), " do not fit"));
  }
}

}  // namespace

Heads split_heads(Heads h, const std::vector<double>& x, const HeadLayout& layout,
                  const double* bias) {
  h.values.reserve(static_cast<std::size_t>(element_count(h.shape())));
  for (std::int64_t b = 0; b < h.batch; ++b) {
    for (std::int64_t n = 0; n < h.heads; ++n) {
      for (std::int64_t t = 0; t < h.length; ++t) {
        const double* from =
            x.data() + (b * h.length + t) * layout.row + layout.start + n * layout.stride;
        for (std::int64_t i = 0; i < h.size; ++i) {
          h.values.push_back(from[i] + (bias != nullptr ? bias[n * h.size + i] : 0));
        }
      }
    }
  }
  return h;
}

Heads heads_of(const AttributeReader& a, const Tensor& t) {
  want_rank(a, t, 4, "a state of the heads");
  return {t.to_doubles(), t.dim(0), t.dim(1), t.dim(2), t.dim(3)};
}

Heads join_heads(const AttributeReader& a, const Heads& past, const Heads& now) {
  if (past.batch != now.batch || past.heads != now.heads || past.size != now.size) {
    a.fail(cat("the past has shape ", to_string(past.shape()), ", the present ",
               to_string(now.shape())));
  }
  Heads all{{}, now.batch, now.heads, past.length + now.length, now.size};
  for (std::int64_t b = 0; b < all.batch; ++b) {
    for (std::int64_t n = 0; n < all.heads; ++n) {
      for (const Heads* part : {&past, &now}) {
        const double* from = part->at(b, n, 0);
        all.values.insert(all.values.end(), from, from + part->length * part->size);
      }
    }
  }
  return all;
}

Attended attend(const AttributeReader& a, const Heads& q, const Heads& k, const Heads& v,
                const ScoreBias& bias) {
  check_sizes(a, q, k, v);
  const auto said = static_cast<double>(a.has_attr("scale") ? a.attr_float("scale") : 0.0F);
  const double scale = said != 0 ? said : 1 / std::sqrt(static_cast<double>(q.size));
  Attended out;
  const Shape p_shape = {q.batch, q.heads, q.length, k.length};
  out.p.resize(static_cast<std::size_t>(element_count(p_shape)));
  out.y.resize(static_cast<std::size_t>(element_count({q.batch, q.length, q.heads * v.size})));
  parallel_for(q.batch * q.heads * q.length, 4, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t row = from; row < to; ++row) {
      const std::int64_t b = row / (q.heads * q.length);
      const std::int64_t n = row / q.length % q.heads;
      const std::int64_t s = row % q.length;
      std::vector<double> p(static_cast<std::size_t>(k.length));
      for (std::int64_t t = 0; t < k.length; ++t) {
        double dot = 0;
        for (std::int64_t i = 0; i < q.size; ++i) dot += q.at(b, n, s)[i] * k.at(b, n, t)[i];
        p[static_cast<std::size_t>(t)] = dot * scale + bias(b, n, s, t);
      }
      softmax(p, {k.length}, 0);
      double* y = out.y.data() + ((b * q.length + s) * q.heads + n) * v.size;
      for (std::int64_t t = 0; t < k.length; ++t) {
        const double share = p[static_cast<std::size_t>(t)];
        for (std::int64_t i = 0; i < v.size; ++i) y[i] += share * v.at(b, n, t)[i];
        out.p[static_cast<std::size_t>(row * k.length + t)] = share;
      }
    }
  });
  return out;
}

ScoreBias score_bias(const OpCall& call, const AttentionMasks& masks, const Heads& q,
                     const Heads& k) {
  const auto filter = static_cast<double>(call.attr_float("mask_filter_value"));
  std::function<bool(std::int64_t, std::int64_t, std::int64_t)> hidden;
  if (call.has_input(masks.mask)) hidden = hidden_by(call, masks, q, k);
  std::vector<double> add;
  Shape shape = {1, 1, 1, 1};
  if (call.has_input(masks.attention_bias)) {
    const Tensor& t = call.input(masks.attention_bias);
    shape = t.shape();
    const bool fits = shape.size() == 4 && (shape[0] == 1 || shape[0] == q.batch) &&
                      (shape[1] == 1 || shape[1] == q.heads) && shape[2] == q.length &&
                      shape[3] == k.length;
    if (!fits) call.fail(cat("attention_bias has shape ", to_string(shape)));
    add = t.to_doubles();
  }
  // Queries are the last tokens: query s may see the keys up to its own place.
  const std::int64_t before = k.length - q.length;
  const bool causal = call.attr_int("unidirectional") != 0;
  return [=](std::int64_t b, std::int64_t n, std::int64_t s, std::int64_t t) {
    if (causal && t > before + s) return -kInfinity;
    double bias = hidden && hidden(b, s, t) ? filter : 0;
    if (!add.empty()) {
      const std::int64_t plane = (b % shape[0]) * shape[1] + n % shape[1];
      bias += add[static_cast<std::size_t>((plane * shape[2] + s) * shape[3] + t)];
    }
    return bias;
  };
}

OpDef& attention_attributes(OpDef& def) {
  return def.required_attribute("num_heads", AttributeKind::integer, "heads")
      .optional_attribute("scale", AttributeKind::real, "of the scores; 1 / sqrt(size of a head)")
      .attribute("mask_filter_value", -10000.0F, "added to the scores of what the mask hides")
      .attribute("unidirectional", std::int64_t{0}, "1: later tokens are not seen");
}

std::int64_t head_count(const AttributeReader& a, std::int64_t width) {
  const std::int64_t heads = a.attr_int("num_heads");
  if (heads < 1 || width % heads != 0) a.fail(cat(heads, " heads in ", width, " values"));
  return heads;
}

}  // namespace pare::ops
