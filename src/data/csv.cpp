#include "data/csv.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace pare {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<std::vector<std::string>> parse() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    std::vector<std::vector<std::string>> rows;
    while (at_ < text_.size()) {
      const std::size_t line = line_;
      std::vector<std::string> row = read_row();
      if (row.size() == 1 && row[0].empty()) continue;
      if (!rows.empty() && row.size() != rows[0].size()) {
        throw Error(Fault::corrupt, cat("CSV line ", line, " has ", row.size(),
                                        " fields, line 1 has ", rows[0].size()));
      }
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  std::vector<std::string> read_row() {
    std::vector<std::string> row;
    for (;;) {
      row.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      end_line();
      return row;
    }
  }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  std::string quoted() {
    const std::size_t opened = line_;
    std::string field;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c != '"') {
        field += c;
        continue;
      }
      if (at_ < text_.size() && text_[at_] == '"') {
        field += text_[at_++];
        continue;
      }
      if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\r' && text_[at_] != '\n') {
        throw Error(Fault::corrupt, cat("CSV line ", line_, ": text after a closing quote"));
      }
      return field;
    }
    throw Error(Fault::corrupt, cat("CSV line ", opened, ": quote without end"));
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace pare
