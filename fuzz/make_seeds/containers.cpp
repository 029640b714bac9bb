// Writes the seeds in fuzz/corpus/gguf and fuzz/corpus/safetensors. From the root of the
// repository:
//   c++ -std=c++20 -Isrc -Itests fuzz/make_seeds/containers.cpp -o build/container_seeds
//   build/container_seeds fuzz/corpus

#include <filesystem>
#include <fstream>
#include <iostream>

#include "formats/gguf/bytes.hpp"
#include "formats/safetensors/bytes.hpp"

namespace {

namespace fs = std::filesystem;

using pare::gguf_bytes::entry;
using pare::gguf_bytes::File;
using pare::gguf_bytes::le;
using pare::gguf_bytes::tensor;
using pare::gguf_bytes::text;

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_gguf(const fs::path& folder) {
  write(folder / "all_values", pare::gguf_bytes::small_file().bytes());
  File f;
  f.version = 2;
  f.alignment = 8;
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{8}))};
  const std::pair<std::uint32_t, std::int64_t> types[] = {{12, 256}, {14, 256}, {20, 32}, {34, 256},
                                                          {39, 32},  {40, 64},  {42, 64}, {30, 3}};
  const std::size_t sizes[] = {144, 210, 18, 54, 17, 36, 18, 6};
  for (std::size_t i = 0; i < std::size(types); ++i) {
    f.tensors.push_back(
        tensor(std::to_string(i), {types[i].second}, types[i].first, f.data.size()));
    f.data += pare::gguf_bytes::pattern(sizes[i]);
    while (f.data.size() % 8 != 0) f.data += '\0';
  }
  write(folder / "blocks", f.bytes());
  f = File();
  f.entries = {entry("split.no", 2, le(std::uint16_t{0})),
               entry("split.count", 2, le(std::uint16_t{2})),
               entry("split.tensors.count", 5, le(std::int32_t{2}))};
  write(folder / "part", f.bytes());
}

void write_safetensors(const fs::path& folder) {
  using pare::safetensors_bytes::file;
  write(folder / "types",
        std::string(1, '\0') + file(R"({"__metadata__":{"format":"pt"},)"
                                    R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                                    R"("b":{"dtype":"F8_E4M3","shape":[],"data_offsets":[8,9]},)"
                                    R"("c":{"dtype":"F6_E3M2","shape":[4],"data_offsets":[9,12]},)"
                                    R"("d":{"dtype":"BOOL","shape":[2],"data_offsets":[12,14]},)"
                                    R"("e":{"dtype":"C64","shape":[0],"data_offsets":[14,14]}})",
                                    pare::gguf_bytes::pattern(12) + std::string("\1\0", 2)));
  write(folder / "index",
        "\1{\"metadata\": {\"total_size\": 8}, \"weight_map\": {\"a\": \"x.safetensors\"},"
        " \"n\": [1, -2, 2.5e3, null, true, \"\\u00e9\"]}");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: container_seeds FOLDER\n";
    return 64;
  }
  const fs::path folder = argv[1];
  write_gguf(folder / "gguf");
  write_safetensors(folder / "safetensors");
  return 0;
}
