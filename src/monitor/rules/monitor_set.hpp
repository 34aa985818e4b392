// The watches of a batch, and the reports that came for them.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "monitor/rules/watch.hpp"

namespace mms::monitor {

// A mission that is watched.
struct Watched {
  std::string vehicle_id;
  Time since;                  // it runs since then
  std::optional<Time> until;   // and does not any more since then
  std::optional<Watch> watch;  // nothing before the first look
};

// So many parcels of a batch's missions are folded at one look.
inline constexpr std::int64_t kMostParcels = 1000;

// Lifetime: of one batch. Pointers that it gives hold until the same mission changes. Threads: one.
class MonitorSet {
 public:
  // Needs, before deciding.
  void need(const MissionId& mission);

  // Nothing when it is not watched. It must have been needed before.
  const Watched* find(const MissionId& mission) const;
  // The reports that were not folded yet, in no order; they are, from now on.
  std::vector<Report> take_reports(const MissionId& mission);
  // Whether those are all that there are.
  bool has_all_reports(const MissionId& mission) const;
  void put(const MissionId& mission, Watch watch, Time due_at);
  void remove(const MissionId& mission);
  // A vehicle's report of itself, for whoever watches it.
  void note(std::string vehicle_id, Report report);

  // For the part that reads and writes the tables.
  std::vector<MissionId> take_needed() { return std::exchange(needed_, {}); }
  void loaded(const MissionId& mission, Watched watched);
  void loaded(const MissionId& mission, Parcel parcel);
  void loaded_a_part(const MissionId& mission);
  struct Kept {
    MissionId mission;
    const Watch* watch;  // null: it is gone
    Time due_at;
  };
  std::vector<Kept> changed() const;
  // Their reports were folded.
  const std::vector<std::pair<MissionId, Parcel>>& taken() const { return taken_; }
  const std::vector<std::pair<std::string, Report>>& noted() const { return noted_; }

 private:
  struct Entry {
    std::optional<Watched> watched;
    std::vector<Parcel> parcels;
    bool has_all = true;
    bool changed = false;
    Time due_at;
  };
  std::unordered_map<MissionId, Entry> entries_;
  std::vector<MissionId> needed_;
  std::vector<std::pair<MissionId, Parcel>> taken_;
  std::vector<std::pair<std::string, Report>> noted_;
};

}  // namespace mms::monitor
