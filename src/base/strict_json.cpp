#include "base/strict_json.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

using Json = nlohmann::ordered_json;

/// Makes the document, and looks at every name and level while it does.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool x) override { return add(x); }
  bool number_integer(number_integer_t x) override { return add(x); }
  bool number_unsigned(number_unsigned_t x) override { return add(x); }
  bool number_float(number_float_t x, const string_t&) override { return add(x); }
  bool string(string_t& x) override { return add(std::move(x)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& x) override {
    if (!open_.back().names.insert(x).second) {
      throw Error(Fault::corrupt,
                  cat("the name '", escape_terminal(x, 100), "' is given twice in a JSON object"));
    }
    open_.back().name = std::move(x);
    return true;
  }

  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    throw Error(Fault::corrupt, cat("this is no valid JSON ", json_place(text_, at)));
  }

 private:
  struct Level {
    Json* value = nullptr;
    std::string name;
    std::unordered_set<std::string> names;
  };

  Json* put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& in = *open_.back().value;
    if (in.is_array()) {
      in.push_back(std::move(value));
      return &in.back();
    }
    // Names were found to differ, so there is nothing to look for among the members.
    auto& members = in.get_ref<Json::object_t&>();
    members.Container::emplace_back(std::move(open_.back().name), std::move(value));
    return &members.back().second;
  }

  bool add(Json value) {
    put(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() >= kMostJsonDepth) {
      throw Error(Fault::corrupt, cat("JSON is nested deeper than ", kMostJsonDepth));
    }
    Json* at = put(std::move(value));
    open_.emplace_back();
    open_.back().value = at;
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  Json root_;
  std::vector<Level> open_;
};

}  // namespace

void check_json_frame(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) throw Error(Fault::corrupt, "there is no JSON, only space");
  if (static_cast<unsigned char>(text[begin]) == 0xEFU) {
    throw Error(Fault::corrupt, cat("a byte order mark ", json_place(text, begin), "; want JSON"));
  }
  if (const std::size_t at = text.find('\0'); at != std::string_view::npos) {
    throw Error(Fault::corrupt, cat("a NUL at ", at, " of the JSON"));
  }
}

std::string json_place(std::string_view text, std::size_t at) {
  constexpr std::size_t kAround = 20;
  const std::size_t end = std::min(at, text.size());
  const std::size_t begin = end > kAround ? end - kAround : 0;
  return cat("at byte ", at, ", after '", escape_terminal(text.substr(begin, end - begin)), "'");
}

nlohmann::ordered_json parse_strict_json(std::string_view text) {
  check_json_frame(text);
  Builder builder(text);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace pare
