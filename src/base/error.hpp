#pragma once

#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace pare {

/// What kind of failure an Error is. The value is the exit code of the program (sysexits style;
/// 0 = done and 1 = a limit or comparison was not met are not faults).
enum class Fault : int {
  usage = 64,          ///< the request itself makes no sense
  corrupt = 65,        ///< input bytes break their format's rules
  missing = 66,        ///< an input does not exist or cannot be opened
  unsupported = 69,    ///< valid input that asks for something pare cannot do
  internal = 70,       ///< a bug in pare
  resource = 71,       ///< out of memory, threads or a configured budget
  cannot_create = 73,  ///< an output cannot be created (exists, no such directory)
  io = 74,             ///< reading or writing failed (disk full, I/O error)
  interrupted = 75,    ///< stopped early; running again resumes
  permission = 77,     ///< the system refused access
  config = 78,         ///< a configuration file is wrong
};

/// Name of a fault as printed in messages, for example "corrupt".
std::string_view to_string(Fault fault) noexcept;

/// Joins printable values into one string: cat("rank ", 3).
template <class... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

/// The one exception type of pare. `what()` holds the message and, one per line, the frames that
/// `during` added ("while reading tensor 4 of 291").
class Error : public std::exception {
 public:
  Error(Fault fault, std::string message);

  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] const char* what() const noexcept override { return full_.c_str(); }
  [[nodiscard]] int exit_code() const noexcept { return static_cast<int>(fault_); }
  void add_frame(std::string_view frame);

 private:
  Fault fault_;
  std::string message_;
  std::string full_;
};

/// Runs `body`; an Error that passes through gets the frame that `frame()` returns. Costs nothing
/// when nothing is thrown.
template <class Frame, class Body>
decltype(auto) during(Frame&& frame, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_frame(std::forward<Frame>(frame)());
    throw;
  }
}

/// For our own bugs: throws Fault::internal with `what` when `condition` is false.
void require(bool condition, std::string_view what);

}  // namespace pare
