// Writes the seeds in fuzz/corpus/plan: small plan files behind the byte that fuzz/plan.cpp takes
// off. To be run again when pare's version changes. From the root of the repository:
//   c++ -std=c++20 -Isrc -Itests fuzz/make_seeds/plan.cpp src/base/checksum.cpp -lxxhash
//     -o build/plan_seeds
//   build/plan_seeds fuzz/corpus/plan 0.1.0

#include <iostream>
#include <span>

#include "base/checksum.hpp"
#include "support/tiny_onnx.hpp"

namespace {

using pare::tiny::File;
using pare::tiny::node;
using pare::tiny::raw;
using pare::tiny::value_info;

template <class T>
std::string value(T x) {
  return raw<T>({x});
}

std::string text(const std::string& t) {
  return value<std::uint32_t>(static_cast<std::uint32_t>(t.size())) + t;
}

struct Piece {
  std::uint32_t kind = 0;
  std::string name;
  std::string type;
  std::vector<std::int64_t> shape;
  std::string bytes;
};

std::uint64_t sum(const std::string& s) { return pare::checksum64(std::as_bytes(std::span(s))); }

std::size_t aligned(std::size_t n) { return (n + 63) / 64 * 64; }

std::string index_of(const std::vector<std::pair<std::string, std::string>>& facts,
                     const std::vector<Piece>& pieces, const std::vector<std::size_t>& offsets) {
  std::string out = value<std::uint32_t>(static_cast<std::uint32_t>(facts.size()));
  for (const auto& [name, fact] : facts) out += text(name) + text(fact);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& p = pieces[i];
    out += value(p.kind) + text(p.name) + text(p.type) +
           value<std::uint32_t>(static_cast<std::uint32_t>(p.shape.size()));
    for (const std::int64_t d : p.shape) out += value(d);
    out += value<std::uint64_t>(offsets[i]) + value<std::uint64_t>(p.bytes.size()) +
           value(sum(p.bytes));
  }
  return out;
}

std::string plan(const std::string& version, const std::vector<Piece>& pieces) {
  const std::vector<std::pair<std::string, std::string>> facts = {
      {"allow_bf16", "0"}, {"machine", "fuzz"}, {"pare", version}, {"shapes", "[2,4]"}};
  std::vector<std::size_t> offsets(pieces.size());
  const std::size_t index_bytes = index_of(facts, pieces, offsets).size();
  std::size_t end = 40 + index_bytes;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    offsets[i] = aligned(end);
    end = offsets[i] + pieces[i].bytes.size();
  }
  const std::string index = index_of(facts, pieces, offsets);
  std::string out = "PAREPLAN" + value<std::uint32_t>(1) +
                    value<std::uint32_t>(static_cast<std::uint32_t>(pieces.size())) +
                    value<std::uint64_t>(end) + value<std::uint64_t>(index_bytes);
  out += value(sum(out + index)) + index;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    out.resize(offsets[i], '\0');
    out += pieces[i].bytes;
  }
  return out;
}

Piece graph(bool apart) {
  File f;
  f.opset = 28;
  f.ir_version = 13;
  f.nodes = {node("MatMul", {"x", apart ? "pare.plan/w" : "x"}, {"y"})};
  f.inputs = {value_info("x", 1, {2, 4})};
  if (apart) f.inputs.push_back(value_info("pare.plan/w", 1, {4, 3}));
  f.outputs = {value_info("y", 1, {2, 3})};
  const std::string bytes = f.text();
  return {0, "graph", "uint8", {static_cast<std::int64_t>(bytes.size())}, bytes};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << '\1' << bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: plan_seeds FOLDER VERSION\n";
    return 64;
  }
  const std::filesystem::path folder = argv[1];
  const Piece weights = {1, "w", "float32", {4, 3}, raw(std::vector<float>(12, 0.5F))};
  const Piece packed = {2, "[2,4]|y|onednn:matmul|0|order", "uint8", {64}, std::string(64, '\7')};
  write(folder / "graph", plan(argv[2], {graph(false)}));
  write(folder / "weights", plan(argv[2], {graph(true), weights}));
  write(folder / "packed", plan(argv[2], {graph(true), weights, packed}));
  write(folder / "missing", plan(argv[2], {graph(true), packed}));
  return 0;
}
