#include "ops/_attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checked.hpp"
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

/// Heads that share one of the `heads` keys or values. Fault::corrupt when they do not divide.
std::int64_t shared_by(const AttributeReader& a, std::int64_t queries, std::int64_t heads) {
  if (heads < 1 || queries % heads != 0) a.fail(cat(queries, " heads share ", heads));
  return queries / heads;
}

}  // namespace

Heads split_heads(Heads h, const std::vector<double>& x, const HeadLayout& layout,
                  const double* bias) {
  const std::int64_t count = element_count(h.shape());
  if (count == 0) return h;  // however large the sizes are that empty heads claim
  h.values.reserve(static_cast<std::size_t>(count));
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

Heads heads_from(const AttributeReader& a, const Tensor& t, std::int64_t heads,
                 const double* bias) {
  if (t.rank() == 4) {
    if (t.dim(1) != heads) a.fail(cat("wanted ", heads, " heads in ", to_string(t.shape())));
    return heads_of(a, t);
  }
  want_rank(a, t, 3, "a value of heads");
  if (heads < 1 || t.dim(2) % heads != 0) a.fail(cat(heads, " heads in ", t.dim(2), " values"));
  const std::int64_t size = t.dim(2) / heads;
  return split_heads({{}, t.dim(0), heads, t.dim(1), size}, t.to_doubles(), {t.dim(2), 0, size},
                     bias);
}

std::vector<double> merge_heads(const Heads& h) {
  std::vector<double> y;
  if (h.values.empty()) return y;
  y.reserve(h.values.size());
  for (std::int64_t b = 0; b < h.batch; ++b) {
    for (std::int64_t t = 0; t < h.length; ++t) {
      for (std::int64_t n = 0; n < h.heads; ++n) {
        y.insert(y.end(), h.at(b, n, t), h.at(b, n, t) + h.size);
      }
    }
  }
  return y;
}

Heads join_heads(const AttributeReader& a, const Heads& past, const Heads& now) {
  if (past.batch != now.batch || past.heads != now.heads || past.size != now.size) {
    a.fail(cat("the past has shape ", to_string(past.shape()), ", the present ",
               to_string(now.shape())));
  }
  Heads all{{}, now.batch, now.heads, checked_add(past.length, now.length), now.size};
  if (element_count(all.shape()) == 0) return all;
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

double score_scale(const AttributeReader& a, std::int64_t size, bool zero_is_absent) {
  const double otherwise = 1 / std::sqrt(static_cast<double>(size));
  if (!a.has_attr("scale")) return otherwise;
  const auto said = static_cast<double>(a.attr_float("scale"));
  return said == 0 && zero_is_absent ? otherwise : said;
}

std::vector<double> attention_scores(const AttributeReader& a, const Heads& q, const Heads& k,
                                     double scale) {
  if (q.batch != k.batch || q.size != k.size || q.size < 1) {
    a.fail(
        cat("queries ", to_string(q.shape()), " and keys ", to_string(k.shape()), " do not fit"));
  }
  const std::int64_t shared = shared_by(a, q.heads, k.heads);
  std::vector<double> p(
      static_cast<std::size_t>(element_count({q.batch, q.heads, q.length, k.length})));
  if (p.empty()) return p;
  parallel_for(q.batch * q.heads * q.length, 4, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t row = from; row < to; ++row) {
      const std::int64_t b = row / (q.heads * q.length);
      const std::int64_t n = row / q.length % q.heads;
      const double* query = q.at(b, n, row % q.length);
      for (std::int64_t t = 0; t < k.length; ++t) {
        const double* key = k.at(b, n / shared, t);
        double dot = 0;
        for (std::int64_t i = 0; i < q.size; ++i) dot += query[i] * key[i];
        p[static_cast<std::size_t>(row * k.length + t)] = dot * scale;
      }
    }
  });
  return p;
}

void cap_scores(const AttributeReader& a, std::vector<double>& scores, double cap) {
  if (!(cap >= 0)) a.fail(cat("softcap is ", cap));
  if (cap == 0) return;
  for (double& s : scores) s = cap * std::tanh(s / cap);
}

void softmax_of_scores(std::vector<double>& scores, std::int64_t keys) {
  if (keys == 0) return;
  const Shape shape = {static_cast<std::int64_t>(scores.size()) / keys, keys};
  for_each_lane(shape, 1, [&](const Lane& row) {
    double* first = scores.data() + row.start;
    if (std::all_of(first, first + keys, [](double s) { return s == -kInfinity; })) {
      std::fill(first, first + keys, 0.0);
    } else {
      softmax_lane(scores, row);
    }
  });
}

Heads weighted_values(const AttributeReader& a, const std::vector<double>& p, const Heads& v,
                      std::int64_t heads, std::int64_t queries) {
  const std::int64_t shared = shared_by(a, heads, v.heads);
  Heads y{{}, v.batch, heads, queries, v.size};
  if (element_count({v.batch, heads, queries, v.length}) != static_cast<std::int64_t>(p.size())) {
    a.fail(cat(p.size(), " weights for values ", to_string(v.shape())));
  }
  y.values.resize(static_cast<std::size_t>(element_count(y.shape())));
  if (y.values.empty()) return y;
  parallel_for(y.batch * heads * queries, 4, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t row = from; row < to; ++row) {
      double* out = y.values.data() + row * v.size;
      for (std::int64_t t = 0; t < v.length; ++t) {
        const double share = p[static_cast<std::size_t>(row * v.length + t)];
        if (share == 0) continue;
        const double* value = v.at(row / (heads * queries), row / queries % heads / shared, t);
        for (std::int64_t i = 0; i < v.size; ++i) out[i] += share * value[i];
      }
    }
  });
  return y;
}

Cost attention_cost(const ShapeContext& c, double queries, const Dim& keys) {
  const double outputs = value_count(c.output(0).type);
  const double macs = keys.is_number() && queries > 0 && outputs > 0
                          ? (queries + outputs) * static_cast<double>(keys.number())
                          : 0;
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

void add_score_bias(std::vector<double>& scores, const Heads& q, std::int64_t keys,
                    const ScoreBias& bias) {
  if (scores.empty()) return;
  parallel_for(q.batch * q.heads * q.length, 4, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t row = from; row < to; ++row) {
      const std::int64_t b = row / (q.heads * q.length);
      const std::int64_t n = row / q.length % q.heads;
      for (std::int64_t t = 0; t < keys; ++t) {
        double& score = scores[static_cast<std::size_t>(row * keys + t)];
        const double add = bias(b, n, row % q.length, t);
        score = add == -kInfinity ? add : score + add;
      }
    }
  });
}

Attended attend(const AttributeReader& a, const Heads& q, const Heads& k, const Heads& v,
                const ScoreBias& bias) {
  if (q.batch != v.batch || q.heads != k.heads || q.heads != v.heads || k.length != v.length) {
    a.fail(cat("queries ", to_string(q.shape()), ", keys ", to_string(k.shape()), " and values ",
               to_string(v.shape()), " do not fit"));
  }
  std::vector<double> p = attention_scores(a, q, k, score_scale(a, q.size));
  add_score_bias(p, q, k.length, bias);
  softmax_of_scores(p, k.length);
  const Heads y = weighted_values(a, p, v, q.heads, q.length);
  return {merge_heads(y), std::move(p)};
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
