#pragma once

#include <map>
#include <string>
#include <vector>

namespace pare::report_test {

/// A start tag of a page.
struct Tag {
  std::string name;
  std::map<std::string, std::string> attributes;  ///< as written, not decoded
  std::string parents;                            ///< "html body main"
};

/// What a strict reader finds in a page.
struct Page {
  std::vector<Tag> tags;
  std::string text;                   ///< of all elements but style and script, references decoded
  std::string style;                  ///< content of <style>
  std::vector<std::string> scripts;   ///< contents of <script>, in order
  std::vector<std::string> problems;  ///< tags that do not match, bad attributes, stray <

  [[nodiscard]] std::vector<Tag> named(const std::string& name) const;
  [[nodiscard]] std::vector<Tag> having(const std::string& attribute) const;
};

inline std::vector<Tag> Page::named(const std::string& name) const {
  std::vector<Tag> out;
  for (const Tag& t : tags) {
    if (t.name == name) out.push_back(t);
  }
  return out;
}

inline std::vector<Tag> Page::having(const std::string& attribute) const {
  std::vector<Tag> out;
  for (const Tag& t : tags) {
    if (t.attributes.count(attribute) > 0) out.push_back(t);
  }
  return out;
}

/// Reads HTML as this project writes it: every element is closed, every value quoted.
class PageReader {
 public:
  explicit PageReader(const std::string& html) : html_(html) {}

  Page read() {
    while (at_ < html_.size()) {
      if (html_[at_] != '<') {
        text();
      } else if (html_.compare(at_, 2, "<!") == 0) {
        skip_past(">");
      } else if (html_.compare(at_, 2, "</") == 0) {
        end_tag();
      } else {
        start_tag();
      }
    }
    for (const std::string& name : open_) problem("<" + name + "> is never closed");
    return std::move(page_);
  }

 private:
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == 'B' || c == ':';
  }
  static bool is_void(const std::string& name) {
    return name == "meta" || name == "input" || name == "br" || name == "link" || name == "img";
  }
  void problem(const std::string& what) {
    page_.problems.push_back(what + " at byte " + std::to_string(at_));
  }
  void skip_past(const std::string& end) {
    const std::size_t found = html_.find(end, at_);
    at_ = found == std::string::npos ? html_.size() : found + end.size();
  }
  std::string name() {
    const std::size_t begin = at_;
    while (at_ < html_.size() && is_name(html_[at_])) ++at_;
    return html_.substr(begin, at_ - begin);
  }
  void spaces() {
    while (at_ < html_.size() && (html_[at_] == ' ' || html_[at_] == '\n')) ++at_;
  }

  void text() {
    static const std::map<std::string, std::string> kReferences = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&#39;", "'"}};
    while (at_ < html_.size() && html_[at_] != '<') {
      if (html_[at_] == '&') {
        const std::size_t end = html_.find(';', at_);
        const auto known = kReferences.find(html_.substr(at_, end - at_ + 1));
        if (known == kReferences.end()) {
          problem("unknown reference");
          ++at_;
          continue;
        }
        page_.text += known->second;
        at_ = end + 1;
      } else {
        page_.text += html_[at_++];
      }
    }
  }

  void start_tag() {
    ++at_;
    Tag tag;
    tag.name = name();
    if (tag.name.empty()) problem("a stray <");
    for (const std::string& parent : open_) tag.parents += parent + " ";
    for (spaces(); at_ < html_.size() && html_[at_] != '>' && html_[at_] != '/'; spaces()) {
      if (!attribute(tag)) return;
    }
    const bool closed = at_ < html_.size() && html_[at_] == '/';
    skip_past(">");
    page_.tags.push_back(tag);
    if (tag.name == "style" || tag.name == "script") {
      raw(tag.name);
    } else if (!closed && !is_void(tag.name)) {
      open_.push_back(tag.name);
    }
  }

  bool attribute(Tag& tag) {
    const std::string key = name();
    std::string value;
    if (key.empty()) {
      problem("no attribute name in <" + tag.name + ">");
      skip_past(">");
      return false;
    }
    if (at_ < html_.size() && html_[at_] == '=') {
      if (html_[++at_] != '"') problem("an unquoted value in <" + tag.name + ">");
      const std::size_t end = html_.find('"', at_ + 1);
      value = html_.substr(at_ + 1, end - at_ - 1);
      at_ = end == std::string::npos ? html_.size() : end + 1;
      if (value.find('<') != std::string::npos) problem("< in a value of <" + tag.name + ">");
    }
    if (!tag.attributes.emplace(key, value).second) problem("twice " + key);
    return true;
  }

  void raw(const std::string& element) {
    const std::string end = "</" + element + ">";
    const std::size_t found = html_.find(end, at_);
    if (found == std::string::npos) problem("<" + element + "> is never closed");
    const std::string content = html_.substr(at_, found - at_);
    if (element == "style") {
      page_.style = content;
    } else {
      page_.scripts.push_back(content);
    }
    at_ = found == std::string::npos ? html_.size() : found + end.size();
  }

  void end_tag() {
    at_ += 2;
    const std::string closing = name();
    if (open_.empty() || open_.back() != closing) {
      problem("</" + closing + "> closes " + (open_.empty() ? "nothing" : open_.back()));
    } else {
      open_.pop_back();
    }
    skip_past(">");
  }

  const std::string& html_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  Page page_;
};

inline Page parse_page(const std::string& html) { return PageReader(html).read(); }

}  // namespace pare::report_test
