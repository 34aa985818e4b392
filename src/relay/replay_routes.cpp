// Handlers and rows of the replays.
#include "relay/replay_routes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/rules/scope.hpp"
#include "endpoints/first_answer.hpp"
#include "endpoints/input.hpp"
#include "endpoints/list_table.hpp"
#include "endpoints/ride.hpp"
#include "endpoints/views.hpp"
#include "relay/event_table.hpp"
#include "relay/replay_table.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::relay {
namespace {

using async::Task;
using http::Request;
using http::Response;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::Result;
namespace json = vocabulary::json;

// Composed before main, so that the drivers see every statement.
const endpoints::ListTable replay_list({
    .table = "event_replays",
    .sorts = {{"created_at", endpoints::ColumnKind::time}},
    .filters = {{.name = "fleet_id", .leads = true}, {.name = "status"}},
});

#define EXAMPLE_REPLAY                                                                                               \
  R"({"id":"01a20fb4-1d3e-7c55-9b0e-5b7f0a6f2c11","status":"running","topic":"replays.dispatch","fleet_id":)"        \
  R"("quarry-north","from_sequence":1,"to_sequence":8000,"types":[],"streams":["mission"],"events_per_second":1000)" \
  R"(,"position":2000,"published":1480,"progress":0.25,"created_by":"ada","created_at":)"                            \
  R"("2026-11-25T08:00:00.000000Z","updated_at":"2026-11-25T08:00:02.000000Z"})"
constexpr std::string_view kReplay = EXAMPLE_REPLAY;
constexpr std::string_view kReplays = R"({"items":[)" EXAMPLE_REPLAY R"(],"next_cursor":null})";
#undef EXAMPLE_REPLAY

access::Target target_of(const Replay& replay) {
  return {.noun = "replay", .fleet_id = replay.fleet_id};
}

std::unexpected<vocabulary::Problem> wrong_topic(std::string_view code, std::string detail) {
  auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "events are not sent again to that topic");
  refusal.error().errors.push_back({"/topic", std::string(code), std::move(detail)});
  return refusal;
}

Result<void> check_topic(const ReplayTopics& topics, const AskReplay& asked) {
  const std::string& topic = asked.topic;
  if (std::ranges::find(topics.closed, topic) != topics.closed.end()) {
    return wrong_topic("topic_in_use", "this service reads that topic, or lays other messages aside in it");
  }
  if (!asked.allow_live && std::ranges::find(topics.live, topic) != topics.live.end()) {
    return wrong_topic("live_topic", "its consumers would see old events among new ones; say allow_live if they shall");
  }
  return {};
}

// POST /events/replay: sends a part of the log again, in the background.
// Refuses: invalid_fields, forbidden, no_kafka, already_exists, idempotency_key_reused.
Task<Result<Response>> ask(const ReplayTools& tools, const Request& request) {
  CO_TRY(asked, endpoints::body_of<AskReplay>(request));
  const std::string fleet = asked.fleet_id ? std::string(*asked.fleet_id) : std::string(kEveryFleet);
  const auto may = access::may_create(request.caller, Permission::events_replay, {.noun = "replay", .fleet_id = fleet});
  if (!may) co_return std::unexpected(may.error());
  if (!tools.topics.has_kafka) {
    co_return vocabulary::refuse(ProblemKind::no_kafka,
                                 "this service has no Kafka to send events to: set KAFKA_BROKERS to <host>:<port>");
  }
  if (const auto good = check_topic(tools.topics, asked); !good) co_return std::unexpected(good.error());
  const auto now = tools.now();
  if (asked.id) {
    if (const auto good = endpoints::check_chosen_id(asked.id->uuid, now); !good) {
      co_return std::unexpected(good.error());
    }
  }
  CO_TRY(key, endpoints::idempotency_of(request));
  CO_TRY(first, co_await endpoints::first_answer(tools.reader, key, now, request.deadline));
  if (first) co_return std::move(*first);
  const auto head = log_head_from(co_await tools.reader.run_one(log_head(), request.deadline));
  const auto id = asked.id.value_or(ReplayId{tools.ids.next(now)});
  const auto replay = make_replay(asked, id, head, request.caller.id, now);
  const lanes::Answer answer{
      .status = 201, .body = json::write(replay), .location = "/events/replay/" + vocabulary::to_text(id)};
  std::vector<database::Query> queries;
  queries.push_back(insert_replay(replay));
  if (key) queries.push_back(endpoints::keep_first_answer(*key, answer, now));
  const auto answers = co_await tools.appender.append(std::move(queries));
  if (answers[0].empty()) {
    const auto there = replay_from(co_await tools.reader.run_one(find_replay(id), request.deadline));
    if (there && is_asked_by(*there, asked, request.caller.id)) {
      co_return endpoints::response_of({.status = 200, .body = json::write(*there)});
    }
    co_return vocabulary::refuse(ProblemKind::already_exists, "something else has this id already");
  }
  co_return endpoints::response_of(answer);
}

// The stored replay of the path. Refuses: not_found.
Task<Result<Replay>> stored(const ReplayTools& tools, const Request& request) {
  CO_TRY(id, endpoints::id_in_path<ReplayId>(request, "replay"));
  auto found = replay_from(co_await tools.reader.run_one(find_replay(id), request.deadline));
  if (!found) co_return access::not_found("replay");
  const auto may = access::may_read(request.caller, Permission::events_replay, target_of(*found));
  if (!may) co_return std::unexpected(may.error());
  co_return std::move(*found);
}

// GET /events/replay/{id}: how far it is. Refuses: not_found.
Task<Result<Response>> show(const ReplayTools& tools, const Request& request) {
  CO_TRY(replay, co_await stored(tools, request));
  Response response;
  json::append(response.body, replay);
  co_return response;
}

// GET /events/replay. Refuses: bad_parameter, bad_cursor.
Task<Result<Response>> list(const ReplayTools& tools, const Request& request) {
  CO_TRY(query, replay_list.parse(request, tools.cursor_key));
  const auto visible = access::visible_to(request.caller, Permission::events_replay);
  const auto answers = co_await tools.reader.run(replay_list.queries(query, visible.fleets), request.deadline);
  co_return replay_list.page(query, answers, tools.cursor_key);
}

// POST /events/replay/{id}/cancel: what is not sent by now is not sent. Refuses: not_found, wrong_state.
Task<Result<Response>> cancel(const ReplayTools& tools, const Request& request) {
  CO_TRY(replay, co_await stored(tools, request));
  if (replay.status == ReplayStatus::running) {
    end(replay, ReplayStatus::cancelled, tools.now());
    std::vector<database::Query> queries;
    queries.push_back(cancel_replay(replay));
    if ((co_await tools.appender.append(std::move(queries)))[0].empty()) {
      CO_TRY(meanwhile, co_await stored(tools, request));
      replay = std::move(meanwhile);
    }
  }
  if (replay.status != ReplayStatus::cancelled) {
    co_return vocabulary::refuse(ProblemKind::wrong_state, "it is completed: there is nothing left to cancel",
                                 R"("state":"completed","allowed":[])");
  }
  Response response;
  json::append(response.body, replay);
  co_return response;
}

}  // namespace

std::vector<http::Route> replay_routes(const ReplayTools& tools) {
  using enum ProblemKind;
  using http::Method;
  using http::schema_of;
  std::vector<http::Route> routes;
  routes.push_back(
      {.method = Method::post,
       .pattern = "/events/replay",
       .permission = Permission::events_replay,
       .handler = http::with(tools, ask),
       .summary = "Sends a part of the log again to a Kafka topic, in the background and in its order; each "
                  "event is marked by replayid.",
       .accepts = schema_of<AskReplay>("AskReplay"),
       .answers = schema_of<Replay>("Replay"),
       .success = 201,
       .repeat = 200,
       .problems = {invalid_fields, no_kafka, already_exists},
       .idempotent = true,
       .heavy = true,
       .example_request = R"({"topic":"replays.dispatch","fleet_id":"quarry-north","streams":["mission"]})",
       .example_answer = kReplay});
  routes.push_back({.method = Method::get,
                    .pattern = "/events/replay",
                    .permission = Permission::events_replay,
                    .handler = http::with(tools, list),
                    .summary = "Lists the replays that were asked for.",
                    .answers = schema_of<endpoints::Page<Replay>>("ReplayPage"),
                    .problems = {bad_parameter, bad_cursor},
                    .query = replay_list.parameters(),
                    .example_answer = kReplays});
  routes.push_back({.method = Method::get,
                    .pattern = "/events/replay/{id}",
                    .permission = Permission::events_replay,
                    .handler = http::with(tools, show),
                    .summary = "How far a replay is, and what is wrong when it does not go on.",
                    .answers = schema_of<Replay>("Replay"),
                    .problems = {not_found},
                    .example_answer = kReplay});
  routes.push_back({.method = Method::post,
                    .pattern = "/events/replay/{id}/cancel",
                    .permission = Permission::events_replay,
                    .handler = http::with(tools, cancel),
                    .summary = "Ends a replay; what was sent stays sent.",
                    .answers = schema_of<Replay>("Replay"),
                    .problems = {not_found, wrong_state},
                    .example_answer = kReplay});
  return routes;
}

}  // namespace mms::relay
