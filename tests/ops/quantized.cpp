#include "ops/quantized.hpp"

#include <cfenv>
#include <cmath>

namespace pare {

Tensor codes(ElementKind kind, Shape shape, const std::vector<int>& values) {
  std::vector<std::int64_t> wide(values.begin(), values.end());
  return Tensor::of<std::int64_t>(std::move(shape), wide).cast(dtype_of(kind));
}

Tensor code_noise(ElementKind kind, const Shape& shape, unsigned seed) {
  const Tensor x = noise(shape, seed);
  std::vector<int> values;
  const int middle = kind == ElementKind::u8 ? 128 : 0;
  for (const float v : x.data<float>()) {
    values.push_back(middle + static_cast<int>(std::floor(v * 128)));
  }
  return codes(kind, shape, values);
}

std::int64_t code_of(double x, double scale, std::int64_t zero, ElementKind kind) {
  const double least = kind == ElementKind::u8 ? 0 : -128;
  const double r = std::nearbyint(x / scale) + static_cast<double>(zero);
  return static_cast<std::int64_t>(std::fmin(std::fmax(r, least), least + 255));
}

std::vector<double> real_values(const Tensor& t, double scale, int zero) {
  std::vector<double> out;
  for (const std::int64_t c : t.to_ints()) out.push_back(static_cast<double>(c - zero) * scale);
  return out;
}

void expect_codes(const Tensor& got, double scale, int zero,
                  const std::function<double(std::size_t)>& want) {
  const std::vector<std::int64_t> c = got.to_ints();
  for (std::size_t i = 0; i < c.size(); ++i) {
    EXPECT_EQ(c[i], code_of(want(i), scale, zero, got.kind())) << "element " << i;
  }
}

std::vector<Tensor> run_contrib(const std::string& op, const std::vector<Tensor>& inputs,
                                const Attributes& attributes, std::size_t outputs) {
  return run_op(op, inputs, attributes, outputs, kMicrosoft);
}

}  // namespace pare
