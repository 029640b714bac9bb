#include <cmath>
#include <limits>

#include "runtime/differential.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

struct Function {
  const char* op;
  Attributes attributes;
  std::vector<float> operands;  ///< constants behind x
  const char* domain = "";
};

std::vector<Function> functions() {
  return {
      {"Relu", {}, {}},
      {"Sigmoid", {}, {}},
      {"Tanh", {}, {}},
      {"Mish", {}, {}},
      {"Softplus", {}, {}},
      {"HardSwish", {}, {}},
      {"Abs", {}, {}},
      {"Neg", {}, {}},
      {"Sqrt", {}, {}},
      {"Exp", {}, {}},
      {"Log", {}, {}},
      {"Reciprocal", {}, {}},
      {"Erf", {}, {}},
      {"Floor", {}, {}},
      {"Ceil", {}, {}},
      {"LeakyRelu", {{"alpha", 0.1F}}, {}},
      {"LeakyRelu", {{"alpha", -0.5F}}, {}},
      {"Elu", {{"alpha", 2.0F}}, {}},
      {"Swish", {{"alpha", 1.5F}}, {}},
      {"HardSigmoid", {{"alpha", 0.3F}, {"beta", 0.4F}}, {}},
      {"Gelu", {{"approximate", std::string("tanh")}}, {}},
      {"Gelu", {{"approximate", std::string("none")}}, {}},
      {"Clip", {}, {-0.5F, 1.0F}},
      {"Clip", {}, {0.0F}},
      {"Clip", {}, {1.0F, -1.0F}},
      {"PRelu", {}, {0.25F}},
      {"Gelu", {}, {}, "com.microsoft"},
      {"FastGelu", {}, {}, "com.microsoft"},
      {"QuickGelu", {{"alpha", 1.2F}}, {}, "com.microsoft"},
  };
}

void function_case(Differential& d, const Function& f, const Tensor& x) {
  Builder b;
  NodeSpec spec{.op = f.op, .inputs = {b.input("x", x.shape(), x.kind())}, .domain = f.domain};
  for (const float c : f.operands) {
    spec.inputs.push_back(d.constant(b, Tensor::scalar(c).cast(x.type())));
  }
  spec.attributes = f.attributes;
  b.graph.add_output(b.graph.add_node(std::move(spec))->output());
  // Half precision runs widened and is rounded once, as the meaning is: neighbours may differ.
  const double half = x.kind() == f16 ? 0x1p-10 : 0x1p-7;
  d.check(
      b, {x},
      x.kind() == f32 ? Tolerance{64 * 0x1p-24, 0, false} : Tolerance{64 * 0x1p-24, half, false});
}

/// Numbers at the edges of float32: signed zeros, infinities, NaN, denormals, the greatest.
Tensor edges(bool nan) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> v = {0.0F,
                          -0.0F,
                          1.0F,
                          -1.0F,
                          Limits::infinity(),
                          -Limits::infinity(),
                          1e-40F,
                          -1e-40F,
                          88.0F,
                          -88.0F,
                          104.0F,
                          -104.0F,
                          1e10F,
                          -1e10F,
                          20.0F,
                          -20.0F,
                          Limits::min(),
                          Limits::epsilon()};
  if (nan) v.push_back(Limits::quiet_NaN());
  return Tensor::of<float>({static_cast<std::int64_t>(v.size())}, v);
}

}  // namespace

void function_cases(Differential& d) {
  for (const Function& f : functions()) {
    const auto scaled = [&](const Shape& s) {
      Tensor t(f32, s);
      for (float& x : t.mutable_data<float>()) x = 8 * d.rng.uniform() - 4;
      return t;
    };
    for (const std::int64_t size : kSizes) function_case(d, f, scaled({size}));
    function_case(d, f, scaled({}));
    function_case(d, f, scaled({2, 3, 5, 7}));
    function_case(d, f, scaled({3, 17}).cast(dtype_of(f16)));
    function_case(d, f, scaled({3, 17}).cast(dtype_of(bf16)));
    function_case(d, f, edges(true));
  }
}

void binary_cases(Differential& d) {
  const auto one = [&](const char* op, const Shape& a, const Shape& c, bool constant) {
    Builder b;
    std::vector<Tensor> inputs = {d.grid(a)};
    Tensor other = d.grid(c);
    Value* x = b.input("a", a);
    if (d.coin() && a.size() >= 3 && a.size() <= 5 && element_count(a) > 0) {  // channels_last
      x = b.node("MaxPool", {x}, {{"kernel_shape", Ints(a.size() - 2, 1)}});
    }
    Value* y = constant ? d.constant(b, other) : b.input("b", c);
    if (!constant) inputs.push_back(other);
    b.graph.add_output(d.coin() ? b.node(op, {x, y}) : b.node(op, {y, x}));
    d.check(b, inputs, kExact);  // each is one operation that rounds to nearest
  };
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Max", "Min"}) {
    for (std::size_t rank = 1; rank <= 4; ++rank) {
      for (int pattern = 0; pattern < 1 << (2 * rank); ++pattern) {
        if (rank == 4 && d.below(4) != 0) continue;  // a quarter of the 256
        Shape a, c;
        for (std::size_t i = 0; i < rank; ++i) {
          const std::int64_t n = d.pick<std::int64_t>({2, 3, 5});
          const int how = pattern >> (2 * i) & 3;
          a.push_back((how & 1) != 0 ? 1 : n);
          c.push_back((how & 2) != 0 ? 1 : n);
        }
        one(op, a, c, d.coin());
      }
    }
    for (const std::int64_t size : kSizes) {
      one(op, {size}, {size}, false);
      one(op, {3, size}, {size}, true);
      one(op, {size, 3}, {size, 1}, false);
      one(op, {2, 3, 1, size}, {3, 1, 1}, true);
      one(op, {}, {size}, false);
      one(op, {2, 1, 2, 1, 2, 1}, {size, 1, 2, 1, 1}, false);
    }
    one(op, {2, 1, 2, 1, 2, 1, 3}, {1, 2, 1, 1}, false);
    Builder b;
    const Tensor special = edges(true);
    Tensor turned = special.clone();
    const auto v = turned.mutable_data<float>();
    std::rotate(v.begin(), v.begin() + 5, v.end());
    b.graph.add_output(b.node(op, {b.input("a", special.shape()), b.input("b", special.shape())}));
    d.check(b, {special, turned}, kExact);
  }
}

void choice_cases(Differential& d) {
  const auto one = [&](const char* op, const Shape& a, const Shape& c, const Shape& p) {
    Builder b;
    Value* x = b.input("a", a);
    if (d.coin() && a.size() >= 3 && a.size() <= 5 && element_count(a) > 0) {  // channels_last
      x = b.node("MaxPool", {x}, {{"kernel_shape", Ints(a.size() - 2, 1)}});
    }
    Value* mask = b.node(op, {x, b.input("b", c)});
    b.graph.add_output(mask);
    b.graph.add_output(b.node("Where", {mask, b.input("p", p), x}));
    d.check(b, {d.grid(a), d.grid(c), d.grid(p)}, kSameBits);
  };
  for (const char* op : {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"}) {
    for (const std::int64_t size : kSizes) {
      one(op, {size}, {size}, {size});
      one(op, {2, 3, size}, {}, {2, 3, size});
      one(op, {2, 3, 1, size}, {1}, {1, 1});
      one(op, {size, 3}, {1, 3}, {});
    }
    one(op, {}, {}, {});
    one(op, {1}, {3, 17, 5}, {1});
    Builder b;
    const Tensor special = edges(true);
    Tensor turned = special.clone();
    const auto v = turned.mutable_data<float>();
    std::rotate(v.begin(), v.begin() + 5, v.end());
    Value* x = b.input("a", special.shape());
    Value* y = b.input("b", special.shape());
    Value* mask = b.node(op, {x, y});
    b.graph.add_output(mask);
    b.graph.add_output(b.node("Where", {mask, y, x}));
    d.check(b, {special, turned}, kSameBits);
  }
}

void softmax_and_norm_cases(Differential& d) {
  const auto softmax = [&](const Tensor& x, std::int64_t axis) {
    Builder b;
    b.graph.add_output(
        b.node(d.coin() ? "Softmax" : "LogSoftmax", {b.input("x", x.shape())}, {{"axis", axis}}));
    d.check(b, {x}, kApproximate);
  };
  const auto norm = [&](const Shape& shape) {
    Builder b;
    Value* x = b.input("x", shape);
    if (d.coin() && shape.size() >= 3 && shape.size() <= 5 && element_count(shape) > 0) {
      x = b.node("MaxPool", {x}, {{"kernel_shape", Ints(shape.size() - 2, 1)}});
    }
    const Shape c = {shape[1]};
    Tensor variance = d.grid(c);
    for (float& v : variance.mutable_data<float>()) v = v * v + 0.5F;
    b.graph.add_output(
        b.node("BatchNormalization", {x, d.constant(b, d.grid(c)), d.constant(b, d.grid(c)),
                                      d.constant(b, d.grid(c)), d.constant(b, variance)}));
    // A factor and a shift, both rounded; what they make may cancel.
    d.check(b, {d.grid(shape)}, Tolerance{8 * 0x1p-24, 0, false});
  };
  for (std::size_t rank = 1; rank <= 6; ++rank) {
    for (std::size_t place = 0; place < rank; ++place) {
      for (const std::int64_t size : kSizes) {
        Shape s(rank, 2);
        s[place] = size;
        softmax(d.grid(s),
                d.below(2 * static_cast<std::int64_t>(rank)) - static_cast<std::int64_t>(rank));
        if (rank >= 2) norm(s);
      }
    }
  }
  const float inf = std::numeric_limits<float>::infinity();
  softmax(Tensor::of<float>({3}, {-inf, 0, 1}), 0);
  softmax(Tensor::of<float>({3}, {-inf, -inf, -inf}), 0);
  softmax(Tensor::of<float>({4}, {1e30F, -1e30F, 88, 1e30F}), 0);
}

void cast_cases(Differential& d) {
  for (const ElementKind from :
       {f32, f16, bf16, f64, i8, u8, i16, u16, i32, u32, i64, u64, boolean}) {
    for (const ElementKind to : {f32, f16, bf16, f64, i32, u8, boolean}) {
      for (const std::int64_t size : kSizes) {
        Builder b;
        const Shape shape = {size};
        Tensor x = d.values(shape, from);
        if (from == f32 && size == 255) {  // any bits are floats too
          for (std::byte& v : x.mutable_bytes()) v = static_cast<std::byte>(d.below(256));
          if (!dtype_of(to).is_float()) continue;
        }
        b.graph.add_output(
            b.node("Cast", {b.input("x", shape, from)}, {{"to", static_cast<std::int64_t>(to)}}));
        d.check(b, {x}, kExact);
      }
    }
  }
}

}  // namespace pare
