#pragma once

#include <string>

namespace pare {

/// Where warnings go: things that the user should know and that are no errors, found where nothing
/// can be printed. nullptr (at first): nowhere. To be set once, before threads are started.
void set_warning_sink(void (*sink)(const std::string& text));
void warn(const std::string& text);

}  // namespace pare
