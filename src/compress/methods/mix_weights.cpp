#include <algorithm>
#include <cmath>
#include <limits>

#include "base/decimal.hpp"
#include "compress/layer_mix.hpp"
#include "compress/method.hpp"
#include "compress/mix.hpp"

namespace pare {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();
constexpr double kBitsOfMegabyte = 8e6;

struct Options {
  std::vector<std::string> formats = {"int8", "int6", "int4", "int3"};
  double bits = 0;
  double megabytes = 0;
  double milliseconds = 0;
  double least_db = 0;
  std::string sensitivity = "measured";
  std::string method = "gptq";
  std::int64_t group = 0;
  bool symmetric = true;
  std::int64_t iterations = 500;
  std::int64_t samples = 32;
  std::int64_t rounds = 2;
  std::int64_t least_elements = 64;
  std::vector<std::string> keep_float;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.texts("formats", &Options::formats,
          "number formats to choose from, for each layer; float32: it stays as it is");
  t.real("bits", &Options::bits,
         "at most that many bits per weight, scales included; 0 = no limit, or 5 when no other "
         "limit is given")
      .between(0, 32);
  t.real("megabytes", &Options::megabytes, "at most that many for the weights; 0 = no limit")
      .between(0, 1e6);
  t.real("milliseconds", &Options::milliseconds,
         "at most that long on the native runtime here, by measuring each layer; 0 = no limit")
      .between(0, 1e9);
  t.real("least_db", &Options::least_db,
         "the fewest bits at which the outputs keep that signal-to-noise ratio; 0 = the least "
         "noise within the other limits")
      .between(0, 200);
  t.text("sensitivity", &Options::sensitivity,
         "what a layer does to the outputs: measured, layer by layer, or from gradients, in one "
         "pass")
      .one_of({"measured", "gradient"});
  t.text("method", &Options::method, "how weights are rounded; see quantize_weights")
      .one_of(round_method_names());
  t.integer("group", &Options::group, "weights of a channel that share a scale; 0 = all")
      .between(0, 1e6);
  t.flag("symmetric", &Options::symmetric, "whole numbers: no zero points");
  t.integer("iterations", &Options::iterations, "adaround: steps of the optimizer").between(1, 1e6);
  t.integer("samples", &Options::samples, "calibration batches by which layers are judged")
      .between(1, 1e6);
  t.integer("rounds", &Options::rounds,
            "how often to choose again when all layers together miss what was expected")
      .between(0, 100);
  t.integer("least_elements", &Options::least_elements, "smaller weights stay float")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of layers that stay float");
  return t;
}

double decibels(double noise) { return noise > 0 ? -10 * std::log10(noise) : 300; }

/// A choice and what came of it.
struct Tried {
  FormatChoice choice;
  double expected = 0;  ///< noise
  double measured = 0;
  double bits = 0;    ///< per weight
  double millis = 0;  ///< expected
  double gap = 0;
};

class Mixer {
 public:
  Mixer(const Graph& graph, const Options& o, MethodContext& context)
      : o_(o), context_(context), mix_(graph, o.formats, o.samples, context) {}

  /// The graph with the choice in it; nullptr when there is nothing to choose.
  std::unique_ptr<Graph> run() {
    mix_.round({.method = o_.method,
                .group = o_.group,
                .symmetric = o_.symmetric,
                .iterations = o_.iterations},
               o_.least_elements, o_.keep_float);
    if (mix_.layers().empty()) {
      context_.notes.emplace_back("mix_weights: no layer has weights to choose for");
      return nullptr;
    }
    FormatTable noise = noise_table();
    if (o_.milliseconds > 0) times_ = mix_.times(rest_);
    noise_limit_ = o_.least_db > 0 ? std::pow(10.0, -o_.least_db / 10) : kNone;
    Tried best = first_attempt(noise);
    for (std::int64_t round = 0; round < o_.rounds && is_amiss(best); ++round) {
      const std::optional<Tried> next = once_more(best, noise);
      if (!next) break;
      ++again_;
      if (is_better(*next, best)) best = *next;
    }
    tell_choice(best);
    report(best);
    return mix_.placed(best.choice);
  }

 private:
  FormatTable noise_table() {
    if (o_.sensitivity == "measured") return mix_.noise_by_measuring();
    try {
      return mix_.noise_by_gradient();
    } catch (const Error& e) {
      if (e.fault() != Fault::unsupported) throw;
      context_.notes.push_back(cat("mix_weights: no gradients (", e.message(), "): measured"));
      return mix_.noise_by_measuring();
    }
  }

  [[nodiscard]] double bits_limit() const {
    double limit = o_.bits > 0 ? o_.bits : kNone;
    if (o_.megabytes > 0) limit = std::min(limit, o_.megabytes * kBitsOfMegabyte / mix_.weights());
    constexpr double kUsual = 5;
    const bool none = limit == kNone && o_.milliseconds <= 0 && o_.least_db <= 0;
    return none ? kUsual : limit;
  }

  /// The best choice by the table, and what it does really.
  Tried attempt(const FormatTable& noise, double noise_limit) {
    const bool fewest_bits = noise_limit < kNone;
    std::vector<MixLayer> choices;
    for (std::size_t l = 0; l < mix_.layers().size(); ++l) {
      const MixedLayer& layer = mix_.layers()[l];
      const double share = static_cast<double>(layer.w.values.size()) / mix_.weights();
      MixLayer one;
      for (std::size_t f = 0; f < layer.bits.size(); ++f) {
        const double bits = layer.bits[f] * share;
        const double time = times_.empty() ? 0 : times_[l][f];
        one.push_back({fewest_bits ? bits : noise[l][f], {bits, time, noise[l][f]}});
      }
      choices.push_back(std::move(one));
    }
    const double time_limit = times_.empty() ? kNone : o_.milliseconds - rest_;
    const MixResult mix = solved(choices, {bits_limit(), time_limit, noise_limit});
    Tried t{mix.choice, mix.costs[2], mix_.noise(mix.choice), mix.costs[0], 0, mix.gap};
    t.millis = rest_ + mix.costs[1];
    return t;
  }

  [[nodiscard]] MixResult solved(const std::vector<MixLayer>& choices,
                                 const std::vector<double>& limits) const {
    try {
      return solve_mix(choices, limits);
    } catch (const Error& e) {
      throw Error(e.fault(), cat("no choice of formats keeps the limits (bits per weight, "
                                 "milliseconds of the layers, noise): ",
                                 e.message()));
    }
  }

  /// Without the limit of noise where no choice keeps it: the nearest there is, which the notes
  /// tell.
  Tried first_attempt(const FormatTable& noise) {
    try {
      return attempt(noise, noise_limit_);
    } catch (const Error& e) {
      if (e.fault() != Fault::config || noise_limit_ == kNone) throw;
      return attempt(noise, kNone);
    }
  }

  /// Single layers add up to something else than what came out.
  [[nodiscard]] bool is_amiss(const Tried& t) const {
    constexpr double kTwice = 2;
    if (noise_limit_ < kNone) return t.measured > noise_limit_;
    return t.measured > kTwice * t.expected;
  }
  [[nodiscard]] bool is_better(const Tried& a, const Tried& b) const {
    if (noise_limit_ < kNone) return a.measured < b.measured || a.measured <= noise_limit_;
    return a.measured < b.measured;
  }

  /// Towards more bits where the noise has a limit; else with what each layer does next to the
  /// others as they were chosen.
  std::optional<Tried> once_more(const Tried& last, FormatTable& noise) {
    try {
      if (noise_limit_ < kNone) {
        constexpr double kSafe = 0.9;
        tightened_ *= kSafe * noise_limit_ / last.measured;
        return attempt(noise, noise_limit_ * tightened_);
      }
      noise = noise_around(last);
      Tried t = attempt(noise, noise_limit_);
      if (t.choice == last.choice) return std::nullopt;
      return t;
    } catch (const Error& e) {
      if (e.fault() != Fault::config) throw;
      return std::nullopt;
    }
  }

  FormatTable noise_around(const Tried& last) const {
    FormatTable table;
    for (std::size_t l = 0; l < mix_.layers().size(); ++l) {
      const std::vector<double>& error = mix_.layers()[l].error;
      const double now = error[last.choice[l]];
      const auto finest = std::min_element(error.begin(), error.end());
      double per_error = 0;
      if (now > *finest) {
        FormatChoice other = last.choice;
        other[l] = static_cast<std::size_t>(finest - error.begin());
        per_error = std::max(0.0, last.measured - mix_.noise(other)) / (now - *finest);
      } else {  // at its finest: how much worse the others make it
        const auto worst = std::max_element(error.begin(), error.end());
        FormatChoice other = last.choice;
        other[l] = static_cast<std::size_t>(worst - error.begin());
        if (*worst > now) {
          per_error = std::max(0.0, mix_.noise(other) - last.measured) / (*worst - now);
        }
      }
      std::vector<double> row;
      row.reserve(error.size());
      for (const double e : error) row.push_back(per_error * e);
      table.push_back(std::move(row));
    }
    return table;
  }

  void tell_choice(const Tried& best) {
    for (std::size_t l = 0; l < mix_.layers().size(); ++l) {
      const MixedLayer& layer = mix_.layers()[l];
      const std::size_t f = best.choice[l];
      Verdict verdict = accept();
      verdict.reason = cat(o_.formats[f], ", output SQNR of the layer ",
                           fixed(decibels(layer.error[f]), 1), " dB");
      context_.events.push_back({"mix_weights", layer.name, verdict.kind, verdict.reason});
    }
  }

  void report(const Tried& t) {
    std::map<std::string, std::size_t> count;
    for (const std::size_t f : t.choice) ++count[o_.formats[f]];
    std::vector<std::string> parts;
    parts.reserve(count.size());
    for (const auto& [name, n] : count) parts.push_back(cat(n, " x ", name));
    std::string note =
        cat("mix_weights: ", join(parts, ", "), "; ", fixed(t.bits, 2),
            " bits per weight, scales included; output SQNR ", fixed(decibels(t.measured), 1),
            " dB measured, ", fixed(decibels(t.expected), 1), " dB expected from single layers");
    if (!times_.empty()) note += cat("; ", fixed(t.millis, 3), " ms expected");
    if (again_ > 0) note += cat("; chosen again ", again_, again_ == 1 ? " time" : " times");
    context_.notes.push_back(std::move(note));
    if (t.gap > 0) {
      context_.notes.push_back(cat("mix_weights: the choice may be ", t.gap, " from the best"));
    }
    if (!is_amiss(t)) return;
    context_.notes.push_back(
        noise_limit_ < kNone
            ? cat("mix_weights: ", fixed(o_.least_db, 1), " dB were not reached")
            : "mix_weights: together the layers harm more than alone; measure before trusting the "
              "choice");
  }

  const Options& o_;
  MethodContext& context_;
  LayerMix mix_;
  FormatTable times_;  // empty without a limit of time
  double rest_ = 0;
  double noise_limit_ = kNone;
  double tightened_ = 1;
  int again_ = 0;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  std::unique_ptr<Graph> mixed = Mixer(*model.graph, o, context).run();
  if (mixed != nullptr) model.graph = std::move(mixed);
}

}  // namespace

MethodDef method_mix_weights() {
  return make_method("mix_weights",
                     "choose the format of each layer's weights so that the outputs move least for "
                     "the bits or the time allowed",
                     options(), apply)
      .needs(Needs::calibration)
      .rounding()
      .source("arXiv:2011.10680 (choice of bits as an integer program)");
}

}  // namespace pare
