#include "cli/console.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <memory>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

volatile std::sig_atomic_t g_signal = 0;

void on_signal(int signal) {
  if (g_signal != 0) _exit(128 + signal);
  g_signal = signal;
}

/// Characters, not bytes: names may be in any script.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// A number, alone or with its unit ("0.59 ms", "1.52x"); not a name such as "16-bit weights".
bool is_number(const std::string& text) {
  const std::size_t sign = text.find_first_not_of("+-") == 1 ? 1 : 0;
  if (text.size() <= sign || std::isdigit(static_cast<unsigned char>(text[sign])) == 0)
    return false;
  const std::size_t end = text.find_first_not_of("+-.0123456789eE");
  return end == std::string::npos || text[end] == ' ' || text[end] == 'x';
}

bool draws() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && (term == nullptr || std::string_view(term) != "dumb");
}

/// One line on the terminal, redrawn at most ten times a second.
class Bar {
 public:
  ~Bar() { clear(); }
  Bar() = default;
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;

  void show(const ProgressEvent& e) {
    const auto now = std::chrono::steady_clock::now();
    if (e.stage == "trying") trying_ = e.detail;
    if (now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    std::string line = trying_.empty() ? std::string() : "[" + trying_ + "] ";
    line += e.stage;
    if (e.total > 0) {
      line += cat(" ", static_cast<int>(100 * std::clamp(e.done / e.total, 0.0, 1.0)), " %");
    }
    if (!e.detail.empty() && e.detail != trying_) line += " " + escape_terminal(e.detail, 40);
    if (e.seconds_left >= 0) line += ", " + human_time(e.seconds_left) + " left";
    constexpr std::size_t kColumns = 100;
    if (line.size() > kColumns) line.resize(kColumns);
    (void)std::fprintf(stderr, "\r\033[K%s", line.c_str());
    drawn_ = true;
  }

 private:
  void clear() const {
    if (drawn_) (void)std::fputs("\r\033[K", stderr);
  }
  std::string trying_;
  std::chrono::steady_clock::time_point last_{};
  bool drawn_ = false;
};

}  // namespace

std::string Table::text() const {
  std::vector<std::vector<std::string>> all = rows_;
  if (!header_.empty()) all.insert(all.begin(), header_);
  std::vector<std::size_t> widths;
  for (const auto& row : all) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : all) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      const bool right = i > 0 && is_number(row[i]);
      line += (i > 0 ? "  " : "") + (right ? space + row[i] : row[i] + space);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

void Console::print(const std::string& text) const {
  if (json()) return;
  (void)std::fputs(text.c_str(), stdout);
  if (text.empty() || text.back() != '\n') (void)std::fputc('\n', stdout);
}

void Console::result(const nlohmann::json& object) const {
  if (!json()) return;
  nlohmann::json all = {{"pare", 1}, {"verb", options_.verb}};
  all.update(object);
  const std::string text = all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  (void)std::fputs(text.c_str(), stdout);
}

void Console::note(const std::string& text) const {
  if (options_.quiet) return;
  (void)std::fprintf(stderr, "%s\n", text.c_str());
}

ProgressSink Console::progress() const {
  const bool visible = !options_.quiet && draws();
  auto bar = visible ? std::make_shared<Bar>() : nullptr;
  return [bar](const ProgressEvent& e) {
    if (g_signal != 0) throw Error(Fault::interrupted, "stopped; finished work is kept");
    if (bar != nullptr) bar->show(e);
  };
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A write beyond the limit of file sizes is an error like that of a full disk.
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, nullptr);
}

int caught_signal() noexcept { return g_signal; }

std::string percent(double share) { return fixed(share * 100, 2) + " %"; }

}  // namespace pare
