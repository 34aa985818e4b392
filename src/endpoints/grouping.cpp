// Parameters of analytics and the conditions that they become.
#include "endpoints/grouping.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "endpoints/input.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::endpoints {
namespace {

using database::Dialect;
using vocabulary::Result;

// Minutes of "+02:00"; a plus may have become a space on its way through the query string.
std::optional<std::int64_t> offset_of(std::string_view text) {
  if (text == "UTC" || text == "Z") return 0;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1; };
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-' && text[0] != ' ')) return std::nullopt;
  for (const std::size_t i : {1U, 2U, 4U, 5U}) {
    if (digit(i) < 0) return std::nullopt;
  }
  const auto minutes = (digit(1) * 10 + digit(2)) * 60 + digit(4) * 10 + digit(5);
  if (minutes > 14 * 60 || digit(4) > 5) return std::nullopt;
  return text[0] == '-' ? -minutes : minutes;
}

}  // namespace

std::string percentile_sql(std::string_view column, int percent, std::string_view prefix) {
  return fmt::format("max(case when {0} is not null and {2}place = ({2}counted * {1} + 99) / 100 then {0} end)", column,
                     percent, prefix);
}

Grouping::Grouping(std::string name,
                   std::string_view table_alias,
                   std::vector<Group> groups,
                   std::vector<std::string_view> filters,
                   Compose compose)
    : alias_(table_alias), groups_(std::move(groups)), filters_(std::move(filters)) {
  for (const auto& group : groups_) {
    auto& shape = shapes_.emplace_back();
    shape.name = fmt::format("{}_by_{}", name, group.name);
    shape.sqlite = compose(Dialect::sqlite, group_sql(Dialect::sqlite, group), conditions(Dialect::sqlite));
    shape.postgres = compose(Dialect::postgres, group_sql(Dialect::postgres, group), conditions(Dialect::postgres));
    shape.statement = std::make_unique<database::Statement>(shape.name, database::Statement::Shape::once, shape.sqlite,
                                                            shape.postgres);
    group_names_ += (group_names_.empty() ? "" : ", ") + std::string(group.name);
  }
}

std::string Grouping::group_sql(Dialect dialect, const Group& group) const {
  const bool day = group.name == "day";
  if (!day && group.name != "hour") {
    // An id is no text on PostgreSQL.
    return group.column.empty() ? std::string("'all'")
                                : fmt::format("coalesce(cast({}.{} as text), '')", alias_, group.column);
  }
  // PostgreSQL must be told the type of every parameter, used or not.
  if (dialect == Dialect::sqlite) {
    return fmt::format("strftime('{}', {}.{}, $4 || ' minutes')", day ? "%Y-%m-%d" : "%Y-%m-%dT%H:00", alias_,
                       group.column);
  }
  return fmt::format("to_char(({}.{} at time zone 'UTC') + cast($4 as bigint) * interval '1 minute', '{}')", alias_,
                     group.column, day ? "YYYY-MM-DD" : "YYYY-MM-DD\"T\"HH24:00");
}

std::string Grouping::conditions(Dialect dialect) const {
  std::string sql;
  if (dialect == Dialect::sqlite) {
    sql = fmt::format(
        "($1 is null or {0}.fleet_id in (select value from json_each($1))) and {0}.created_at >= coalesce($2, '') and "
        "{0}.created_at < coalesce($3, '~') and $4 is not null",
        alias_);
  } else {
    sql = fmt::format(
        "(cast($1 as text) is null or {0}.fleet_id = any(array(select json_array_elements_text(cast($1 as json))))) "
        "and "
        "{0}.created_at >= coalesce(cast($2 as timestamptz), '-infinity') and {0}.created_at < coalesce(cast($3 as "
        "timestamptz), 'infinity') and cast($4 as bigint) is not null",
        alias_);
  }
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    sql += fmt::format(" and (cast(${0} as text) is null or {1}.{2} = cast(${0} as text))", i + 5, alias_, filters_[i]);
  }
  return sql;
}

Result<GroupQuery> Grouping::parse(const http::QueryParameters& parameters) const {
  for (const auto& [name, value] : parameters.pairs()) {
    constexpr std::array<std::string_view, 4> kKnown{"from", "to", "group_by", "time_zone"};
    if (std::ranges::find(kKnown, name) != kKnown.end()) continue;
    if (std::ranges::find(filters_, name) != filters_.end()) continue;
    return bad_parameter(name, "it is not known here");
  }
  GroupQuery asked;
  TRY(from, time_parameter(parameters, "from"));
  TRY(to, time_parameter(parameters, "to"));
  asked.from = from;
  asked.to = to;
  if (const auto by = parameters.first("group_by")) {
    const auto at = std::ranges::find(groups_, *by, &Group::name);
    if (at == groups_.end()) return bad_parameter("group_by", "must be one of " + group_names_);
    asked.group = static_cast<std::size_t>(at - groups_.begin());
  }
  if (const auto zone = parameters.first("time_zone")) {
    const auto offset = offset_of(*zone);
    if (!offset) return bad_parameter("time_zone", "must be UTC or an offset such as +02:00");
    asked.offset_minutes = *offset;
    asked.time_zone = *zone;
    if (asked.time_zone.starts_with(' ')) asked.time_zone.front() = '+';
  }
  return asked;
}

database::Query Grouping::query(const GroupQuery& asked,
                                const std::optional<std::vector<std::string>>& fleets,
                                const http::QueryParameters& parameters) const {
  database::Query q{shapes_[asked.group].statement.get(), {}};
  q.add(fleets ? std::optional(vocabulary::json::write(*fleets)) : std::nullopt, asked.from, asked.to,
        asked.offset_minutes);
  for (const auto filter : filters_) q.add(parameters.first(filter));
  return q;
}

std::vector<http::QueryField> Grouping::parameters() const {
  std::vector<http::QueryField> all{
      {"from", "Created at this time or later.", R"({"type":"string","format":"date-time"})"},
      {"to", "Created before this time.", R"({"type":"string","format":"date-time"})"},
      {"group_by", "What to count by.", R"({"type":"string"})"},
      {"time_zone", "Of days and hours: UTC or an offset such as +02:00.", R"({"type":"string","default":"UTC"})"}};
  for (const auto filter : filters_) all.push_back({filter, "Only these.", R"({"type":"string"})"});
  return all;
}

}  // namespace mms::endpoints
