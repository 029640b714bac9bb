#include "ops/_activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pare::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Params = std::array<double, 2>;

struct Known {
  const char* name;
  std::size_t count;  ///< of parameters
  Params defaults;
  double (*apply)(double x, const Params& p);
};

double plain_sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

constexpr Known kKnown[] = {
    {"", 0, {}, [](double x, const Params&) { return x; }},
    {"Relu", 0, {}, [](double x, const Params&) { return x < 0 ? 0 : x; }},
    {"Tanh", 0, {}, [](double x, const Params&) { return std::tanh(x); }},
    {"Sigmoid", 0, {}, [](double x, const Params&) { return plain_sigmoid(x); }},
    {"Softplus", 0, {}, [](double x, const Params&) { return std::log1p(std::exp(x)); }},
    {"Softsign", 0, {}, [](double x, const Params&) { return x / (1 + std::abs(x)); }},
    {"LeakyRelu", 1, {0.01}, [](double x, const Params& p) { return x < 0 ? p[0] * x : x; }},
    {"ThresholdedRelu", 1, {1}, [](double x, const Params& p) { return x > p[0] ? x : 0; }},
    {"Elu", 1, {1}, [](double x, const Params& p) { return x < 0 ? p[0] * std::expm1(x) : x; }},
    {"HardSigmoid",
     2,
     {0.2, 0.5},
     [](double x, const Params& p) { return std::clamp(p[0] * x + p[1], 0.0, 1.0); }},
    {"Clip",
     2,
     {-kInfinity, kInfinity},
     [](double x, const Params& p) { return std::min(std::max(x, p[0]), p[1]); }},
};

}  // namespace

std::function<double(double)> fused_activation(const AttributeReader& a, const std::string& name,
                                               const std::vector<float>& params) {
  for (const Known& k : kKnown) {
    if (name != k.name) continue;
    if (params.size() > k.count) {
      a.fail(cat("activation '", name, "' takes ", k.count, " numbers, has ", params.size()));
    }
    Params p = k.defaults;
    for (std::size_t i = 0; i < params.size(); ++i) p[i] = static_cast<double>(params[i]);
    return [apply = k.apply, p](double x) { return apply(x, p); };
  }
  throw Error(Fault::unsupported, cat(a.node().label(), ": activation '", name, "' is not known"));
}

}  // namespace pare::ops
