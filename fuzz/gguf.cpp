// GGUF files: metadata with every accessor, tensors decoded, the graph built, and written again:
// what is read must come back from the writer as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "architectures/registry.hpp"
#include "base/budget.hpp"
#include "base/error.hpp"
#include "base/temporary_directory.hpp"
#include "formats/gguf/checkpoint.hpp"
#include "formats/gguf/writer.hpp"

namespace {

using pare::gguf::Entry;
using pare::gguf::GgufFile;
using pare::gguf::Value;
using pare::gguf::ValueType;

void look_at(const Value& v) {
  if (v.type() == ValueType::array) {
    for (const Value& item : v.items(4)) look_at(item);
    if (v.element() == ValueType::text) static_cast<void>(v.to_texts());
    return;
  }
  if (v.type() == ValueType::text) static_cast<void>(v.to_text());
  if (v.type() == ValueType::boolean) static_cast<void>(v.to_bool());
  try {
    static_cast<void>(v.to_real());
    static_cast<void>(v.to_unsigned());
  } catch (const pare::Error&) {
    return;  // texts and negative numbers
  }
}

/// The graph of the architecture that the file names, where there is one.
void build(const std::shared_ptr<const GgufFile>& file) {
  try {
    static_cast<void>(pare::build_language_model(pare::gguf::GgufCheckpoint(file)));
  } catch (const pare::Error&) {
    return;  // what is refused with a reason is well
  }
}

void write_again(const GgufFile& file, const std::filesystem::path& to) {
  std::vector<pare::PlannedTensor> plan;
  for (const pare::StoredTensor& t : file.tensors()) plan.push_back({t.name, t.type, t.shape});
  pare::gguf::GgufWriter writer(to, file.metadata(), plan, {.force = true});
  for (const pare::StoredTensor& t : file.tensors()) writer.put(t.bytes);
  writer.commit();
  const auto back = GgufFile::open(to);
  if (back->tensors().size() != file.tensors().size()) std::abort();
  for (const pare::StoredTensor& t : file.tensors()) {
    const pare::StoredTensor* b = back->find_tensor(t.name);
    if (b == nullptr || !std::equal(t.bytes.begin(), t.bytes.end(), b->bytes.begin())) std::abort();
  }
  for (const Entry& e : file.metadata()) {
    if (e.key.substr(0, 6) == "split.") continue;
    const Value* v = back->find(e.key);
    if (v == nullptr || !identical(*v, e.value)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pare::TemporaryDirectory folder;
  const pare::BudgetScope budget({.most_elements = std::int64_t{1} << 24U});
  pare::ReadOptions options;
  options.memory_budget_bytes = std::uint64_t{64} << 20U;
  try {
    const auto file = GgufFile::parse(std::as_bytes(std::span(data, size)), nullptr, options);
    for (const Entry& e : file->metadata()) look_at(e.value);
    build(file);
    write_again(*file, folder.path() / "again.gguf");
    for (const pare::StoredTensor& t : file->tensors()) {
      if (t.type->dtype.valid()) static_cast<void>(file->load(t).to_floats());
    }
  } catch (const pare::Error& e) {
    if (e.fault() == pare::Fault::internal) std::abort();
  }
  return 0;
}
