// From the bytes of a message to what it reports, or to why it is not understood.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lanes/rules/command.hpp"
#include "trips/rules/tracking.hpp"
#include "vocabulary/caller.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/problem.hpp"

namespace mms::inbound {

using vocabulary::Problem;
using vocabulary::Result;
using vocabulary::Time;

// One message reports at most so much.
inline constexpr std::size_t kMostReports = 1000;
// A message may be at most so large, in bytes: as a request's body.
inline constexpr std::size_t kMostBytes = 1 << 20;

// One thing that a message reports.
struct Report {
  std::string pointer;  // where in the message it stands; a JSON Pointer
  vocabulary::Caller caller;
  // Made anew at every try; `fresh` becomes the id of what it creates.
  std::function<std::unique_ptr<lanes::Command>(const vocabulary::Uuid& fresh)> command;
  // Where the command does not know by itself that it was carried out before: what tells this report from any other.
  std::optional<std::string> once;
  // For the track of the trip that the vehicle was on, once the command is carried out.
  std::optional<trips::VehiclePosition> position;
};

// The problem is about those of the message's reports that are not understood.
struct Understood {
  std::vector<Report> reports;
  std::optional<Problem> problem;
};

// Of one topic. `sent_at` stands in for a time that a report does not give.
using Understand = std::function<Understood(std::string_view payload, Time sent_at)>;

// A report as it stands in its message.
struct Item {
  const vocabulary::json::Value* value = nullptr;
  std::string pointer;
  Time moment;  // of its envelope, or of the message
};

// What stands in a message: one report, an array of them, and each or all of them in an envelope of CloudEvents 1.0
// (structured mode, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md).
// A broken envelope costs its own reports alone. Lifetime: that of `root`.
struct Items {
  std::vector<Item> items;
  std::optional<Problem> problem;
};
Items items_of(const vocabulary::json::Value& root, Time sent_at);

// Adds what is wrong with a part of a message to what is wrong with the others.
void blame(std::optional<Problem>& all, const std::string& pointer, Problem problem);

// Whoever may write to the topic speaks for the vehicles: the caller is the vehicle itself, on whatever fleet is its.
vocabulary::Caller vehicle_caller(const std::string& vehicle_id);

// Turns each item into a report by `report_of(Item) → Result<Report>`.
template <class F>
Understood understand_each(std::string_view payload, Time sent_at, F&& report_of) {
  Understood understood;
  vocabulary::json::Document document;
  const auto root = document.parse(payload);
  if (!root) {
    understood.problem = root.error();
    return understood;
  }
  auto [items, problem] = items_of(**root, sent_at);
  understood.problem = std::move(problem);
  for (const auto& item : items) {
    Result<Report> report = report_of(item);
    if (report) {
      report->pointer = item.pointer;
      understood.reports.push_back(std::move(*report));
    } else {
      blame(understood.problem, item.pointer, std::move(report).error());
    }
  }
  return understood;
}

}  // namespace mms::inbound
