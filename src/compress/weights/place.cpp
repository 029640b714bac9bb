#include "compress/weights/place.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "compress/affine.hpp"

namespace pare {
namespace {

bool is_transposed(const Node& node) {  // [columns, outputs] in the file
  return node.is("MatMul") || (node.is("Gemm") && node.int_or("transB", 0) == 0);
}

/// How codes are stored.
struct Storage {
  DType type;
  bool table = false;  ///< codes are indices
};

Storage storage_of(const CodedWeights& w, DType format, NarrowTypes types) {
  using enum ElementKind;
  if (types == NarrowTypes::standard && format.kind() == f4e2m1) return {format, false};
  const std::vector<float>& levels = w.grid.levels;
  const bool integers =
      std::all_of(levels.begin(), levels.end(), [](float v) { return v == std::nearbyint(v); });
  if (integers && format.name() != "iq4_nl_codes") {
    for (const ElementKind kind : {i2, u2, i4, u4, i8, u8}) {
      const DtypeInfo& info = dtype_of(kind).info();
      if (info.min <= levels.front() && levels.back() <= info.max) return {dtype_of(kind), false};
    }
  }
  // Not f4e2m1 unless asked for: ONNX Runtime 1.30 has no DequantizeLinear for it, while a table of
  // 15 numbers is as small and runs anywhere.
  constexpr std::array<ElementKind, 4> kFloats = {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz};
  if (std::find(kFloats.begin(), kFloats.end(), format.kind()) != kFloats.end()) {
    return {format, false};
  }
  return {dtype_of(levels.size() <= 4 ? u2 : levels.size() <= 16 ? u4 : u8), true};
}

/// How scales are stored.
DType scale_type(const CodedWeights& w, NarrowTypes types, const Storage& s) {
  using enum ElementKind;
  switch (w.scale_store) {
    case ScaleStore::float32: break;
    case ScaleStore::f8e4m3: return dtype_of(f8e4m3fn);
    case ScaleStore::power_of_two:
      return dtype_of(types == NarrowTypes::standard && !s.table ? f8e8m0 : bf16);
  }
  return dtype_of(f32);
}

bool has_zero_points(const CodedWeights& w) {
  return std::any_of(w.scales.begin(), w.scales.end(),
                     [](const GroupScale& g) { return g.zero != 0; });
}

bool has_fractions(const CodedWeights& w) {
  return std::any_of(w.scales.begin(), w.scales.end(),
                     [](const GroupScale& g) { return g.zero != std::nearbyint(g.zero); });
}

/// Brings [rows, columns] into the file's order.
template <class T>
std::vector<T> in_file_order(const std::vector<T>& v, std::int64_t rows, std::int64_t columns,
                             bool transposed) {
  if (!transposed) return v;
  std::vector<T> out(v.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[static_cast<std::size_t>(c * rows + r)] = v[static_cast<std::size_t>(r * columns + c)];
    }
  }
  return out;
}

class Placer {
 public:
  Placer(Graph& graph, Node& node, const CodedWeights& w, DType format, NarrowTypes types)
      : graph_(graph),
        node_(node),
        w_(w),
        types_(types),
        storage_(storage_of(w, format, types)),
        transposed_(is_transposed(node)),
        shape_(node.input(1)->constant().shape()),
        name_(node.input(1)->name()) {}

  void run() {
    if (blocked() && has_fractions(w_) && w_.columns % w_.grid.group != 0) {
      throw Error(Fault::config, cat("blocks of ", w_.grid.group, " do not divide ", w_.columns,
                                     " columns, so that zero points between the levels have no "
                                     "form in ONNX"));
    }
    Value* scale = scales();
    std::vector<Value*> inputs = {graph_.add_constant(codes(), name_ + "_q")};
    NodeSpec spec{.op = storage_.table ? "DequantizeTable" : "DequantizeLinear",
                  .domain = storage_.table ? "pare" : "",
                  .output_names = {graph_.unique_name(name_ + "_dq")}};
    if (storage_.table) inputs.push_back(table());
    inputs.push_back(scale);
    if (!storage_.table && needs_zero_points()) inputs.push_back(zero_points());
    spec.inputs = std::move(inputs);
    if (!w_.grid.one_scale) spec.attributes["axis"] = axis();
    if (blocked()) spec.attributes["block_size"] = w_.grid.group;
    if (scale->dtype() == ElementKind::f8e8m0) {
      spec.attributes["output_dtype"] = static_cast<std::int64_t>(ElementKind::f32);
    }
    Value* y = graph_.add_node(std::move(spec), &node_)->output();
    y->set_type(ValueType(dtype_of(ElementKind::f32), to_symbolic(codes_shape())));
    y = with_offsets(y);
    node_.set_input(1, y);
  }

 private:
  [[nodiscard]] bool blocked() const { return w_.grid.group > 0 && !w_.grid.one_scale; }
  [[nodiscard]] bool flat() const { return node_.is("Conv") && blocked(); }

  [[nodiscard]] Shape codes_shape() const { return flat() ? Shape{w_.rows, w_.columns} : shape_; }
  /// Of the scales: output channels, or columns where they have blocks.
  [[nodiscard]] std::int64_t axis() const {
    if (blocked()) return transposed_ ? 0 : 1;
    return transposed_ ? 1 : 0;
  }
  [[nodiscard]] Shape scale_shape() const {
    if (w_.grid.one_scale) return {};
    if (!blocked()) return {w_.rows};
    const std::int64_t groups = w_.grid.groups(w_.columns);
    return transposed_ ? Shape{groups, w_.rows} : Shape{w_.rows, groups};
  }
  template <class Fn>
  [[nodiscard]] std::vector<float> list(const Fn& fn) const {
    std::vector<float> out;
    for (const GroupScale& g : w_.scales) out.push_back(fn(g));
    return in_file_order(out, w_.rows, w_.grid.one_scale ? 1 : w_.grid.groups(w_.columns),
                         transposed_ && blocked());
  }

  Value* scales() {
    using enum ElementKind;
    const DType type = scale_type(w_, types_, storage_);
    const bool shares = w_.scale_store == ScaleStore::f8e4m3;
    const std::vector<float> values =
        list([&](const GroupScale& g) { return shares ? g.scale / w_.tensor_scale : g.scale; });
    Value* s =
        graph_.add_constant(Tensor::of<float>(scale_shape(), values).cast(type), name_ + "_s");
    if (shares) {
      Value* whole = graph_.add_constant(Tensor::scalar(w_.tensor_scale), name_ + "_s_scale");
      return made({.op = "DequantizeLinear", .inputs = {s, whole}}, "_s_dq", scale_shape());
    }
    if (type != bf16) return s;
    const auto to = static_cast<std::int64_t>(f32);
    return made({.op = "Cast", .inputs = {s}, .attributes = {{"to", to}}}, "_s_cast",
                scale_shape());
  }

  [[nodiscard]] Tensor codes() const {
    std::vector<float> values(w_.codes.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = storage_.table ? static_cast<float>(w_.codes[i]) : w_.grid.levels[w_.codes[i]];
    }
    values = in_file_order(values, w_.rows, w_.columns, transposed_);
    return Tensor::of<float>(codes_shape(), values).cast(storage_.type);
  }

  Value* table() {
    const auto n = static_cast<std::int64_t>(w_.grid.levels.size());
    return graph_.add_constant(Tensor::of<float>({n}, w_.grid.levels), name_ + "_table");
  }

  /// Zero is the default. ONNX Runtime asks to see it for 8-bit matrix products only.
  [[nodiscard]] bool needs_zero_points() const {
    if (has_zero_points(w_)) return true;
    const bool byte = storage_.type.kind() == ElementKind::i8;
    return byte && !blocked() && !node_.is("Conv");
  }
  Value* zero_points() {
    const std::vector<float> zeros = list([&](const GroupScale& g) { return whole_zero(g); });
    return graph_.add_constant(Tensor::of<float>(scale_shape(), zeros).cast(storage_.type),
                               name_ + "_zero_point");
  }

  /// The whole number beside the zero point that the type of the codes can hold.
  [[nodiscard]] float whole_zero(const GroupScale& g) const {
    const DtypeInfo& info = storage_.type.info();
    return std::clamp(std::nearbyint(g.zero), static_cast<float>(info.min),
                      static_cast<float>(info.max));
  }

  Value* with_offsets(Value* y) {
    Shape now = codes_shape();
    if (has_fractions(w_)) {
      const std::vector<float> values =
          list([&](const GroupScale& g) { return (whole_zero(g) - g.zero) * g.scale; });
      Shape shape(now.size(), 1);
      if (blocked()) {  // an axis of blocks, one of what is in them
        const std::int64_t groups = w_.grid.groups(w_.columns);
        const std::int64_t width = w_.grid.group;
        shape = transposed_ ? Shape{groups, 1, w_.rows} : Shape{w_.rows, groups, 1};
        y = reshaped(
            y, now = transposed_ ? Shape{groups, width, w_.rows} : Shape{w_.rows, groups, width});
      } else if (!w_.grid.one_scale) {
        shape[static_cast<std::size_t>(axis())] = w_.rows;
      }
      Value* offset = graph_.add_constant(Tensor::of<float>(shape, values), name_ + "_offset");
      y = behind("Add", y, offset, now);
    }
    return now == shape_ ? y : reshaped(y, shape_);
  }
  Value* reshaped(Value* y, const Shape& shape) {
    const auto rank = static_cast<std::int64_t>(shape.size());
    Value* to = graph_.add_constant(Tensor::of<std::int64_t>({rank}, shape), name_ + "_shape");
    return behind("Reshape", y, to, shape);
  }
  Value* behind(const std::string& op, Value* y, Value* other, const Shape& shape) {
    return made({.op = op, .inputs = {y, other}}, cat("_", lower(op)), shape);
  }
  Value* made(NodeSpec spec, const std::string& suffix, const Shape& shape) {
    spec.output_names = {graph_.unique_name(name_ + suffix)};
    Value* out = graph_.add_node(std::move(spec), &node_)->output();
    out->set_type(ValueType(dtype_of(ElementKind::f32), to_symbolic(shape)));
    return out;
  }

  Graph& graph_;
  Node& node_;
  const CodedWeights& w_;
  NarrowTypes types_;
  Storage storage_;
  bool transposed_;
  Shape shape_;
  std::string name_;
};

}  // namespace

std::optional<WeightMatrix> weight_matrix(const Node& node) {
  const Tensor* w = constant_weights(node);
  if (w == nullptr || node.is("ConvTranspose")) return std::nullopt;
  if (!node.is("Conv") && w->rank() != 2) return std::nullopt;
  if (w->size() == 0) return std::nullopt;
  return as_matrix(node, *w);
}

WeightMatrix as_matrix(const Node& node, const Tensor& weights) {
  const bool transposed = is_transposed(node);
  const std::int64_t rows = weights.dim(transposed ? 1 : 0);
  const std::int64_t columns = weights.size() / rows;
  const auto data = weights.data<float>();
  std::vector<float> values(data.begin(), data.end());
  if (transposed) values = in_file_order(values, columns, rows, true);
  return WeightMatrix{rows, columns, std::move(values)};
}

Tensor as_weights(const Node& node, const WeightMatrix& m) {
  return Tensor::of<float>(node.input(1)->constant().shape(),
                           in_file_order(m.values, m.rows, m.columns, is_transposed(node)));
}

void place_weights(Graph& graph, Node& node, const CodedWeights& w, DType format,
                   NarrowTypes types) {
  Placer(graph, node, w, format, types).run();
}

DType placed_type(const CodedWeights& w, DType format, NarrowTypes types) {
  return storage_of(w, format, types).type;
}

double placed_bits(const CodedWeights& w, DType format, NarrowTypes types) {
  const Storage s = storage_of(w, format, types);
  const auto count = static_cast<double>(w.codes.size());
  double bits = s.type.bits_per_value() * count +
                scale_type(w, types, s).bits_per_value() * static_cast<double>(w.scales.size());
  if (w.scale_store == ScaleStore::f8e4m3) bits += 32;  // of the tensor
  if (has_zero_points(w)) bits += s.type.bits_per_value() * static_cast<double>(w.scales.size());
  if (has_fractions(w)) bits += 32.0 * static_cast<double>(w.scales.size());
  if (s.table) bits += 32.0 * static_cast<double>(w.grid.levels.size());
  return count > 0 ? bits / count : 0;
}

}  // namespace pare
