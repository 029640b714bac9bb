// safetensors: headers, tensors decoded, and written again. The first byte says whether the rest is
// a file or an index of files.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/budget.hpp"
#include "base/error.hpp"
#include "base/strict_json.hpp"
#include "base/temporary_directory.hpp"
#include "formats/safetensors/file.hpp"
#include "formats/safetensors/writer.hpp"

namespace {

using pare::safetensors::SafetensorsFile;

void write_again(const SafetensorsFile& file, const std::filesystem::path& to) {
  std::vector<pare::PlannedTensor> plan;
  for (const pare::StoredTensor& t : file.tensors()) plan.push_back({t.name, t.type, t.shape});
  pare::safetensors::SafetensorsWriter writer(to, file.metadata(), plan, {.force = true});
  for (const pare::StoredTensor& t : file.tensors()) writer.put(t.bytes);
  writer.commit();
  const auto back = SafetensorsFile::open(to);
  if (back->metadata() != file.metadata()) std::abort();
  if (back->tensors().size() != file.tensors().size()) std::abort();
  for (const pare::StoredTensor& t : file.tensors()) {
    const pare::StoredTensor* b = back->find_tensor(t.name);
    if (b == nullptr || b->type != t.type || b->shape != t.shape) std::abort();
    if (!std::equal(t.bytes.begin(), t.bytes.end(), b->bytes.begin())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pare::TemporaryDirectory folder;
  if (size == 0) return 0;
  const pare::BudgetScope budget({.most_elements = std::int64_t{1} << 24U});
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  try {
    if ((data[0] & 1U) != 0) {
      const auto* text = static_cast<const char*>(static_cast<const void*>(bytes.data()));
      static_cast<void>(pare::parse_strict_json({text, bytes.size()}));
      return 0;
    }
    const auto file = SafetensorsFile::parse(bytes, nullptr);
    write_again(*file, folder.path() / "again.safetensors");
    for (const pare::StoredTensor& t : file->tensors()) {
      if (t.type->dtype.info().decode != nullptr) static_cast<void>(file->load(t).to_floats());
    }
  } catch (const pare::Error& e) {
    if (e.fault() == pare::Fault::internal) std::abort();
  }
  return 0;
}
