#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "evaluate/exchange.hpp"
#include "evaluate/measure.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

double since_ms(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// VmHWM: the most memory that was resident at any time.
std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) {
      return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;  // in kB
    }
  }
  return 0;
}

Tensor made_up(const PortInfo& port, const std::map<std::string, std::int64_t>& sizes, Rng rng) {
  if (!port.type.dtype.valid() || port.type.kind != ValueType::Kind::tensor) {
    throw Error(Fault::unsupported, cat("cannot make up input '", escape_terminal(port.name),
                                        "', which is ", port.type.text()));
  }
  Shape shape;
  for (const Dim& dim : port.type.shape.value_or(SymShape{})) {
    if (dim.is_number()) {
      shape.push_back(dim.number());
    } else {
      const auto it = sizes.find(dim.text());
      shape.push_back(it != sizes.end() ? it->second : 1);
    }
  }
  const DType type = port.type.dtype;
  if (type.kind() == ElementKind::string) {
    throw Error(Fault::unsupported, cat("input '", escape_terminal(port.name), "' is text"));
  }
  Tensor values(ElementKind::f32, shape);
  for (float& x : values.mutable_data<float>()) x = type.is_float() ? rng.uniform() : 1.0F;
  return type.kind() == ElementKind::f32 ? values : values.cast(type);
}

class Child {
 public:
  explicit Child(const TargetEnvironment& environment) : environment_(environment) {}

  json answer(const json& request) {
    const auto what = request.at("do").get<std::string>();
    if (what == "load") return load(request);
    if (model_ == nullptr) throw Error(Fault::usage, "nothing is loaded");
    if (what == "run") return run(request.at("warm").get<int>(), request.at("count").get<int>());
    if (what == "run_for") return run_for(request.at("seconds").get<double>());
    if (what == "outputs") {
      write_tensors(request.at("file").get<std::string>(), model_->run(inputs_));
      return json::object();
    }
    if (what == "memory") return {{"peak_bytes", peak_bytes()}, {"base_bytes", base_bytes_}};
    throw Error(Fault::usage, cat("unknown request ", what));
  }

 private:
  json load(const json& request) {
    TargetChoice choice = choose_target(request.at("target").get<std::string>(), environment_);
    choice.options.threads = request.at("threads").get<int>();
    choice.options.exact_convolutions = request.at("exact_convolutions").get<bool>();
    choice.options.tuning.how = tuning_of(request.at("tuning").get<std::string>());
    choice.options.release_weights = true;
    set_threads(choice.options.threads);
    const TargetStatus status = choice.target->status(choice.options);  // loads its library
    base_bytes_ = peak_bytes();
    const Clock::time_point start = Clock::now();
    model_ = choice.target->load(request.at("model").get<std::string>(), choice.options);
    if (const auto inputs = request.find("inputs"); inputs != request.end()) {
      inputs_ = read_tensors(inputs->get<std::string>());
    } else {
      inputs_ = make_up_inputs(model_->inputs(),
                               request.at("sizes").get<std::map<std::string, std::int64_t>>(),
                               request.at("seed").get<std::uint64_t>());
    }
    (void)model_->run(inputs_);  // planning is part of loading
    return {{"load_ms", since_ms(start)}, {"version", status.version}};
  }

  json run(int warm, int count) {
    for (int i = 0; i < warm; ++i) (void)model_->run(inputs_);
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
      const Clock::time_point start = Clock::now();
      (void)model_->run(inputs_);
      times.push_back(since_ms(start));
    }
    return {{"ms", times}};
  }

  json run_for(double seconds) {
    std::int64_t runs = 0;
    const Clock::time_point start = Clock::now();
    double passed_ms = 0;
    while (passed_ms < seconds * 1000 || runs == 0) {
      (void)model_->run(inputs_);
      ++runs;
      passed_ms = since_ms(start);
    }
    return {{"runs", runs}, {"ms", passed_ms}};
  }

  const TargetEnvironment& environment_;
  std::unique_ptr<LoadedModel> model_;
  std::vector<Tensor> inputs_;
  std::uint64_t base_bytes_ = 0;
};

json answer_or_error(Child& child, const std::string& line) {
  try {
    json answer = child.answer(json::parse(line));
    answer["ok"] = true;
    return answer;
  } catch (const Error& error) {
    return {{"ok", false}, {"fault", error.exit_code()}, {"error", valid_utf8(error.message())}};
  } catch (const std::bad_alloc&) {
    return {
        {"ok", false}, {"fault", static_cast<int>(Fault::resource)}, {"error", "memory ran out"}};
  } catch (const std::exception& error) {
    return {{"ok", false},
            {"fault", static_cast<int>(Fault::internal)},
            {"error", valid_utf8(error.what())}};
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

std::vector<Tensor> make_up_inputs(const std::vector<PortInfo>& ports,
                                   const std::map<std::string, std::int64_t>& sizes,
                                   std::uint64_t seed) {
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    inputs.push_back(made_up(ports[i], sizes, Rng(seed, i)));
  }
  return inputs;
}

int measure_child_main(const TargetEnvironment& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What a runtime prints must not come between the answers.
  const int out = dup(STDOUT_FILENO);
  if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return static_cast<int>(Fault::io);
  Child child(environment);
  for (std::string line; std::getline(std::cin, line);) {
    if (!write_all(out, answer_or_error(child, line).dump() + "\n")) break;
  }
  return 0;
}

}  // namespace pare
