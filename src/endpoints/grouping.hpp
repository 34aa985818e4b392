// What the analytics endpoints share: a range of time, a group to count by, a time zone, and the SQL for them.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/statement.hpp"
#include "http/request.hpp"
#include "http/route.hpp"
#include "vocabulary/problem.hpp"
#include "vocabulary/time.hpp"

namespace mms::endpoints {

struct GroupQuery {
  std::size_t group = 0;                 // index into the groups
  std::optional<vocabulary::Time> from;  // included
  std::optional<vocabulary::Time> to;    // not included
  std::int64_t offset_minutes = 0;       // of the time zone from UTC
  std::string time_zone = "UTC";
};

// A group: its name, and its SQL over the query's rows. `day` and `hour` are of `time_column`, in the time zone.
struct Group {
  std::string_view name;
  std::string_view column;  // empty for the one that is all
};

// One statement for each group. Parameters: $1 fleets (JSON or null), $2 from, $3 to, $4 the offset in minutes, then
// the filters, each a text or null. Lifetime: static. Threads: any, read-only.
class Grouping {
 public:
  // `text` composes the statement from the group's SQL and the conditions on fleet, range and filters.
  using Compose = std::string (*)(database::Dialect dialect, const std::string& group, const std::string& conditions);
  Grouping(std::string name,
           std::string_view table_alias,
           std::vector<Group> groups,
           std::vector<std::string_view> filters,
           Compose compose);

  // from, to, group_by, time_zone (UTC, +02:00, -05:30), and the filters. Refuses: bad_parameter.
  vocabulary::Result<GroupQuery> parse(const http::QueryParameters& parameters) const;
  database::Query query(const GroupQuery& asked,
                        const std::optional<std::vector<std::string>>& fleets,
                        const http::QueryParameters& parameters) const;
  std::string_view name_of(const GroupQuery& asked) const { return groups_[asked.group].name; }
  std::vector<http::QueryField> parameters() const;

 private:
  std::string group_sql(database::Dialect dialect, const Group& group) const;
  std::string conditions(database::Dialect dialect) const;
  std::string alias_;
  std::vector<Group> groups_;
  std::vector<std::string_view> filters_;
  std::string group_names_;
  struct Shape {
    std::string name;
    std::string sqlite;
    std::string postgres;
    std::unique_ptr<database::Statement> statement;
  };
  std::deque<Shape> shapes_;
};

// The nearest-rank percentile of `column`, for rows numbered by `place` among `counted`; `prefix` stands before both.
std::string percentile_sql(std::string_view column, int percent, std::string_view prefix = "");

}  // namespace mms::endpoints
