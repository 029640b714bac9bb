#include <algorithm>
#include <cmath>

#include "base/threads.hpp"
#include "kernels/rows/rows.hpp"
#include "kernels/view.hpp"
#include "runtime/rows.hpp"

namespace pare {
namespace {

constexpr std::int64_t kChunk = 1024;

/// Values go through the format in chunks that end where its blocks do.
struct Format {
  DType type;
  RowCodec codec;
  std::int64_t chunk = kChunk;

  explicit Format(DType t) : type(t), codec(row_codec(t)) {
    const auto values = static_cast<std::int64_t>(t.info().values);
    chunk = values * std::max<std::int64_t>(1, kChunk / values);
  }
  [[nodiscard]] std::size_t code_bytes(std::int64_t n) const {
    const std::size_t values = type.info().values;
    return (static_cast<std::size_t>(n) + values - 1) / values * type.info().bytes;
  }
};

/// A thread's room for the values and codes of a chunk.
struct Room {
  std::vector<float> values;
  std::vector<std::byte> codes;
  explicit Room(const Format& f)
      : values(static_cast<std::size_t>(f.chunk)), codes(f.code_bytes(f.chunk)) {}
};

/// y = round trip(x / scale) * scale, as the reference computes it.
void pass(const Format& f, Room& room, const float* x, float* y, std::int64_t n, float own,
          float scale) {
  for (std::int64_t at = 0; at < n; at += f.chunk) {
    const std::int64_t size = std::min(f.chunk, n - at);
    float* v = room.values.data();
    for (std::int64_t i = 0; i < size; ++i) v[i] = x[at + i] / scale / own;
    const std::span<float> values(v, static_cast<std::size_t>(size));
    const std::span<std::byte> codes(room.codes.data(), f.code_bytes(size));
    f.codec.encode(values, codes);
    f.codec.decode(codes, values);
    for (std::int64_t i = 0; i < size; ++i) y[at + i] = v[i] * own * scale;
  }
}

float greatest(const float* x, std::int64_t n) {
  float most = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const float a = std::fabs(x[i]);
    if (a > most && a <= std::numeric_limits<float>::max()) most = a;
  }
  return most;
}

Verdict accepts_fake(const Unit& unit, PlanFacts& facts) {
  const Node& node = *unit.node;
  if (!node.is("pare", "FakeQuantize")) return not_mine();
  if (unit.input(0)->dtype() != ElementKind::f32) return refuse("not float32");
  const AttributeReader a = facts.attributes(node);
  const Shape x = shape_of(*unit.input(0));
  if (x.empty()) return refuse("a scalar");
  const bool flat = a.attr_string("scaling") == "tensor" ||
                    (a.attr_string("scaling") == "given" &&
                     !dtype_by_name(a.attr_string("format")).info().own_scale);
  if (!flat && a.attr_axis("block_axis", x.size()) + 1 != static_cast<std::int64_t>(x.size())) {
    return refuse("blocks do not lie along the last dimension");
  }
  if (node.input(1) != nullptr && facts.constant(node.input(1)) == nullptr) {
    return refuse("the scale is computed");
  }
  return accept();
}

/// How the tensor falls into runs of one given scale each.
struct Runs {
  std::int64_t count = 1;
  std::int64_t size = 0;
  std::vector<float> scales;  ///< of run i: scales[i % scales.size()]
};

Runs runs_of(const Unit& unit, PlanFacts& facts, const AttributeReader& a, bool rows) {
  const Shape x = shape_of(*unit.input(0));
  const std::int64_t n = element_count(x);
  Runs runs{1, n, {1.0F}};
  if (unit.node->input(1) != nullptr) {
    runs.scales = facts.float_constant(unit.node->input(1)).to_floats();
  }
  std::size_t inner =
      runs.scales.size() > 1 ? static_cast<std::size_t>(a.attr_axis("axis", x.size())) + 1 : 0;
  if (rows) {
    if (inner == x.size()) throw Error(Fault::unsupported, "scales differ inside of a block");
    // Every row by itself; the scales of an outer dimension are repeated.
    const std::size_t last = x.size() - 1;
    std::int64_t repeat = 1;
    for (std::size_t d = inner; d < last && inner > 0; ++d) repeat *= x[d];
    std::vector<float> each;
    for (const float s : runs.scales) each.insert(each.end(), static_cast<std::size_t>(repeat), s);
    runs.scales = std::move(each);
    inner = last;
  }
  runs.size = 1;
  for (std::size_t d = inner; d < x.size(); ++d) runs.size *= x[d];
  runs.count = runs.size == 0 ? 0 : n / runs.size;
  return runs;
}

std::unique_ptr<Kernel> run_kernel(const Format& format, const Runs& runs, bool dynamic) {
  const DtypeInfo& info = format.type.info();
  const auto most = static_cast<float>(std::min(-info.min, info.max));
  if (runs.count == 1 && !info.own_scale && !dynamic) {  // one scale: cut anywhere
    return std::make_unique<FunctionKernel>([=](const KernelArgs& k) {
      const std::int64_t chunks = (runs.size + format.chunk - 1) / format.chunk;
      parallel_for(chunks, 8, [&](std::int64_t begin, std::int64_t end) {
        Room room(format);
        const std::int64_t from = begin * format.chunk;
        const std::int64_t n = std::min(end * format.chunk, runs.size) - from;
        pass(format, room, view<float>(k.in[0]) + from, view<float>(k.out[0]) + from, n, 1,
             runs.scales[0]);
      });
    });
  }
  return std::make_unique<FunctionKernel>([=](const KernelArgs& k) {
    const std::int64_t grain =
        std::max<std::int64_t>(1, 8192 / std::max<std::int64_t>(1, runs.size));
    parallel_for(runs.count, grain, [&](std::int64_t begin, std::int64_t end) {
      Room room(format);
      for (std::int64_t r = begin; r < end; ++r) {
        const float* x = view<float>(k.in[0]) + r * runs.size;
        const float scale = runs.scales[static_cast<std::size_t>(r) % runs.scales.size()];
        const float found = dynamic ? greatest(x, runs.size) / scale : 0;
        pass(format, room, x, view<float>(k.out[0]) + r * runs.size, runs.size,
             found > 0 ? found / most : 1, scale);
      }
    });
  });
}

Prepared make_fake(const Unit& unit, PlanFacts& facts) {
  const AttributeReader a = facts.attributes(*unit.node);
  const Format format(dtype_by_name(a.attr_string("format")));
  const std::string scaling = a.attr_string("scaling");
  const bool rows = scaling == "token" || format.type.info().own_scale;
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}};
  made.outputs = {Layout::plain};
  made.in_place = {0};
  made.note = cat("simulated ", format.type.name());
  made.kernel = run_kernel(format, runs_of(unit, facts, a, rows), scaling != "given");
  return made;
}

constexpr KernelRow kRows[] = {{"native:fake_quantize", accepts_fake, make_fake}};

}  // namespace

std::span<const KernelRow> fake_quantize_rows() { return kRows; }

}  // namespace pare
