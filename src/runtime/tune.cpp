#include "runtime/tune.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/decimal.hpp"
#include "base/threads.hpp"
#include "kernels/view.hpp"
#include "runtime/reorder.hpp"

namespace pare {
namespace {

constexpr double kCannot = 1e9;  // milliseconds of what could not be made
constexpr double kTie = 1.03;    // a later row must be faster by more

bool is_one_of(const Node& node, std::initializer_list<std::string_view> ops) {
  return std::any_of(ops.begin(), ops.end(), [&](std::string_view op) { return node.is(op); });
}

/// Numbers that no kernel takes a slow path for; zeros where the type may hold indices.
Tensor realistic(const Value& v) {
  Tensor t(ElementKind::u8, {static_cast<std::int64_t>(byte_size(v.dtype(), elements_of(v)))});
  std::byte* to = t.mutable_bytes().data();
  const std::size_t bytes = t.bytes().size();
  std::uint32_t state = 12345;
  const auto next = [&] { return (state = state * 1664525U + 1013904223U) >> 9; };
  switch (v.dtype().kind()) {
    case ElementKind::f32:
      for (std::size_t i = 0; i < bytes / 4; ++i) {
        view<float>(to)[i] = static_cast<float>(next()) / 4194304.0F - 1.0F;
      }
      break;
    case ElementKind::f16:
    case ElementKind::bf16: {
      const std::uint32_t one_half = v.dtype().kind() == ElementKind::f16 ? 0x3800 : 0x3F00;
      for (std::size_t i = 0; i < bytes / 2; ++i) {
        const std::uint32_t bits = next();
        view<std::uint16_t>(to)[i] =
            static_cast<std::uint16_t>((bits & 0x8000U) | one_half | (bits & 0x7FU));
      }
      break;
    }
    case ElementKind::i8:
    case ElementKind::u8:
      for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<std::byte>(next() & 255U);
      break;
    default: break;
  }
  return t;
}

/// Memory to run candidates of one unit in: an input by value, outputs and scratch for all.
class Bench {
 public:
  Bench(const Unit& unit, PlanFacts& facts) : facts_(facts) {
    for (const Value* v : unit.outputs) {
      outputs_.push_back(v == nullptr ? Tensor() : realistic(*v));
    }
  }

  KernelArgs arguments(const Prepared& made, std::vector<std::byte*>& in,
                       std::vector<std::byte*>& out) {
    for (const Wanted& w : made.inputs) in.push_back(input(*w.value));
    for (Tensor& t : outputs_) out.push_back(t.valid() ? t.mutable_bytes().data() : nullptr);
    if (scratch_.bytes().size() < made.scratch_bytes) {
      old_.push_back(std::move(scratch_));
      scratch_ = Tensor(ElementKind::u8, {static_cast<std::int64_t>(made.scratch_bytes)});
    }
    std::byte* scratch = made.scratch_bytes > 0 ? scratch_.mutable_bytes().data() : nullptr;
    return {in, out, scratch};
  }

 private:
  std::byte* input(const Value& v) {
    if (const Tensor* data = facts_.constant(&v)) {
      return const_cast<std::byte*>(data->bytes().data());  // only read
    }
    const auto [it, fresh] = inputs_.try_emplace(&v);
    if (fresh) it->second = realistic(v);
    return it->second.mutable_bytes().data();
  }

  PlanFacts& facts_;
  std::unordered_map<const Value*, Tensor> inputs_;
  std::vector<Tensor> outputs_;
  Tensor scratch_;
  std::vector<Tensor> old_;  // some candidates point to it
};

double clock_seconds(const std::function<void()>& run) {
  constexpr double kShortest = 30e-6;  // of a sample: the clock itself takes time
  const auto once = [&](int repeats) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < repeats; ++i) run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return took.count() / repeats;
  };
  const double first = once(1);
  if (first >= kShortest) return first;
  return once(1 + static_cast<int>(kShortest / std::max(first, 1e-7)));
}

/// What is measured of one candidate.
struct Entrant {
  std::function<void()> run;
  std::string name;
  double seconds = kCannot;
  bool out = false;
};

/// The least of several samples, taken in turns. Who is far behind is not asked again.
void race(std::vector<Entrant>& entrants, const TuningOptions& options) {
  constexpr int kMostRounds = 15;
  constexpr int kFewRounds = 5;
  constexpr double kEnough = 0.015;
  constexpr double kHopeless = 1.6;
  const auto sample = [&](const Entrant& e) {
    return options.stopwatch ? options.stopwatch(e.name, e.run) : clock_seconds(e.run);
  };
  double spent = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    double best = kCannot;
    for (Entrant& e : entrants) {
      if (e.out) continue;
      const double s = sample(e);
      spent += s;
      if (round > 0 || options.stopwatch) e.seconds = std::min(e.seconds, s);
      best = std::min(best, s);
    }
    if (round == 0 && spent < 0.5) continue;  // it warmed up
    for (Entrant& e : entrants) {
      if (!e.out && e.seconds == kCannot) e.seconds = sample(e);  // slow ones: one sample
      e.out = e.out || e.seconds > kHopeless * best;
    }
    if (spent > 4 * kEnough || (round >= kFewRounds && spent > kEnough)) break;
  }
}

}  // namespace

std::string KernelChoice::name() const {
  std::string text(row->name);
  if (variant > 0) text += cat("/", variant);
  if (layout) text += *layout == Layout::plain ? " plain" : " channels_last";
  if (threads > 0) text += cat(" ", threads, threads == 1 ? " thread" : " threads");
  return text;
}

ThreadScope::ThreadScope(int wanted)
    : before_(pare::threads()), changed_(wanted > 0 && wanted != before_) {
  if (wanted > 0) set_threads(wanted);
}

ThreadScope::~ThreadScope() {
  if (changed_) set_threads(before_);
}

Prepared make_candidate(const KernelChoice& candidate, const Unit& unit, PlanFacts& facts) {
  const ThreadScope scope(candidate.threads);
  facts.forced_layout = candidate.layout;
  const auto make = [&] {
    return candidate.variant == 0 ? candidate.row->make(unit, facts)
                                  : candidate.row->make_variant(unit, facts, candidate.variant);
  };
  try {
    Prepared made = make();
    facts.forced_layout.reset();
    return made;
  } catch (...) {
    facts.forced_layout.reset();
    throw;
  }
}

ReaderLayout layout_of_readers(const Value& value, int depth) {
  constexpr int kDeepest = 4;
  if (depth == kDeepest) return ReaderLayout::either;
  bool plain = value.is_graph_output();
  for (const Use& use : value.uses()) {
    const Node& node = *use.node;
    if (is_one_of(node, {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool",
                         "GlobalMaxPool", "FusedConv"})) {
      return ReaderLayout::channels_last;
    }
    if (is_one_of(node, {"Reshape", "Flatten", "MatMul", "Gemm", "LayerNormalization"})) {
      plain = true;
      continue;
    }
    for (const Value* next : node.outputs()) {
      if (next == nullptr || !next->known_shape()) continue;
      const ReaderLayout wanted = layout_of_readers(*next, depth + 1);
      if (wanted == ReaderLayout::channels_last) return wanted;
      plain = plain || wanted == ReaderLayout::plain;
    }
  }
  return plain ? ReaderLayout::plain : ReaderLayout::either;
}

void Tuner::add_variants(const Unit& unit, std::vector<KernelChoice>& candidates) const {
  if (timings_.options().how != Tuning::full) return;
  const std::size_t rows = candidates.size();
  for (std::size_t i = 0; i < rows; ++i) {
    const KernelRow* row = candidates[i].row;
    const int more = row->variants == nullptr ? 0 : row->variants(unit, facts_);
    for (int v = 1; v <= more; ++v) {
      KernelChoice c{row};
      c.variant = v;
      candidates.push_back(std::move(c));
    }
  }
  const auto is_free = [&](const Value* v) { return v == nullptr || can_reorder(v->dtype()); };
  const bool moves = std::any_of(unit.inputs.begin(), unit.inputs.end(),
                                 [&](const Value* v) {
                                   return v != nullptr && facts_.constant(v) == nullptr &&
                                          !layouts_agree(shape_of(*v));
                                 }) &&
                     std::all_of(unit.inputs.begin(), unit.inputs.end(), is_free) &&
                     std::all_of(unit.outputs.begin(), unit.outputs.end(), is_free);
  if (moves && facts_.has_layout) {
    const bool last = facts_.preferred_layout(unit) == Layout::channels_last;
    for (std::size_t i = 0; i < rows; ++i) {
      KernelChoice c{candidates[i].row};
      c.layout = last ? Layout::plain : Layout::channels_last;
      candidates.push_back(std::move(c));
    }
  }
  if (pare::threads() == 1) return;
  for (std::size_t i = 0, all = candidates.size(); i < all; ++i) {
    KernelChoice c{candidates[i].row, candidates[i].variant, 1, candidates[i].layout};
    candidates.push_back(std::move(c));
  }
}

double Tuner::reorder_ms(const Value& value, Layout from, Layout to) {
  const Shape shape = shape_of(value);
  if (from == to || layouts_agree(shape) || !can_reorder(value.dtype())) return 0;
  const std::string question =
      question_hash(cat("reorder ", value.dtype().name(), to_string(shape), static_cast<int>(to),
                        " threads ", pare::threads()));
  if (const auto known = timings_.find(question, 1)) return known->front();
  if (timings_.frozen()) return 0;
  const std::unique_ptr<Kernel> kernel = make_reorder(value.dtype(), shape, from, to);
  Tensor a = realistic(value);
  Tensor b = realistic(value);
  std::byte* in = a.mutable_bytes().data();
  std::byte* out = b.mutable_bytes().data();
  std::vector<Entrant> alone(1);
  alone[0].name = "reorder";
  alone[0].run = [&] {
    kernel->run({std::span<std::byte* const>(&in, 1), std::span<std::byte* const>(&out, 1)});
  };
  race(alone, timings_.options());
  timings_.add(question, {alone[0].seconds * 1e3});
  return alone[0].seconds * 1e3;
}

double Tuner::neighbours_ms(const Unit& unit, const Prepared& made) {
  double ms = 0;
  const auto other = [](Layout l) {
    return l == Layout::plain ? Layout::channels_last : Layout::plain;
  };
  for (const Wanted& w : made.inputs) {
    const bool there = !facts_.has_layout || facts_.has_layout(w.value, w.layout);
    if (there || facts_.constant(w.value) != nullptr) continue;
    ms += reorder_ms(*w.value, other(w.layout), w.layout);
  }
  if (unit.output() == nullptr || made.outputs.empty()) return ms;
  const ReaderLayout readers = layout_of_readers(*unit.output(), 0);
  if (readers == ReaderLayout::either) return ms;
  const Layout wanted = readers == ReaderLayout::plain ? Layout::plain : Layout::channels_last;
  return ms + reorder_ms(*unit.output(), made.outputs[0], wanted);
}

std::vector<double> Tuner::measure_kernels(const Unit& unit,
                                           std::vector<KernelChoice>& candidates) const {
  Bench bench(unit, facts_);
  std::vector<std::vector<std::byte*>> in(candidates.size());
  std::vector<std::vector<std::byte*>> out(candidates.size());
  std::vector<Entrant> entrants(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    KernelChoice& c = candidates[i];
    entrants[i].name = c.name();
    entrants[i].out = !c.ready;
    if (!c.ready) continue;
    if (c.made.kernel == nullptr) {
      entrants[i].out = true;
      entrants[i].seconds = 0;
      continue;
    }
    entrants[i].run = [&c, args = bench.arguments(c.made, in[i], out[i])] {
      const ThreadScope scope(c.threads);
      c.made.kernel->run(args);
    };
  }
  race(entrants, timings_.options());
  std::vector<double> ms;
  ms.reserve(entrants.size());
  for (const Entrant& e : entrants) ms.push_back(e.seconds == kCannot ? kCannot : e.seconds * 1e3);
  return ms;
}

std::vector<double> Tuner::measure(const Unit& unit, std::vector<KernelChoice>& candidates) {
  for (KernelChoice& c : candidates) {
    try {
      c.made = make_candidate(c, unit, facts_);
      c.ready = true;
    } catch (const Error& error) {
      if (error.fault() != Fault::unsupported) throw;
    }
  }
  std::vector<double> ms = measure_kernels(unit, candidates);
  for (std::size_t i = 0; i < ms.size(); ++i) {
    if (candidates[i].ready) ms[i] += neighbours_ms(unit, candidates[i].made);
  }
  return ms;
}

void Tuner::choose(const Unit& unit, std::vector<KernelChoice>& candidates,
                   std::vector<std::string>& refused, std::vector<std::string>& slower) {
  const std::string question = question_hash(question_text(unit, candidates, facts_));
  std::optional<std::vector<double>> ms = timings_.find(question, candidates.size());
  if (!ms) {
    if (timings_.frozen()) return;
    ms = measure(unit, candidates);
    timings_.add(question, *ms);
  }
  const double least = *std::min_element(ms->begin(), ms->end());
  std::size_t winner = 0;
  while ((*ms)[winner] > least * kTie) ++winner;
  std::vector<KernelChoice> order;
  order.push_back(std::move(candidates[winner]));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i == winner) continue;
    if ((*ms)[i] >= kCannot) {
      refused.push_back(cat(candidates[i].name(), ": cannot be made"));
      continue;
    }
    slower.push_back(cat(candidates[i].name(), ": ", fixed((*ms)[i], 4), " ms against ",
                         fixed((*ms)[winner], 4), " ms"));
    candidates[i].made = Prepared();  // its packed weights
    candidates[i].ready = false;
    order.push_back(std::move(candidates[i]));
  }
  candidates = std::move(order);
}

}  // namespace pare
