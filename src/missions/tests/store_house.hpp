// A small house on a real store, for the laws of missions: a lane on a thread of its own, a reader, the endpoints'
// handlers.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "database/database.hpp"
#include "endpoints/cursor.hpp"
#include "lanes/lane.hpp"
#include "missions/dependency_store.hpp"
#include "missions/mission_routes.hpp"
#include "missions/mission_store.hpp"
#include "safety/safety_store.hpp"
#include "vehicles/vehicle_store.hpp"
#include "vocabulary/json.hpp"

namespace mms::missions::law {

namespace json = vocabulary::json;

// An empty store, brought up to date.
using MakeStore = std::function<std::unique_ptr<database::Database>()>;

class CountingIds final : public vocabulary::IdSource {
 public:
  vocabulary::Uuid next(Time now) override {
    ++count_;
    return vocabulary::make_uuid_v7(now, count_, count_ * 0x9E3779B97F4A7C15ULL);
  }

 private:
  std::uint64_t count_ = 0;
};

// An answer, read.
struct Reply {
  int status = 0;
  std::string problem;  // the refusal's kind
  std::string body;
  json::Document document;

  const json::Object& object() { return document.root().as_object(); }
  std::string text(std::string_view name) {
    const auto* value = object().if_contains(name);
    return value == nullptr || !value->is_string() ? std::string() : std::string(value->as_string());
  }
  std::vector<std::string> each(std::string_view name) {
    std::vector<std::string> all;
    for (const auto& item : object().at("items").as_array()) {
      const auto* value = item.as_object().if_contains(name);
      all.push_back(value == nullptr     ? "none"
                    : value->is_string() ? std::string(value->as_string())
                                         : json::to_text(*value));
    }
    return all;
  }
};

inline vocabulary::Caller admin() {
  return {"admin",
          vocabulary::CallerKind::person,
          {{.role = vocabulary::Role::admin, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

class StoreHouse {
 public:
  // `real_time`: the store's own clock counts, as it does for timers; otherwise `now`.
  explicit StoreHouse(const MakeStore& make, bool real_time = false, MissionCache* cache = nullptr)
      : database(make()), reader(database->open_reader(context)), writer(database->open_writer(context)) {
    lanes::LaneSettings settings;
    if (!real_time) settings.clock = [this](Time) { return now.load(); };
    settings.on_fault = [](const std::string& what) { ADD_FAILURE() << what; };
    lane = std::make_unique<lanes::Lane>(
        *database,
        std::vector<lanes::MakePart>{vehicles::vehicle_part, safety::safety_part,
                                     [cache](lanes::WorkingSet& set) { return mission_part(set, cache); },
                                     dependency_part},
        std::move(settings));
    tools = std::make_unique<MissionTools>(MissionTools{
        *reader, *lane, ids, key, cache, [this] { return now.load(); }, {vehicles::vehicle_part, safety::safety_part}});
    routes = mission_routes(*tools);
  }
  ~StoreHouse() { lane->stop(); }
  StoreHouse(const StoreHouse&) = delete;
  StoreHouse& operator=(const StoreHouse&) = delete;

  template <class T>
  T run(async::Task<T> task) {
    std::optional<T> answer;
    std::exception_ptr failed;
    bool done = false;
    const auto work = boost::asio::make_work_guard(context);
    context.restart();
    boost::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr error, T value) {
      failed = error;
      if (!error) answer.emplace(std::move(value));
      done = true;
    });
    while (!done) context.run_one();
    if (failed) std::rethrow_exception(failed);
    return std::move(*answer);
  }

  // `pattern` is the route's, `values` those of its names.
  std::unique_ptr<Reply> ask(http::Method method,
                             std::string_view pattern,
                             std::initializer_list<std::string> values,
                             std::string query,
                             std::string body,
                             vocabulary::Caller caller = admin()) {
    http::Request request;
    request.method = method;
    request.path = pattern;
    request.query = query;
    request.body = body;
    for (const auto& value : values) request.values.push_back(value);
    request.deadline = async::Clock::now() + std::chrono::seconds(30);
    request.caller = std::move(caller);
    request.request_id = "law";
    auto reply = std::make_unique<Reply>();
    for (const auto& route : routes) {
      if (route.method != method || route.pattern != pattern) continue;
      auto answer = run(route.handler(request));
      if (!answer) {
        reply->problem = vocabulary::name_of(answer.error().kind);
        reply->body = answer.error().detail;
        return reply;
      }
      reply->status = answer->status;
      reply->body = answer->shared_body ? *answer->shared_body : answer->body;
      if (!reply->body.empty() && !reply->document.parse(reply->body)) ADD_FAILURE() << reply->body;
      return reply;
    }
    ADD_FAILURE() << "no route " << pattern;
    return reply;
  }
  std::unique_ptr<Reply> list(std::string query, vocabulary::Caller caller = admin()) {
    return ask(http::Method::get, "/missions", {}, std::move(query), {}, std::move(caller));
  }
  std::unique_ptr<Reply> show(const std::string& id, std::string query = {}) {
    return ask(http::Method::get, "/missions/{id}", {id}, std::move(query), {});
  }
  std::string create(std::string body) {
    return ask(http::Method::post, "/missions", {}, {}, std::move(body))->text("id");
  }
  std::unique_ptr<Reply> tell(const std::string& id, const std::string& command, std::string body = {}) {
    return ask(http::Method::post, "/missions/{id}/" + command, {id}, {}, std::move(body));
  }
  lanes::Outcome carry_out(std::unique_ptr<lanes::Command> command) {
    lanes::Submission submission;
    submission.command = std::move(command);
    submission.caller = admin();
    submission.trace = "law";
    submission.deadline = async::Clock::now() + std::chrono::seconds(30);
    return run(lane->submit(std::move(submission)));
  }
  // Statements of a test's own, committed.
  void plant(database::Query query) { run(planted(*writer, std::move(query))); }

  std::atomic<Time> now{Time(std::chrono::seconds(1'790'000'000))};
  boost::asio::io_context context{1};
  std::unique_ptr<database::Database> database;
  std::unique_ptr<database::Reader> reader;
  std::unique_ptr<database::Writer> writer;
  std::unique_ptr<lanes::Lane> lane;
  CountingIds ids;
  endpoints::CursorKey key{"a secret of this test"};
  std::unique_ptr<MissionTools> tools;
  std::vector<http::Route> routes;

 private:
  static async::Task<bool> planted(database::Writer& writer, database::Query query) {
    co_await writer.begin({});
    std::vector<database::Query> writes;
    writes.push_back(std::move(query));
    co_return co_await writer.commit(std::move(writes)) == database::Commit::committed;
  }
};

struct StoreFactory {
  const char* name;
  MakeStore make;
};

class StoreLaws : public testing::TestWithParam<StoreFactory> {};

}  // namespace mms::missions::law
