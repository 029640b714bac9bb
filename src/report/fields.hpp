#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pare::report {

using Json = nlohmann::json;

// Reading a record that may be old or damaged: what is missing or has another type reads as
// "nothing", never as an error.

/// The member, or null.
const Json& member(const Json& object, const char* key);
/// The array, or an empty one.
const Json& list(const Json& object, const char* key);
/// The number, or NaN.
double number(const Json& object, const char* key);
/// The text, or an empty one.
std::string text(const Json& object, const char* key);
/// The texts in an array; other elements are left out.
std::vector<std::string> texts(const Json& object, const char* key);
bool flag(const Json& object, const char* key);
/// An integer of up to 64 bits with all its digits; empty when there is none.
std::string digits(const Json& object, const char* key);

/// The trial that was chosen; null when there is none.
const Json& chosen_trial(const Json& record);
/// Its index in `trials`; -1 when there is none.
int chosen_index(const Json& record);
/// The original, which is the first trial; null when there is none.
const Json& original_trial(const Json& record);
bool is_measured(const Json& trial);
/// How aggressive a trial is: 0 (original) to 6; -1 when the record does not say.
int step_of(const Json& trial);

}  // namespace pare::report
