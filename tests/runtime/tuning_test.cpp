// Kernels chosen by time: by a clock that the tests move.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.hpp"
#include "base/temporary_directory.hpp"
#include "base/warning.hpp"
#include "runtime/check.hpp"
#include "runtime/timings.hpp"
#include "runtime/tune.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

/// A clock that knows what each kernel takes; others take a second.
struct FakeClock {
  std::map<std::string, double> seconds;
  std::vector<std::string> asked;

  std::function<double(const std::string&, const std::function<void()>&)> stopwatch() {
    return [this](const std::string& name, const std::function<void()>& run) {
      asked.push_back(name);
      run();
      const auto it = seconds.find(name);
      return it == seconds.end() ? 1.0 : it->second;
    };
  }
};

Unit unit_of(const Graph& graph) {
  Unit unit;
  unit.node = graph.nodes().at(0);
  unit.covers = {unit.node};
  unit.inputs.assign(unit.node->inputs().begin(), unit.node->inputs().end());
  unit.outputs.assign(unit.node->outputs().begin(), unit.node->outputs().end());
  return unit;
}

Verdict accepts_all(const Unit&, PlanFacts&) { return accept(); }

Prepared make_nothing(const Unit& unit, PlanFacts&) {
  Prepared made;
  made.inputs = {{unit.input(0), Layout::plain}};
  made.outputs = {Layout::plain};
  made.kernel = std::make_unique<FunctionKernel>([](const KernelArgs&) {});
  return made;
}
Prepared make_refusing(const Unit&, PlanFacts&) { throw Error(Fault::unsupported, "no"); }
int three_variants(const Unit&, PlanFacts&) { return 3; }
Prepared make_variant(const Unit& unit, PlanFacts& facts, int) { return make_nothing(unit, facts); }

constexpr KernelRow kFirst{"test:first", accepts_all, make_nothing};
constexpr KernelRow kSecond{"test:second", accepts_all, make_nothing};
constexpr KernelRow kBroken{"test:broken", accepts_all, make_refusing};
constexpr KernelRow kVaried{"test:varied", accepts_all,    make_nothing,
                            false,         three_variants, make_variant};

class Tuning_ : public testing::Test {
 public:
  ~Tuning_() override { set_warning_sink(nullptr); }

 protected:
  Tuning_() {
    Value* x = builder.input("x", {2, 3});
    builder.graph.add_output(builder.node("Relu", {x}));
    options.how = Tuning::fast;
    options.folder = (folder.path() / "cache").string();
    options.stopwatch = clock.stopwatch();
    warnings.clear();
    set_warning_sink([](const std::string& text) { warnings.push_back(text); });
  }

  struct Chosen {
    std::vector<std::string> names, refused, slower;
  };
  Chosen choose(Timings& timings, const std::vector<const KernelRow*>& rows) {
    const SessionOptions session;
    PlanFacts facts(op_registry(), session);
    infer_shapes(builder.graph, op_registry());
    const Unit unit = unit_of(builder.graph);
    std::vector<KernelChoice> candidates;
    for (const KernelRow* row : rows) candidates.push_back({row});
    Tuner tuner(facts, timings);
    tuner.add_variants(unit, candidates);
    Chosen chosen;
    tuner.choose(unit, candidates, chosen.refused, chosen.slower);
    for (const KernelChoice& c : candidates) chosen.names.push_back(c.name());
    return chosen;
  }

  TemporaryDirectory folder;
  Builder builder;
  FakeClock clock;
  TuningOptions options;
  static inline std::vector<std::string> warnings;
};

TEST_F(Tuning_, TheFastestRowWinsAndTheOthersAreTold) {
  clock.seconds = {{"test:first", 0.00041}, {"test:second", 0.00029}};
  Timings timings(options);
  const Chosen chosen = choose(timings, {&kFirst, &kSecond});
  EXPECT_EQ(chosen.names, (std::vector<std::string>{"test:second", "test:first"}));
  ASSERT_EQ(chosen.slower.size(), 1U);
  EXPECT_EQ(chosen.slower[0], "test:first: 0.4100 ms against 0.2900 ms");
}

TEST_F(Tuning_, TheEarlierRowWinsATie) {
  clock.seconds = {{"test:first", 0.00030}, {"test:second", 0.000295}};
  Timings timings(options);
  EXPECT_EQ(choose(timings, {&kFirst, &kSecond}).names[0], "test:first");
}

TEST_F(Tuning_, WhatCannotBeMadeIsRefused) {
  clock.seconds = {{"test:second", 0.1}};
  Timings timings(options);
  const Chosen chosen = choose(timings, {&kBroken, &kSecond});
  EXPECT_EQ(chosen.names, (std::vector<std::string>{"test:second"}));
  ASSERT_EQ(chosen.refused.size(), 1U);
  EXPECT_EQ(chosen.refused[0].rfind("test:broken: ", 0), 0U);
}

TEST_F(Tuning_, FullTriesVariants) {
  clock.seconds = {{"test:varied", 0.1}, {"test:varied/2", 0.01}};
  options.how = Tuning::full;
  Timings timings(options);
  EXPECT_EQ(choose(timings, {&kFirst, &kVaried}).names[0], "test:varied/2");
}

TEST_F(Tuning_, WhatWasMeasuredIsReadBack) {
  clock.seconds = {{"test:first", 2.0}, {"test:second", 0.5}};
  {
    Timings timings(options);
    choose(timings, {&kFirst, &kSecond});
    timings.save();
  }
  clock.asked.clear();
  Timings timings(options);
  EXPECT_EQ(choose(timings, {&kFirst, &kSecond}).names[0], "test:second");
  EXPECT_TRUE(clock.asked.empty());
  // Another set of candidates is another question.
  choose(timings, {&kSecond, &kFirst});
  EXPECT_FALSE(clock.asked.empty());
  EXPECT_TRUE(warnings.empty());
}

TEST_F(Tuning_, KnownTimingsDecideAndNothingIsMeasuredOrKept) {
  clock.seconds = {{"test:first", 2.0}, {"test:second", 0.5 / 3}};
  Timings measured(options);
  choose(measured, {&kFirst, &kSecond});
  measured.add(question_hash("not asked for, but added"), {1});
  options.known = measured.used_text();
  EXPECT_EQ(options.known.rfind("pare timings 1\n", 0), 0U);
  clock.asked.clear();
  Timings timings(options);
  EXPECT_EQ(choose(timings, {&kFirst, &kSecond}).names[0], "test:second");
  // Only what was found is told again, to the last bit.
  const std::string again = timings.used_text();
  EXPECT_EQ(std::count(again.begin(), again.end(), '\n'), 2);
  EXPECT_NE(options.known.find(again.substr(again.find('\n') + 1)), std::string::npos);
  // What is not known stays as the table says.
  EXPECT_EQ(choose(timings, {&kSecond, &kFirst}).names[0], "test:second");
  timings.save();
  EXPECT_TRUE(clock.asked.empty());
  EXPECT_FALSE(fs::exists(options.folder));
  options.known = "pare timings 1\nabc\t1\n";
  try {
    const Timings broken(options);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::corrupt);
    EXPECT_NE(error.message().find("line 2"), std::string::npos);
  }
}

TEST_F(Tuning_, ABrokenFileIsIgnoredWithAWarningAndReplaced) {
  Timings first(options);
  first.add(question_hash("a"), {1, 2});
  first.save();
  const std::string good = read_text(first.file(), 1 << 20);
  const std::vector<std::string> broken = {"",
                                           "\n",
                                           "pare timings 2\n",
                                           good.substr(0, good.size() - 1),
                                           good + "zz\t1\n",
                                           good + question_hash("b") + "\t-1\n",
                                           good + question_hash("b") + "\tnan 1\n",
                                           std::string(100, '\0')};
  for (const std::string& text : broken) {
    warnings.clear();
    write_text(first.file(), text, true);
    Timings timings(options);
    if (!text.empty()) {
      EXPECT_FALSE(timings.find(question_hash("a"), 2).has_value()) << text;
      EXPECT_EQ(warnings.size(), 1U) << text;
    }
    timings.add(question_hash("c"), {3});
    timings.save();
    warnings.clear();
    Timings again(options);
    EXPECT_TRUE(again.find(question_hash("c"), 1).has_value());
    EXPECT_TRUE(warnings.empty());
  }
}

TEST_F(Tuning_, SeveralProcessesKeepAWholeFile) {
  constexpr int kProcesses = 4;
  constexpr int kRounds = 20;
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = fork();
    if (child == 0) {
      bool fine = true;
      for (int i = 0; i < kRounds; ++i) {
        Timings timings(options);
        timings.add(question_hash(cat(p, " ", i)), {1.0 * p, 1.0 * i});
        timings.save();
      }
      _exit(fine && warnings.empty() ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  // The last write of some process is there, and the file is whole.
  Timings timings(options);
  int found = 0;
  for (int p = 0; p < kProcesses; ++p) {
    found += timings.find(question_hash(cat(p, " ", kRounds - 1)), 2).has_value() ? 1 : 0;
  }
  EXPECT_GE(found, 1);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(Tuning_, TheFileHasABound) {
  Timings timings(options);
  for (std::size_t i = 0; i < kMostTimings + 100; ++i) timings.add(question_hash(cat(i)), {1});
  timings.save();
  std::ifstream in(timings.file());
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  EXPECT_EQ(lines, kMostTimings + 1);
}

TEST_F(Tuning_, OffNeverTouchesTheDisk) {
  SessionOptions session;
  session.tuning = options;
  session.tuning.how = Tuning::off;
  const Compared off = run_both(builder.graph, {builder.random({2, 3})}, session);
  expect_close(off);
  EXPECT_FALSE(fs::exists(options.folder));
  EXPECT_TRUE(clock.asked.empty());
}

/// Two branches that ask for more than one row, and convolutions around them.
TEST_F(Tuning_, SessionsAnswerTheSameHoweverTheyChoose) {
  Builder b;
  Value* x = b.input("x", {1, 8, 14, 14});
  Value* y = b.node("Relu", {b.node("Conv", {x, b.weights({16, 8, 3, 3})})});
  Value* z = b.node("Add", {y, b.node("Sigmoid", {y})});
  b.graph.add_output(b.node("Conv", {z, b.weights({4, 16, 1, 1})}));
  const Tensor in = b.random({1, 8, 14, 14});
  for (const Tuning how : {Tuning::off, Tuning::fast, Tuning::full}) {
    for (const int threads : {1, 2}) {
      SessionOptions session;
      session.threads = threads;
      session.tuning.how = how;
      session.tuning.folder = options.folder;
      const Compared c = run_both(b.graph, {in}, session);
      expect_close(c);
      const Compared again = run_both(b.graph, {in}, session);
      EXPECT_TRUE(identical(c.fast[0], again.fast[0]));
      EXPECT_EQ(c.kernels(), again.kernels());
    }
  }
}

}  // namespace
}  // namespace pare
