#include "report/html.hpp"

#include <array>
#include <cstddef>
#include <span>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "report/figures.hpp"
#include "report/sections.hpp"

namespace pare {
namespace report {
namespace {

constexpr std::string_view kStyle =
#include "report/report.css.inc"
    ;
constexpr std::string_view kScript =
#include "report/report.js.inc"
    ;

constexpr int kRecordVersion = 1;

void check(const Json& record) {
  const Json& version = member(record, "pare_record");
  if (!version.is_number_integer()) {
    throw Error(Fault::corrupt,
                "want a record of pare: an object with \"pare_record\": 1, as `pare tune --record` "
                "writes it");
  }
  if (version != kRecordVersion) {
    const bool newer = version > kRecordVersion;
    throw Error(newer ? Fault::unsupported : Fault::corrupt,
                cat("want a record of version ", kRecordVersion, ", got ", version.dump(),
                    newer ? ": a newer pare made it" : ""));
  }
}

int hex_value(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// RFC 4648, with padding.
std::string base64(const std::string& bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const char c = at + i < bytes.size() ? bytes[at + i] : '\0';
      group = (group << 8U) | static_cast<unsigned char>(c);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool padding = at + i > bytes.size();
      out += padding ? '=' : kDigits[(group >> (18 - 6 * i)) & 63U];
    }
  }
  return out;
}

std::string head(const Json& record) {
  const std::string style(kStyle);
  const std::string script(kScript);
  const std::string title = text(member(record, "model"), "name");
  return cat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ",
      csp_hash(style), "; script-src ", csp_hash(script),
      "; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
      escape_html(title), title.empty() ? "" : " \u00b7 ", "pare</title>\n<style>", style,
      "</style>\n</head>\n");
}

/// The two radio buttons stand before everything that the style sheet shows or hides by them.
std::string banner(const Json& record) {
  const std::string model = text(member(record, "model"), "name");
  const std::string target = text(member(record, "target"), "name");
  const std::string cpu = text(member(record, "host"), "cpu");
  std::vector<std::string> facts;
  for (const std::string& fact : {text(record, "created"), target, cpu}) {
    if (!fact.empty()) facts.push_back(name(fact));
  }
  return cat(
      "<input class=\"choice\" type=\"radio\" name=\"language\" id=\"language-en\" checked>"
      "<input class=\"choice\" type=\"radio\" name=\"language\" id=\"language-ko\">\n"
      "<div class=\"page\">\n<header>\n<div><p class=\"kind\">",
      html(word("title")), "</p><h1>", name(model.empty() ? "pare" : model),
      "</h1><p class=\"facts-line\">", pare::join(facts, " \u00b7 "),
      "</p></div>\n<div class=\"switch language\"><label for=\"language-en\">English</label>"
      "<label for=\"language-ko\">\ud55c\uad6d\uc5b4</label></div>\n</header>\n");
}

std::string contents(const std::vector<std::pair<std::string, Word>>& parts) {
  std::string out = cat("<nav><ul>\n");
  for (const auto& [id, title] : parts) {
    out += cat("<li><a href=\"#", id, "\">", html(title), "</a></li>\n");
  }
  return out + "</ul></nav>\n";
}

}  // namespace

std::string csp_hash(const std::string& text) {
  const std::string hex = sha256_hex(std::as_bytes(std::span(text)));
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(16 * hex_value(hex[i]) + hex_value(hex[i + 1]));
  }
  return cat("'sha256-", base64(bytes), "'");
}

std::string json_for_script(const Json& json) {
  std::string out;
  for (const char c : json.dump(1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace report

std::string render_html(const nlohmann::json& record) {
  report::check(record);
  struct Part {
    const char* id;
    report::Word title;
    std::string (*render)(const report::Json&);
  };
  const std::array<Part, 11> parts = {
      {{"verdict", report::word("verdict"), report::verdict},
       {"warnings", report::word("warnings"), report::warnings},
       {"comparison", report::word("comparison"), report::before_after},
       {"tradeoffs", report::word("tradeoffs"), report::trade_offs},
       {"trials", report::word("trials"), report::trials_table},
       {"sensitivity", report::word("sensitivity"), report::sensitivity},
       {"times", report::word("times"), report::layer_times},
       {"roofline", report::word("roofline"), report::roofline},
       {"errors", report::word("errors"), report::error_distribution},
       {"refusals", report::word("refusals"), report::refusals},
       {"provenance", report::word("provenance"), report::provenance}}};
  std::vector<std::pair<std::string, report::Word>> shown;
  std::string body;
  for (const Part& part : parts) {
    const std::string rendered = part.render(record);
    if (!rendered.empty()) shown.emplace_back(part.id, part.title);
    body += rendered;
  }
  return cat(report::head(record), "<body>\n", report::banner(record), report::contents(shown),
             "<main>\n", body, "</main>\n<footer><p>", report::html(report::word("footer")),
             "</p><p class=\"tools\"><button type=\"button\" id=\"save-record\" hidden>",
             report::html(report::word("save_record")),
             "</button> <button type=\"button\" id=\"save-recipe\" hidden>",
             report::html(report::word("save_recipe")), "</button></p></footer>\n</div>\n",
             "<script type=\"application/json\" id=\"record\">", report::json_for_script(record),
             "</script>\n<script>", report::kScript, "</script>\n</body>\n</html>\n");
}

}  // namespace pare
