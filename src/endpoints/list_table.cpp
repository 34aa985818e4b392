// A request to a list: what it asks, and the page that answers it. The SQL stands in list_statements.cpp.
#include "endpoints/list_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "endpoints/input.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::endpoints {
namespace {

using database::Query;
using vocabulary::Result;
namespace json = vocabulary::json;

constexpr std::int64_t kMostItems = 200;
constexpr std::int64_t kUsualItems = 50;

Result<std::vector<std::string>> values_of(const FilterField& field, const std::vector<std::string_view>& given) {
  std::vector<std::string> values;
  for (const auto text : given) {
    if (field.kind == ColumnKind::uuid && !vocabulary::uuid_from_text(text)) {
      return bad_parameter(field.name, "must be a UUID");
    }
    const auto value = field.translate == nullptr ? std::optional(std::string(text)) : field.translate(text);
    if (!value) return bad_parameter(field.name, std::string(field.expects));
    values.push_back(*value);
  }
  return values;
}

std::string names_of(const std::vector<SortField>& sorts) {
  std::string names;
  for (const auto& sort : sorts) names += (names.empty() ? "" : ", ") + std::string(sort.name);
  return names;
}

// The bounds before the first row, so that the first page and every later one are the same statement.
std::string lowest(ColumnKind kind) {
  if (kind == ColumnKind::number) return "-9223372036854775807";
  return "";
}
std::string highest(ColumnKind kind) {
  if (kind == ColumnKind::number) return "9223372036854775807";
  return "\xF4\x8F\xBF\xBF";
}

}  // namespace

// What is wrong with several parameters, so that all are named at once.
class ListTable::Faults {
 public:
  template <class T>
  T take(Result<T> value) {
    if (value) return std::move(*value);
    note(std::move(value).error());
    return T{};
  }
  void note(vocabulary::Problem problem) {
    if (!first_) {
      first_ = std::move(problem);
    } else {
      std::ranges::move(problem.errors, std::back_inserter(first_->errors));
      first_->detail = fmt::format("{} parameters are wrong", first_->errors.size());
    }
  }
  bool any() const { return first_.has_value(); }
  std::unexpected<vocabulary::Problem> refusal() { return std::unexpected(std::move(*first_)); }

 private:
  std::optional<vocabulary::Problem> first_;
};

void ListTable::check_known(const http::QueryParameters& query, Faults& faults) const {
  std::vector<std::string_view> known{"limit", "cursor", "sort", "created_after", "created_before", "include_total"};
  if (fields_.has_deleted) known.push_back("include_deleted");
  for (const auto& filter : fields_.filters) known.push_back(filter.name);
  for (const auto& [name, value] : query.pairs()) {
    if (std::ranges::find(known, name) == known.end()) {
      faults.note(bad_parameter(name, "this list does not know it").error());
    }
  }
}

void ListTable::read_sort(const http::QueryParameters& query, ListQuery& list, Faults& faults) const {
  const auto sort = query.first("sort");
  if (!sort) return;
  const auto colon = sort->find(':');
  const auto direction = colon == sort->npos ? std::string_view("asc") : sort->substr(colon + 1);
  const auto at = std::ranges::find(fields_.sorts, sort->substr(0, colon), &SortField::name);
  if (at == fields_.sorts.end() || (direction != "asc" && direction != "desc")) {
    faults.note(
        bad_parameter("sort", fmt::format("must be one of {}, with :asc or :desc", names_of(fields_.sorts))).error());
    return;
  }
  list.sort = static_cast<std::size_t>(at - fields_.sorts.begin());
  list.ascending = direction == "asc";
}

Result<ListQuery> ListTable::parse(const http::Request& request, const CursorKey& key) const {
  TRY(query, http::QueryParameters::parse(request.query));
  ListQuery list;
  Faults faults;
  check_known(query, faults);
  list.limit = faults.take(number_parameter(query, "limit", 1, kMostItems, kUsualItems));
  read_sort(query, list, faults);
  for (std::size_t i = 0; i < fields_.filters.size(); ++i) {
    const auto given = query.all(fields_.filters[i].name);
    if (!given.empty()) list.filters.push_back({i, faults.take(values_of(fields_.filters[i], given))});
  }
  list.created_after = faults.take(time_parameter(query, "created_after"));
  list.created_before = faults.take(time_parameter(query, "created_before"));
  list.include_total = faults.take(flag_parameter(query, "include_total"));
  if (fields_.has_deleted) list.include_deleted = faults.take(flag_parameter(query, "include_deleted"));
  if (faults.any()) return faults.refusal();
  list.scope = fmt::format("{} {} {}", fields_.table, fields_.sorts[list.sort].name, list.ascending);
  for (const auto& [name, value] : query.pairs()) {
    if (name != "cursor" && name != "limit" && name != "include_total" && name != "sort") {
      list.scope += fmt::format("\n{}={}", name, value);
    }
  }
  if (const auto cursor = query.first("cursor")) {
    TRY(place, key.open(list.scope, *cursor));
    list.after = std::move(place);
  } else {
    const auto kind = fields_.sorts[list.sort].kind;
    list.after = {list.ascending ? lowest(kind) : highest(kind),
                  list.ascending ? "00000000-0000-0000-0000-000000000000" : "ffffffff-ffff-ffff-ffff-ffffffffffff"};
  }
  return list;
}

std::vector<Query> ListTable::queries(const ListQuery& list,
                                      const std::optional<std::vector<std::string>>& fleets,
                                      const std::optional<std::string>& vehicle_id) const {
  ListQuery asked = list;
  if (vehicle_id) narrow(asked, "vehicle_id", *vehicle_id);
  const auto fleet_filter = std::ranges::find(fields_.filters, "fleet_id", &FilterField::name);
  const auto fleet_index = static_cast<std::size_t>(fleet_filter - fields_.filters.begin());
  const bool asks_fleet = std::ranges::any_of(list.filters, [&](const auto& f) { return f.field == fleet_index; });
  // Who sees one fleet alone is served by that fleet's index.
  if (fleets && fleets->size() == 1 && !asks_fleet && fleet_filter != fields_.filters.end()) {
    asked.filters.insert(asked.filters.begin(), {fleet_index, *fleets});
  }
  const auto lead = lead_of(asked);
  std::vector<Query> queries;
  queries.push_back(with_filters(page_statement(asked.sort, asked.ascending, lead), asked, fleets, lead));
  // One more than asked for tells whether there is a next page.
  queries.back().add(asked.after[0], asked.after[1], asked.limit + 1);
  if (asked.include_total) queries.push_back(with_filters(count_statement(lead), asked, fleets, lead));
  return queries;
}

// Whatever was asked, `field` must have this value; where it was asked for others alone, nothing matches.
void ListTable::narrow(ListQuery& asked, std::string_view field, const std::string& value) const {
  const auto index =
      static_cast<std::size_t>(std::ranges::find(fields_.filters, field, &FilterField::name) - fields_.filters.begin());
  const auto at = std::ranges::find(asked.filters, index, &ListQuery::Filter::field);
  if (at == asked.filters.end()) {
    asked.filters.insert(asked.filters.begin(), {index, {value}});
  } else {
    std::erase_if(at->values, [&](const std::string& given) { return given != value; });
  }
}

Query ListTable::with_filters(const database::Statement& statement,
                              const ListQuery& list,
                              const std::optional<std::vector<std::string>>& fleets,
                              std::size_t lead) const {
  Query q{&statement, {}};
  for (std::size_t i = 0; i < fields_.filters.size(); ++i) {
    const auto at = std::ranges::find(list.filters, i, &ListQuery::Filter::field);
    if (at == list.filters.end()) {
      q.add(std::optional<std::string>());
    } else {
      q.add(i == lead ? at->values.front() : json::write(at->values));
    }
  }
  q.add(fleets ? std::optional(json::write(*fleets)) : std::nullopt, list.created_after, list.created_before);
  if (fields_.has_deleted) q.add(list.include_deleted ? std::optional<std::string>("yes") : std::nullopt);
  return q;
}

std::size_t ListTable::lead_of(const ListQuery& list) const {
  for (const auto& filter : list.filters) {
    if (fields_.filters[filter.field].leads && filter.values.size() == 1) return filter.field;
  }
  return fields_.filters.size();
}

http::Response ListTable::page(const ListQuery& list,
                               const std::vector<database::Rows>& answers,
                               const CursorKey& key) const {
  const auto& rows = answers[0];
  const auto count = std::min(rows.size(), static_cast<std::size_t>(list.limit));
  http::Response response;
  auto& out = response.body;
  out = "{\"items\":[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += rows[i].text(2);
  }
  out += "],\"next_cursor\":";
  if (rows.size() > count) {
    const auto last = rows[count - 1];
    json::append_string(out, key.seal(list.scope, {std::string(last.text(1)), std::string(last.text(0))}));
  } else {
    out += "null";
  }
  if (list.include_total) out += fmt::format(",\"total\":{}", answers[1][0].integer(0));
  out += '}';
  return response;
}

std::vector<http::QueryField> ListTable::parameters() const {
  std::vector<http::QueryField> all{
      {"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
      {"cursor", "next_cursor of the page before.", R"({"type":"string"})"},
      {"sort", "field:asc or field:desc; created_at:desc when absent.", R"({"type":"string"})"},
      {"created_after", "Created at this time or later.", R"({"type":"string","format":"date-time"})"},
      {"created_before", "Created before this time.", R"({"type":"string","format":"date-time"})"},
      {"include_total", "Also count all that match, in `total`.", R"({"type":"boolean","default":false})"}};
  if (fields_.has_deleted) {
    all.push_back(
        {"include_deleted", "Deleted ones too; needs the write permission.", R"({"type":"boolean","default":false})"});
  }
  for (const auto& filter : fields_.filters) {
    all.push_back({filter.name, "Only these; repeat for any of several.", R"({"type":"string"})"});
  }
  return all;
}

}  // namespace mms::endpoints
