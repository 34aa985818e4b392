// The features' replays, one after another, and their figures in one line.
#include "service/replay.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "access/blocking.hpp"
#include "missions/mission_replay.hpp"
#include "missions/plan_replay.hpp"
#include "safety/safety_replay.hpp"
#include "service/assemble.hpp"
#include "templates/template_replay.hpp"
#include "trips/trip_replay.hpp"

namespace mms::service {
namespace {

// Adds up what the features say.
class Sum {
 public:
  void add(std::int64_t things, const char* name, std::int64_t events, std::int64_t differences) {
    things_ += fmt::format("{} {}, ", things, name);
    events_ += events;
    differences_ += differences;
  }
  std::string figures() const { return fmt::format("{}{} events", things_, events_); }
  std::int64_t differences() const { return differences_; }

 private:
  std::string things_;
  std::int64_t events_ = 0;
  std::int64_t differences_ = 0;
};

}  // namespace

Verdict verify(database::Database& database, const std::function<void(const std::string&)>& differs) {
  boost::asio::io_context context(1);
  const auto reader = database.open_reader(context);
  Sum sum;
  const auto m = access::run_to_end(context, missions::verify_missions(*reader, differs, now()));
  sum.add(m.missions, "missions", m.events, m.differences);
  const auto t = access::run_to_end(context, templates::verify_templates(*reader, differs));
  sum.add(t.templates, "templates", t.events, t.differences);
  const auto p = access::run_to_end(context, missions::verify_plans(*reader, differs));
  sum.add(p.plans, "plans", p.plans, p.differences);  // a plan has one event
  const auto s = access::run_to_end(context, safety::verify_safety_events(*reader, differs));
  sum.add(s.safety_events, "safety events", s.events, s.differences);
  const auto r = access::run_to_end(context, trips::verify_trips(*reader, differs));
  sum.add(r.trips, "trips", r.events, r.differences);
  if (sum.differences() == 0) return {true, fmt::format("equal: {}\n", sum.figures())};
  return {false, fmt::format("not equal: {} differences in {}\n", sum.differences(), sum.figures())};
}

std::string rebuild(database::Database& database) {
  boost::asio::io_context context(1);
  const auto reader = database.open_reader(context);
  const auto writer = database.open_writer(context);
  Sum sum;
  const auto t = access::run_to_end(context, templates::rebuild_templates(*reader, *writer));
  sum.add(t.templates, "templates", t.events, 0);
  const auto m = access::run_to_end(context, missions::rebuild_missions(*reader, *writer));
  sum.add(m.missions, "missions", m.events, 0);
  const auto p = access::run_to_end(context, missions::rebuild_plans(*reader, *writer));
  sum.add(p.plans, "plans", p.plans, 0);
  const auto s = access::run_to_end(context, safety::rebuild_safety_events(*reader, *writer));
  sum.add(s.safety_events, "safety events", s.events, 0);
  const auto r = access::run_to_end(context, trips::rebuild_trips(*reader, *writer));
  sum.add(r.trips, "trips", r.events, 0);
  return fmt::format("written anew: {}\n", sum.figures());
}

}  // namespace mms::service
