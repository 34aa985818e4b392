// From items to submissions, and from outcomes to the answer of each item.
#include "trips/trip_bulk.hpp"

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "http/problem_response.hpp"
#include "trips/rules/trip_commands.hpp"
#include "trips/trip_ways.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::trips {

using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

BOOST_DEFINE_ENUM_CLASS(TripAction, create, update, assign, start, complete, cancel, fail)

// `input` is the body that the action's own endpoint takes; `id` names the trip for all but create.
struct TripItem {
  TripAction action{};
  std::optional<TripId> id;
  std::optional<std::int64_t> version;  // as If-Match
  Raw input;
};
BOOST_DESCRIBE_STRUCT(TripItem, (), (action, id, version, input))

struct TripBulkRequest {
  List<TripItem, 1000> items;
};
BOOST_DESCRIBE_STRUCT(TripBulkRequest, (), (items))

// `status` is what the item's own endpoint would have answered.
struct TripBulkAnswer {
  int status = 0;
  std::optional<bool> replayed;
  Raw trip;
  Raw problem;
};
BOOST_DESCRIBE_STRUCT(TripBulkAnswer, (), (status, replayed, trip, problem))

struct TripBulkAnswers {
  std::vector<TripBulkAnswer> items;
};
BOOST_DESCRIBE_STRUCT(TripBulkAnswers, (), (items))

namespace {

template <class Input>
Result<Input> input_of(const TripItem& item) {
  json::Document document;
  const auto root = document.parse(item.input.empty() ? std::string_view("{}") : item.input.text);
  if (!root) return std::unexpected(root.error());
  auto input = json::from_client<Input>(**root);
  if (!input) {
    for (auto& error : input.error().errors) error.pointer = "/input" + error.pointer;
  }
  return input;
}

template <class Input, CommandPtr (*make)(TripId, Input)>
Result<CommandPtr> made(const TripItem& item) {
  TRY(input, input_of<Input>(item));
  return make(*item.id, std::move(input));
}

// What was worked out for an item before it rides: the order of its stops, then the way between them.
struct Planned {
  std::vector<std::size_t> order;  // empty: as they were sent
  std::optional<FoundWay> way;
};

Result<CreateTrip> creation_of(const TripItem& item, const Planned& planned) {
  TRY(input, input_of<CreateTrip>(item));
  put_in_order(input.waypoints, planned.order);
  return input;
}

Result<UpdateTrip> update_of(const TripItem& item, const Planned& planned) {
  TRY(input, input_of<UpdateTrip>(item));
  if (input.waypoints.value) put_in_order(*input.waypoints.value, planned.order);
  return input;
}

Result<CommandPtr> creation(const TripTools& tools, const TripItem& item, Planned planned) {
  TRY(input, creation_of(item, planned));
  const auto now = tools.now();
  if (!input.id) return create_trip(std::move(input), {tools.ids.next(now)}, false, {}, std::move(planned.way));
  if (const auto good = endpoints::check_chosen_id(input.id->uuid, now); !good) return std::unexpected(good.error());
  const auto id = *input.id;
  return create_trip(std::move(input), id, true, endpoints::body_hash(item.input.text), std::move(planned.way));
}

Result<CommandPtr> change(const TripItem& item, Planned planned) {
  TRY(input, update_of(item, planned));
  return update_trip(*item.id, std::move(input), std::move(planned.way));
}

Result<CommandPtr> command_of(const TripTools& tools, const TripItem& item, Planned planned) {
  if (item.action != TripAction::create && !item.id) {
    auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "this action needs one more field");
    refusal.error().errors.push_back({"/id", "required", "this field is required for this action"});
    return refusal;
  }
  switch (item.action) {
    case TripAction::create:
      return creation(tools, item, std::move(planned));
    case TripAction::update:
      return change(item, std::move(planned));
    case TripAction::assign:
      return made<AssignTrip, assign_trip>(item);
    case TripAction::start:
      return made<StartTrip, start_trip>(item);
    case TripAction::complete:
      return made<CompleteTrip, complete_trip>(item);
    case TripAction::cancel:
      return made<CancelTrip, cancel_trip>(item);
    case TripAction::fail:
      return made<FailTrip, fail_trip>(item);
  }
  return creation(tools, item, std::move(planned));
}

// What is to be worked out for some of the items, by their places.
struct Wanted {
  std::vector<WayAsked> asked;
  std::vector<std::size_t> places;
};

struct AskForOrder {
  const TripTools& tools;
  const http::Request& request;
  auto of(const CreateTrip& input) const { return order_wanted(request, input); }
  auto of(TripId id, const UpdateTrip& input) const { return order_wanted(tools, request, id, input); }
};
struct AskForWay {
  const TripTools& tools;
  const http::Request& request;
  auto of(const CreateTrip& input) const { return way_wanted(tools, request, input); }
  auto of(TripId id, const UpdateTrip& input) const { return way_wanted(tools, request, id, input); }
};

// What an item before changes in the stops is not seen.
template <class Ask>
async::Task<Wanted> wanted(const TripBulkRequest& bulk, const std::vector<Planned>& planned, Ask ask) {
  Wanted all;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const auto& item = bulk.items[i];
    std::optional<WayAsked> one;
    if (item.action == TripAction::create) {
      if (const auto input = creation_of(item, planned[i])) one = ask.of(*input);
    } else if (item.action == TripAction::update && item.id) {
      if (const auto input = update_of(item, planned[i])) one = co_await ask.of(*item.id, *input);
    }
    if (!one) continue;
    all.asked.push_back(std::move(*one));
    all.places.push_back(i);
  }
  co_return all;
}

// First the orders of stops, all together, then the ways between them. Refuses: unavailable, request_timeout.
async::Task<Result<std::vector<Planned>>> plan_all(const TripTools& tools,
                                                   const http::Request& request,
                                                   const TripBulkRequest& bulk) {
  std::vector<Planned> planned(bulk.items.size());
  const auto deadline = std::min(request.deadline, async::Clock::now() + kBulkWayTime);
  if (auto orders = co_await wanted(bulk, planned, AskForOrder{tools, request}); !orders.asked.empty()) {
    CO_TRY(found, co_await tools.order_stops(std::move(orders.asked), deadline));
    for (std::size_t i = 0; i < found.size(); ++i) planned[orders.places[i]].order = std::move(found[i]);
  }
  if (!tools.find_ways) co_return planned;
  if (auto ways = co_await wanted(bulk, planned, AskForWay{tools, request}); !ways.asked.empty()) {
    auto found = co_await tools.find_ways(std::move(ways.asked), deadline);
    for (std::size_t i = 0; i < found.size(); ++i) planned[ways.places[i]].way = std::move(found[i]);
  }
  co_return planned;
}

Result<lanes::Submission> submission_of(
    const TripTools& tools, const http::Request& request, const TripItem& item, std::size_t index, Planned planned) {
  const bool writes = item.action == TripAction::create || item.action == TripAction::update;
  const auto permission = writes ? Permission::trips_write : Permission::trips_execute;
  if (const auto may = access::may_somewhere(request.caller, permission); !may) return std::unexpected(may.error());
  TRY(command, command_of(tools, item, std::move(planned)));
  if (item.version) command->expected_versions = {*item.version};
  return endpoints::submission_of_item(request, std::move(command), index, json::write(item));
}

TripBulkAnswer answer_of(const lanes::Outcome& outcome, const http::Request& request) {
  if (!outcome) {
    const auto response = http::problem_response(outcome.error(), request);
    return {.status = response.status, .replayed = {}, .trip = {}, .problem = {response.body}};
  }
  return {.status = outcome->status,
          .replayed = outcome->replayed ? std::optional(true) : std::nullopt,
          .trip = {outcome->body},
          .problem = {}};
}

// POST /trips/bulk. Refuses: malformed_json, invalid_fields (of the list itself).
async::Task<Result<http::Response>> bulk(const TripTools& tools, const http::Request& request) {
  CO_TRY(input, endpoints::body_of<TripBulkRequest>(request));
  std::vector<std::optional<lanes::Outcome>> outcomes(input.items.size());
  CO_TRY(planned, co_await plan_all(tools, request, input));
  std::vector<lanes::Submission> submissions;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    auto submission = submission_of(tools, request, input.items[i], i, std::move(planned[i]));
    if (submission) {
      submissions.push_back(std::move(*submission));
      places.push_back(i);
    } else {
      outcomes[i] = std::unexpected(submission.error());
    }
  }
  auto carried_out = co_await tools.lane.submit_all(std::move(submissions));
  for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(carried_out[i]);
  TripBulkAnswers answers;
  for (const auto& outcome : outcomes) answers.items.push_back(answer_of(*outcome, request));
  http::Response response;
  json::append(response.body, answers);
  co_return response;
}

}  // namespace

http::Route bulk_route(const TripTools& tools) {
  return {
      .method = http::Method::post,
      .pattern = "/trips/bulk",
      .permission = Permission::any_caller,
      .handler = http::with(tools, bulk),
      .summary = "Up to 1000 creations and commands, in order; each item answers for itself.",
      .accepts = http::schema_of<TripBulkRequest>("TripBulkRequest"),
      .answers = http::schema_of<TripBulkAnswers>("TripBulkAnswers"),
      .problems = {ProblemKind::invalid_fields},
      .query = {},
      .max_body = 8 << 20,
      .idempotent = true,
      .example_request =
          R"({"items":[{"action":"create","input":{"fleet_id":"city-cabs","origin":{"latitude":52.52,"longitude":13.4},)"
          R"("destination":{"latitude":52.5,"longitude":13.45}}}]})"};
}

}  // namespace mms::trips
