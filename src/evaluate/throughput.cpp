#include "evaluate/throughput.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/temporary_directory.hpp"
#include "evaluate/exchange.hpp"
#include "evaluate/fidelity.hpp"
#include "evaluate/process.hpp"

namespace pare {
namespace {

using nlohmann::json;

constexpr int kTries = 3;

/// A model loaded in a process of its own.
class Stream {
 public:
  explicit Stream(const MeasureOptions& options)
      : limit_(static_cast<std::int64_t>(options.timeout_seconds * 1000)),
        process_(options.program, {std::string(kMeasureArgument)}) {}

  json ask(const json& question) {
    json answer = json::parse(process_.ask(question.dump(), limit_), nullptr, false);
    if (!answer.is_object() || !answer.contains("ok")) {
      throw Error(Fault::internal, "the measuring process answers nonsense");
    }
    if (!answer.at("ok").get<bool>()) {
      throw Error(static_cast<Fault>(answer.at("fault").get<int>()),
                  answer.at("error").get<std::string>());
    }
    return answer;
  }

 private:
  std::chrono::milliseconds limit_;
  LineProcess process_;
};

/// All streams of one setting.
class Group {
 public:
  Group(const MeasureRequest& request, const std::string& dimension, const ThroughputSetting& s,
        const MeasureOptions& options)
      : batch_(s.batch) {
    json load = load_request(request);
    load["threads"] = s.threads;
    if (!dimension.empty()) load["sizes"][dimension] = s.batch;
    for (int i = 0; i < s.streams; ++i) {
      streams_.push_back(std::make_unique<Stream>(options));
      (void)streams_.back()->ask(load);
    }
  }

  /// The outputs, which must be the same bits in every stream.
  std::vector<Tensor> outputs() {
    const TemporaryDirectory folder;
    std::vector<Tensor> first;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      const std::filesystem::path file = folder.path() / cat("outputs", i);
      (void)streams_[i]->ask({{"do", "outputs"}, {"file", file.string()}});
      std::vector<Tensor> got = read_tensors(file);
      if (i == 0) {
        first = std::move(got);
        continue;
      }
      const bool same =
          std::equal(first.begin(), first.end(), got.begin(), got.end(),
                     [](const Tensor& a, const Tensor& b) { return identical(a, b); });
      if (!same) throw Error(Fault::internal, "two sessions of one model give different outputs");
    }
    return first;
  }

  struct Rate {
    double samples_per_s = 0;
    double run_ms = 0;
  };

  Rate run(double seconds) {
    std::vector<json> answers(streams_.size());
    std::vector<std::exception_ptr> failures(streams_.size());
    std::vector<std::thread> waiting;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      waiting.emplace_back([&, i] {
        try {
          answers[i] = streams_[i]->ask({{"do", "run_for"}, {"seconds", seconds}});
        } catch (...) {
          failures[i] = std::current_exception();
        }
      });
    }
    for (std::thread& t : waiting) t.join();
    for (const std::exception_ptr& failure : failures) {
      if (failure != nullptr) std::rethrow_exception(failure);
    }
    Rate rate;
    for (const json& a : answers) {
      const double runs = a.at("runs").get<double>();
      const double ms = a.at("ms").get<double>();
      rate.samples_per_s += runs * static_cast<double>(batch_) / ms * 1000;
      rate.run_ms += ms / runs / static_cast<double>(streams_.size());
    }
    return rate;
  }

  std::uint64_t memory() {
    std::uint64_t sum = 0;
    for (const auto& s : streams_) {
      sum += s->ask({{"do", "memory"}}).at("peak_bytes").get<std::uint64_t>();
    }
    return sum;
  }

 private:
  std::int64_t batch_;
  std::vector<std::unique_ptr<Stream>> streams_;
};

/// The first sample of an output that has samples along dimension 0.
Tensor first_sample(const Tensor& t, std::int64_t batch) {
  if (batch == 1 || t.rank() == 0 || t.dim(0) % batch != 0) return t;
  Shape shape = t.shape();
  shape[0] /= batch;
  std::vector<float> values = t.to_floats();
  values.resize(static_cast<std::size_t>(element_count(shape)));
  return Tensor::of<float>(shape, values);
}

double difference(const std::vector<Tensor>& want, const std::vector<Tensor>& got,
                  std::int64_t batch) {
  double most = 0;
  for (std::size_t i = 0; i < std::min(want.size(), got.size()); ++i) {
    const Tensor first = first_sample(got[i], batch);
    if (first.shape() != want[i].shape() || first.empty()) continue;
    Fidelity f;
    f.add(want[i], first);
    most = std::max(most, f.peak() > 0 ? f.max_abs() / f.peak() : f.max_abs());
  }
  return most;
}

}  // namespace

std::vector<ThroughputResult> measure_throughput(const MeasureRequest& request,
                                                 const std::string& batch_dimension,
                                                 const std::vector<ThroughputSetting>& settings,
                                                 double seconds, const MeasureOptions& options) {
  std::vector<std::unique_ptr<Group>> groups;
  std::vector<ThroughputResult> results;
  std::vector<Tensor> reference;
  for (const ThroughputSetting& s : settings) {
    groups.push_back(std::make_unique<Group>(request, batch_dimension, s, options));
    ThroughputResult r;
    r.setting = s;
    const std::vector<Tensor> outputs = groups.back()->outputs();
    if (reference.empty()) reference = outputs;
    r.difference = difference(reference, outputs, s.batch);
    results.push_back(r);
  }
  std::vector<std::vector<double>> rates(settings.size());
  const double total = seconds * kTries * static_cast<double>(settings.size());
  for (int t = 0; t < kTries; ++t) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const Group::Rate rate = groups[i]->run(seconds);
      rates[i].push_back(rate.samples_per_s);
      results[i].run_ms += rate.run_ms / kTries;
      if (!options.progress) continue;
      const double done = seconds * static_cast<double>(t * static_cast<int>(groups.size()) +
                                                        static_cast<int>(i) + 1);
      options.progress({"measuring", "sessions in turns", done, total, total - done});
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::sort(rates[i].begin(), rates[i].end());
    results[i].samples_per_s = quantile(rates[i], 0.5);
    if (results[i].samples_per_s > 0) {
      results[i].spread = (rates[i].back() - rates[i].front()) / results[i].samples_per_s;
    }
    results[i].memory_bytes = groups[i]->memory();
  }
  return results;
}

}  // namespace pare
