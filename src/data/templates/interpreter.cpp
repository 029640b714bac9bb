#include "data/templates/interpreter.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "data/templates/parser.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

/// Evaluations within each other, those of macros that call macros included: the machine's stack
/// holds several times as many.
constexpr int kDeepest = 600;

/// One level deeper until the scope ends.
class Level {
 public:
  explicit Level(int& depth) : depth_(depth) { ++depth_; }
  ~Level() { --depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  int& depth_;
};

/// A frame on the stack of names until the scope ends.
template <class Frames>
class Scope {
 public:
  Scope(Frames& frames, bool whole) : frames_(frames) {
    frames_.emplace_back();
    frames_.back().whole = whole;
  }
  ~Scope() { frames_.pop_back(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Frames& frames_;
};

}  // namespace

std::string Interpreter::run(const Block& tree) {
  std::string out;
  try {
    block(tree, out);
  } catch (const Error& e) {
    // Those of values do not know where they are used.
    if (e.message().starts_with("template line")) throw;
    fail(e.fault(), e.message());
  }
  return out;
}

void Interpreter::work(std::uint64_t bytes) {
  work_ += std::min(bytes, limits_.work_bytes + 1);
  if (work_ > limits_.work_bytes) {
    fail(Fault::resource, cat("more than ", limits_.work_bytes, " bytes of work"));
  }
}

void Interpreter::write(std::string_view text, std::string& out) {
  written_ += text.size();
  if (written_ > limits_.output_bytes) {
    fail(Fault::resource, cat("more than ", limits_.output_bytes, " bytes of text"));
  }
  out += text;
}

std::string Interpreter::text_of(const Block& b) {
  std::string out;
  block(b, out);
  return out;
}

Interpreter::Flow Interpreter::block(const Block& b, std::string& out) {
  for (const auto& s : b) {
    const Flow flow = statement(*s, out);
    if (flow != Flow::on) return flow;
  }
  return Flow::on;
}

Interpreter::Flow Interpreter::statement(const Statement& s, std::string& out) {
  const Level level(depth_);
  here_ = s.place;
  if (++steps_ > limits_.steps) fail(Fault::resource, cat("more than ", limits_.steps, " steps"));
  switch (s.kind) {
    case Statement::Kind::data: write(s.name, out); break;
    case Statement::Kind::print: {
      const Value v = eval(*s.expressions[0]);
      work(v.weight());
      write(to_text(v), out);
      break;
    }
    case Statement::Kind::condition: return condition(s, out);
    case Statement::Kind::loop: return loop(s, out);
    case Statement::Kind::assign: assign(s); break;
    case Statement::Kind::macro: frames_.back().names[s.name] = macro(s, s.name); break;
    case Statement::Kind::call_block: call_block(s, out); break;
    case Statement::Kind::filter_block: {
      const Scope scope(frames_, false);
      frames_.back().names[std::string(kHole)] = Value(text_of(s.blocks[0]));
      write(to_text(eval(*s.expressions[0])), out);
      break;
    }
    case Statement::Kind::scope: {
      std::vector<Value> values;
      for (const auto& p : s.parameters) values.push_back(eval(*p.second));
      const Scope scope(frames_, false);
      for (std::size_t i = 0; i < values.size(); ++i) {
        frames_.back().names[s.parameters[i].first] = values[i];
      }
      return block(s.blocks[0], out);
    }
    case Statement::Kind::group: return block(s.blocks[0], out);
    case Statement::Kind::go_on: return Flow::next;
    case Statement::Kind::leave: return Flow::leave;
  }
  return Flow::on;
}

Interpreter::Flow Interpreter::condition(const Statement& s, std::string& out) {
  for (std::size_t i = 0; i < s.blocks.size(); ++i) {
    if (i >= s.expressions.size() || eval(*s.expressions[i]).truth()) {
      return block(s.blocks[i], out);
    }
  }
  return Flow::on;
}

Interpreter::Flow Interpreter::loop(const Statement& s, std::string& out) {
  std::vector<Value> items = items_of(eval(*s.expressions[0]));
  if (s.expressions[1] != nullptr) {
    std::vector<Value> kept;
    for (Value& item : items) {
      const Scope scope(frames_, false);
      bind(s.target, item);
      if (eval(*s.expressions[1]).truth()) kept.push_back(std::move(item));
    }
    items = std::move(kept);
  }
  if (items.empty()) return s.blocks.size() > 1 ? block(s.blocks[1], out) : Flow::on;
  return loop_body(s, items, out);
}

Interpreter::Flow Interpreter::loop_body(const Statement& s, const std::vector<Value>& items,
                                         std::string& out) {
  const auto n = static_cast<std::int64_t>(items.size());
  const auto cycle = [](std::int64_t i) {
    return Value(FunctionData{"cycle", [i](Interpreter& in, const Arguments& a) {
                                if (a.positional.empty()) {
                                  in.fail(Fault::corrupt, "cycle() of nothing");
                                }
                                const auto count = static_cast<std::int64_t>(a.positional.size());
                                return a.positional[static_cast<std::size_t>(i % count)];
                              }});
  };
  const auto item = [&](std::int64_t i) {
    return i < 0 || i >= n ? Value(Undefined{"the item beyond the end"})
                           : items[static_cast<std::size_t>(i)];
  };
  for (std::int64_t i = 0; i < n; ++i) {
    const Scope scope(frames_, false);
    frames_.back().names["loop"] = Value::map({{Value("index"), Value(i + 1)},
                                               {Value("index0"), Value(i)},
                                               {Value("revindex"), Value(n - i)},
                                               {Value("revindex0"), Value(n - i - 1)},
                                               {Value("first"), Value(i == 0)},
                                               {Value("last"), Value(i + 1 == n)},
                                               {Value("length"), Value(n)},
                                               {Value("depth"), Value(std::int64_t{1})},
                                               {Value("depth0"), Value(std::int64_t{0})},
                                               {Value("previtem"), item(i - 1)},
                                               {Value("nextitem"), item(i + 1)},
                                               {Value("cycle"), cycle(i)}});
    bind(s.target, items[static_cast<std::size_t>(i)]);
    if (block(s.blocks[0], out) == Flow::leave) break;
  }
  return Flow::on;
}

void Interpreter::assign(const Statement& s) {
  if (s.blocks.empty()) {
    bind(s.target, eval(*s.expressions[0]));
    return;
  }
  Value text;
  {
    const Scope scope(frames_, false);
    text = Value(text_of(s.blocks[0]));
    if (s.expressions[0] != nullptr) {
      frames_.back().names[std::string(kHole)] = text;
      text = eval(*s.expressions[0]);
    }
  }
  bind(s.target, text);
}

const Value* Interpreter::find(const std::string& name) const {
  for (std::size_t i = frames_.size(); i-- > 0;) {
    const auto at = frames_[i].names.find(name);
    if (at != frames_[i].names.end()) return &at->second;
    if (frames_[i].whole) i = 1;  // a macro sees its own names and those of the template
  }
  return nullptr;
}

void Interpreter::bind(const Target& target, const Value& v) {
  if (!target.member.empty()) {
    const Value* space = find(target.names[0]);
    if (space == nullptr || !space->is(Value::Kind::space)) {
      fail(Fault::corrupt,
           cat("'", target.names[0], "' is no namespace, and nothing else changes"));
    }
    if (v.is(Value::Kind::space)) fail(Fault::unsupported, "a namespace inside of another");
    space->space().members[target.member] = v;
    return;
  }
  if (!target.several) {
    frames_.back().names[target.names[0]] = v;
    return;
  }
  const std::vector<Value> items = items_of(v);
  if (items.size() != target.names.size()) {
    fail(Fault::corrupt, cat(items.size(), " values for ", target.names.size(), " names"));
  }
  for (std::size_t i = 0; i < items.size(); ++i) frames_.back().names[target.names[i]] = items[i];
}

Value Interpreter::macro(const Statement& s, const std::string& name) {
  const Statement* body = &s;
  return Value(FunctionData{name, [body](Interpreter& in, const Arguments& arguments) {
                              return in.run_macro(*body, arguments);
                            }});
}

void Interpreter::bind_parameters(const Statement& s, const Arguments& arguments) {
  auto& names = frames_.back().names;
  if (arguments.positional.size() > s.parameters.size()) {
    fail(Fault::corrupt, cat("'", s.name, "' takes ", s.parameters.size(), " arguments, not ",
                             arguments.positional.size()));
  }
  for (const auto& [name, value] : arguments.named) {
    const auto known = [&n = name](const auto& p) { return p.first == n; };
    if (name != "caller" && std::none_of(s.parameters.begin(), s.parameters.end(), known)) {
      fail(Fault::corrupt, cat("'", s.name, "' has no parameter '", name, "'"));
    }
    names[name] = value;
  }
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    const auto& [name, otherwise] = s.parameters[i];
    if (i < arguments.positional.size()) {
      names[name] = arguments.positional[i];
    } else if (names.count(name) == 0) {
      Value v =
          otherwise != nullptr ? eval(*otherwise) : Value(Undefined{cat("parameter '", name, "'")});
      frames_.back().names[name] = std::move(v);
    }
  }
}

Value Interpreter::run_macro(const Statement& s, const Arguments& arguments) {
  const Level level(depth_);
  if (depth_ > kDeepest) fail(Fault::resource, "macros call each other too deeply");
  const Scope scope(frames_, true);
  bind_parameters(s, arguments);
  return Value(text_of(s.blocks[0]));
}

void Interpreter::call_block(const Statement& s, std::string& out) {
  const Expression& call = *s.expressions[0];
  const Value f = eval(*call.parts[0]);
  Arguments given = arguments(call.call);
  given.named.emplace_back("caller", macro(s, "caller"));
  write(to_text(this->call(f, given)), out);
}

Value Interpreter::call(const Value& f, const Arguments& arguments) {
  if (f.is_undefined()) fail(Fault::corrupt, cat(f.undefined().what, " is undefined"));
  if (!f.is(Value::Kind::function)) {
    fail(Fault::corrupt, cat("a value of type ", f.type_name(), " cannot be called"));
  }
  return f.function().call(*this, arguments);
}

std::vector<Value> Interpreter::items_of(const Value& v) {
  work(v.own_weight());
  std::vector<Value> items;
  switch (v.kind()) {
    case Value::Kind::undefined: break;
    case Value::Kind::list: items = v.items(); break;
    case Value::Kind::map:
      for (const auto& e : v.entries()) items.push_back(e.first);
      break;
    case Value::Kind::text:
      work(v.own_weight() * 64);
      for (std::size_t at = 0; at < v.text().size();) {
        const std::size_t size = utf8_at(v.text(), at).size;
        items.emplace_back(v.text().substr(at, size));
        at += size;
      }
      break;
    default: fail(Fault::corrupt, cat("a value of type ", v.type_name(), " has no items"));
  }
  return items;
}

Arguments Interpreter::arguments(const CallParts& call) {
  Arguments a;
  for (const auto& e : call.positional) a.positional.push_back(eval(*e));
  for (const auto& [name, e] : call.named) a.named.emplace_back(name, eval(*e));
  return a;
}

Value Interpreter::eval(const Expression& e) {
  const Level level(depth_);
  here_ = e.place;
  if (depth_ > kDeepest) fail(Fault::resource, "expressions and macros nest too deeply");
  if (++steps_ > limits_.steps) fail(Fault::resource, cat("more than ", limits_.steps, " steps"));
  return eval_kind(e);
}

}  // namespace pare::templates
