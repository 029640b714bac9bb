#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "targets/onnxruntime/api.hpp"

namespace pare::ort {

/// The library once loaded. It stays in memory until the process ends: it keeps threads and
/// per-thread state that do not survive unloading.
struct Library {
  std::filesystem::path path;
  std::string version;
  const void* table = nullptr;  ///< of kApiVersion
};

/// Places where libonnxruntime.so may lie, in order, files only where they exist.
struct Search {
  std::vector<std::filesystem::path> found;
  std::vector<std::string> looked_at;  ///< for people
};

/// `wanted` (a file or a folder; from "onnxruntime:PATH") and PARE_ONNXRUNTIME exclude all other
/// places; then beside the program, node_modules and build/onnxruntime below `from` and its
/// parents, Python's packages, the system's library folders.
Search search_libraries(const std::string& wanted, const std::filesystem::path& from);

/// Loads one library. Errors: Fault::missing with the loader's text, Fault::unsupported when it is
/// older than kApiVersion.
Library open_library(const std::filesystem::path& path);

/// The first one that loads. Fault::missing naming the places and what went wrong.
Library find_library(const std::string& wanted);

}  // namespace pare::ort
