#include "base/warning.hpp"

namespace pare {
namespace {

void (*sink)(const std::string&) = nullptr;

}  // namespace

void set_warning_sink(void (*wanted)(const std::string& text)) { sink = wanted; }

void warn(const std::string& text) {
  if (sink != nullptr) sink(text);
}

}  // namespace pare
