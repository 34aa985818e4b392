// The SQL of lists: for each order, direction and leading filter one statement, whose late pages cost what the first
// costs.
#include <fmt/format.h>

#include <algorithm>

#include "endpoints/list_table.hpp"

namespace mms::endpoints {
namespace {

using database::Dialect;

std::string cast_of(ColumnKind kind, Dialect dialect, const std::string& parameter) {
  if (kind == ColumnKind::number)
    return fmt::format("cast({} as {})", parameter, dialect == Dialect::sqlite ? "integer" : "bigint");
  if (dialect == Dialect::sqlite || kind == ColumnKind::text) return parameter;
  return fmt::format("cast({} as {})", parameter, kind == ColumnKind::time ? "timestamptz" : "uuid");
}

// The bound of a cursor. The texts before the first and behind the last row are no times to PostgreSQL.
std::string bound_of(ColumnKind kind, Dialect dialect, const std::string& parameter) {
  if (kind != ColumnKind::time || dialect == Dialect::sqlite) return cast_of(kind, dialect, parameter);
  return fmt::format(
      "cast(case cast({0} as text) when '' then '-infinity' when '\xF4\x8F\xBF\xBF' then 'infinity' else {0} end as "
      "timestamptz)",
      parameter);
}

// Where a page of a list by created_at begins on SQLite, which takes one bound of each side from an index, and the
// first of two: of the cursor and the range's end the one that is nearer.
std::string nearer_bound(bool ascending, std::size_t range, std::size_t cursor) {
  const auto end = fmt::format("coalesce(${}, '{}')", range, ascending ? "" : "~");
  return fmt::format("{0}(${1}, {2}), case when ${1} {3} {2} then ${4} else '' end", ascending ? "max" : "min", cursor,
                     end, ascending ? ">=" : "<=", cursor + 1);
}

// What is sorted by: a column, with its nulls last in either direction.
std::string key_of(const SortField& sort, Dialect dialect, bool ascending) {
  std::string column(sort.name);
  if (sort.kind == ColumnKind::text && dialect == Dialect::postgres) column += " collate \"C\"";
  if (!sort.nullable) return column;
  if (dialect == Dialect::sqlite) return fmt::format("coalesce({}, '{}')", column, ascending ? "~" : "");
  return fmt::format("coalesce({}, '{}')", column, ascending ? "infinity" : "-infinity");
}

std::string one_of(std::string_view column, ColumnKind kind, Dialect dialect, std::size_t parameter) {
  if (dialect == Dialect::sqlite) {
    return fmt::format("(${0} is null or {1} in (select value from json_each(${0})))", parameter,
                       kind == ColumnKind::number ? fmt::format("cast({} as text)", column) : std::string(column));
  }
  return fmt::format(
      "(cast(${0} as text) is null or cast({1} as text) = any(array(select json_array_elements_text(cast(${0} as "
      "json)))))",
      parameter, column);
}

}  // namespace

ListTable::ListTable(ListFields fields) : fields_(std::move(fields)) {
  for (std::size_t i = 0; i < fields_.filters.size(); ++i) {
    if (fields_.filters[i].leads) leads_.push_back(i);
  }
  leads_.push_back(fields_.filters.size());
  for (std::size_t sort = 0; sort < fields_.sorts.size(); ++sort) {
    for (const bool ascending : {false, true}) {
      for (const auto lead : leads_) compose(sort, ascending, lead);
    }
  }
  for (const auto lead : leads_) compose_count(lead);
}

std::size_t ListTable::slot_of(std::size_t lead) const {
  return static_cast<std::size_t>(std::ranges::find(leads_, lead) - leads_.begin());
}

const database::Statement& ListTable::page_statement(std::size_t sort, bool ascending, std::size_t lead) const {
  return *pages_[(sort * 2 + (ascending ? 1 : 0)) * leads_.size() + slot_of(lead)].statement;
}

const database::Statement& ListTable::count_statement(std::size_t lead) const {
  return *counts_[slot_of(lead)].statement;
}

std::string ListTable::conditions(Dialect dialect, std::size_t lead, RangeBounds bounds) const {
  std::string sql;
  std::size_t n = 0;
  for (std::size_t i = 0; i < fields_.filters.size(); ++i) {
    const auto& filter = fields_.filters[i];
    ++n;
    sql += i == 0 ? "" : " and ";
    sql += i == lead ? fmt::format("{} = {}", filter.name, cast_of(filter.kind, dialect, fmt::format("${}", n)))
                     : one_of(filter.name, filter.kind, dialect, n);
  }
  sql += " and " + one_of("fleet_id", ColumnKind::text, dialect, n + 1);
  const auto low = dialect == Dialect::sqlite ? "coalesce(${}, '')" : "coalesce(cast(${} as timestamptz), '-infinity')";
  const auto high =
      dialect == Dialect::sqlite ? "coalesce(${}, '~')" : "coalesce(cast(${} as timestamptz), 'infinity')";
  if (bounds != RangeBounds::upper) sql += " and created_at >= " + fmt::format(fmt::runtime(low), n + 2);
  if (bounds != RangeBounds::lower) sql += " and created_at < " + fmt::format(fmt::runtime(high), n + 3);
  if (fields_.has_deleted) sql += fmt::format(" and (deleted_at is null or cast(${} as text) = 'yes')", n + 4);
  return sql;
}

void ListTable::compose(std::size_t sort, bool ascending, std::size_t lead) {
  const auto& field = fields_.sorts[sort];
  const std::size_t first = fields_.filters.size() + (fields_.has_deleted ? 5 : 4);
  const auto text = [&](Dialect dialect) {
    const auto key = key_of(field, dialect, ascending);
    const auto way = ascending ? "asc" : "desc";
    const bool by_range = dialect == Dialect::sqlite && field.name == "created_at";
    const auto low = fields_.filters.size() + 2;
    const auto bounds = !by_range ? RangeBounds::both : ascending ? RangeBounds::upper : RangeBounds::lower;
    const auto bound = by_range ? nearer_bound(ascending, ascending ? low : low + 1, first)
                                : bound_of(field.kind, dialect, fmt::format("${}", first)) + ", " +
                                      cast_of(ColumnKind::uuid, dialect, fmt::format("${}", first + 1));
    return fmt::format(
        "select id, {0}, body from {1} where {2} and ({0}, id) {3} ({4}) order by {0} {5}, id {5} limit {6}", key,
        fields_.table, conditions(dialect, lead, bounds), ascending ? ">" : "<", bound, way,
        cast_of(ColumnKind::number, dialect, fmt::format("${}", first + 2)));
  };
  auto& shape = pages_.emplace_back();
  shape.name = fmt::format("list_{}_{}_{}_{}", fields_.table, field.name, ascending ? "asc" : "desc", lead);
  shape.sqlite = text(Dialect::sqlite);
  shape.postgres = text(Dialect::postgres);
  shape.statement =
      std::make_unique<database::Statement>(shape.name, database::Statement::Shape::once, shape.sqlite, shape.postgres);
}

void ListTable::compose_count(std::size_t lead) {
  const auto text = [&](Dialect dialect) {
    return fmt::format("select count(*) from {} where {}", fields_.table, conditions(dialect, lead, RangeBounds::both));
  };
  auto& shape = counts_.emplace_back();
  shape.name = fmt::format("count_{}_{}", fields_.table, lead);
  shape.sqlite = text(Dialect::sqlite);
  shape.postgres = text(Dialect::postgres);
  shape.statement =
      std::make_unique<database::Statement>(shape.name, database::Statement::Shape::once, shape.sqlite, shape.postgres);
}

}  // namespace mms::endpoints
