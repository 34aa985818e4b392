// What the commands on an existing mission have in common: scope, If-Match, and the way of events into the working set.
#pragma once

#include <string_view>

#include "access/rules/scope.hpp"
#include "lanes/rules/command.hpp"
#include "missions/rules/dependency_set.hpp"
#include "missions/rules/mission_rules.hpp"
#include "missions/rules/mission_set.hpp"

namespace mms::missions {

// What the caller's scope is asked about. Lifetime: that of the mission.
access::Target target_of(const Mission& mission);
// Refuses: not_found, forbidden.
Result<void> check_scope(const Mission* mission, const vocabulary::Caller& caller, vocabulary::Permission permission);

class OnMission : public lanes::Command {
 public:
  // `name` is a literal.
  OnMission(std::string_view name, MissionId id, vocabulary::Permission permission)
      : id_(id), name_(name), permission_(permission) {}

  std::string_view name() const override { return name_; }
  void need(lanes::WorkingSet& set) const override;
  vocabulary::Result<void> authorise(lanes::WorkingSet& set, const vocabulary::Caller& caller) const override;
  // Decides, and settles what follows from it: for the mission here, for its successors by follow-ups.
  vocabulary::Result<void> carry_out(lanes::WorkingSet& set, lanes::Journal& journal) override;
  lanes::Answer answer(lanes::WorkingSet& set) const override;

 protected:
  virtual Result<Events> decide_on(const Mission& mission, lanes::WorkingSet& set, lanes::Journal& journal) = 0;
  // Whether successors are settled right away, as follow-ups; else by a durable timer that is due now.
  virtual bool settles_at_once() const { return true; }

  Edges edges(lanes::WorkingSet& set, Time now) const;
  StartFacts start_facts(const Mission& mission, lanes::WorkingSet& set, Time now) const;

  MissionId id_;

 private:
  std::string_view name_;
  vocabulary::Permission permission_;
};

}  // namespace mms::missions
