// The language of chat templates: what Jinja makes of the same templates, errors, and limits.
#include <gtest/gtest.h>

#include <array>

#include "base/error.hpp"
#include "data/templates/chat_template.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

using Json = nlohmann::ordered_json;

const Json& names() {
  static const Json all = Json::parse(R"~({
"messages": [{"role": "system", "content": "Be brief."},
  {"role": "user", "content": " Hi there "},
  {"role": "assistant", "content": "Hello!", 
    "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"a": 1, "b": [1, 2.5, null, true], "c": "x\"y<é"}}}]},
  {"role": "tool", "content": "42"},
  {"role": "user", "content": "Bye"}],
"tools": [{"type": "function", "function": {"name": "f", "description": "does f", 
  "parameters": {"type": "object", "properties": {"a": {"type": "integer", "items": {"k": 1}}}, "required": ["a"]}}}],
"add_generation_prompt": true,
"bos_token": "<s>",
"eos_token": "</s>",
"n": 7,
"x": 2.5,
"s": "Straße été ÀB",
"e": "",
"nothing": null,
"d": {"b": 2, "a": 1, "items": "it"},
"l": [3, 1, 2],
"big": 1e+22,
"small": 1e-07,
"t": true})~");
  return all;
}

std::string render(const std::string& source, const Json& with = names(),
                   const RenderLimits& limits = {}) {
  return ChatTemplate(source).render(with, limits);
}

struct Case {
  const char* source;
  const char* text;
};
constexpr std::array kCases = std::to_array<Case>({
#include "data/templates/cases.inc"
});

TEST(Template, GivesWhatJinjaGives) {
  for (const Case& c : kCases) EXPECT_EQ(render(c.source), c.text) << c.source;
}

TEST(Template, LinesEndInAnyWay) {
  EXPECT_EQ(render("a\r\nb\rc\n"), "a\nb\nc");
  EXPECT_EQ(render("a\n\n"), "a\n");
  EXPECT_EQ(render(""), "");
}

TEST(Template, DatesAreThoseOfTheCaller) {
  const RenderLimits limits{.now = 86400 * 365};  // 1971-01-01
  EXPECT_EQ(render("{{ strftime_now('%d %b %Y') }}{{ strftime_now('') }}", names(), limits),
            "01 Jan 1971");
  expect_fault(Fault::resource, [] { render("{{ strftime_now('%d' * 200) }}"); });
}

TEST(Template, GenerationMarksAreLeftOut) {
  EXPECT_EQ(render("a{% generation %}b{{ n }}{% endgeneration %}c"), "ab7c");
}

TEST(Template, MacrosSeeTheNamesOfTheTemplateOnly) {
  EXPECT_EQ(render("{% set a = 1 %}{% macro f() %}{{ a }}{{ b is defined }}{% endmacro %}"
                   "{% for b in [5] %}{{ f() }}{% endfor %}"),
            "1False");
}

TEST(Template, NumbersStayExactOrFail) {
  EXPECT_EQ(render("{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }} {{ (-1) ** 101 }} "
                   "{{ 0 ** 0 }} {{ 0 ** 5 }} {{ 1 ** 99999999999 }}"),
            "9223372036854775807 -9223372036854775808 -1 1 0 1");
  for (const char* source :
       {"{{ 9223372036854775807 + 1 }}", "{{ 2 ** 63 }}", "{{ -9223372036854775807 - 2 }}",
        "{{ 4611686018427387904 * 2 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ (-9223372036854775807 - 1)|abs }}", "{{ 10 ** 99999999 }}"}) {
    expect_fault(Fault::unsupported, [&] { render(source); });
  }
  expect_fault(Fault::corrupt, [] { render("{{ 9223372036854775808 }}"); });
}

TEST(Template, ErrorsNameLineAndColumn) {
  const std::array<std::pair<const char*, const char*>, 18> wrong = {{
      {"a\n  {{ zz.a }}", "line 2, column 8: 'zz' is undefined, so it has no 'a'"},
      {"é{{ 'a' + 1 }}", "line 1, column 9: '+' does not take string and integer"},
      {"{{ 1 / 0 }}", "line 1, column 6: division by zero"},
      {"{{ foo() }}", "column 7: 'foo' is undefined"},
      {"{% if n %}\n", "{% endif %} is missing"},
      {"{% endif %}", "no tag 'endif'"},
      {"{{ (1 }}", "column 1: the tag has no end"},
      {"{{ 'a", "without its closing quote"},
      {"{{ a b }}", "column 6: '}}' is wanted, not 'b'"},
      {"{% set n.x = 1 %}", "'n' is no namespace"},
      {"{{ f(a=1, 2) }}", "without name behind one with a name"},
      {"{% for a, b in l %}{% endfor %}", "a value of type integer has no items"},
      {"{% for a, b in [[1]] %}{% endfor %}", "1 values for 2 names"},
      {"{{ n() }}", "a value of type integer cannot be called"},
      {"{% break %}", "outside of a loop"},
      {"{{ [1, 'a']|sort }}", "no order of integer and string"},
      {"{% macro f(a) %}{% endmacro %}{{ f(b=1) }}", "'f' has no parameter 'b'"},
      {"{{ l|join(1) }}", "argument 'd' of join is to be a text, not integer"},
  }};
  for (const auto& [source, message] : wrong) {
    EXPECT_NE(expect_fault(Fault::corrupt, [s = source] { render(s); }).find(message),
              std::string::npos)
        << source;
  }
}

TEST(Template, MalformedOnesAreCorrupt) {
  for (const char* source : {"{{",
                             "{%",
                             "{#",
                             "{{ }}",
                             "{% %}",
                             "{% if %}{% endif %}",
                             "{{ 1 + }}",
                             "{{ [1 }}",
                             "{{ {1:} }}",
                             "{{ a[] }}",
                             "{{ a[1:2:3:4] }}",
                             "{{ a[1 2] }}",
                             "{{ a. }}",
                             "{{ a | }}",
                             "{{ a is }}",
                             "{{ a is not }}",
                             "{{ $ }}",
                             "{{ \"\\x4\" }}",
                             "{{ \"\\ud800\" }}",
                             "{% for x of y %}{% endfor %}",
                             "{% for in y %}{% endfor %}",
                             "{% set %}",
                             "{% set a, b %}",
                             "{% macro %}{% endmacro %}",
                             "{% macro f(a=1, b) %}{% endmacro %}",
                             "{% macro f( %}",
                             "{% call n %}{% endcall %}",
                             "{% filter %}{% endfilter %}",
                             "{% raw %}",
                             "{% nonsense %}",
                             "{% if a %}{% else %}{% elif b %}{% endif %}",
                             "{% if a %}{% else %}{% else %}{% endif %}",
                             "{% endfor %}",
                             "{% with a %}{% endwith %}",
                             "{{ a if }}",
                             "{{ not }}",
                             "{{ f(,) }}"}) {
    expect_fault(Fault::corrupt, [&] { ChatTemplate{source}; });
  }
}

TEST(Template, NothingReachesOutside) {
  for (const char* source :
       {"{% include 'a' %}", "{% import 'a' as b %}", "{% from 'a' import b %}",
        "{% extends 'a' %}", "{% block a %}{% endblock %}",
        "{% for x in y recursive %}{% endfor %}", "{{ f(*a) }}", "{{ f(**a) }}"}) {
    expect_fault(Fault::unsupported, [&] { ChatTemplate{source}; });
  }
  for (const char* source : {"{{ l.append(1) }}", "{{ l.pop() }}", "{{ s|frobnicate }}",
                             "{{ s is frobnicated }}", "{{ '%d' % 1 }}", "{{ s.encode() }}",
                             "{{ [namespace()] }}", "{% set a = namespace(b=namespace()) %}"}) {
    expect_fault(Fault::unsupported, [&] { render(source); });
  }
  EXPECT_EQ(render("{{ ''.__class__ is defined }}{{ (1).__add__ is defined }}"), "FalseFalse");
  EXPECT_NE(expect_fault(Fault::unsupported, [] { render("{{ s|uper }}"); }).find("upper"),
            std::string::npos);
}

TEST(Template, RefusalsOfTheTemplateAreTheUsersFault) {
  const std::string said = expect_fault(Fault::usage, [] {
    render("{% if n > 3 %}\n{{ raise_exception('roles must ' ~ 'alternate') }}{% endif %}");
  });
  EXPECT_NE(said.find("line 2"), std::string::npos);
  EXPECT_NE(said.find("roles must alternate"), std::string::npos);
}

TEST(Template, WorkIsLimited) {
  const RenderLimits few{.steps = 10'000, .work_bytes = 1 << 20, .output_bytes = 1 << 16};
  for (const char* source :
       {"{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}xxxxxxxxxxxxxxxx{% endfor %}", "{{ 'x' * 99999999999 }}",
        "{{ [1] * 99999999999 }}", "{{ range(100001) }}",
        "{% set ns = namespace(a='x') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}"
        "{% endfor %}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}"
        "{% endfor %}{{ ns.a }}",
        "{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}"
        "{% endfor %}",
        "{{ ('x' * 10000).replace('x', 'y' * 10000) }}",
        "{{ ('x' * 10000).replace('', 'y' * 999) }}", "{{ (['x'] * 10000)|join('y' * 10000) }}",
        "{{ ('\\n' * 10000)|indent(1000, blank=true) }}"}) {
    expect_fault(Fault::resource, [&] { render(source, names(), few); });
  }
}

TEST(Template, DepthIsLimited) {
  const auto times = [](int n, const std::string& text) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
  };
  for (const int n : {300, 100'000}) {
    for (const auto& [open, close] :
         {std::pair("(", ")"), std::pair("[", "]"), std::pair("{1:", "}"), std::pair("-", ""),
          std::pair("not ", ""), std::pair("f(", ")"), std::pair("1 if 1 else ", ""),
          std::pair("1+", ""), std::pair("a[", "]")}) {
      expect_fault(Fault::resource, [&, o = open, c = close] {
        ChatTemplate("{{ " + times(n, o) + "1" + times(n, c) + " }}");
      });
    }
    expect_fault(Fault::resource, [&] { ChatTemplate("{{ 1" + times(n, "|abs") + " }}"); });
    expect_fault(Fault::resource, [&] { ChatTemplate("{{ 1" + times(n, ".a") + " }}"); });
    expect_fault(Fault::resource,
                 [&] { ChatTemplate(times(n, "{% if 1 %}") + times(n, "{% endif %}")); });
  }
  expect_fault(Fault::resource, [] { render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"); });
  expect_fault(Fault::resource, [] {
    render(
        "{% set ns = namespace(a=[]) %}{% for i in range(200) %}{% set ns.a = [ns.a] %}{% endfor "
        "%}");
  });
  expect_fault(Fault::resource, [] { ChatTemplate(std::string((4U << 20U) + 1, 'x')); });
  // A long chain of branches is not deep.
  EXPECT_EQ(render("{% if n == 0 %}" + times(2000, "{% elif n == 1 %}") + "{% else %}x{% endif %}"),
            "x");
}

TEST(Template, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust(
      "{%- for m in messages if m.role != 'x' -%}{{ '<|' ~ m['role']|upper + '|>\\n' }}\n"
      "{% set ns = namespace(a=[1, 2.5, {'k': none}]) %}{# c #}{% endfor %}"
      "{% macro f(a, b=1) %}{{ a[1:] if b is defined else b }}{% endmacro %}{{ f('xy') }}",
      [](auto bytes) {
        const RenderLimits few{.steps = 10'000, .work_bytes = 1 << 20};
        static_cast<void>(
            ChatTemplate(
                {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()})
                .render(names(), few));
      });
}

TEST(Template, NamesMustBeAnObject) {
  expect_fault(Fault::usage, [] { render("a", Json::array()); });
}

}  // namespace
}  // namespace pare
