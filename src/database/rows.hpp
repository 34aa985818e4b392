// What a query answers: text cells in one arena, read by column number.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/ids.hpp"
#include "vocabulary/time.hpp"

namespace mms::database {

class Rows;

// One row. Lifetime: as long as its Rows. Reading a cell as what it is not throws std::runtime_error.
class Row {
 public:
  Row(const Rows& rows, std::size_t first) : rows_(&rows), first_(first) {}
  bool is_null(std::size_t column) const;
  std::string_view text(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  bool flag(std::size_t column) const;
  vocabulary::Time time(std::size_t column) const;
  vocabulary::Uuid uuid(std::size_t column) const;
  template <class Id>
  Id id(std::size_t column) const {
    return Id{uuid(column)};
  }

 private:
  const Rows* rows_;
  std::size_t first_;
};

class Rows {
 public:
  std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  bool empty() const { return size() == 0; }
  Row operator[](std::size_t row) const { return {*this, row * columns_}; }
  // Rows changed, for a statement that answers none.
  std::int64_t affected = 0;

  // Drivers fill cells row by row.
  void set_columns(std::size_t columns) { columns_ = columns; }
  void add(std::string_view text) {
    cells_.push_back({arena_.size(), static_cast<std::int64_t>(text.size())});
    arena_.append(text);
  }
  void add_null() { cells_.push_back({0, -1}); }

 private:
  friend class Row;
  struct Cell {
    std::size_t offset;
    std::int64_t size;  // -1: null
  };
  std::size_t columns_ = 0;
  std::string arena_;
  std::vector<Cell> cells_;
};

inline bool Row::is_null(std::size_t column) const {
  return rows_->cells_[first_ + column].size < 0;
}

inline std::string_view Row::text(std::size_t column) const {
  const auto& cell = rows_->cells_[first_ + column];
  if (cell.size < 0) return {};
  return std::string_view(rows_->arena_).substr(cell.offset, static_cast<std::size_t>(cell.size));
}

inline std::int64_t Row::integer(std::size_t column) const {
  const auto t = text(column);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error != std::errc() || end != t.data() + t.size()) throw std::runtime_error("column is no whole number");
  return value;
}

inline double Row::real(std::size_t column) const {
  const auto t = text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error != std::errc() || end != t.data() + t.size()) throw std::runtime_error("column is no number");
  return value;
}

inline bool Row::flag(std::size_t column) const {
  const auto t = text(column);
  return t == "t" || t == "1" || t == "true";
}

inline vocabulary::Time Row::time(std::size_t column) const {
  const auto time = vocabulary::time_from_text(text(column));
  if (!time) throw std::runtime_error("column is no time");
  return *time;
}

inline vocabulary::Uuid Row::uuid(std::size_t column) const {
  const auto uuid = vocabulary::uuid_from_text(text(column));
  if (!uuid) throw std::runtime_error("column is no UUID");
  return *uuid;
}

}  // namespace mms::database
