#include "evaluate/exchange.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "base/file.hpp"

namespace pare {
namespace {

constexpr std::size_t kAlignment = 64;

std::size_t aligned(std::size_t n) { return (n + kAlignment - 1) / kAlignment * kAlignment; }

std::vector<Tensor> parse(const std::shared_ptr<const MappedFile>& file) {
  const std::span<const std::byte> all = file->bytes();
  const auto end = std::find(all.begin(), all.end(), std::byte{'\n'});
  if (end == all.end()) throw Error(Fault::corrupt, "no header line");
  std::string header(static_cast<std::size_t>(end - all.begin()), '\0');
  std::memcpy(header.data(), all.data(), header.size());
  std::size_t at = aligned(header.size() + 1);
  std::vector<Tensor> tensors;
  const nlohmann::json list = nlohmann::json::parse(header);
  for (const nlohmann::json& item : list) {
    const DType type = dtype_by_name(item.at("type").get<std::string>());
    if (!type.valid()) throw Error(Fault::corrupt, "unknown element type");
    const auto shape = item.at("shape").get<Shape>();
    const std::size_t size = byte_size(type, element_count(shape));
    if (at > all.size() || size > all.size() - at) throw Error(Fault::corrupt, "file too short");
    tensors.emplace_back(type, shape, all.subspan(at, size), file);
    at = aligned(at + size);
  }
  return tensors;
}

}  // namespace

void write_tensors(const std::filesystem::path& path, const std::vector<Tensor>& tensors) {
  nlohmann::json list = nlohmann::json::array();
  for (const Tensor& t : tensors) {
    if (t.kind() == ElementKind::string) {
      throw Error(Fault::unsupported, "text cannot be passed to another process");
    }
    list.push_back({{"type", std::string(t.type().name())}, {"shape", t.shape()}});
  }
  AtomicFile file(path, /*force=*/true);
  file.write(list.dump() + "\n");
  for (const Tensor& t : tensors) {
    file.align(kAlignment);
    file.write(t.bytes());
  }
  file.align(kAlignment);
  file.commit();
}

std::vector<Tensor> read_tensors(const std::filesystem::path& path) {
  return during([&] { return cat("reading ", path.string()); },
                [&] {
                  try {
                    return parse(MappedFile::open(path));
                  } catch (const nlohmann::json::exception& error) {
                    throw Error(Fault::corrupt, error.what());
                  }
                });
}

nlohmann::json load_request(const MeasureRequest& request) {
  return {{"do", "load"},
          {"model", request.model.string()},
          {"target", request.target},
          {"threads", request.threads},
          {"exact_convolutions", request.exact_convolutions},
          {"tuning", to_string(request.tuning)},
          {"sizes", request.sizes},
          {"seed", request.seed}};
}

}  // namespace pare
