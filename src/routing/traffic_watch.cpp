// Reads the table again and again by its sequence.
#include "routing/traffic_watch.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "routing/profile_store.hpp"
#include "routing/traffic_store.hpp"
#include "vocabulary/json_read.hpp"

namespace mms::routing {
namespace {

constexpr std::int64_t kRowsAtOnce = 5000;
constexpr std::chrono::seconds kReadTime{5};
constexpr std::chrono::seconds kProfileLook{1};

void append_reports(LiveRoads& roads, const TrafficView& view, std::vector<roads::TrafficReport>& out) {
  const auto target = std::hash<std::string>()(target_of(view));
  for (const auto edge : edges_of(roads, view)) {
    out.push_back({.edge = edge,
                   .speed_kmh = view.speed_kmh,
                   .closed = view.kind == TrafficKind::closed,
                   .source = view.source,
                   .reported_at = view.reported_at,
                   .expires_at = view.expires_at,
                   .target = target,
                   .observed = view.source == kObservedSource});
  }
}

// Of a way or an edge.
template <class View>
std::vector<roads::DirectedEdge> edges_on_map(const LiveRoads& roads, const View& view) {
  const auto& graph = roads.graph();
  if (view.way_id) {
    return roads::edges_of_way(graph, static_cast<std::uint64_t>(*view.way_id),
                               view.direction == WayDirection::backward);
  }
  if (!view.edge || view.map != roads.map_id() || *view.edge >= graph.edges()) return {};
  return {static_cast<roads::DirectedEdge>(*view.edge)};
}

}  // namespace

std::vector<roads::DirectedEdge> edges_of(const LiveRoads& roads, const ProfileView& view) {
  return edges_on_map(roads, view);
}

std::vector<roads::DirectedEdge> edges_of(LiveRoads& roads, const TrafficView& view) {
  if (!view.line) return edges_on_map(roads, view);
  std::vector<roads::Coordinate> line;
  for (const auto& point : *view.line) line.push_back(coordinate_of(point));
  Pricing distance;
  distance.shares = roads::only(roads::Objective::distance);
  distance.traffic = false;
  const auto priced = roads.priced(distance);
  return roads::edges_along(roads.graph(), *priced->model, priced->metric, line);
}

TrafficWatch::TrafficWatch(database::Database& database, LiveRoads& roads, WatchHooks hooks)
    : roads_(roads),
      hooks_(std::move(hooks)),
      reader_(database.open_reader(context_)),
      appender_(database.open_appender(context_)) {
  auto first = std::make_shared<std::promise<void>>();
  auto ready = first->get_future();
  boost::asio::co_spawn(context_, watch([first] { first->set_value(); }), boost::asio::detached);
  thread_ = std::thread([this] { context_.run(); });
  ready.wait_for(std::chrono::seconds(10));
}

void TrafficWatch::stop() {
  stopping_ = true;
  if (!thread_.joinable()) return;
  context_.stop();
  thread_.join();
}

async::Task<void> TrafficWatch::watch(std::function<void()> first_done) {
  boost::asio::basic_waitable_timer<async::Clock, boost::asio::wait_traits<async::Clock>, async::Executor> alarm(
      co_await boost::asio::this_coro::executor);
  while (!stopping_) {
    try {
      co_await read_new();
      co_await read_profiles();
      if (first_done) std::exchange(first_done, nullptr)();
      co_await forget_old();
      make_next_hour();
    } catch (const std::exception& e) {  // the store is away: what is known stays in force until it ends
      hooks_.on_fault(e.what());
    }
    alarm.expires_after(hooks_.look);
    co_await alarm.async_wait(async::use_task);
  }
}

async::Task<void> TrafficWatch::read_new() {
  std::vector<roads::TrafficReport> reports;
  for (bool more = true; more;) {
    const auto rows =
        stored_from(co_await reader_->run_one(traffic_after(sequence_, kRowsAtOnce), async::Clock::now() + kReadTime));
    more = std::ssize(rows) == kRowsAtOnce;
    for (const auto& row : rows) {
      sequence_ = row.sequence;
      try {
        append_reports(roads_, vocabulary::json::from_stored<TrafficView>(row.body), reports);
      } catch (const std::exception& e) {  // one that cannot be read costs no other
        hooks_.on_fault(e.what());
      }
    }
  }
  roads_.report(reports, hooks_.now());
}

async::Task<void> TrafficWatch::read_profiles() {
  const auto now = async::Clock::now();
  if (now < look_at_profiles_) co_return;
  look_at_profiles_ = now + kProfileLook;
  const auto known = profiles_mark_from(co_await reader_->run_one(profiles_mark(), now + kReadTime));
  if (known == profiles_mark_) co_return;
  roads::SpeedProfiles profiles(roads_.graph().edges());
  std::int64_t sequence = 0;
  for (bool more = true; more;) {
    const auto rows = stored_from(co_await reader_->run_one(profiles_after(sequence, kRowsAtOnce, std::nullopt),
                                                            async::Clock::now() + kReadTime));
    more = std::ssize(rows) == kRowsAtOnce;
    for (const auto& row : rows) {
      sequence = row.sequence;
      try {
        const auto view = vocabulary::json::from_stored<ProfileView>(row.body);
        for (const auto edge : edges_of(roads_, view)) profiles.set(edge, week_of(view));
      } catch (const std::exception& e) {  // one that cannot be read costs no other
        hooks_.on_fault(e.what());
      }
    }
  }
  roads_.set_profiles(std::move(profiles));
  roads_.make_ready(hooks_.now());
  profiles_mark_ = known;
}

// A minute ahead, so that nobody waits for a metric when the hour begins. Without profiles it is there already.
void TrafficWatch::make_next_hour() {
  const auto soon = hooks_.now() + std::chrono::minutes(1);
  if (!roads_.profiles() || hour_of(soon) == hour_made_) return;
  hour_made_ = hour_of(soon);
  roads_.make_ready(soon);
}

async::Task<void> TrafficWatch::forget_old() {
  const auto now = hooks_.now();
  if (now < forget_at_) co_return;
  forget_at_ = now + std::chrono::minutes(10);
  std::vector<database::Query> queries;
  queries.push_back(forget_traffic(now - std::chrono::hours(24)));
  co_await appender_->append(std::move(queries));
}

}  // namespace mms::routing
