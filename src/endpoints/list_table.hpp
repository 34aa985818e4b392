// The lists of the API: one table, its orders and filters, paged by key.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/route.hpp"
#include "vocabulary/problem.hpp"

namespace mms::endpoints {

enum class ColumnKind { text, number, time, uuid };

struct SortField {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
  bool nullable = false;  // none sorts last, in both directions
};

struct FilterField {
  std::string_view name;  // of the parameter and of the column
  ColumnKind kind = ColumnKind::text;
  // Turns a parameter's value into the column's; nothing: refused with `expects`.
  std::optional<std::string> (*translate)(std::string_view value) = nullptr;
  std::string_view expects;
  bool leads = false;  // an index begins with it: a single value becomes an equality that the index serves
};

struct ListFields {
  std::string_view table;
  std::vector<SortField> sorts;  // the first is the default, descending
  std::vector<FilterField> filters;
  bool has_deleted = false;  // the table has deleted_at; include_deleted is a parameter
};

// What a request asks of a list.
struct ListQuery {
  struct Filter {
    std::size_t field;
    std::vector<std::string> values;
  };
  std::int64_t limit = 50;
  std::size_t sort = 0;
  bool ascending = false;
  std::vector<Filter> filters;
  std::optional<vocabulary::Time> created_after;   // included
  std::optional<vocabulary::Time> created_before;  // not included
  bool include_deleted = false;
  bool include_total = false;
  std::vector<std::string> after;  // the last row's sort key and id
  std::string scope;               // what the cursor is bound to
};

// Every table of a list has the columns id, fleet_id, created_at and body (JSON as it is answered).
// Threads: any, read-only after construction. Lifetime: static.
class ListTable {
 public:
  // Composes and registers every statement that it may need.
  explicit ListTable(ListFields fields);

  // Refuses: bad_parameter, bad_cursor.
  vocabulary::Result<ListQuery> parse(const http::Request& request, const CursorKey& key) const;
  // `fleets`: what the caller may see; absent: every fleet. `vehicle_id`: only what is assigned to it; absent: all.
  std::vector<database::Query> queries(const ListQuery& list,
                                       const std::optional<std::vector<std::string>>& fleets,
                                       const std::optional<std::string>& vehicle_id = {}) const;
  // The page, from the answers to queries().
  http::Response page(const ListQuery& list, const std::vector<database::Rows>& answers, const CursorKey& key) const;
  // For the OpenAPI document.
  std::vector<http::QueryField> parameters() const;

 private:
  class Faults;
  void check_known(const http::QueryParameters& query, Faults& faults) const;
  void read_sort(const http::QueryParameters& query, ListQuery& list, Faults& faults) const;
  // One order, with one leading filter or none.
  struct Shape {
    std::string name;
    std::string sqlite;
    std::string postgres;
    std::unique_ptr<database::Statement> statement;
  };
  const database::Statement& page_statement(std::size_t sort, bool ascending, std::size_t lead) const;
  const database::Statement& count_statement(std::size_t lead) const;
  std::size_t slot_of(std::size_t lead) const;
  void compose(std::size_t sort, bool ascending, std::size_t lead);
  void compose_count(std::size_t lead);
  // The bounds of the creation range that stand as conditions of their own.
  enum class RangeBounds { both, lower, upper };
  std::string conditions(database::Dialect dialect, std::size_t lead, RangeBounds bounds) const;
  void narrow(ListQuery& asked, std::string_view field, const std::string& value) const;
  std::size_t lead_of(const ListQuery& list) const;
  database::Query with_filters(const database::Statement& statement,
                               const ListQuery& list,
                               const std::optional<std::vector<std::string>>& fleets,
                               std::size_t lead) const;

  ListFields fields_;
  std::vector<std::size_t> leads_;  // filters that may lead; last, as the number of filters: none
  std::deque<Shape> pages_;         // by sort, direction and lead
  std::deque<Shape> counts_;        // by lead
};

}  // namespace mms::endpoints
