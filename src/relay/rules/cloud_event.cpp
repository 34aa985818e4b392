// Members in the order of the specification, extensions behind them.
#include "relay/rules/cloud_event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mms::relay {
namespace {

constexpr std::string_view kSource = "/mission-management";

CloudEvent cloud_event(const vocabulary::Event& e) {
  CloudEvent out;
  out.specversion = "1.0";
  out.id = fmt::to_string(e.sequence);
  out.source = kSource;
  out.type = e.type;
  out.subject = e.stream + '/' + vocabulary::to_text(e.stream_id);
  out.time = e.occurred_at;
  out.datacontenttype = "application/json";
  out.sequence = fmt::format("{:020}", e.sequence);
  out.stream = e.stream;
  out.streamid = e.stream_id;
  out.streamversion = e.version;
  out.schemaversion = e.schema_version;
  if (!e.fleet_id.empty() && e.fleet_id != kEveryFleet) out.fleetid = e.fleet_id;
  out.caller = e.caller;
  if (!e.trace.empty()) out.correlationid = e.trace;
  return out;
}

}  // namespace

std::string cloud_event_json(const vocabulary::Event& event) {
  auto out = cloud_event(event);
  out.data.text = event.data;
  return vocabulary::json::write(out);
}

std::string cloud_event_json(const vocabulary::Event& event, std::size_t most, std::string_view replay) {
  auto out = cloud_event(event);
  if (!replay.empty()) out.replayid = replay;
  if (event.data.size() <= most) {
    out.data.text = event.data;
    auto text = vocabulary::json::write(out);
    if (text.size() <= most) return text;
    out.data.text.clear();
  }
  out.dataref = fmt::format("/api/v1/mission-management/events?after={}&limit=1", event.sequence - 1);
  return vocabulary::json::write(out);
}

std::string event_frame(const vocabulary::Event& event) {
  auto json = cloud_event_json(event);
  // A line break would end the field. In JSON it can only stand between tokens, where a space is as good.
  std::ranges::replace(json, '\n', ' ');
  std::ranges::replace(json, '\r', ' ');
  return fmt::format("id: {}\ndata: {}\n\n", event.sequence, json);
}

std::string position_frame(std::string_view comment, std::int64_t sequence) {
  // Without data nothing is dispatched, but the reader's last event id is set.
  return fmt::format(": {}\nid: {}\n\n", comment, sequence);
}

std::string end_frame(std::string_view reason) {
  return fmt::format("event: end\ndata: {{\"reason\":\"{}\"}}\n\n", reason);
}

}  // namespace mms::relay
