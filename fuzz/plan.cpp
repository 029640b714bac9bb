// Plan files: the container, the graph and its weights. The first byte's lowest bit says whether
// the checksum of the index is put right, so that what lies behind it is reached.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "formats/plan/plan.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace {

constexpr std::size_t kHeader = 40;
constexpr std::size_t kSum = 32;  // where the checksum stands

/// The checksum that the index should have.
void put_right(std::vector<std::byte>& bytes) {
  if (bytes.size() < kHeader) return;
  std::uint64_t index = 0;
  std::memcpy(&index, bytes.data() + 24, sizeof index);
  if (index > bytes.size() - kHeader) return;
  std::vector<std::byte> summed(bytes.begin(), bytes.begin() + kSum);
  summed.insert(summed.end(), bytes.begin() + kHeader,
                bytes.begin() + static_cast<std::ptrdiff_t>(kHeader + index));
  const std::uint64_t sum = pare::checksum64(summed);
  std::memcpy(bytes.data() + kSum, &sum, sizeof sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto all = std::as_bytes(std::span(data, size));
  std::vector<std::byte> bytes(all.begin() + 1, all.end());
  if ((data[0] & 1) != 0) put_right(bytes);
  try {
    const pare::Model model = pare::plan::read_bytes(bytes, nullptr, "fuzz");
    static_cast<void>(pare::verify(*model.graph, pare::op_registry()));
    pare::infer_shapes(*model.graph, pare::op_registry());
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
