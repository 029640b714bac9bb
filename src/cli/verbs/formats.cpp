#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/decimal.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "cli/formats_page.hpp"
#include "cli/verb.hpp"
#include "compress/schemes.hpp"
#include "compress/weights/place.hpp"
#include "formats/format.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

std::string class_of(const DtypeInfo& info) {
  switch (info.group) {
    case DtypeClass::floating: return info.own_scale ? "block" : "float";
    case DtypeClass::signed_int: return "signed";
    case DtypeClass::unsigned_int: return "unsigned";
    case DtypeClass::boolean: return "bool";
    case DtypeClass::complex: return "complex";
    case DtypeClass::text: return "text";
  }
  return {};
}

std::string short_number(double v) {
  return std::fabs(v) < 1e6 ? cat(v)
                            : fixed(std::log2(std::fabs(v)), 0).insert(0, v < 0 ? "-2^" : "2^");
}

int list(Console& console) {
  Table table({"format", "bits", "values", "least", "greatest", "kind", "source"});
  nlohmann::json all = nlohmann::json::array();
  for (const DType type : all_dtypes()) {
    const DtypeInfo& info = type.info();
    const bool number = info.encode != nullptr;
    table.row({std::string(info.name), cat(type.bits_per_value()), cat(info.values),
               number ? short_number(info.min) : "", number ? short_number(info.max) : "",
               class_of(info), std::string(info.source)});
    nlohmann::json one = {{"name", info.name},      {"bits", type.bits_per_value()},
                          {"values", info.values},  {"bytes", info.bytes},
                          {"kind", class_of(info)}, {"own_scale", info.own_scale},
                          {"source", info.source}};
    if (number) {
      one["min"] = info.min;
      one["max"] = info.max;
    }
    all.push_back(std::move(one));
  }
  console.print(table.text());
  console.result({{"formats", all}});
  return 0;
}

struct WeightTensor {
  std::string name;
  WeightMatrix w;
};

std::vector<WeightTensor> weights_of(const std::string& path) {
  Model model = read_model(path);
  infer_shapes(*model.graph, op_registry());
  name_all_nodes(*model.graph);
  std::vector<WeightTensor> all;
  for (const Node* node : model.graph->nodes()) {
    auto w = weight_matrix(*node);
    if (w) all.push_back({node->name(), std::move(*w)});
  }
  if (all.empty()) {
    throw Error(Fault::unsupported,
                cat(path, " has no float32 weights of convolutions or matrix products"));
  }
  return all;
}

FormatRow judge(const ScaledFormat& format, const std::vector<WeightTensor>& weights) {
  FormatRow row;
  row.name = format.name();
  row.worst_db = std::numeric_limits<double>::infinity();
  double count = 0;
  double bits = 0;
  double relative = 0;
  for (const WeightTensor& t : weights) {
    const RoundTrip r = round_trip(format, t.w.values, t.w.columns);
    const auto n = static_cast<double>(t.w.values.size());
    count += n;
    bits += format.bits(t.w.rows, t.w.columns) * n;
    if (r.signal > 0) relative += r.noise / r.signal * n;
    const double db = std::min(r.sqnr_db(), 200.0);
    row.tensor_db.push_back(db);
    if (db < row.worst_db) {
      row.worst_db = db;
      row.worst = t.name;
    }
  }
  row.bits = bits / count;
  row.db = relative > 0 ? std::min(200.0, -10 * std::log10(relative / count)) : 200;
  return row;
}

/// Those that no other beats in both bits and accuracy.
void mark_front(std::vector<FormatRow>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const FormatRow& a, const FormatRow& b) {
    return a.bits != b.bits ? a.bits < b.bits : a.db > b.db;
  });
  double best = -std::numeric_limits<double>::infinity();
  for (FormatRow& row : rows) {
    row.front = row.db > best;
    best = std::max(best, row.db);
  }
}

int compare(const std::string& path, const std::string& page, bool force, Console& console) {
  const std::vector<WeightTensor> weights = weights_of(path);
  const std::vector<ScaledFormat> formats = scaled_formats();
  std::vector<FormatRow> rows(formats.size());
  parallel_for(static_cast<std::int64_t>(formats.size()), 1, [&](std::int64_t a, std::int64_t b) {
    for (std::int64_t i = a; i < b; ++i) rows[i] = judge(formats[i], weights);
  });
  mark_front(rows);
  Table table({"", "format, scales", "bits", "SQNR dB", "worst dB", "in"});
  nlohmann::json all = nlohmann::json::array();
  for (const FormatRow& r : rows) {
    table.row({r.front ? "*" : "", r.name, fixed(r.bits, 3), fixed(r.db, 2), fixed(r.worst_db, 2),
               r.worst});
    nlohmann::json tensors = nlohmann::json::object();
    for (std::size_t t = 0; t < weights.size(); ++t) tensors[weights[t].name] = r.tensor_db[t];
    all.push_back({{"format", r.name},
                   {"bits", r.bits},
                   {"sqnr_db", r.db},
                   {"worst_db", r.worst_db},
                   {"worst", r.worst},
                   {"front", r.front},
                   {"tensors", tensors}});
  }
  std::string text =
      cat(table.text(),
          "\n* nothing with as few bits is more accurate. Noise is taken "
          "relative to each tensor's power and averaged over weights. Scales: float32 "
          "for tensors and rows (output channels), float16 for groups.\n");
  if (!page.empty()) {
    AtomicFile file(page, force);
    const std::string html = formats_page(std::filesystem::path(path).filename().string(), rows);
    file.write(std::as_bytes(std::span(html)));
    file.commit();
    text += cat("written: ", page, "\n");
  }
  console.print(text);
  console.result({{"model", path}, {"formats", all}});
  return 0;
}

struct Arguments {
  std::string action;
  std::string model;
  std::string page;
  bool force = false;
};

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("action", a->action, "nothing: list them; compare: on the weights of a model")
      ->check(CLI::IsMember({"compare"}));
  app.add_option("model", a->model, "compare: model file");
  app.add_option("--html", a->page, "compare: write a page with a plot, too");
  app.add_flag("--force", a->force, "replace an existing page");
  return [a](Console& console) {
    if (a->action.empty()) return list(console);
    if (a->model.empty()) throw Error(Fault::usage, "compare needs a model");
    return compare(a->model, a->page, a->force, console);
  };
}

}  // namespace

VerbDef verb_formats() {
  return {"formats", "list the number formats, or compare them on the weights of a model",
          "  pare formats\n"
          "  pare formats compare model.onnx --html formats.html\n",
          setup};
}

}  // namespace pare
