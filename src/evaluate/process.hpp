#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace pare {

/// A child process that answers each line on its standard input with a line on its standard
/// output. Destroyed, it is ended (end of input, then SIGKILL).
class LineProcess {
 public:
  /// Starts `program` with `arguments` (argv[0] is added). Errors: Fault::resource.
  LineProcess(const std::filesystem::path& program, const std::vector<std::string>& arguments);
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  /// Sends one line and waits for the answer. Errors: Fault::unsupported when the child ended
  /// (how: exit status or signal) and Fault::resource when `timeout` passed; the child is gone
  /// then.
  std::string ask(const std::string& line, std::chrono::milliseconds timeout);
  [[nodiscard]] int pid() const noexcept { return pid_; }

 private:
  [[noreturn]] void fail_ended();
  void stop() noexcept;
  int pid_ = -1;
  int socket_ = -1;
  std::string received_;
};

}  // namespace pare
