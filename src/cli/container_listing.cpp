#include "cli/container_listing.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/console.hpp"

namespace pare {
namespace {

constexpr std::size_t kMostFactCharacters = 80;

struct Sum {
  std::uint64_t tensors = 0;
  std::uint64_t values = 0;
  std::uint64_t bytes = 0;

  void add(const StoredTensor& t) {
    ++tensors;
    values += checked_count(t.shape);
    bytes += t.bytes.size();
  }
  [[nodiscard]] double bits_per_value() const {
    return values == 0 ? 0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(values);
  }
  [[nodiscard]] nlohmann::json json() const {
    return {{"tensors", tensors},
            {"values", values},
            {"bytes", bytes},
            {"bits_per_weight", bits_per_value()}};
  }
};

std::map<std::string, Sum> sums_by_type(const Contents& c) {
  std::map<std::string, Sum> sums;
  for (const StoredTensor& t : c.tensors) sums[std::string(t.type->name)].add(t);
  return sums;
}

Sum sum_of(const Contents& c) {
  Sum sum;
  for (const StoredTensor& t : c.tensors) sum.add(t);
  return sum;
}

std::uint64_t file_bytes(const Contents& c) {
  std::uint64_t bytes = 0;
  for (const auto& f : c.files) bytes += f.size_bytes;
  return bytes;
}

std::string bits_text(double bits) { return fixed(bits, 3); }

std::string fact_text(const ContainerFact& f) {
  std::string text = f.value.is_string()
                         ? f.value.get<std::string>()
                         : f.value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const bool shortened = f.value.is_array() && f.count > f.value.size();
  if (shortened) text.back() = ',';
  text = escape_terminal(text, kMostFactCharacters);
  return shortened ? cat(text, " ... ] (", f.count, ")") : text;
}

std::string head_text(const Contents& c) {
  const Sum all = sum_of(c);
  Table head({});
  head.row({"format", c.format});
  head.row({"architecture", c.architecture.empty() ? "not said" : escape_terminal(c.architecture)});
  head.row({"size", human_bytes(file_bytes(c))});
  if (c.files.size() > 1) head.row({"files", cat(c.files.size())});
  head.row({"tensors", cat(all.tensors)});
  head.row({"parameters", cat(all.values)});
  if (all.values > 0) head.row({"bits per weight", bits_text(all.bits_per_value())});
  return head.text();
}

}  // namespace

std::string container_text(const Contents& c) {
  std::string out = head_text(c);
  if (!c.facts.empty()) {
    // In one cell, so that numbers do not go to the right of long texts.
    std::size_t width = 0;
    for (const ContainerFact& f : c.facts) width = std::max(width, f.type.size());
    Table facts({"metadata",
                 cat("type", std::string(std::max<std::size_t>(width, 4) - 4, ' '), "  value")});
    for (const ContainerFact& f : c.facts) {
      facts.row({escape_terminal(f.name),
                 cat(f.type, std::string(width - f.type.size(), ' '), "  ", fact_text(f))});
    }
    out += "\n" + facts.text();
  }
  if (!c.tensors.empty()) {
    Table tensors({"tensor", "type", "shape", "bytes", "bits per weight"});
    for (const StoredTensor& t : c.tensors) {
      tensors.row({escape_terminal(t.name), std::string(t.type->name), to_string(t.shape),
                   cat(t.bytes.size()), bits_text(t.type->bits_per_value())});
    }
    Table types({"type", "tensors", "values", "bytes", "bits per weight"});
    for (const auto& [name, sum] : sums_by_type(c)) {
      types.row({name, cat(sum.tensors), cat(sum.values), cat(sum.bytes),
                 bits_text(sum.bits_per_value())});
    }
    out += "\n" + tensors.text() + "\n" + types.text();
  }
  for (const std::string& note : c.notes) out += cat("\nnote: ", note, "\n");
  return out;
}

nlohmann::json container_json(const Contents& c) {
  const Sum all = sum_of(c);
  nlohmann::json j = {{"format", c.format},        {"architecture", valid_utf8(c.architecture)},
                      {"bytes", file_bytes(c)},    {"parameters", all.values},
                      {"tensor_bytes", all.bytes}, {"bits_per_weight", all.bits_per_value()},
                      {"notes", c.notes}};
  j["files"] = nlohmann::json::array();
  for (const auto& f : c.files) {
    j["files"].push_back({{"path", valid_utf8(f.path.string())}, {"bytes", f.size_bytes}});
  }
  j["metadata"] = nlohmann::json::array();
  for (const ContainerFact& f : c.facts) {
    j["metadata"].push_back({{"name", valid_utf8(f.name)},
                             {"type", f.type},
                             {"count", f.count},
                             {f.value.is_array() ? "first" : "value", f.value}});
  }
  j["tensors"] = nlohmann::json::array();
  for (const StoredTensor& t : c.tensors) {
    j["tensors"].push_back({{"name", valid_utf8(t.name)},
                            {"type", t.type->name},
                            {"shape", t.shape},
                            {"bytes", t.bytes.size()},
                            {"bits_per_weight", t.type->bits_per_value()},
                            {"decoded", t.type->dtype.valid()},
                            {"file", t.file}});
  }
  j["types"] = nlohmann::json::object();
  for (const auto& [name, sum] : sums_by_type(c)) j["types"][name] = sum.json();
  return j;
}

}  // namespace pare
