#include "evaluate/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestAnswer = std::size_t{64} << 20U;

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    std::string text = cat("was killed by signal ", signal, " (", strsignal(signal), ")");
    if (signal == SIGKILL) text += ", perhaps because memory ran out";
    return text;
  }
  return cat("ended with status ", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/// Waits for the child until `deadline`; true when it is gone.
bool wait_until(int pid, Clock::time_point deadline, int& status) {
  for (;;) {
    const int got = waitpid(pid, &status, WNOHANG);
    if (got == pid || (got < 0 && errno != EINTR)) return true;
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

LineProcess::LineProcess(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error(Fault::resource, cat("cannot make a socket pair: ", std::strerror(errno)));
  }
  socket_ = ends[0];
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int error = posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(socket_);
    throw Error(Fault::resource, cat("cannot start ", escape_terminal(program.string()), ": ",
                                     std::strerror(error)));
  }
}

LineProcess::~LineProcess() { stop(); }

void LineProcess::stop() noexcept {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  if (pid_ <= 0) return;
  int status = 0;
  if (!wait_until(pid_, Clock::now() + std::chrono::milliseconds(500), status)) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = -1;
}

void LineProcess::fail_ended() {
  int status = 0;
  std::string how = "closed its output";
  if (pid_ > 0 && wait_until(pid_, Clock::now() + std::chrono::seconds(2), status)) {
    how = how_it_ended(status);
    pid_ = -1;
  }
  stop();
  throw Error(Fault::unsupported, cat("the process ", how));
}

std::string LineProcess::ask(const std::string& line, std::chrono::milliseconds timeout) {
  if (socket_ < 0) throw Error(Fault::unsupported, "the process has ended");
  const std::string message = line + "\n";
  for (std::size_t sent = 0; sent < message.size();) {
    const ssize_t n = send(socket_, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_ended();
    sent += static_cast<std::size_t>(n);
  }
  const Clock::time_point deadline = Clock::now() + timeout;
  std::array<char, 65536> buffer{};
  for (;;) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string answer = received_.substr(0, end);
      received_.erase(0, end + 1);
      return answer;
    }
    if (received_.size() > kLongestAnswer) fail_ended();
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{socket_, POLLIN, 0};
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      if (pid_ > 0) kill(pid_, SIGKILL);
      stop();
      throw Error(Fault::resource, cat("no answer within ",
                                       human_time(static_cast<double>(timeout.count()) / 1000)));
    }
    const ssize_t n = recv(socket_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_ended();
    received_.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace pare
