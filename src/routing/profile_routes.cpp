// Handlers and rows of /traffic/profiles.
#include "routing/profile_routes.hpp"

#include "endpoints/input.hpp"
#include "endpoints/one_or_many.hpp"
#include "routing/checked_items.hpp"
#include "routing/profile_store.hpp"
#include "routing/rules/geodesic_answers.hpp"
#include "routing/rules/profile_input.hpp"
#include "routing/stored_pages.hpp"
#include "routing/traffic_watch.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::routing {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

constexpr std::size_t kMostProfiles = 1000;
constexpr std::string_view kListScope = "speed profiles";
using PutProfiles = endpoints::OneOrMany<ProfileInput, kMostProfiles>;

// A way in both directions is two profiles.
struct ProfilesTaken {
  int accepted = 0;
  int edges = 0;  // of the map, that the profiles are about
};
BOOST_DESCRIBE_STRUCT(ProfilesTaken, (), (accepted, edges))
struct ProfilesGone {
  int deleted = 0;
};
BOOST_DESCRIBE_STRUCT(ProfilesGone, (), (deleted))
struct ProfilePage {
  std::vector<ProfileView> items;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(ProfilePage, (), (items, next_cursor))

Result<CheckedItems<ProfileView>> check(const LiveRoads& roads,
                                        const PutProfiles& input,
                                        const std::string& caller,
                                        Time now) {
  return check_items<ProfileView>(
      input, "some profiles cannot be taken",
      [&](const ProfileInput& item) { return views_of(item, roads.map_id(), caller, now); },
      [&](const ProfileView& view) { return edges_of(roads, view); },
      [](const ProfileInput&, const std::string&) { return std::vector<vocabulary::FieldError>(); });
}

// PUT /traffic/profiles: one or many; all or none. Repeating it changes nothing.
// Refuses: malformed_json, invalid_fields, no_map, unavailable.
Task<Result<Response>> put(const TrafficTools& tools, const Request& request) {
  CO_TRY(input, (endpoints::one_or_many<ProfileInput, kMostProfiles>(request)));
  if (tools.work.roads == nullptr) co_return no_map("a speed profile");
  CO_TRY(checked, co_await tools.work.heavy.run(
                      request.deadline, [input = std::move(input), roads = tools.work.roads, caller = request.caller.id,
                                         now = tools.now()] { return check(*roads, input, caller, now); }));
  if (!checked.views.empty()) co_await tools.appender.append(put_profiles(checked.views));
  Response response;
  json::append(response.body, ProfilesTaken{static_cast<int>(checked.views.size()), checked.edges});
  co_return response;
}

// GET /traffic/profiles: in the order of their coming. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const TrafficTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (auto known = query.only({"limit", "cursor", "source"}); !known) co_return std::unexpected(known.error());
  CO_TRY(asked, page_asked(query, tools.cursor_key, kListScope));
  const auto source = query.first("source");
  const auto rows = co_await tools.reader.run_one(
      profiles_after(asked.after, asked.rows(), source ? std::optional<std::string>(*source) : std::nullopt),
      request.deadline);
  co_return page_of(stored_from(rows), asked, tools.cursor_key, kListScope);
}

// The targets that the query names; nothing when it names the source alone. Refuses: bad_parameter.
Result<std::optional<std::vector<std::string>>> targets_asked(const LiveRoads* roads,
                                                              const http::QueryParameters& query) {
  constexpr std::int64_t kMostWay = 0x1FFFFFFFFFFFFF, kMostEdge = 4'294'967'294;
  const auto direction = vocabulary::from_name<WayDirection>(query.first("direction").value_or("both"));
  if (!direction) return endpoints::bad_parameter("direction", "must be forward, backward or both");
  std::optional<TrafficWay> way;
  std::optional<EdgeNumber> edge;
  if (query.first("way_id")) {
    TRY(id, endpoints::number_parameter(query, "way_id", 1, kMostWay, 1));
    way = TrafficWay{{id}, {*direction}};
  } else if (query.first("edge")) {
    TRY(number, endpoints::number_parameter(query, "edge", 0, kMostEdge, 0));
    edge = EdgeNumber{number};
  } else {
    return std::nullopt;
  }
  std::vector<std::string> targets;
  for (const auto& view : placed_on_map(ProfileView{}, way, edge, roads != nullptr ? roads->map_id() : "")) {
    targets.push_back(target_of(view));
  }
  return targets;
}

// DELETE /traffic/profiles: those of a source, or of it on one way or edge. Refuses: bad_parameter.
Task<Result<Response>> drop(const TrafficTools& tools, const Request& request) {
  CO_TRY(query, http::QueryParameters::parse(request.query));
  if (auto known = query.only({"source", "way_id", "direction", "edge"}); !known) {
    co_return std::unexpected(known.error());
  }
  const auto source = query.first("source");
  if (!source) co_return endpoints::bad_parameter("source", "is required: whose profiles are to go");
  CO_TRY(targets, targets_asked(tools.work.roads, query));
  const auto answers = co_await tools.appender.append(drop_profiles(std::string(*source), targets));
  Response response;
  json::append(response.body, ProfilesGone{static_cast<int>(answers.back().size())});
  co_return response;
}

constexpr std::string_view kRushHours =
    R"({"source":"city","way":{"id":6182932,"direction":"forward"},"utc_offset_minutes":60,"hours":[{"days":["monday",)"
    R"("tuesday","wednesday","thursday","friday"],"from":7,"to":9,"speed_kmh":18},{"from":22,"to":24,"speed_kmh":60}]})";

std::string page_example() {
  std::string speeds;
  for (std::size_t hour = 0; hour < roads::hours_of_week; ++hour) speeds += hour % 24 == 7 ? ",18" : ",0";
  return R"({"items":[{"source":"city","way_id":6182932,"direction":"forward","utc_offset_minutes":60,"speeds_kmh":[)" +
         speeds.substr(1) +
         R"(],"changed_at":"2026-11-24T22:41:07.204318Z","changed_by":"control-room"}],"next_cursor":null})";
}

}  // namespace

std::vector<http::Route> profile_routes(const TrafficTools& tools) {
  using enum ProblemKind;
  using http::schema_of;
  static const std::string page = page_example();
  const http::Route common{.pattern = "/traffic/profiles"};
  std::vector<http::Route> rows(3, common);
  rows[0].method = http::Method::put;
  rows[0].permission = Permission::traffic_write;
  rows[0].handler = http::with(tools, put);
  rows[0].summary =
      "Usual speeds by hour of the week for ways or edges; in force on every replica within three seconds.";
  rows[0].accepts = schema_of<PutProfiles>("PutProfiles");
  rows[0].answers = schema_of<ProfilesTaken>("ProfilesTaken");
  rows[0].problems = {no_map};
  rows[0].max_body = 8 << 20;
  rows[0].heavy = true;
  rows[0].example_request = kRushHours;
  rows[0].example_answer = R"({"accepted":1,"edges":12})";

  rows[1].method = http::Method::get;
  rows[1].permission = Permission::routes_use;
  rows[1].handler = http::with(tools, list);
  rows[1].summary = "Lists the speed profiles.";
  rows[1].answers = schema_of<ProfilePage>("ProfilePage");
  rows[1].problems = {bad_parameter, bad_cursor};
  rows[1].query = page_fields();
  rows[1].query.push_back({"source", "whose; absent: everybody's"});
  rows[1].example_answer = page;

  rows[2].method = http::Method::delete_;
  rows[2].permission = Permission::traffic_write;
  rows[2].handler = http::with(tools, drop);
  rows[2].summary = "Deletes a source's speed profiles: all of them, or that of one way or edge.";
  rows[2].answers = schema_of<ProfilesGone>("ProfilesGone");
  rows[2].problems = {bad_parameter};
  rows[2].query = {
      {"source", "whose, required"},
      {"way_id", "of this OpenStreetMap way alone", R"({"type":"integer","minimum":1})"},
      {"direction", "of the way; absent: both", R"({"type":"string","enum":["forward","backward","both"]})"},
      {"edge", "of this edge of the loaded map alone", R"({"type":"integer","minimum":0})"}};
  rows[2].example_answer = R"({"deleted":2})";
  return rows;
}

}  // namespace mms::routing
