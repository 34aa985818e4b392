// Makes metrics, and makes them anew when traffic changes.
#include "routing/live_roads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "roads/timed_route.hpp"

namespace mms::routing {

LiveRoads::LiveRoads(std::shared_ptr<const roads::RoadGraph> graph, std::size_t most_metrics)
    : graph_(std::move(graph)),
      most_metrics_(std::max<std::size_t>(1, most_metrics)),
      reports_(*graph_),
      none_(std::make_shared<const TrafficNow>()) {
  const auto& file = graph_->file();
  map_id_ = fmt::format("{}:{}:{}:{}:{}", std::string_view(file.source.data(), file.source.size()), graph_->segments(),
                        graph_->states(), graph_->turns(), file.out_head.size() + file.in_tail.size());
  traffic_.replace({});
}

std::string LiveRoads::words() const {
  const auto& source = graph_->file().source;
  return fmt::format("{}, {} road segments", std::string_view(source.data(), source.size()), graph_->segments());
}

std::shared_ptr<LiveRoads::Entry> LiveRoads::entry_of(const Pricing& pricing) {
  const std::lock_guard lock(entries_lock_);
  auto asked = pricing;
  if (!profiles_) asked.hour.reset();
  auto key = key_of(asked);
  if (asked.hour) key += fmt::format(" p{}", profiles_version_);
  const auto found = std::ranges::find(entries_, key, [](const auto& entry) -> const auto& { return entry->key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  auto entry = std::make_shared<Entry>();
  entry->key = std::move(key);
  entry->traffic = pricing.traffic;
  if (asked.hour) {
    entry->profiles = profiles_;
    entry->hour = *asked.hour;
  }
  entries_.push_front(entry);
  if (entries_.size() > most_metrics_) entries_.pop_back();
  return entry;
}

std::shared_ptr<const Priced> LiveRoads::priced(const Pricing& pricing) {
  const auto entry = entry_of(pricing);
  if (auto made = entry->current.current()) return made;
  const std::lock_guard lock(entry->making);
  if (auto made = entry->current.current()) return made;
  entry->model = std::make_shared<const roads::CostModel>(*graph_, pricing.vehicle, pricing.shares, pricing.avoidance);
  // Read after the entry is in the list: a report that comes from now on finds the entry and brings it up to date.
  const auto traffic = pricing.traffic ? traffic_.current() : none_;
  std::vector<roads::EdgeTraffic> in_force;
  if (entry->profiles) {
    entry->profiles->each([&](roads::DirectedEdge edge, const auto&) { in_force.push_back(usual(*entry, edge)); });
  }
  std::ranges::copy_if(traffic->by_edge, std::back_inserter(in_force),
                       [](const roads::EdgeTraffic& e) { return e.closed || e.speed_kmh; });
  entry->current.replace({entry->model, entry->model->metric(in_force), traffic, entry->profiles});
  return entry->current.current();
}

void LiveRoads::make_ready(vocabulary::Time now) {
  Pricing pricing;
  pricing.shares = roads::only(roads::Objective::time);
  std::size_t made = 0;
  for (const auto& [traffic, hour] : {std::pair(true, kFastestHour), {true, hour_of(now)}, {false, kFastestHour}}) {
    for (const auto& vehicle : {roads::usual_car(), roads::usual_truck()}) {
      if (made++ >= most_metrics_) return;
      pricing.vehicle = vehicle;
      pricing.traffic = traffic;
      pricing.hour = hour;
      priced(pricing);
    }
  }
}

std::size_t LiveRoads::report(std::span<const roads::TrafficReport> reports, vocabulary::Time now) {
  auto changed = reports_.expire(now);
  const auto reported = reports_.report(reports, now);
  changed.insert(changed.end(), reported.begin(), reported.end());
  if (changed.empty()) return 0;
  TrafficNow next{{reports_.by_edge().begin(), reports_.by_edge().end()}, reports_.in_force().size()};
  traffic_.replace(std::move(next));
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::lock_guard lock(entries_lock_);
    entries.assign(entries_.begin(), entries_.end());
  }
  for (const auto& entry : entries) {
    if (entry->traffic) remake(*entry, *traffic_.current(), changed);
  }
  return changed.size();
}

// Where no traffic is reported.
roads::EdgeTraffic LiveRoads::usual(const Entry& entry, roads::DirectedEdge edge) {
  if (!entry.profiles) return {edge, {}, false};
  if (entry.hour == kFastestHour) return roads::fastest_speed(*entry.model, *entry.profiles, edge);
  return roads::speed_at(*entry.profiles, edge, roads::begin_of(entry.hour));
}

void LiveRoads::set_profiles(roads::SpeedProfiles profiles) {
  auto made = profiles.is_empty() ? nullptr : std::make_shared<const roads::SpeedProfiles>(std::move(profiles));
  const std::lock_guard lock(entries_lock_);
  profiles_ = std::move(made);
  ++profiles_version_;
  std::erase_if(entries_, [](const auto& entry) { return entry->profiles != nullptr; });
}

std::shared_ptr<const roads::SpeedProfiles> LiveRoads::profiles() const {
  const std::lock_guard lock(entries_lock_);
  return profiles_;
}

void LiveRoads::remake(Entry& entry, const TrafficNow& next, std::span<const roads::EdgeTraffic> changed) {
  const std::lock_guard lock(entry.making);
  const auto before = entry.current.current();
  if (!before) return;  // whoever makes it reads the traffic of now
  std::vector<roads::EdgeChange> changes;
  for (const auto& edge : changed) {
    auto now = next.by_edge[edge.edge];
    if (!now.closed && !now.speed_kmh) now = usual(entry, edge.edge);
    changes.push_back({now.edge, entry.model->edge_weight(now.edge, &now)});
  }
  entry.current.replace(
      {entry.model, roads::with_changes(*graph_, before->metric, changes), traffic_.current(), entry.profiles});
}

}  // namespace mms::routing
