#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "search/trial.hpp"

struct sqlite3;

namespace pare {

/// Finished trials in an SQLite file, so that a stopped run goes on where it was and a repeated one
/// measures nothing twice. Every put is durable when it returns.
class Study {
 public:
  /// Opens or creates `path`; its directory is created. Errors: Fault::io, and Fault::corrupt when
  /// the file is not a study. An empty path keeps the study in memory.
  explicit Study(const std::filesystem::path& path);
  ~Study();
  Study(const Study&) = delete;
  Study& operator=(const Study&) = delete;

  /// The JSON stored under `key`.
  [[nodiscard]] std::optional<nlohmann::json> get(const std::string& key) const;
  void put(const std::string& key, const nlohmann::json& value);
  [[nodiscard]] std::int64_t size() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  void execute(const char* sql);
  [[noreturn]] void fail(const std::string& what) const;

  std::unique_ptr<sqlite3, Close> db_;
  std::filesystem::path path_;
};

/// $XDG_CACHE_HOME/pare/study.db, or ~/.cache/pare/study.db; empty (in memory) without a home.
std::filesystem::path default_study_path();

}  // namespace pare
