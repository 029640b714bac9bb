#include "search/study.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <system_error>

#include "base/error.hpp"

namespace pare {
namespace {

constexpr int kBusyMs = 10000;

struct Finalize {
  void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK) return nullptr;
  return Statement(raw);
}

void bind(sqlite3_stmt* s, int at, const std::string& text) {
  // A null destructor: the text outlives the statement's only step.
  sqlite3_bind_text(s, at, text.data(), static_cast<int>(text.size()), nullptr);
}

}  // namespace

void Study::Close::operator()(sqlite3* db) const noexcept { sqlite3_close(db); }

Study::Study(const std::filesystem::path& path) : path_(path) {
  if (!path.empty() && path.has_parent_path()) {
    std::error_code ignored;  // opening says what is wrong
    std::filesystem::create_directories(path.parent_path(), ignored);
  }
  sqlite3* raw = nullptr;
  const std::string name = path.empty() ? std::string(":memory:") : path.string();
  const int status =
      sqlite3_open_v2(name.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  db_.reset(raw);
  if (status != SQLITE_OK) fail("cannot open");
  sqlite3_busy_timeout(raw, kBusyMs);
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute(
      "CREATE TABLE IF NOT EXISTS trial (key TEXT PRIMARY KEY, value TEXT NOT NULL, "
      "created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");
}

Study::~Study() = default;

std::optional<nlohmann::json> Study::get(const std::string& key) const {
  const Statement s = prepare(db_.get(), "SELECT value FROM trial WHERE key = ?");
  if (s == nullptr) fail("cannot read");
  bind(s.get(), 1, key);
  const int status = sqlite3_step(s.get());
  if (status == SQLITE_DONE) return std::nullopt;
  if (status != SQLITE_ROW) fail("cannot read");
  const void* text = sqlite3_column_blob(s.get(), 0);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(s.get(), 0));
  const std::string value(static_cast<const char*>(text), size);
  nlohmann::json json = nlohmann::json::parse(value, nullptr, false);
  if (json.is_discarded()) {
    throw Error(Fault::corrupt, cat("study ", path_.string(), " holds a trial that is not JSON"));
  }
  return json;
}

void Study::put(const std::string& key, const nlohmann::json& value) {
  const Statement s = prepare(db_.get(), "INSERT OR REPLACE INTO trial (key, value) VALUES (?, ?)");
  if (s == nullptr) fail("cannot write");
  const std::string text = value.dump();
  bind(s.get(), 1, key);
  bind(s.get(), 2, text);
  if (sqlite3_step(s.get()) != SQLITE_DONE) fail("cannot write");
}

std::int64_t Study::size() const {
  const Statement s = prepare(db_.get(), "SELECT COUNT(*) FROM trial");
  if (s == nullptr || sqlite3_step(s.get()) != SQLITE_ROW) fail("cannot read");
  return sqlite3_column_int64(s.get(), 0);
}

void Study::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("cannot use");
}

void Study::fail(const std::string& what) const {
  const int code = db_ != nullptr ? sqlite3_errcode(db_.get()) : SQLITE_NOMEM;
  const char* message = db_ != nullptr ? sqlite3_errmsg(db_.get()) : "out of memory";
  const bool corrupt = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
  throw Error(corrupt ? Fault::corrupt : Fault::io,
              cat(what, " study ", path_.string(), ": ", message));
}

std::filesystem::path default_study_path() {
  // NOLINTBEGIN(concurrency-mt-unsafe): read once, before threads start
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  // NOLINTEND(concurrency-mt-unsafe)
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "pare" / "study.db";
  if (home != nullptr && *home != '\0') {
    return std::filesystem::path(home) / ".cache" / "pare" / "study.db";
  }
  return {};
}

}  // namespace pare
