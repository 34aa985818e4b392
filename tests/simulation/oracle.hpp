// Who knows what must be true: follows the log commit by commit, remembers what clients were told, and says which law
// is broken.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker.hpp"
#include "diary.hpp"
#include "lanes/lane.hpp"
#include "missions/rules/mission_events.hpp"
#include "relay/rules/topics.hpp"
#include "store.hpp"

namespace mms::simulation {

using missions::Mission;
using vocabulary::MissionId;
using vocabulary::Time;

// One try of one thing that a client wants.
struct Try {
  int wish = 0;
  int number = 0;
  std::string command;
  std::optional<vocabulary::Uuid> stream;  // the stream that the answer's version is of
  bool has_key = false;
  bool records = false;  // a success without an event is a lie
};
// "c12.1": by this trace its events are known.
std::string trace_of(const Try& one);

class Oracle {
 public:
  Oracle(Ground& ground, Diary& diary, bool engine_may_refuse)
      : ground_(ground), diary_(diary), engine_may_refuse_(engine_may_refuse) {}

  // A transaction of a lane has just become durable.
  void committed();
  // What a client got for a try. A client that gets nothing knows nothing.
  void told(const Try& one, const lanes::Outcome& outcome);
  void arrived(const Arrived& message);
  // A read, begun when `floor` was acknowledged, answered this version (nothing: not found).
  void shown(const MissionId& id, std::int64_t floor, std::optional<std::int64_t> version);
  // Nothing is under way and all time has passed that anything could wait for.
  void at_rest();

  std::int64_t acknowledged(const vocabulary::Uuid& stream) const;
  const std::map<MissionId, Mission>& missions() const { return missions_; }
  std::int64_t events() const { return sequence_; }

 private:
  struct Stream {
    std::int64_t version = 0;
    Time last = Time::min();
  };
  struct Messages {
    std::vector<std::int64_t> sequences;
    std::size_t arrived = 0;
  };
  void take(const vocabulary::Event& event);
  void note_trace(const std::string& trace);
  void check_event(const Mission& before, const missions::MissionEvent& event, Time at);
  void check_start(const Mission& mission, Time at);
  void check_vehicle(const Mission& mission);
  void check_timers(const Mission& before, const missions::MissionEvent& event, Time at);
  void check_cycle(const missions::Dependency& added);
  void check_rows(const std::set<MissionId>& changed);
  void check_answer(const Try& one, const lanes::Answer& answer);
  void check_mission_at_rest(const Mission& mission, Time now);
  std::vector<std::string> holding(const Mission& mission, bool finish, Time at) const;
  template <class... Values>
  void broken(fmt::format_string<Values...> form, Values&&... values) {
    diary_.broken(fmt::format(form, std::forward<Values>(values)...));
  }

  Ground& ground_;
  Diary& diary_;
  bool engine_may_refuse_;
  relay::TopicNames topics_;
  std::int64_t sequence_ = 0;
  std::int64_t commits_ = 0;
  std::map<vocabulary::Uuid, Stream> streams_;
  std::map<MissionId, Mission> missions_;
  std::map<vocabulary::DependencyId, missions::Dependency> edges_;
  std::map<std::pair<MissionId, std::int64_t>, std::string> bodies_;  // of every version
  std::map<std::string, std::int64_t> commit_of_;                     // of a try
  std::map<int, std::string> try_of_;                                 // that carried out a wish
  std::set<std::string> refused_;                                     // tries that did nothing, as was said
  std::map<int, lanes::Answer> answer_of_;
  std::set<int> carried_out_;  // wishes whose answer was not one given again
  std::map<vocabulary::Uuid, std::int64_t> acknowledged_;
  std::map<std::pair<std::string, std::string>, Messages> messages_;  // by topic and key
};

}  // namespace mms::simulation
