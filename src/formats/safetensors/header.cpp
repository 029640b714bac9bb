#include "formats/safetensors/header.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "formats/safetensors/types.hpp"

namespace pare::safetensors {
namespace {

constexpr std::string_view kMetadataName = "__metadata__";

/// What the header says of one tensor.
struct Claim {
  std::string name;
  const StoredType* type = nullptr;
  Shape shape;
  std::array<std::uint64_t, 2> offsets{};
  std::size_t offset_count = 0;
  bool has_shape = false;
  bool has_offsets = false;
};

/// Takes the header in as it is parsed: no document is built, so memory stays in proportion to the
/// names in it.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  std::vector<Claim> claims;
  Metadata metadata;

  bool null() override { return refuse("null"); }
  bool boolean(bool) override { return refuse("a truth value"); }
  bool number_integer(number_integer_t x) override { return refuse(cat("the number ", x)); }
  bool number_float(number_float_t, const string_t& text) override {
    return refuse(cat("the number ", escape_terminal(text, 40)));
  }
  bool binary(binary_t&) override { return refuse("binary data"); }

  bool number_unsigned(number_unsigned_t x) override {
    if (where_ == Where::shape) {
      if (claims.back().shape.size() >= kMostRank) {
        fail(cat("its shape has more than ", kMostRank, " dimensions"));
      }
      claims.back().shape.push_back(during([this] { return cat("reading tensor '", shown(), "'"); },
                                           [&] { return checked_cast<std::int64_t>(x); }));
      return true;
    }
    if (where_ == Where::offsets && claims.back().offset_count < 2) {
      claims.back().offsets[claims.back().offset_count++] = x;
      return true;
    }
    return refuse(cat("the number ", x));
  }

  bool string(string_t& x) override {
    if (where_ == Where::metadata) {
      metadata.back().second = std::move(x);
      return true;
    }
    if (where_ != Where::tensor || key_ != "dtype") return refuse("a text");
    claims.back().type = find_type(x);
    if (claims.back().type == nullptr) {
      throw Error(Fault::unsupported, cat("tensor '", shown(), "' is of type '",
                                          escape_terminal(x, 40), "', which pare does not know"));
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (where_ == Where::outside) {
      where_ = Where::top;
    } else if (where_ == Where::top) {
      where_ = key_ == kMetadataName ? Where::metadata : Where::tensor;
      if (where_ == Where::tensor)
        claims.push_back({std::move(key_), nullptr, {}, {}, 0, false, false});
      fields_.clear();
    } else {
      return refuse("an object");
    }
    return true;
  }

  bool end_object() override {
    if (where_ == Where::tensor) check_complete();
    where_ = where_ == Where::top ? Where::done : Where::top;
    return true;
  }

  bool start_array(std::size_t) override {
    if (where_ != Where::tensor || (key_ != "shape" && key_ != "data_offsets")) {
      return refuse("an array");
    }
    where_ = key_ == "shape" ? Where::shape : Where::offsets;
    if (where_ == Where::shape) claims.back().has_shape = true;
    if (where_ == Where::offsets) claims.back().has_offsets = true;
    return true;
  }

  bool end_array() override {
    if (where_ == Where::offsets && claims.back().offset_count != 2) {
      fail(cat("data_offsets has ", claims.back().offset_count, " numbers; want 2"));
    }
    where_ = Where::tensor;
    return true;
  }

  bool key(string_t& x) override {
    auto& seen = where_ == Where::top ? names_ : fields_;
    if (!seen.insert(x).second) {
      throw Error(Fault::corrupt,
                  cat("the name '", escape_terminal(x, 100), "' is given twice in the header"));
    }
    if (where_ == Where::tensor && x != "dtype" && x != "shape" && x != "data_offsets") {
      fail(cat("it has a field '", escape_terminal(x, 40),
               "'; known are dtype, shape, data_offsets"));
    }
    if (where_ == Where::metadata) metadata.emplace_back(x, "");
    key_ = std::move(x);
    return true;
  }

  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    throw Error(Fault::corrupt, cat("the header is no valid JSON ", json_place(text_, at)));
  }

 private:
  enum class Where { outside, top, metadata, tensor, shape, offsets, done };

  [[nodiscard]] std::string shown() const { return escape_terminal(claims.back().name, 100); }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Fault::corrupt, cat("tensor '", shown(), "': ", what));
  }

  /// What stands where something else is wanted.
  bool refuse(const std::string& what) const {
    switch (where_) {
      case Where::metadata:
        throw Error(Fault::corrupt, cat("want texts in __metadata__, got ", what, " for '",
                                        escape_terminal(metadata.empty() ? "" : key_, 100), "'"));
      case Where::tensor: fail(cat("got ", what, " for ", key_));
      case Where::shape: fail(cat("got ", what, " in its shape; want whole numbers"));
      case Where::offsets: fail(cat("got ", what, " in data_offsets; want 2 whole numbers"));
      default: break;
    }
    throw Error(Fault::corrupt, cat("want an object in the header, got ", what));
  }

  void check_complete() const {
    const Claim& c = claims.back();
    if (c.type == nullptr) fail("it has no dtype");
    if (!c.has_shape) fail("it has no shape");
    if (!c.has_offsets) fail("it has no data_offsets");
  }

  std::string_view text_;
  Where where_ = Where::outside;
  std::string key_;
  std::unordered_set<std::string> names_;
  std::unordered_set<std::string> fields_;
};

/// Where the tensors lie, checked: one behind the other from the first byte of the data to the
/// last.
std::vector<StoredTensor> place(std::vector<Claim> claims, std::span<const std::byte> data) {
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Claim& a, const Claim& b) { return a.offsets < b.offsets; });
  std::vector<StoredTensor> tensors;
  std::uint64_t end = 0;
  for (Claim& c : claims) {
    const auto what = [&] { return describe(c.name, *c.type, c.shape); };
    const std::uint64_t first = c.offsets[0];
    const std::uint64_t last = c.offsets[1];
    const std::uint64_t want = during([&] { return cat("reading ", what()); },
                                      [&] { return checked_bytes(*c.type, c.shape); });
    if (last < first || last - first != want) {
      throw Error(Fault::corrupt,
                  cat(what(), " needs ", want, " bytes; data_offsets are ", first, " and ", last));
    }
    if (first != end) {
      throw Error(Fault::corrupt, cat(what(), " begins at ", first, " of the data; want ", end,
                                      first < end ? ": tensors overlap" : ": there is a hole"));
    }
    if (last > data.size()) {
      throw Error(Fault::corrupt,
                  cat(what(), " ends at ", last, " of the data, which has ", data.size(),
                      " bytes: ", last - data.size(), " bytes or more are missing"));
    }
    end = last;
    tensors.push_back(
        {std::move(c.name), c.type, std::move(c.shape), data.subspan(first, last - first), 0});
  }
  if (end != data.size()) {
    throw Error(Fault::corrupt,
                cat("the data has ", data.size(), " bytes, and the last tensor ends at ", end,
                    ": the rest belongs to nothing"));
  }
  return tensors;
}

/// The length and the text of the header.
std::string_view header_text(std::span<const std::byte> bytes) {
  Cursor in(bytes);
  const auto length = in.read<std::uint64_t>();
  if (length > kMostHeaderBytes) {
    throw Error(Fault::corrupt,
                cat("the header has ", length, " bytes; want at most ", kMostHeaderBytes));
  }
  if (length > in.left()) {
    throw Error(Fault::corrupt,
                cat("the header has ", length, " bytes; behind its length are ", in.left()));
  }
  const auto text = in.take(length);
  return {static_cast<const char*>(static_cast<const void*>(text.data())), text.size()};
}

}  // namespace

bool begins(std::span<const std::byte> head) noexcept {
  if (head.size() <= kLengthBytes) return false;
  const auto length = load_le<std::uint64_t>(head);
  if (length < 2 || length > kMostHeaderBytes) return false;
  for (const std::byte b : head.subspan(kLengthBytes)) {
    const char c = std::to_integer<char>(b);
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c == '{';
  }
  return false;
}

Header parse_header(std::span<const std::byte> bytes) {
  const std::string_view text = header_text(bytes);
  check_json_frame(text);
  HeaderReader reader(text);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  return {std::move(reader.metadata),
          place(std::move(reader.claims), bytes.subspan(kLengthBytes + text.size()))};
}

}  // namespace pare::safetensors
