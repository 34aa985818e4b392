// Acknowledgments and task reports to commands of the missions.
#include "inbound/rules/acknowledgments.hpp"

#include "vocabulary/json_write.hpp"

namespace mms::inbound {
namespace {

namespace json = vocabulary::json;

Report task_report_of(TaskReport said, Time sent_at) {
  said.recorded_at = said.recorded_at.value_or(sent_at);
  Report report{.pointer = {}, .caller = vehicle_caller(said.vehicle_id), .command = {}, .once = {}, .position = {}};
  // A task that is under way reports progress again and again, and each counts: nothing but its words tells a repeat.
  report.once = "task report " + json::write(said);
  report.command = [said = std::move(said)](const vocabulary::Uuid&) {
    return missions::report_task(
        said.mission_id, said.task,
        {.status = said.status, .progress = said.progress, .message = said.message, .recorded_at = said.recorded_at});
  };
  return report;
}

Result<Report> acknowledgment_of(missions::Acknowledgment said, Time sent_at) {
  if (!said.vehicle_id) {
    auto refusal = vocabulary::refuse(vocabulary::ProblemKind::invalid_fields, "nobody is named who answers");
    refusal.error().errors.push_back({"/vehicle_id", "required", "this field is required"});
    return refusal;
  }
  said.recorded_at = said.recorded_at.value_or(sent_at);
  Report report{.pointer = {}, .caller = vehicle_caller(*said.vehicle_id), .command = {}, .once = {}, .position = {}};
  report.command = [said = std::move(said)](const vocabulary::Uuid&) { return missions::acknowledge_command(said); };
  return report;
}

}  // namespace

Understood understand_acknowledgments(std::string_view payload, Time sent_at) {
  return understand_each(payload, sent_at, [](const Item& item) -> Result<Report> {
    if (item.value->is_object() && item.value->get_object().contains("task")) {
      TRY(said, json::from_client<TaskReport>(*item.value));
      return task_report_of(std::move(said), item.moment);
    }
    TRY(said, json::from_client<missions::Acknowledgment>(*item.value));
    return acknowledgment_of(std::move(said), item.moment);
  });
}

}  // namespace mms::inbound
