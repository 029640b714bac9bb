#include "compress/layer_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/rng.hpp"
#include "base/threads.hpp"
#include "compress/affine.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

/// How a layer takes its input apart. Products: one kernel position.
struct Form {
  bool convolution = false;
  std::int64_t groups = 1;
  std::int64_t columns = 0;
  // Spatial dimensions as two; one-dimensional ones have height 1.
  std::int64_t kernel[2] = {1, 1};
  std::int64_t stride[2] = {1, 1};
  std::int64_t dilation[2] = {1, 1};
  std::int64_t begin[2] = {0, 0};
  std::int64_t end[2] = {0, 0};
  std::string auto_pad;
};

void read_pair(const Node& node, const char* name, std::int64_t rank, std::int64_t* out) {
  const auto list = node.ints_or(name, {});
  for (std::int64_t i = 0; i < rank && static_cast<std::int64_t>(list.size()) >= rank; ++i) {
    out[2 - rank + i] = list[static_cast<std::size_t>(i)];
  }
}

std::optional<Form> form_of(const Node& node) {
  Form f;
  const auto weights = node.input(1) != nullptr ? node.input(1)->known_shape() : std::nullopt;
  if (!weights || weights->size() < 2) return std::nullopt;
  if (node.is("Conv")) {
    const auto rank = static_cast<std::int64_t>(weights->size()) - 2;
    if (rank < 1 || rank > 2) return std::nullopt;
    f.convolution = true;
    f.groups = node.int_or("group", 1);
    f.columns = (*weights)[1];
    for (std::int64_t i = 0; i < rank; ++i) {
      f.kernel[2 - rank + i] = (*weights)[static_cast<std::size_t>(2 + i)];
      f.columns *= (*weights)[static_cast<std::size_t>(2 + i)];
    }
    read_pair(node, "strides", rank, f.stride);
    read_pair(node, "dilations", rank, f.dilation);
    const auto pads = node.ints_or("pads", {});
    for (std::int64_t i = 0; i < rank && static_cast<std::int64_t>(pads.size()) == 2 * rank; ++i) {
      f.begin[2 - rank + i] = pads[static_cast<std::size_t>(i)];
      f.end[2 - rank + i] = pads[static_cast<std::size_t>(rank + i)];
    }
    f.auto_pad = node.string_or("auto_pad", "NOTSET");
    return f;
  }
  if (weights->size() != 2) return std::nullopt;
  if (node.is("MatMul")) {
    f.columns = (*weights)[0];
    return f;
  }
  if (node.is("Gemm") && node.int_or("transA", 0) == 0) {
    f.columns = (*weights)[node.int_or("transB", 0) != 0 ? 1 : 0];
    return f;
  }
  return std::nullopt;
}

class Collector {
 public:
  Collector(const Form& form, std::int64_t rows_a_batch) : form_(form), rows_(rows_a_batch) {
    in_.groups = form.groups;
    in_.columns = form.columns;
    const auto all = static_cast<std::size_t>(form.groups * form.columns);
    in_.moments.assign(all * static_cast<std::size_t>(form.columns), 0);
    in_.amax.assign(all, 0);
    sums_.assign(all, 0);
  }

  void add(const Tensor& t) {
    const auto x = t.data<float>();
    if (x.empty()) return;
    if (form_.convolution) {
      unfold(t, x);
    } else {
      const auto n = static_cast<std::int64_t>(x.size()) / form_.columns;
      take(n, [&](std::int64_t i, float* out) {
        const auto row = x.subspan(static_cast<std::size_t>(i * form_.columns),
                                   static_cast<std::size_t>(form_.columns));
        std::copy(row.begin(), row.end(), out);
      });
    }
  }

  LayerInputs finish() {
    const std::int64_t n = in_.columns;
    const double count = static_cast<double>(std::max<std::int64_t>(1, in_.samples));
    for (std::int64_t g = 0; g < in_.groups; ++g) {
      double* h = in_.moments.data() + g * n * n;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = i; j < n; ++j) h[j * n + i] = h[i * n + j] /= count;
      }
    }
    for (const double s : sums_) in_.mean_abs.push_back(static_cast<float>(s / count));
    return std::move(in_);
  }

 private:
  /// Rows [groups * columns] number 0 to `total`, of which as many as wanted are taken.
  template <class Fill>
  void take(std::int64_t total, const Fill& fill) {
    const std::int64_t want = std::min(total, rows_);
    const std::int64_t width = form_.groups * form_.columns;
    constexpr std::int64_t kChunk = 64;
    std::vector<float> rows(static_cast<std::size_t>(kChunk * width));
    for (std::int64_t first = 0; first < want; first += kChunk) {
      const std::int64_t n = std::min(kChunk, want - first);
      parallel_for(n, 8, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          fill(chosen(first + i, want, total), rows.data() + i * width);
        }
      });
      accumulate(rows, n, width);
      in_.samples += n;
    }
  }

  /// A row of the i-th of `want` equal parts of all: drawn, as equal steps would meet the same
  /// columns of an image again and again.
  [[nodiscard]] std::int64_t chosen(std::int64_t i, std::int64_t want, std::int64_t total) const {
    const std::int64_t begin = i * total / want;
    const std::int64_t size = (i + 1) * total / want - begin;
    Rng rng(static_cast<std::uint64_t>(in_.samples), static_cast<std::uint64_t>(i));
    return begin + static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(size)));
  }

  void accumulate(const std::vector<float>& rows, std::int64_t n, std::int64_t width) {
    const std::int64_t columns = form_.columns;
    parallel_for(width, 4, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> products(static_cast<std::size_t>(columns));
      for (std::int64_t at = begin; at < end; ++at) {
        const std::int64_t g = at / columns;
        const std::int64_t i = at % columns;
        std::fill(products.begin(), products.end(), 0.0F);
        for (std::int64_t s = 0; s < n; ++s) {
          const float* x = rows.data() + s * width + g * columns;
          const float xi = x[i];
          in_.amax[at] = std::max(in_.amax[at], std::fabs(xi));
          sums_[at] += std::fabs(static_cast<double>(xi));
          if (xi == 0) continue;
          float* p = products.data();
#pragma omp simd
          for (std::int64_t j = i; j < columns; ++j) p[j] += xi * x[j];
        }
        double* h = in_.moments.data() + at * columns;
        for (std::int64_t j = i; j < columns; ++j) h[j] += products[j];
      }
    });
  }

  void unfold(const Tensor& t, std::span<const float> x) {
    const bool flat = t.rank() == 3;
    const std::int64_t batch = t.dim(0);
    const std::int64_t channels = t.dim(1);
    const std::int64_t size[2] = {flat ? 1 : t.dim(2), t.dim(flat ? 2 : 3)};
    std::int64_t begin[2];
    std::int64_t out[2];
    for (int d = 0; d < 2; ++d) {
      const std::int64_t reach = (form_.kernel[d] - 1) * form_.dilation[d] + 1;
      std::int64_t pads = form_.begin[d] + form_.end[d];
      begin[d] = form_.begin[d];
      if (form_.auto_pad == "SAME_UPPER" || form_.auto_pad == "SAME_LOWER") {
        const std::int64_t steps = (size[d] + form_.stride[d] - 1) / form_.stride[d];
        pads = std::max<std::int64_t>(0, (steps - 1) * form_.stride[d] + reach - size[d]);
        begin[d] = form_.auto_pad == "SAME_UPPER" ? pads / 2 : pads - pads / 2;
      }
      out[d] = (size[d] + pads - reach) / form_.stride[d] + 1;
      if (out[d] <= 0) return;
    }
    const std::int64_t positions = out[0] * out[1];
    take(batch * positions, [&](std::int64_t at, float* row) {
      const std::int64_t b = at / positions;
      const std::int64_t y0 = at % positions / out[1] * form_.stride[0] - begin[0];
      const std::int64_t x0 = at % out[1] * form_.stride[1] - begin[1];
      for (std::int64_t c = 0; c < channels; ++c) {
        const float* plane = x.data() + (b * channels + c) * size[0] * size[1];
        for (std::int64_t ky = 0; ky < form_.kernel[0]; ++ky) {
          const std::int64_t y = y0 + ky * form_.dilation[0];
          for (std::int64_t kx = 0; kx < form_.kernel[1]; ++kx) {
            const std::int64_t xx = x0 + kx * form_.dilation[1];
            const bool inside = y >= 0 && y < size[0] && xx >= 0 && xx < size[1];
            *row++ = inside ? plane[y * size[1] + xx] : 0.0F;
          }
        }
      }
    });
  }

  Form form_;
  std::int64_t rows_;
  LayerInputs in_;
  std::vector<double> sums_;
};

struct Wanted {
  std::string layer;
  std::string value;
  Form form;
  std::size_t bytes = 0;
};

void run_pass(const Graph& graph, const OpRegistry& ops, const BatchSource& samples,
              std::span<const Wanted> wanted, const LayerInputOptions& options,
              const ProgressSink& progress, std::map<std::string, LayerInputs>& found) {
  const std::int64_t batches = samples.batches();
  std::multimap<std::string, std::pair<std::string, Collector>> collectors;
  for (const Wanted& w : wanted) {
    const std::int64_t rows = std::max(options.rows, 4 * w.form.columns);
    collectors.emplace(w.value,
                       std::make_pair(w.layer, Collector(w.form, (rows + batches - 1) / batches)));
  }
  const auto take = [&](const std::string& name, const Tensor& t) {
    if (t.kind() != ElementKind::f32) return;
    const auto [first, last] = collectors.equal_range(name);
    for (auto it = first; it != last; ++it) it->second.second.add(t);
  };
  SessionOptions session_options;
  for (auto it = collectors.begin(); it != collectors.end();
       it = collectors.upper_bound(it->first)) {
    const Value* v = graph.find(it->first);
    if (v != nullptr && !v->is_graph_input()) session_options.observe.push_back(it->first);
  }
  session_options.observer = take;
  const auto session = Session::create(graph, ops, session_options);
  for (std::int64_t i = 0; i < batches; ++i) {
    const std::vector<Tensor> batch = samples.get(i);
    for (std::size_t k = 0; k < batch.size() && k < graph.inputs().size(); ++k) {
      take(graph.inputs()[k]->name(), batch[k]);
    }
    session->run(batch);
    if (progress) {
      progress({"layer inputs", "", static_cast<double>(i + 1), static_cast<double>(batches), -1});
    }
  }
  for (auto& entry : collectors) {
    found.emplace(entry.second.first, entry.second.second.finish());
  }
}

}  // namespace

std::map<std::string, LayerInputs> collect_layer_inputs(const Graph& graph, const OpRegistry& ops,
                                                        const BatchSource& samples,
                                                        const std::vector<std::string>& layers,
                                                        const ProgressSink& progress,
                                                        const LayerInputOptions& options) {
  if (samples.batches() == 0) {
    throw Error(Fault::usage, "the calibration data holds no samples");
  }
  std::vector<Wanted> wanted;
  for (const Node* node : graph.nodes()) {
    if (std::find(layers.begin(), layers.end(), node->name()) == layers.end()) continue;
    const auto form = form_of(*node);
    if (!form || node->input(0) == nullptr) continue;
    const auto columns = static_cast<std::size_t>(form->columns);
    wanted.push_back({node->name(), node->input(0)->name(), *form,
                      static_cast<std::size_t>(form->groups) * columns * columns * sizeof(double)});
  }
  std::map<std::string, LayerInputs> found;
  for (std::size_t first = 0; first < wanted.size();) {
    std::size_t last = first + 1;
    std::size_t bytes = wanted[first].bytes;
    while (last < wanted.size() && bytes + wanted[last].bytes <= options.memory_bytes) {
      bytes += wanted[last++].bytes;
    }
    run_pass(graph, ops, samples, std::span(wanted).subspan(first, last - first), options, progress,
             found);
    first = last;
  }
  return found;
}

}  // namespace pare
