// The loaded map with the traffic on it, and the metrics that are in use.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "roads/live_metric.hpp"
#include "roads/road_graph.hpp"
#include "roads/speed_profiles.hpp"
#include "roads/traffic.hpp"
#include "routing/rules/pricing.hpp"

namespace mms::routing {

// Threads: priced(), traffic() and the figures from any; report() and set_profiles() from one at a time. No query waits
// for traffic: each metric is made anew beside the one in use, then swapped.
class LiveRoads {
 public:
  // Keeps `most_metrics` metrics, those used last.
  LiveRoads(std::shared_ptr<const roads::RoadGraph> graph, std::size_t most_metrics);

  const roads::RoadGraph& graph() const { return *graph_; }
  // What edges of this map are called by: reports of edges hold for it alone.
  const std::string& map_id() const { return map_id_; }
  // "liechtenstein.osm.pbf, 12345 road segments".
  std::string words() const;

  std::shared_ptr<const Priced> priced(const Pricing& pricing);
  // Makes what requests will ask for: the fastest ways of cars and trucks, at this time and later. On a large map each
  // takes a second, which is more than a trip waits for its way.
  void make_ready(vocabulary::Time now);
  std::shared_ptr<const TrafficNow> traffic() const { return traffic_.current(); }

  // From now on; metrics of an hour are made of them when they are asked for.
  void set_profiles(roads::SpeedProfiles profiles);
  std::shared_ptr<const roads::SpeedProfiles> profiles() const;

  // Takes reports in and ends what is over; answers how many edges changed. When it returns, every later query has it.
  std::size_t report(std::span<const roads::TrafficReport> reports, vocabulary::Time now);

 private:
  struct Entry {
    std::string key;
    bool traffic = true;
    std::shared_ptr<const roads::SpeedProfiles> profiles;  // null: without
    WeekHour hour = 0;
    std::shared_ptr<const roads::CostModel> model;
    std::mutex making;
    roads::Live<Priced> current;
  };
  std::shared_ptr<Entry> entry_of(const Pricing& pricing);
  static roads::EdgeTraffic usual(const Entry& entry, roads::DirectedEdge edge);
  void remake(Entry& entry, const TrafficNow& next, std::span<const roads::EdgeTraffic> changed);

  std::shared_ptr<const roads::RoadGraph> graph_;
  std::string map_id_;
  std::size_t most_metrics_;
  roads::Traffic reports_;
  roads::Live<TrafficNow> traffic_;
  std::shared_ptr<const TrafficNow> none_;
  mutable std::mutex entries_lock_;
  std::shared_ptr<const roads::SpeedProfiles> profiles_;  // null: none
  std::uint64_t profiles_version_ = 0;
  std::list<std::shared_ptr<Entry>> entries_;  // used last first
};

}  // namespace mms::routing
