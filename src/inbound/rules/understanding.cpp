// Envelopes, and problems put together.
#include "inbound/rules/understanding.hpp"

#include <fmt/format.h>

namespace mms::inbound {
namespace {

using vocabulary::ProblemKind;
using vocabulary::json::Object;
using vocabulary::json::Value;

constexpr std::size_t kMostErrors = 100;

Problem problem_at(std::string pointer, std::string_view code, std::string detail) {
  return {.kind = ProblemKind::invalid_fields,
          .detail = "some fields are missing, unknown or out of range",
          .errors = {{std::move(pointer), std::string(code), std::move(detail)}},
          .members = {},
          .internal = {}};
}

const boost::json::string* text_in(const Object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr ? member->if_string() : nullptr;
}

// Where a value stands.
struct Within {
  bool array = false;
  bool envelope = false;
};

class Sorting {
 public:
  void take(const Value& value, const std::string& pointer, Time moment, Within within) {
    if (value.is_array() && !within.array) return take_all(value, pointer, moment, within);
    if (value.is_object() && value.get_object().contains("specversion") && !within.envelope) {
      return take_envelope(value.get_object(), pointer, moment);
    }
    if (out.items.size() < kMostReports) {
      out.items.push_back({&value, pointer, moment});
    } else if (!full_) {
      full_ = true;
      blame(out.problem, pointer, problem_at("", "too_many", fmt::format("at most {} reports", kMostReports)));
    }
  }

  Items out;

 private:
  void take_all(const Value& value, const std::string& pointer, Time moment, Within within) {
    within.array = true;
    std::size_t i = 0;
    for (const auto& one : value.get_array()) take(one, fmt::format("{}/{}", pointer, i++), moment, within);
  }

  void take_envelope(const Object& envelope, const std::string& pointer, Time moment) {
    const auto fault = [&](std::string_view member, std::string_view code, std::string detail) {
      blame(out.problem, pointer, problem_at(fmt::format("/{}", member), code, std::move(detail)));
    };
    const auto* version = text_in(envelope, "specversion");
    if (version == nullptr || *version != "1.0") return fault("specversion", "not_one_of", "must be 1.0");
    for (const std::string_view name : {"id", "source", "type"}) {
      const auto* text = text_in(envelope, name);
      if (text == nullptr || text->empty()) return fault(name, "required", "CloudEvents 1.0 requires this text");
    }
    if (const auto* time = text_in(envelope, "time")) {
      const auto given = vocabulary::time_from_text(*time);
      if (!given) return fault("time", "wrong_format", "must be a time as RFC 3339 writes it");
      moment = *given;
    }
    const auto* data = envelope.if_contains("data");
    if (data == nullptr) return fault("data", "required", "the report stands here, as JSON");
    take(*data, pointer + "/data", moment, {.array = false, .envelope = true});
  }

  bool full_ = false;
};

}  // namespace

Items items_of(const Value& root, Time sent_at) {
  Sorting sorting;
  sorting.take(root, "", sent_at, {});
  return std::move(sorting.out);
}

void blame(std::optional<Problem>& all, const std::string& pointer, Problem problem) {
  for (auto& error : problem.errors) error.pointer.insert(0, pointer);
  if (problem.errors.empty() && !pointer.empty()) {
    problem.errors.push_back({pointer, std::string(name_of(problem.kind)), problem.detail});
  }
  if (!all) {
    all = std::move(problem);
    return;
  }
  for (auto& error : problem.errors) {
    if (all->errors.size() < kMostErrors) all->errors.push_back(std::move(error));
  }
}

vocabulary::Caller vehicle_caller(const std::string& vehicle_id) {
  return {.id = vehicle_id,
          .kind = vocabulary::CallerKind::vehicle,
          .grants = {{.role = vocabulary::Role::vehicle, .fleet_id = {}, .mission_id = {}, .template_id = {}}}};
}

}  // namespace mms::inbound
