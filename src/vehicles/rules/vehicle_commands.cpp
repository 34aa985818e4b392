// From a report to what is stored.
#include "vehicles/rules/vehicle_commands.hpp"

#include "vehicles/rules/vehicle_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::vehicles {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::Permission;
namespace json = vocabulary::json;

class ReportState final : public lanes::Command {
 public:
  ReportState(std::string vehicle_id,
              ReportVehicleState report,
              const vocabulary::Uuid& row,
              const MissionLink* missions)
      : vehicle_id_(std::move(vehicle_id)), report_(std::move(report)), row_(row), missions_(missions) {}

  std::string_view name() const override { return "report_vehicle_state"; }
  void need(WorkingSet& set) const override {
    set.of<VehicleSet>().need(vehicle_id_);
    if (tells_mission()) missions_->need(set, vehicle_id_, report_.mission_id.value);
  }
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    if (const auto* stored = set.of<VehicleSet>().find(vehicle_id_)) {
      return access::may_act(caller, Permission::tracking_write, Permission::missions_read, target_of(*stored));
    }
    // Without a fleet there is nothing to hold a permission on: the decision says so.
    if (!report_.fleet_id) return access::may_somewhere(caller, Permission::tracking_write);
    return access::may_create(caller, Permission::tracking_write,
                              {.noun = "vehicle", .fleet_id = *report_.fleet_id, .vehicle_id = vehicle_id_});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& vehicles = set.of<VehicleSet>();
    TRY(after, state_after(vehicles.find(vehicle_id_), vehicle_id_, report_, journal.now));
    if (missions_ != nullptr && missions_->seen != nullptr) {
      missions_->seen(set, {.vehicle_id = vehicle_id_,
                            .report = report_,
                            .recorded_at = report_.recorded_at.value_or(journal.now),
                            .received_at = journal.now});
    }
    if (!after) return {};
    if (tells_mission()) {
      const MissionReport report{.vehicle_id = vehicle_id_,
                                 .fleet_id = after->fleet_id,
                                 .mission_id = after->mission_id,
                                 .since = *after->mission_since,
                                 .recorded_at = after->recorded_at};
      missions_->follow(set, report, journal);
    }
    vehicles.put(std::move(*after), row_);
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    return {.status = 200, .body = json::write(*set.of<VehicleSet>().find(vehicle_id_)), .location = {}, .version = 0};
  }

 private:
  bool tells_mission() const { return missions_ != nullptr && report_.mission_id.present; }

  std::string vehicle_id_;
  ReportVehicleState report_;
  vocabulary::Uuid row_;
  const MissionLink* missions_;  // null: nobody wants to know
};

class ReportReading final : public lanes::Command {
 public:
  ReportReading(ReportEnvironment report, const vocabulary::Uuid& row) : report_(std::move(report)), row_(row) {}

  std::string_view name() const override { return "report_environment"; }
  void need(WorkingSet& set) const override { set.of<VehicleSet>().need_environment(report_.fleet_id); }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(caller, Permission::tracking_write,
                              {.noun = "environment", .fleet_id = report_.fleet_id});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& vehicles = set.of<VehicleSet>();
    const auto* stored = vehicles.find_reading(report_.fleet_id, name_of(report_));
    TRY(after, reading_after(stored, report_, journal.caller.id, journal.now));
    if (after) vehicles.put(std::move(*after), row_);
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto* reading = set.of<VehicleSet>().find_reading(report_.fleet_id, name_of(report_));
    return {.status = 200, .body = json::write(*reading), .location = {}, .version = 0};
  }

 private:
  ReportEnvironment report_;
  vocabulary::Uuid row_;
};

}  // namespace

access::Target target_of(const VehicleState& state) {
  return {.noun = "vehicle", .fleet_id = state.fleet_id, .vehicle_id = state.vehicle_id};
}

CommandPtr report_vehicle_state(std::string vehicle_id,
                                ReportVehicleState report,
                                const vocabulary::Uuid& row,
                                const MissionLink* missions) {
  return std::make_unique<ReportState>(std::move(vehicle_id), std::move(report), row, missions);
}

CommandPtr report_environment(ReportEnvironment report, const vocabulary::Uuid& row) {
  return std::make_unique<ReportReading>(std::move(report), row);
}

}  // namespace mms::vehicles
