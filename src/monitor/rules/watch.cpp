// Window, order, judgement, hysteresis.
#include "monitor/rules/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mms::monitor {
namespace {

class Fold {
 public:
  Fold(Watch watch, const WatchFacts& facts) : facts_(facts) { out_.watch = std::move(watch); }

  Observed run(std::vector<Report> arrived) {
    std::ranges::sort(arrived, {}, [](const Report& r) { return std::tuple(r.received_at, r.recorded_at, r.source); });
    for (auto& report : arrived) arrive(std::move(report));
    release();
    look_at_clock();
    out_.due_at = due_at();
    return std::move(out_);
  }

 private:
  Watch& watch() { return out_.watch; }
  Place place_of(const Report& r) const {
    return {.moment = std::min(r.recorded_at, r.received_at + facts_.window), .recorded_at = r.recorded_at};
  }
  Duration hold() const { return facts_.window + kGrace; }

  void arrive(Report report) {
    auto& w = watch();
    heard(report.received_at);
    const auto place = place_of(report);
    if ((w.newest && place.moment < *w.newest - facts_.window) || (w.folded_until && place <= *w.folded_until)) {
      ++out_.late;
      return;
    }
    w.newest = w.newest ? std::max(*w.newest, place.moment) : place.moment;
    const bool known = std::ranges::any_of(
        w.waiting, [&](const Report& r) { return r.source == report.source && r.recorded_at == report.recorded_at; });
    if (!known) w.waiting.push_back(std::move(report));
  }

  void release() {
    auto& waiting = watch().waiting;
    std::ranges::sort(waiting, {}, [&](const Report& r) { return std::pair(place_of(r), r.source); });
    auto released = waiting.begin();
    for (auto at = waiting.begin(); at != waiting.end(); ++at) {
      const bool passed = place_of(*at).moment < *watch().newest - facts_.window;
      if (passed || at->received_at + hold() <= facts_.now) released = at + 1;
    }
    // One that is released takes its twin along.
    while (released != waiting.begin() && released != waiting.end() && place_of(*released) == place_of(*(released - 1)))
      ++released;
    auto next = waiting.begin();
    while (next != released && out_.findings.size() < kMostFindings) {
      auto whole = std::move(*next);
      const auto place = place_of(whole);
      for (++next; next != released && place_of(*next) == place; ++next) add(whole, *next);
      whole.recorded_at = place.moment;
      fold(std::move(whole));
      watch().folded_until = place;
    }
    waiting.erase(waiting.begin(), next);
  }

  // Two doors may bring the same: a vehicle's state and its position on the trip.
  static void add(Report& whole, const Report& more) {
    const auto take = [](auto& into, const auto& from) {
      if (!into) into = from;
    };
    take(whole.position, more.position);
    take(whole.speed_mps, more.speed_mps);
    take(whole.battery_percent, more.battery_percent);
    take(whole.deviation_m, more.deviation_m);
    take(whole.trip_id, more.trip_id);
    take(whole.trip_mission_id, more.trip_mission_id);
  }

  void fold(Report report) {
    auto& w = watch();
    if (report.onboard_stage || report.no_stage) w.onboard_stage = report.onboard_stage;
    if (report.capabilities || report.no_capabilities) w.capabilities = report.capabilities;
    // Only a vehicle that speaks of itself has said that these still hold.
    if (report.source == ReportSource::state) {
      report.onboard_stage = w.onboard_stage;
      report.capabilities = w.capabilities;
    }
    const bool counts = !facts_.ended || report.recorded_at <= *facts_.until;
    for (const auto& requirement : facts_.requirements) {
      if (counts) take(requirement, judge(requirement, report, w.last), report.recorded_at, &report);
    }
    if (report.position) w.last = Seen{*report.position, report.recorded_at};
  }

  bool may_begin(Time at) const { return at >= facts_.since && (!facts_.until || at <= *facts_.until); }

  Phase* find(const std::string& key) {
    const auto at = std::ranges::find(watch().broken, key, &Phase::key);
    return at == watch().broken.end() ? nullptr : &*at;
  }

  void take(const Requirement& r, const Judgement& judgement, Time at, const Report* report) {
    auto* phase = find(r.key);
    switch (judgement.standing) {
      case Standing::unknown:
        return;
      case Standing::breach:
        if (phase == nullptr) return begin(r, judgement, at, report);
        ++phase->unseen;
        phase->last_seen_at = at;
        phase->good_since.reset();
        if (at - phase->told_at >= kTellEvery) tell(*phase);
        return;
      case Standing::near:
      case Standing::good:
        if (phase == nullptr) return;
        if (!phase->good_since) phase->good_since = at;
        if (judgement.standing == Standing::good || at - *phase->good_since >= kCalm) end(*phase, at);
    }
  }

  void begin(const Requirement& r, const Judgement& judgement, Time at, const Report* report) {
    if (!may_begin(at)) return;
    watch().broken.push_back({.key = r.key, .last_seen_at = at, .told_at = at, .unseen = 0, .good_since = {}});
    Finding finding{.what = What::begins, .key = r.key, .moment = at};
    finding.words = judgement.words;
    finding.location = judgement.location;
    if (report != nullptr) {
      finding.trip_id = report->trip_id;
      finding.trip_mission_id = report->trip_mission_id;
    }
    out_.findings.push_back(std::move(finding));
  }

  void tell(Phase& phase) {
    if (phase.unseen == 0) return;
    out_.findings.push_back(
        {.what = What::goes_on, .key = phase.key, .moment = phase.last_seen_at, .times = phase.unseen});
    phase.told_at = phase.last_seen_at;
    phase.unseen = 0;
  }

  void end(Phase& phase, Time at) {
    tell(phase);
    out_.findings.push_back({.what = What::over, .key = phase.key, .moment = at});
    std::erase_if(watch().broken, [key = phase.key](const Phase& p) { return p.key == key; });
  }

  void heard(Time at) {
    auto& w = watch();
    w.heard_at = w.heard_at ? std::max(*w.heard_at, at) : at;
  }

  void look_at_clock() {
    if (facts_.ended) return;
    for (const auto& r : facts_.requirements) {
      if (r.heartbeat_timeout_s) look_at_heartbeat(r);
      if (r.environment) look_at_environment(r);
    }
  }

  Time silent_at(const Requirement& r) const {
    const auto& heard = out_.watch.heard_at;
    const auto last = std::max({facts_.since, facts_.listening_since, heard.value_or(facts_.since)});
    return last + vocabulary::seconds(*r.heartbeat_timeout_s);
  }

  void look_at_heartbeat(const Requirement& r) {
    if (auto* phase = find(r.key)) {
      if (watch().heard_at && *watch().heard_at > phase->last_seen_at) end(*phase, *watch().heard_at);
      return;
    }
    const auto at = silent_at(r);
    if (!facts_.all_arrived || facts_.until || at + kGrace > facts_.now) return;
    Judgement silence{Standing::breach, fmt::format("no report for {:g} s", *r.heartbeat_timeout_s)};
    if (watch().last) silence.location = watch().last->position;
    begin(r, silence, at, nullptr);
  }

  void look_at_environment(const Requirement& r) {
    auto found = judge_environment(r, facts_.environment, watch().last, facts_.now);
    auto* phase = find(r.key);
    // A reading that expired is over as one that got better.
    if (found.standing == Standing::unknown) found.standing = Standing::near;
    const bool on = phase != nullptr && found.standing == Standing::breach;
    if (on && facts_.now - phase->last_seen_at < kTellEvery) {
      phase->good_since.reset();
      return;
    }
    take(r, found, facts_.now, nullptr);
  }

  Time due_at() {
    constexpr Duration kRest = std::chrono::hours(1);
    Time due = facts_.now + kRest;
    for (const auto& r : watch().waiting) due = std::min(due, r.received_at + hold());
    for (const auto& r : facts_.requirements) {
      const bool is_broken = find(r.key) != nullptr;
      if (r.environment && is_broken) due = std::min(due, facts_.now + kLookAgain);
      if (r.heartbeat_timeout_s && !is_broken && !facts_.until) due = std::min(due, silent_at(r) + kGrace);
    }
    return due;
  }

  const WatchFacts& facts_;
  Observed out_;
};

}  // namespace

Observed observe(Watch watch, std::vector<Report> arrived, const WatchFacts& facts) {
  return Fold(std::move(watch), facts).run(std::move(arrived));
}

std::vector<Finding> last_words(const Watch& watch) {
  std::vector<Finding> all;
  for (const auto& phase : watch.broken) {
    if (phase.unseen == 0) continue;
    all.push_back({.what = What::goes_on, .key = phase.key, .moment = phase.last_seen_at, .times = phase.unseen});
  }
  return all;
}

}  // namespace mms::monitor
