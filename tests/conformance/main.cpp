// Runs ONNX backend test cases and says how many give the right answer. See usage below.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "conformance/expectations.hpp"
#include "conformance/suite.hpp"

namespace pare::conformance {
namespace {

constexpr std::string_view kUsage =
    "usage: pare_conformance SUITE [--filter TEXT] [--expect FILE] [--json FILE] [--jobs N]\n"
    "                        [--timeout SECONDS] [--quiet]\n"
    "\n"
    "Runs every case below the folder SUITE (model.onnx with test_data_set_k) twice, through the\n"
    "optimised runtime and through the reference kernels, and compares with the suite's outputs.\n"
    "  --filter   only cases whose name (category/case) holds TEXT\n"
    "  --expect   cases that are expected to fail, one a line with the reason; another failure, "
    "or\n"
    "             one of them passing, is a failure of the run\n"
    "  --json     writes all results\n"
    "  --quiet    does not list expected failures\n"
    "The last line is \"N passed, N failed\". Exit 0 when nothing failed, else 1.\n";

struct Arguments {
  std::filesystem::path suite;
  std::string filter;
  std::optional<std::filesystem::path> expect;
  std::filesystem::path json;
  RunOptions run;
  bool quiet = false;
};

int parse_number(const std::string& option, const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto r = std::from_chars(text.data(), end, value);
  if (r.ec != std::errc() || r.ptr != end || value < 1) {
    throw Error(Fault::usage, cat(option, " wants a number above 0, got '", text, "'"));
  }
  return value;
}

Arguments parse(std::span<char* const> given) {
  Arguments a;
  a.run.jobs = available_cores();
  for (std::size_t i = 1; i < given.size(); ++i) {
    const std::string option = given[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= given.size()) throw Error(Fault::usage, cat(option, " wants a value"));
      return given[++i];
    };
    if (option == "--filter") {
      a.filter = value();
    } else if (option == "--expect") {
      a.expect = value();
    } else if (option == "--json") {
      a.json = value();
    } else if (option == "--jobs") {
      a.run.jobs = parse_number(option, value());
    } else if (option == "--timeout") {
      a.run.timeout_seconds = parse_number(option, value());
    } else if (option == "--quiet") {
      a.quiet = true;
    } else if (option.rfind("--", 0) == 0 || !a.suite.empty()) {
      throw Error(Fault::usage, cat("what is '", option, "'?\n", kUsage));
    } else {
      a.suite = option;
    }
  }
  if (a.suite.empty()) throw Error(Fault::usage, std::string(kUsage));
  return a;
}

/// How a case counts.
enum class Verdict { passed, expected_failure, failed, unexpected_pass };

std::string_view to_string(Verdict v) {
  switch (v) {
    case Verdict::passed: return "passed";
    case Verdict::expected_failure: return "expected failure";
    case Verdict::failed: return "failed";
    case Verdict::unexpected_pass: return "unexpected pass";
  }
  return "?";
}

Verdict judge(const Case& c, const Outcome& o, const Expectations& expected) {
  const bool listed = expected.count(c.full_name()) > 0;
  if (o.status == Status::passed) return listed ? Verdict::unexpected_pass : Verdict::passed;
  return listed ? Verdict::expected_failure : Verdict::failed;
}

struct Counts {
  std::map<Verdict, int> by_verdict;
  int random = 0;
  [[nodiscard]] int of(Verdict v) const {
    const auto at = by_verdict.find(v);
    return at == by_verdict.end() ? 0 : at->second;
  }
  [[nodiscard]] int failed() const { return of(Verdict::failed) + of(Verdict::unexpected_pass); }
};

class Report {
 public:
  Report(const std::vector<Case>& cases, const std::vector<Outcome>& outcomes,
         const Expectations& expected, std::size_t skipped)
      : cases_(cases), outcomes_(outcomes), skipped_(skipped) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      verdicts_.push_back(judge(cases[i], outcomes[i], expected));
      for (Counts* counts : {&total_, &by_category_[cases[i].category]}) {
        ++counts->by_verdict[verdicts_[i]];
        counts->random += outcomes[i].random ? 1 : 0;
      }
    }
  }

  void print(bool quiet) const {
    print_failures(quiet);
    print_random();
    print_operators();
    print_table();
    std::cout << total_.of(Verdict::expected_failure) << " expected failures, "
              << total_.of(Verdict::unexpected_pass) << " unexpected passes, " << total_.random
              << " random cases\n"
              << total_.of(Verdict::passed) << " passed, " << total_.failed() << " failed, "
              << skipped_ << " skipped\n";
  }

  [[nodiscard]] nlohmann::json json() const {
    nlohmann::json cases = nlohmann::json::array();
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      const Outcome& o = outcomes_[i];
      cases.push_back({{"name", cases_[i].full_name()},
                       {"verdict", to_string(verdicts_[i])},
                       {"status", to_string(o.status)},
                       {"reason", o.reason},
                       {"operators", o.operators},
                       {"random", o.random},
                       {"judged", o.judged},
                       {"seconds", o.seconds}});
    }
    return {{"passed", total_.of(Verdict::passed)},
            {"expected_failures", total_.of(Verdict::expected_failure)},
            {"unexpected_passes", total_.of(Verdict::unexpected_pass)},
            {"failed", total_.failed()},
            {"cases", cases}};
  }

  [[nodiscard]] bool good() const { return total_.failed() == 0; }

 private:
  void print_failures(bool quiet) const {
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      const Verdict v = verdicts_[i];
      const Outcome& o = outcomes_[i];
      if (v == Verdict::passed || (v == Verdict::expected_failure && quiet)) continue;
      std::cout << to_string(v) << ": " << cases_[i].full_name() << ": ";
      if (v == Verdict::unexpected_pass) {
        std::cout << "take it off the list\n";
      } else {
        std::cout << to_string(o.status) << ": " << o.reason << "\n";
      }
    }
  }

  /// Cases whose numbers are not the suite's, and what was looked at instead.
  void print_random() const {
    if (total_.random == 0) return;
    std::cout << "\ncases that draw random numbers, and how they were judged:\n";
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      const Outcome& o = outcomes_[i];
      if (o.random) std::cout << "  " << cases_[i].full_name() << ": " << o.judged << "\n";
    }
  }

  void print_operators() const {
    std::map<std::string, int> lacking;
    for (const Outcome& o : outcomes_) {
      for (const std::string& name : o.operators) ++lacking[name];
    }
    if (lacking.empty()) return;
    std::vector<std::pair<std::string, int>> sorted(lacking.begin(), lacking.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::cout << "\noperators that are not there yet, and how many cases want them:\n";
    for (const auto& [name, n] : sorted) std::cout << "  " << n << "  " << name << "\n";
  }

  void print_table() const {
    const auto row = [](const std::string& name, const Counts& c) {
      int all = 0;
      for (const auto& [verdict, n] : c.by_verdict) all += n;
      std::printf("%-20s %6d %7d %9d %7d\n", name.c_str(), all, c.of(Verdict::passed),
                  c.of(Verdict::expected_failure), c.failed());
    };
    std::cout << std::endl;
    std::printf("%-20s %6s %7s %9s %7s\n", "category", "cases", "passed", "expected", "failed");
    for (const auto& [name, counts] : by_category_) row(name, counts);
    row("all", total_);
    std::fflush(stdout);
  }

  const std::vector<Case>& cases_;
  const std::vector<Outcome>& outcomes_;
  std::size_t skipped_;  ///< entries without a model
  std::vector<Verdict> verdicts_;
  std::map<std::string, Counts> by_category_;
  Counts total_;
};

int run(const Arguments& a) {
  Suite suite = find_cases(a.suite);
  std::size_t skipped = 0;
  for (const std::string& name : suite.left_out) {
    if (name.find(a.filter) == std::string::npos) continue;
    std::cout << "left out: " << name << "\n";
    ++skipped;
  }
  std::erase_if(suite.cases,
                [&](const Case& c) { return c.full_name().find(a.filter) == std::string::npos; });
  if (suite.cases.empty()) throw Error(Fault::usage, "no case to run");
  Expectations expected;
  if (a.expect) expected = read_expectations(*a.expect);
  const std::vector<Outcome> outcomes = run_all(suite.cases, a.run);
  const Report report(suite.cases, outcomes, expected, skipped);
  if (!a.json.empty()) write_text(a.json, report.json().dump(1) + "\n", true);
  report.print(a.quiet);
  return report.good() ? 0 : 1;
}

}  // namespace
}  // namespace pare::conformance

int main(int argc, char** argv) {
  try {
    return pare::conformance::run(pare::conformance::parse({argv, static_cast<std::size_t>(argc)}));
  } catch (const pare::Error& e) {
    std::cerr << "pare_conformance: " << e.what() << "\n";
    return e.exit_code();
  }
}
