#pragma once

#include <functional>
#include <string>

namespace pare {

/// What long work tells its caller. Libraries never print; the CLI draws.
struct ProgressEvent {
  std::string stage;         ///< for example "calibrating"
  std::string detail;        ///< for example the candidate that is tried
  double done = 0;           ///< units finished
  double total = 0;          ///< units in all; 0 = unknown
  double seconds_left = -1;  ///< estimate; < 0 = unknown
};

/// Called from the working thread. May throw Error(Fault::interrupted) to stop the work.
using ProgressSink = std::function<void(const ProgressEvent&)>;

}  // namespace pare
