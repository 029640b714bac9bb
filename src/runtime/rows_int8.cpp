#include <algorithm>
#include <array>
#include <limits>

#include "base/threads.hpp"
#include "kernels/int8/int8.hpp"
#include "kernels/view.hpp"
#include "numerics/rounding.hpp"
#include "runtime/rows.hpp"
#include "runtime/select.hpp"

namespace pare {
namespace {

constexpr std::int64_t kGrain = 16384;

Affine8 affine_of(const Quant& q, const Value& v) {
  return {q.scale, q.zero_point, v.dtype().kind() == ElementKind::i8};
}

bool is_byte(const Value& v) {
  return v.dtype().kind() == ElementKind::i8 || v.dtype().kind() == ElementKind::u8;
}

float round_to_code(float x, const Affine8& to) {
  const double r = round_nearest_even(static_cast<double>(x / to.scale)) + to.zero;
  if (std::isnan(r)) return 0;
  return static_cast<float>(to.is_signed ? std::clamp(r, -128.0, 127.0)
                                         : std::clamp(r, 0.0, 255.0));
}

using Table = std::array<std::byte, 256>;

/// The result code of every input code: exactly what the Q/DQ nodes and the function say.
template <class Fn>
Table table_of(const Affine8& from, const Affine8& to, Fn fn) {
  Table t{};
  for (int i = 0; i < 256; ++i) {
    const int code = from.is_signed && i > 127 ? i - 256 : i;
    const float x = static_cast<float>(code - from.zero) * from.scale;
    const auto y = static_cast<int>(round_to_code(fn(x), to));
    t[static_cast<std::size_t>(i)] = static_cast<std::byte>(y & 255);
  }
  return t;
}

// --- QuantizeLinear and DequantizeLinear on their own

bool affine_node(const Unit& unit, PlanFacts& facts, Quant& out) {
  const Tensor* scale = facts.constant(unit.input(1));
  if (scale == nullptr || scale->size() != 1 || scale->kind() != ElementKind::f32) return false;
  out = {true, scale->data<float>()[0], 0};
  if (unit.input(2) == nullptr) return true;
  const Tensor* zero = facts.constant(unit.input(2));
  if (zero == nullptr || zero->size() != 1) return false;
  out.zero_point = static_cast<std::int32_t>(zero->to_ints()[0]);
  return true;
}

Verdict accepts_affine(const Unit& unit, PlanFacts& facts) {
  const bool q = unit.is("QuantizeLinear");
  if ((!q && !unit.is("DequantizeLinear")) || unit.quantized) return not_mine();
  const Value* codes = q ? unit.output() : unit.input(0);
  const Value* floats = q ? unit.input(0) : unit.output();
  if (codes == nullptr || floats == nullptr) return not_mine();
  if (!is_byte(*codes)) return refuse("not 8 bits");
  if (floats->dtype().kind() != ElementKind::f32) return refuse("not float32");
  if (facts.constant(unit.input(0)) != nullptr) return not_mine();  // folded instead
  Quant quant;
  if (!affine_node(unit, facts, quant)) return refuse("not one constant scale");
  if (q && facts.attributes(*unit.node).attr_int("precision") > 1) {
    return refuse("the quotient is rounded to another type");
  }
  return accept();
}

Prepared make_affine(const Unit& unit, PlanFacts& facts) {
  Quant quant;
  require(affine_node(unit, facts, quant), "no scale");
  const bool q = unit.is("QuantizeLinear");
  const Value* in = unit.input(0);
  const Value* out = unit.output();
  if (in == nullptr || out == nullptr) throw Error(Fault::internal, "a node without values");
  const Affine8 a = affine_of(quant, q ? *out : *in);
  const std::int64_t n = elements_of(*out);
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{in, layout}};
  made.outputs = {layout};
  const Int8Kernels* k = &best_int8_kernels();
  made.note = k->isa;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      if (q) {
        k->quantize(view<float>(args.in[0]) + begin, args.out[0] + begin, end - begin, a);
      } else {
        k->dequantize(args.in[0] + begin, view<float>(args.out[0]) + begin, end - begin, a);
      }
    });
  });
  return made;
}

// --- functions of one code

Verdict accepts_table(const Unit& unit, PlanFacts& facts) {
  Activation f;
  if (!unit.quantized || !unit.out_quant.on || !unit.posts.empty()) return not_mine();
  if (!unit.is("DequantizeLinear") && !activation_of(*unit.node, facts, f)) return not_mine();
  return accept();
}

Prepared make_table(const Unit& unit, PlanFacts& facts) {
  Activation f{Act::linear, 1, 0};
  if (!unit.is("DequantizeLinear")) require(activation_of(*unit.node, facts, f), "no activation");
  const Affine8 from = affine_of(unit.in_quant[0], *unit.input(0));
  const Affine8 to = affine_of(unit.out_quant, *unit.output());
  const Table table = table_of(
      from, to, [&](float x) { return static_cast<float>(evaluate(f, static_cast<double>(x))); });
  const std::int64_t n = elements_of(*unit.output());
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{unit.input(0), layout}};
  made.outputs = {layout};
  made.in_place = {0};
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      look_up(args.in[0] + begin, args.out[0] + begin, end - begin, table.data());
    });
  });
  return made;
}

// --- sums and products

/// One value for each channel of each image: [N, C, 1, 1] beside [N, C, H, W].
bool is_gate(const Shape& small, const Shape& full) {
  if (small.size() != full.size() || full.size() < 3) return false;
  if (small[0] != full[0] || small[1] != full[1]) return false;
  return std::all_of(small.begin() + 2, small.end(), [](std::int64_t d) { return d == 1; });
}

Verdict accepts_binary(const Unit& unit, PlanFacts& facts) {
  if (!unit.quantized || (!unit.is("Add") && !unit.is("Mul"))) return not_mine();
  const Shape y = shape_of(*unit.output());
  const Shape a = shape_of(*unit.input(0));
  const Shape b = shape_of(*unit.input(1));
  if (a == y && (b == y || elements_of(*unit.input(1)) == 1 || is_gate(b, y))) return accept();
  if (b == y && (elements_of(*unit.input(0)) == 1 || is_gate(a, y))) return accept();
  (void)facts;
  if ((a == y || b == y) && !y.empty()) return accept();
  return refuse("both operands are broadcast");
}

/// For each row (the last dimension) of y the row of the smaller operand that belongs to it.
std::vector<std::int64_t> rows_beside(const Shape& small, const Shape& y) {
  Shape s(y.size() - small.size(), 1);
  s.insert(s.end(), small.begin(), small.end());
  std::vector<std::int64_t> rows = {0};
  for (std::size_t d = 0; d + 1 < y.size(); ++d) {
    std::vector<std::int64_t> longer;
    for (const std::int64_t r : rows) {
      for (std::int64_t i = 0; i < y[d]; ++i) longer.push_back(r * s[d] + (s[d] == 1 ? 0 : i));
    }
    rows = std::move(longer);
  }
  return rows;
}

/// An operand that is one value, a row or a column for several rows: a bias, a mask.
Prepared make_binary_rows(const Value& full, const Value& small, const Binary8& how) {
  const Shape y = shape_of(full);
  const std::int64_t width = y.back();
  const bool one = shape_of(small).back() == 1 && width != 1;
  std::vector<std::int64_t> beside = rows_beside(shape_of(small), y);
  Prepared made;
  made.inputs = {{&full, Layout::plain}, {&small, Layout::plain}};
  made.outputs = {Layout::plain};
  made.in_place = {0};
  const Int8Kernels* k = &best_int8_kernels();
  made.note = k->isa;
  made.kernel =
      std::make_unique<FunctionKernel>([=, beside = std::move(beside)](const KernelArgs& args) {
        parallel_for(static_cast<std::int64_t>(beside.size()),
                     std::max<std::int64_t>(1, kGrain / width),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t r = begin; r < end; ++r) {
                         const std::byte* a = args.in[0] + r * width;
                         std::byte* to = args.out[0] + r * width;
                         const std::int64_t at = beside[static_cast<std::size_t>(r)];
                         if (one) {
                           k->binary_one(a, args.in[1][at], to, width, how);
                         } else {
                           k->binary(a, args.in[1] + at * width, to, width, how);
                         }
                       }
                     });
      });
  return made;
}

Prepared make_binary(const Unit& unit, PlanFacts& facts) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const Shape y = shape_of(*unit.output());
  std::size_t full = shape_of(*unit.input(0)) == y ? 0 : 1;
  const Value& a = *unit.input(full);
  const Value& b = *unit.input(1 - full);
  Binary8 how{affine_of(unit.in_quant[full], a),
              affine_of(unit.in_quant[1 - full], b),
              affine_of(unit.out_quant, *unit.output()),
              -kInf,
              kInf,
              unit.is("Mul")};
  if (!unit.posts.empty()) {
    how.low = unit.posts[0].act.act == Act::relu ? 0.0F : unit.posts[0].act.alpha;
    how.high = unit.posts[0].act.act == Act::relu ? kInf : unit.posts[0].act.beta;
  }
  const std::int64_t n = element_count(y);
  const bool same = shape_of(b) == y;
  const bool one = !same && elements_of(b) == 1;
  const bool gate = !same && !one && is_gate(shape_of(b), y);
  if (!same && !one && !gate) return make_binary_rows(a, b, how);
  const Layout layout = facts.preferred_layout(unit);
  Prepared made;
  made.inputs = {{&a, layout}, {&b, same ? layout : Layout::plain}};
  made.outputs = {layout};
  made.in_place = same ? std::vector<int>{0, 1} : std::vector<int>{0};
  const Int8Kernels* k = &best_int8_kernels();
  made.note = k->isa;
  const std::int64_t rows = gate && layout == Layout::plain ? y[0] * y[1] : 1;
  const std::int64_t channels = y.size() > 1 ? y[1] : 1;
  const std::int64_t pixels = gate ? n / (y[0] * channels) : 1;
  const bool by_pixel = gate && layout == Layout::channels_last;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    const std::byte* pa = args.in[0];
    const std::byte* pb = args.in[1];
    std::byte* py = args.out[0];
    if (by_pixel) {
      parallel_for(n / channels, std::max<std::int64_t>(1, kGrain / channels),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t p = begin; p < end; ++p) {
                       k->binary(pa + p * channels, pb + p / pixels * channels, py + p * channels,
                                 channels, how);
                     }
                   });
    } else if (gate) {
      parallel_for(rows, std::max<std::int64_t>(1, kGrain / pixels),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t r = begin; r < end; ++r) {
                       k->binary_one(pa + r * pixels, pb[r], py + r * pixels, pixels, how);
                     }
                   });
    } else {
      parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
        if (one) {
          k->binary_one(pa + begin, pb[0], py + begin, end - begin, how);
        } else {
          k->binary(pa + begin, pb + begin, py + begin, end - begin, how);
        }
      });
    }
  });
  return made;
}

// --- means over all of an image

bool is_global_mean(const Unit& unit, PlanFacts& facts) {
  if (unit.is("GlobalAveragePool")) return true;
  if (!unit.is("ReduceMean")) return false;
  const Tensor* axes = facts.constant(unit.input(1));
  const Shape x = shape_of(*unit.input(0));
  if (axes == nullptr || axes->size() + 2 != static_cast<std::int64_t>(x.size())) return false;
  const std::vector<std::int64_t> list = axes->to_ints();
  return std::all_of(list.begin(), list.end(), [&](std::int64_t a) {
    return (a < 0 ? a + static_cast<std::int64_t>(x.size()) : a) >= 2;
  });
}

Verdict accepts_mean(const Unit& unit, PlanFacts& facts) {
  if (!unit.quantized || !is_global_mean(unit, facts)) return not_mine();
  const Shape x = shape_of(*unit.input(0));
  if (x.size() < 3 || x.size() > 5) return refuse(cat("rank ", x.size()));
  return accept();
}

Prepared make_mean(const Unit& unit, PlanFacts& facts) {
  (void)facts;
  const Shape x = shape_of(*unit.input(0));
  const std::int64_t channels = x[1];
  const std::int64_t pixels = element_count(x) / (x[0] * channels);
  const Affine8 from = affine_of(unit.in_quant[0], *unit.input(0));
  const Affine8 to = affine_of(unit.out_quant, *unit.output());
  const std::int64_t images = x[0];
  Prepared made;
  made.inputs = {{unit.input(0), Layout::channels_last}};
  made.outputs = {Layout::plain};
  made.scratch_bytes = static_cast<std::size_t>(channels) * sizeof(std::int32_t);
  const Int8Kernels* k = &best_int8_kernels();
  made.note = k->isa;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    std::int32_t* sums = view<std::int32_t>(args.scratch);
    for (std::int64_t n = 0; n < images; ++n) {
      std::fill(sums, sums + channels, 0);
      for (std::int64_t p = 0; p < pixels; ++p) {
        k->accumulate(args.in[0] + (n * pixels + p) * channels, sums, channels, from.is_signed);
      }
      for (std::int64_t c = 0; c < channels; ++c) {
        const double mean = static_cast<double>(sums[c] - pixels * from.zero) /
                            static_cast<double>(pixels) * static_cast<double>(from.scale);
        const auto code = static_cast<int>(round_to_code(static_cast<float>(mean), to));
        args.out[0][n * channels + c] = static_cast<std::byte>(code & 255);
      }
    }
  });
  return made;
}

// --- concatenation

struct Piece {
  std::int64_t bytes = 0;  // per row
  bool changes = false;
  Table table{};
};

Verdict accepts_concat(const Unit& unit, PlanFacts& facts) {
  if (!unit.is("Concat") || !unit.posts.empty()) return not_mine();
  const DtypeInfo& info = unit.output()->dtype().info();
  if (info.values != 1 || info.bytes == 0) return refuse("packed elements");
  for (const Value* v : unit.inputs) {  // codes of other scales may differ in their sign
    const bool fits = unit.quantized ? is_byte(*v) : v->dtype() == unit.output()->dtype();
    if (!fits) return refuse("operands of several types");
  }
  (void)facts;
  return accept();
}

Prepared make_concat(const Unit& unit, PlanFacts& facts) {
  const Shape y = shape_of(*unit.output());
  const auto axis =
      static_cast<std::size_t>(facts.attributes(*unit.node).attr_axis("axis", y.size()));
  const Layout wanted = facts.preferred_layout(unit);
  const bool last = wanted == Layout::channels_last && axis == 1 && y.size() >= 3 && y.size() <= 5;
  const Layout layout = last ? wanted : Layout::plain;
  const auto size = static_cast<std::int64_t>(unit.output()->dtype().info().bytes);
  std::vector<Piece> pieces;
  Prepared made;
  for (std::size_t i = 0; i < unit.inputs.size(); ++i) {
    const Value& v = *unit.inputs[i];
    const Shape x = shape_of(v);
    Piece p;
    p.bytes = x[axis] * size;
    for (std::size_t d = axis + 1; d < x.size() && !last; ++d) p.bytes *= x[d];
    if (unit.quantized) {
      const Affine8 from = affine_of(unit.in_quant[i], v);
      const Affine8 to = affine_of(unit.out_quant, *unit.output());
      p.changes = from.scale != to.scale || from.zero != to.zero || from.is_signed != to.is_signed;
      if (p.changes) p.table = table_of(from, to, [](float f) { return f; });
    }
    pieces.push_back(p);
    made.inputs.push_back({&v, layout});
  }
  made.outputs = {layout};
  std::int64_t row = 0;
  for (const Piece& p : pieces) row += p.bytes;
  if (row <= 0) throw Error(Fault::internal, "concatenation of nothing");
  const std::int64_t rows = element_count(y) * size / row;
  made.kernel = std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    parallel_for(rows, std::max<std::int64_t>(1, kGrain / row),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t r = begin; r < end; ++r) {
                     std::byte* to = args.out[0] + r * row;
                     for (std::size_t i = 0; i < pieces.size(); ++i) {
                       const Piece& p = pieces[i];
                       const std::byte* from = args.in[i] + r * p.bytes;
                       if (p.changes) {
                         look_up(from, to, p.bytes, p.table.data());
                       } else {
                         std::copy(from, from + p.bytes, to);
                       }
                       to += p.bytes;
                     }
                   }
                 });
  });
  return made;
}

constexpr KernelRow kRows[] = {{"native:affine", accepts_affine, make_affine},
                               {"native:table", accepts_table, make_table},
                               {"native:binary_int8", accepts_binary, make_binary},
                               {"native:mean_int8", accepts_mean, make_mean},
                               {"native:concat", accepts_concat, make_concat}};

}  // namespace

std::span<const KernelRow> int8_rows() { return kRows; }

}  // namespace pare
