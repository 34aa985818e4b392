// Export and erasure of personal data, by the customer's id.
#include "trips/customer_routes.hpp"

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/views.hpp"
#include "trips/rules/trip_input.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {
namespace {

using async::Task;
using database::Statement;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

// Positions of ended ridehail trips are kept so long when their customer is erased; after that they go.
constexpr vocabulary::Duration kPositionsKept = std::chrono::hours(24 * 30);

#define IN_FLEETS_SQLITE "($2 is null or p.fleet_id in (select value from json_each($2)))"
#define IN_FLEETS_POSTGRES \
  "(cast($2 as text) is null or p.fleet_id = any(array(select json_array_elements_text(cast($2 as json)))))"
#define OF_CUSTOMER                                                                                                 \
  "select p.trip_id, t.body, p.body from trip_private p join trips t on t.id = p.trip_id where p.customer_id = $1 " \
  "and "
#define IN_ORDER " and p.trip_id > $3 order by p.trip_id limit "
const Statement of_customer("trips_of_customer",
                            Statement::Shape::once,
                            OF_CUSTOMER IN_FLEETS_SQLITE IN_ORDER "cast($4 as integer)",
                            OF_CUSTOMER IN_FLEETS_POSTGRES IN_ORDER "cast($4 as bigint)");
#define OLD_POSITIONS                                                                                        \
  "delete from trip_tracking where trip_id in (select p.trip_id from trip_private p join trips t on t.id = " \
  "p.trip_id where p.customer_id = $1 and t.sector = 'ridehail' and t.ended_at < $3 and "
const Statement erase_positions("erase_positions_of_customer",
                                Statement::Shape::once,
                                OLD_POSITIONS IN_FLEETS_SQLITE ")",
                                OLD_POSITIONS IN_FLEETS_POSTGRES ")");
#define ERASE "delete from trip_private as p where p.customer_id = $1 and "
const Statement erase("erase_customer",
                      Statement::Shape::once,
                      ERASE IN_FLEETS_SQLITE " returning trip_id",
                      ERASE IN_FLEETS_POSTGRES " returning trip_id");
#undef IN_FLEETS_SQLITE
#undef IN_FLEETS_POSTGRES
#undef OF_CUSTOMER
#undef IN_ORDER
#undef OLD_POSITIONS
#undef ERASE

struct Erased {
  std::string customer_id;
  std::int64_t trips = 0;
};
BOOST_DESCRIBE_STRUCT(Erased, (), (customer_id, trips))

struct CustomerTrip {
  Trip trip;
  PrivateFields personal_data;
};
BOOST_DESCRIBE_STRUCT(CustomerTrip, (), (trip, personal_data))

Result<std::string> customer_in_path(const Request& request) {
  const auto& id = request.values[0];
  if (id.empty() || id.size() > 64) return vocabulary::refuse(ProblemKind::not_found, "there is no such customer");
  return id;
}

std::optional<std::string> fleets_of(const Request& request) {
  const auto visible = access::visible_to(request.caller, Permission::trips_personal_data);
  return visible.fleets ? std::optional(json::write(*visible.fleets)) : std::nullopt;
}

// DELETE /customers/{id}: what identifies them is gone; trips and events, which name nobody, stay. Twice does no harm.
// Refuses: not_found (no name at all).
Task<Result<Response>> remove(const TripTools& tools, const Request& request) {
  CO_TRY(id, customer_in_path(request));
  const auto fleets = fleets_of(request);
  std::vector<database::Query> queries;
  queries.push_back(database::query(erase_positions, id, fleets, tools.now() - kPositionsKept));
  queries.push_back(database::query(erase, id, fleets));
  const auto answers = co_await tools.appender.append(std::move(queries));
  Response response;
  json::append(response.body, Erased{id, static_cast<std::int64_t>(answers[1].size())});
  co_return response;
}

// GET /customers/{id}/export: every trip of theirs with what is kept of them. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> give_out(const TripTools& tools, const Request& request) {
  CO_TRY(id, customer_in_path(request));
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (const auto known = query.only({"limit", "cursor"}); !known) co_return std::unexpected(known.error());
  CO_TRY(limit, endpoints::number_parameter(query, "limit", 1, 200, 50));
  const auto scope = "customer " + id;
  std::string after = "00000000-0000-0000-0000-000000000000";
  if (const auto cursor = query.first("cursor")) {
    CO_TRY(place, tools.cursor_key.open(scope, *cursor));
    after = place.front();
  }
  const auto rows = co_await tools.reader.run_one(
      database::query(of_customer, id, fleets_of(request), after, limit + 1), request.deadline);
  const auto count = std::min(rows.size(), static_cast<std::size_t>(limit));
  Response response;
  response.body = "{\"items\":[";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) response.body += ',';
    response.body +=
        json::ObjectText().add_raw("trip", rows[i].text(1)).add_raw("personal_data", rows[i].text(2)).text();
  }
  response.body += "],\"next_cursor\":";
  if (rows.size() > count) {
    json::append_string(response.body, tools.cursor_key.seal(scope, {std::string(rows[count - 1].text(0))}));
  } else {
    response.body += "null";
  }
  response.body += '}';
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

std::vector<http::Route> customer_routes(const TripTools& tools) {
  using enum ProblemKind;
  std::vector<http::Route> routes;
  routes.push_back({.method = http::Method::delete_,
                    .pattern = "/customers/{id}",
                    .permission = Permission::trips_personal_data,
                    .handler = http::with(tools, remove),
                    .summary = "Erases what identifies a customer; trips stay, without it.",
                    .answers = http::schema_of<Erased>("Erased"),
                    .problems = {not_found}});
  routes.push_back(
      {.pattern = "/customers/{id}/export",
       .permission = Permission::trips_personal_data,
       .handler = http::with(tools, give_out),
       .summary = "Every trip of a customer, with what is kept of them.",
       .answers = http::schema_of<endpoints::Page<CustomerTrip>>("CustomerExport"),
       .problems = {not_found, bad_parameter, bad_cursor},
       .query = {{"limit", "Items on a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
                 {"cursor", "next_cursor of the page before."}}});
  return routes;
}

}  // namespace mms::trips
