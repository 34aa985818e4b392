// Cells to text and to binary arrays (the form of PostgreSQL's array_send: dimensions, null flag, element type, then
// each element behind its length).
#include "database/postgres/parameters.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>

namespace mms::postgres {
namespace {

using database::Cell;

constexpr std::size_t kNoOffset = std::numeric_limits<std::size_t>::max();
constexpr std::int32_t kText = 25;  // OID of an element

void append_big_endian(std::string& out, std::int32_t value) {
  const auto bits = std::byteswap(static_cast<std::uint32_t>(value));
  out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

void append_text(std::string& out, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    out += *text;
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* real = std::get_if<double>(&cell)) {
    fmt::format_to(std::back_inserter(out), "{}", *real);
  } else if (const auto* flag = std::get_if<bool>(&cell)) {
    out += *flag ? "true" : "false";
  }
}

bool is_null(const Cell& cell) {
  return std::holds_alternative<std::monostate>(cell);
}

void append_element(std::string& out, const Cell& cell) {
  if (is_null(cell)) {
    append_big_endian(out, -1);
    return;
  }
  const auto start = out.size();
  append_big_endian(out, 0);
  append_text(out, cell);
  std::string length;
  append_big_endian(length, static_cast<std::int32_t>(out.size() - start - 4));
  out.replace(start, 4, length);
}

}  // namespace

std::optional<Failure> find_unstorable(std::span<const Cell> cells) {
  for (const auto& cell : cells) {
    const auto* text = std::get_if<std::string>(&cell);
    if (text != nullptr && text->find('\0') != std::string::npos) {
      return Failure{Failure::Kind::refused, "22021", "a text holds a NUL character"};
    }
  }
  return std::nullopt;
}

void Parameters::reset(std::size_t count, int format) {
  arena_.clear();
  offsets_.assign(count, kNoOffset);
  values_.assign(count, nullptr);
  lengths_.assign(count, 0);
  formats_.assign(count, format);
}

void Parameters::fill_once(std::span<const Cell> cells) {
  reset(cells.size(), 0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (const auto* text = std::get_if<std::string>(&cells[i])) {
      values_[i] = text->c_str();
    } else if (!is_null(cells[i])) {
      offsets_[i] = arena_.size();
      append_text(arena_, cells[i]);
      arena_ += '\0';
    }
  }
  // The arena may have moved while it grew.
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (offsets_[i] != kNoOffset) values_[i] = arena_.data() + offsets_[i];
  }
}

void Parameters::fill_many(std::span<const Cell> cells, std::size_t width) {
  reset(width, 1);
  const auto rows = width == 0 ? 0 : cells.size() / width;
  for (std::size_t column = 0; column < width; ++column) {
    offsets_[column] = arena_.size();
    append_big_endian(arena_, 1);  // one dimension
    append_big_endian(arena_, 1);  // there may be nulls
    append_big_endian(arena_, kText);
    append_big_endian(arena_, static_cast<std::int32_t>(rows));
    append_big_endian(arena_, 1);  // lower bound
    for (std::size_t row = 0; row < rows; ++row) append_element(arena_, cells[row * width + column]);
    lengths_[column] = static_cast<int>(arena_.size() - offsets_[column]);
  }
  for (std::size_t column = 0; column < width; ++column) values_[column] = arena_.data() + offsets_[column];
}

}  // namespace mms::postgres
