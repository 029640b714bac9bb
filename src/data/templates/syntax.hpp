#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "data/templates/value.hpp"

namespace pare::templates {

/// Where something stands in a template, from 1 on; columns count characters.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Error that names the place.
[[noreturn]] void fail_at(const Place& place, Fault fault, const std::string& message);

struct Token {
  enum class Kind : std::uint8_t {
    data,  ///< text outside of tags
    tag_begin,
    tag_end,
    print_begin,
    print_end,
    name,
    integer,
    real,
    text,
    sign,  ///< operators and brackets
    end,
  };
  Kind kind = Kind::end;
  std::string text;  ///< texts: what they mean
  Place place;
};
/// The tokens of a template. White space around tags is gone, as Hugging Face sets Jinja up:
/// `trim_blocks` and `lstrip_blocks`. Errors: Fault::corrupt with line and column.
std::vector<Token> tokens_of(std::string_view source);

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

/// Arguments of a call, filter or test.
struct CallParts {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
};

struct Expression {
  enum class Kind : std::uint8_t {
    constant,
    name,
    list,
    tuple,
    map,          ///< parts: key, value, key, value, ...
    attribute,    ///< parts[0].name
    index,        ///< parts[0][parts[1]]
    slice,        ///< parts[0][parts[1]:parts[2]:parts[3]], where null ones are left out
    call,         ///< parts[0](call)
    filter,       ///< parts[0] | name(call)
    test,         ///< parts[0] is name(call)
    unary,        ///< name: "not", "-", "+"
    binary,       ///< name: the sign
    comparison,   ///< parts[0] names[0] parts[1] names[1] parts[2] ...
    logic,        ///< name: "and", "or"
    conditional,  ///< parts[0] if parts[1] else parts[2], which may be null
  };
  Kind kind = Kind::constant;
  Place place;
  std::string name;
  Value value;
  std::vector<ExpressionPtr> parts;
  std::vector<std::string> signs;
  CallParts call;
  int depth = 1;
};

struct Statement;
using Block = std::vector<std::unique_ptr<Statement>>;

/// What takes a value: a name, a member of a namespace ("ns.name"), or several of them.
struct Target {
  std::vector<std::string> names;
  std::string member;    ///< of names[0], when not empty
  bool several = false;  ///< unpacks, even if it is one name
};

struct Statement {
  enum class Kind : std::uint8_t {
    data,          ///< name = the text
    print,         ///< expressions[0]
    condition,     ///< blocks[i] if expressions[i]; the last block may have no expression
    loop,          ///< target in expressions[0] if expressions[1]; blocks: body, else
    assign,        ///< target = expressions[0], or the text of blocks[0]
    macro,         ///< name(parameters): blocks[0]
    call_block,    ///< {% call expressions[0] %}: blocks[0] is what caller() gives
    filter_block,  ///< blocks[0] through expressions[0], whose first part is the text
    scope,         ///< {% with %}: targets by parameters; blocks[0]
    group,         ///< blocks[0], as it stands
    go_on,         ///< continue
    leave,         ///< break
  };
  Kind kind = Kind::data;
  Place place;
  std::string name;
  Target target;
  std::vector<ExpressionPtr> expressions;
  std::vector<Block> blocks;
  std::vector<std::pair<std::string, ExpressionPtr>> parameters;  ///< with defaults, or null
};

/// The tree of a template. Errors: Fault::corrupt with line and column when it is not well formed;
/// Fault::unsupported for tags that reach outside (include, import, extends); Fault::resource when
/// it nests too deeply.
Block parse_template(std::string_view source);

}  // namespace pare::templates
