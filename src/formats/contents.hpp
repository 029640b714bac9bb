#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "formats/container.hpp"

namespace pare {

/// Something that a container says beside its tensors.
struct ContainerFact {
  std::string name;
  std::string type;         ///< "u32", "array of text"; "" where the format has one type only
  std::uint64_t count = 1;  ///< elements of an array
  nlohmann::json value;     ///< of an array: its first elements (kMostShownItems)
};
inline constexpr std::uint64_t kMostShownItems = 8;

/// What lies in a container of tensors, without a graph: what `pare inspect` shows.
struct Contents {
  std::string format;        ///< "GGUF version 3"
  std::string architecture;  ///< as the file names it; "" = it does not say
  struct FileOf {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
  };
  std::vector<FileOf> files;
  std::vector<ContainerFact> facts;
  std::vector<StoredTensor> tensors;
  std::vector<std::string> notes;          ///< what is odd and no error
  std::shared_ptr<const void> keep_alive;  ///< of the bytes of the tensors
};

}  // namespace pare
