// Telemetry to a command and a position.
#include "inbound/rules/telemetry.hpp"

#include "vehicles/rules/vehicle_commands.hpp"

namespace mms::inbound {
namespace {

template <auto L, auto H>
std::optional<double> number(const std::optional<Between<L, H>>& given) {
  return given ? std::optional<double>(given->value) : std::nullopt;
}

vehicles::ReportVehicleState state_in(const Telemetry& said, Time moment) {
  return {.fleet_id = said.fleet_id,
          .position = said.position,
          .heading_deg = said.heading_deg,
          .speed_mps = said.speed_mps,
          .battery_percent = said.battery_percent,
          .mode = said.mode,
          .onboard_stage = said.onboard_stage,
          .capabilities = said.capabilities,
          .mission_id = said.mission_id,
          .recorded_at = moment};
}

Report report_of(const Telemetry& said, Time sent_at, const vehicles::MissionLink* missions) {
  // Never "now": read again, it must say the same.
  const Time moment = said.recorded_at.value_or(sent_at);
  Report report{.pointer = {}, .caller = vehicle_caller(said.vehicle_id), .command = {}, .once = {}, .position = {}};
  report.command = [id = std::string(said.vehicle_id), state = state_in(said, moment),
                    missions](const vocabulary::Uuid& fresh) {
    return vehicles::report_vehicle_state(id, state, fresh, missions);
  };
  if (said.position) {
    report.position = trips::VehiclePosition{.vehicle_id = said.vehicle_id,
                                             .position = {.recorded_at = moment,
                                                          .latitude = said.position->latitude,
                                                          .longitude = said.position->longitude,
                                                          .speed_mps = number(said.speed_mps),
                                                          .heading_deg = number(said.heading_deg),
                                                          .accuracy_m = number(said.accuracy_m)}};
  }
  return report;
}

}  // namespace

Understand telemetry_reader(const vehicles::MissionLink* missions) {
  return [missions](std::string_view payload, Time sent_at) {
    return understand_each(payload, sent_at, [missions](const Item& item) -> Result<Report> {
      TRY(said, vocabulary::json::from_client<Telemetry>(*item.value));
      return report_of(said, item.moment, missions);
    });
  };
}

}  // namespace mms::inbound
