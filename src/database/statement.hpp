// SQL with a name, known at program start, and a call of it with its parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::database {

enum class Dialect { sqlite, postgres };

// A statement of the program. Every Statement registers itself, so that a test can prepare all of them on both engines
// and a driver can prepare them at connect. Define them at namespace scope, `const` and in a .cpp file.
//
// Parameters are $1, $2 … and bound by name. Shape `once`: one row of parameters. Shape `many`: any number of rows in
// one call; SQLite runs the text once for each row, PostgreSQL runs it once and gets each parameter as an array
// (`unnest(cast($1 as text[]), …)` or `= any(cast($1 as uuid[]))`). Answers of all rows stand one after another.
//
// What is written the same for both: `cast($1 as integer)`, never `::`. Ids and times are text on SQLite, uuid and
// timestamptz on PostgreSQL; parameters travel as text on both.
class Statement {
 public:
  enum class Shape { once, many };
  // One text for both engines.
  Statement(std::string_view name, std::string_view text);
  Statement(std::string_view name, Shape shape, std::string_view sqlite, std::string_view postgres);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  std::string_view name() const { return name_; }
  Shape shape() const { return shape_; }
  std::string_view text(Dialect dialect) const { return dialect == Dialect::sqlite ? sqlite_ : postgres_; }
  // Position in all(): drivers keep prepared forms in a vector.
  std::size_t index() const { return index_; }
  // Highest $n in the text.
  std::size_t parameters() const { return parameters_; }

  // Every statement of the program, in the order of registration.
  static std::span<const Statement* const> all();

 private:
  std::string_view name_;
  Shape shape_;
  std::string_view sqlite_;
  std::string_view postgres_;
  std::size_t index_;
  std::size_t parameters_;
};

// One parameter. Text covers ids, times, JSON and enums.
using Cell = std::variant<std::monostate, std::int64_t, double, bool, std::string>;

inline Cell cell(std::string text) {
  return Cell(std::move(text));
}
inline Cell cell(std::string_view text) {
  return Cell(std::string(text));
}
inline Cell cell(const char* text) {
  return Cell(std::string(text));
}
inline Cell cell(bool flag) {
  return Cell(flag);
}
inline Cell cell(std::int64_t number) {
  return Cell(number);
}
inline Cell cell(int number) {
  return Cell(std::int64_t{number});
}
inline Cell cell(double number) {
  return Cell(number);
}
inline Cell cell(vocabulary::Time time) {
  return Cell(vocabulary::to_text(time));
}
inline Cell cell(const vocabulary::Uuid& uuid) {
  return Cell(vocabulary::to_text(uuid));
}
template <class Tag>
Cell cell(const vocabulary::Id<Tag>& id) {
  return Cell(vocabulary::to_text(id));
}
template <class T>
Cell cell(const std::optional<T>& value) {
  return value ? cell(*value) : Cell();
}

// A call: the statement and its rows of parameters (exactly one row for shape `once`), one after another.
struct Query {
  const Statement* statement = nullptr;
  std::vector<Cell> cells;

  std::size_t rows() const { return statement->parameters() == 0 ? 1 : cells.size() / statement->parameters(); }
  template <class... Values>
  Query& add(Values&&... values) {
    (cells.push_back(cell(std::forward<Values>(values))), ...);
    return *this;
  }
};

template <class... Values>
Query query(const Statement& statement, Values&&... values) {
  Query q{&statement, {}};
  q.add(std::forward<Values>(values)...);
  return q;
}

}  // namespace mms::database
