// Cases run in child processes that are forked before anything multi-threaded has begun. A child
// works through a list of cases and reports each by a line of JSON; when it dies, the case that it
// was at has failed and a new child goes on behind it.

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.hpp"
#include "conformance/suite.hpp"

namespace pare::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

/// So many cases per child: one that leaks or grows does not live long.
constexpr std::size_t kPerChild = 64;

json to_json(const Outcome& o) {
  return {{"status", static_cast<int>(o.status)},
          {"reason", o.reason},
          {"operators", o.operators},
          {"random", o.random},
          {"judged", o.judged},
          {"seconds", o.seconds}};
}

Outcome from_json(const json& j) {
  return {static_cast<Status>(j.at("status").get<int>()),
          j.at("reason"),
          j.at("operators"),
          j.at("random"),
          j.at("judged"),
          j.at("seconds")};
}

bool write_all(int fd, const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t n = ::write(fd, text.data() + at, text.size() - at);
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

struct Child {
  pid_t pid = -1;
  int fd = -1;
  std::size_t at = 0;  ///< the case it is at
  std::size_t end = 0;
  std::string buffer;
  Clock::time_point since = Clock::now();
};

class Crew {
 public:
  Crew(const std::vector<Case>& cases, const RunOptions& options)
      : cases_(cases), options_(options), outcomes_(cases.size()) {}

  std::vector<Outcome> run() {
    while (next_ < cases_.size() || !children_.empty()) {
      const auto jobs = static_cast<std::size_t>(std::max(options_.jobs, 1));
      while (next_ < cases_.size() && children_.size() < jobs) {
        const std::size_t end = std::min(next_ + kPerChild, cases_.size());
        start(next_, end);
        next_ = end;
      }
      listen();
    }
    return std::move(outcomes_);
  }

 private:
  void start(std::size_t begin, std::size_t end) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw Error(Fault::resource, "no pipe for a child");
    std::fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw Error(Fault::resource, "cannot start a child");
    if (pid == 0) {
      close(ends[0]);
      for (std::size_t i = begin; i < end; ++i) {
        if (!write_all(ends[1], to_json(run_case(cases_[i])).dump() + "\n")) break;
      }
      _exit(0);
    }
    close(ends[1]);
    children_.push_back({pid, ends[0], begin, end, {}, Clock::now()});
  }

  void listen() {
    std::vector<pollfd> fds;
    for (const Child& c : children_) fds.push_back({c.fd, POLLIN, 0});
    constexpr int kTick_ms = 500;
    poll(fds.data(), fds.size(), kTick_ms);
    for (std::size_t i = children_.size(); i-- > 0;) {
      Child& child = children_[i];
      const double seconds = std::chrono::duration<double>(Clock::now() - child.since).count();
      bool gone = false;
      if (fds[i].revents != 0) gone = !take(child);
      const bool hangs = !gone && seconds > options_.timeout_seconds;
      if (hangs) kill(child.pid, SIGKILL);
      if (gone || hangs) bury(i, hangs);
    }
  }

  /// Reads what there is; false at the end.
  bool take(Child& child) {
    std::array<char, 65536> block{};
    const ssize_t n = read(child.fd, block.data(), block.size());
    if (n <= 0) return false;
    child.buffer.append(block.data(), static_cast<std::size_t>(n));
    for (std::size_t end = 0; (end = child.buffer.find('\n')) != std::string::npos;) {
      outcomes_.at(child.at++) = from_json(json::parse(child.buffer.substr(0, end)));
      child.buffer.erase(0, end + 1);
      child.since = Clock::now();
    }
    return true;
  }

  void bury(std::size_t i, bool hung) {
    const Child child = children_[i];
    close(child.fd);
    int status = 0;
    waitpid(child.pid, &status, 0);
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
    if (child.at >= child.end) return;
    Outcome& outcome = outcomes_[child.at];
    outcome.status = hung ? Status::timed_out : Status::crashed;
    if (hung) {
      outcome.reason = cat("no answer after ", options_.timeout_seconds, " s");
    } else if (WIFSIGNALED(status)) {
      outcome.reason = cat("the process died: ", strsignal(WTERMSIG(status)));
    } else {
      outcome.reason = cat("the process ended with code ", WEXITSTATUS(status));
    }
    if (child.at + 1 < child.end) start(child.at + 1, child.end);
  }

  const std::vector<Case>& cases_;
  RunOptions options_;
  std::vector<Outcome> outcomes_;
  std::vector<Child> children_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<Outcome> run_all(const std::vector<Case>& cases, const RunOptions& options) {
  return Crew(cases, options).run();
}

}  // namespace pare::conformance
