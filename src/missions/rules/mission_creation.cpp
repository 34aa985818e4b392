// From a template to a mission's input, and the command that makes a mission.
#include "missions/rules/mission_creation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "access/rules/scope.hpp"
#include "lanes/rules/chosen_id.hpp"
#include "lanes/rules/timers.hpp"
#include "missions/rules/dependency_set.hpp"
#include "missions/rules/mission_commands.hpp"
#include "missions/rules/mission_set.hpp"
#include "templates/rules/template_engine.hpp"
#include "templates/rules/template_scope.hpp"
#include "templates/rules/template_set.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::FieldError;
using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::refuse;
namespace json = vocabulary::json;

// Said by whoever uses the template, not by its mission.
constexpr std::array<std::string_view, 5> kOfTheUse{"id", "fleet_id", "template_id", "template_version", "parameters"};

std::unexpected<vocabulary::Problem> bad_field(std::string_view name, std::string_view code, std::string detail) {
  auto refusal = refuse(ProblemKind::invalid_fields, detail);
  refusal.error().errors.push_back({fmt::format("/{}", name), std::string(code), std::move(detail)});
  return refusal;
}

// The client's fields that take the place of the template's.
Raw overrides_of(const std::string& body) {
  json::Document document;
  const auto root = document.parse(body);
  if (!root) json::throw_unreadable(root.error());
  json::Object kept;
  for (const auto& member : (*root)->get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "fleet_id" || std::ranges::find(kOfTheUse, name) == kOfTheUse.end()) kept[name] = member.value();
  }
  return {json::to_text(kept)};
}

class Create final : public lanes::Command {
 public:
  Create(CreateMission input, MissionId id, std::optional<lanes::ChosenId> chosen, std::string body)
      : input_(std::move(input)), id_(id), chosen_(std::move(chosen)), body_(std::move(body)) {
    if (!input_.template_id) return;
    use_ = TemplateUse{.template_id = *input_.template_id,
                       .version = {},
                       .fleet_id = input_.fleet_id,
                       .parameters = input_.parameters};
    if (input_.template_version) use_->version = input_.template_version->value;
  }

  std::string_view name() const override { return "create_mission"; }
  void need(WorkingSet& set) const override {
    if (use_) need_template(set, *use_);
    // Commands behind it in the batch may start it.
    if (input_.vehicle_id) set.of<MissionSet>().need_vehicle(*input_.vehicle_id);
    if (!chosen_) return;
    set.of<MissionSet>().need(id_);
    chosen_->need(set);
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return access::may_create(caller, Permission::missions_write,
                              {.noun = "mission",
                               .fleet_id = input_.fleet_id,
                               .vehicle_id = {},
                               .mission_id = {},
                               .template_id = use_ ? std::optional(use_->template_id.uuid) : std::nullopt});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    const auto& missions = set.of<MissionSet>();
    repeated_ = false;
    if (const auto* found = chosen_ ? missions.find(id_) : nullptr) {
      if (found->deleted_at) return refuse(ProblemKind::already_exists, "this id is taken; choose a new one");
      repeated_ = true;
      return chosen_->check_repeat(set, journal);
    }
    TRY(mission, use_ ? from_template(set, journal) : make_mission(input_, id_, journal.caller.id, journal.now));
    if (chosen_) chosen_->remember(set, journal);
    if (use_) set.of<templates::TemplateSet>().count_use();
    put_new(set, journal, std::move(mission));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& missions = set.of<MissionSet>();
    return {.status = repeated_ ? 200 : 201,
            .body = missions.body(id_),
            .location = "/missions/" + vocabulary::to_text(id_),
            .version = missions.find(id_)->version};
  }

 private:
  Result<Mission> from_template(WorkingSet& set, const Journal& journal) const {
    TRY(found, find_usable(set, journal.caller, *use_));
    if (found->missions) return bad_field("template_id", "is_a_plan", "this template makes a plan: use POST /plans");
    TRY(filled, templates::fill_parameters(*found, use_->parameters));
    TRY(input, input_from_template(found->mission, filled, overrides_of(body_)));
    TRY(mission, make_mission(input, id_, journal.caller.id, journal.now));
    set_origin(mission, {.template_id = found->id,
                         .template_version = static_cast<int>(found->version),
                         .parameters = std::move(filled),
                         .plan_id = {}});
    return mission;
  }

  CreateMission input_;
  MissionId id_;
  std::optional<lanes::ChosenId> chosen_;
  std::string body_;
  std::optional<TemplateUse> use_;
  bool repeated_ = false;
};

}  // namespace

void need_template(WorkingSet& set, const TemplateUse& use) {
  auto& known = set.of<templates::TemplateSet>();
  known.need(use.template_id);
  if (use.version) known.need_version(use.template_id, *use.version);
}

Result<const templates::Template*> find_usable(WorkingSet& set, const Caller& caller, const TemplateUse& use) {
  const auto& known = set.of<templates::TemplateSet>();
  const auto* found = known.find(use.template_id);
  if (found == nullptr || !templates::is_readable(caller, {.fleet = templates::fleet_of(*found), .id = found->id})) {
    return bad_field("template_id", "not_found", "there is no template of this id");
  }
  if (found->fleet_id && *found->fleet_id != use.fleet_id) {
    return bad_field("template_id", "other_fleet", fmt::format("template \"{}\" is of another fleet", found->name));
  }
  if (found->status == templates::TemplateStatus::archived) {
    return refuse(ProblemKind::wrong_state,
                  fmt::format("template \"{}\" is archived: nothing new is made from it", found->name),
                  json::ObjectText()
                      .add("template_id", found->id)
                      .add("name", found->name)
                      .add("state", found->status)
                      .members());
  }
  if (!use.version) return found;
  const auto newest = found->version;
  found = known.find_version(use.template_id, *use.version);
  if (found != nullptr) return found;
  return bad_field("template_version", "not_found", fmt::format("the newest version is {}", newest));
}

Result<CreateMission> input_from_template(const Raw& mission, const Raw& parameters, const Raw& overrides) {
  TRY(text, templates::expand(mission, parameters, overrides));
  json::Document document;
  const auto root = document.parse(text);
  if (!root) json::throw_unreadable(root.error());
  auto input = json::from_client<CreateMission>(**root);
  if (input) return input;
  input.error().kind = ProblemKind::invalid_parameters;
  input.error().detail = "with these parameters the template makes a mission that cannot be";
  return input;
}

void set_origin(Mission& mission, const Origin& origin) {
  mission.template_id = origin.template_id;
  mission.template_version = origin.template_version;
  mission.parameters = origin.parameters;
  mission.plan_id = origin.plan_id;
}

void put_new(WorkingSet& set, Journal& journal, Mission mission) {
  journal.record(lanes::new_stream("mission", mission.id.uuid, mission.fleet_id), MissionCreated::kType,
                 data_of(MissionCreated{mission}));
  set.of<lanes::TimerSet>().replace({}, timers_of(mission));
  // One that the template named, and that commands behind it in the batch may start it in.
  if (mission.vehicle_id) set.of<MissionSet>().need_vehicle(*mission.vehicle_id);
  set.of<DependencySet>().is_new(mission.id);
  set.of<MissionSet>().put(std::move(mission));
}

std::vector<FieldError> check_mission_body(std::string_view body) {
  json::Document document;
  const auto root = document.parse(body);
  if (!root) return {{"", "malformed", root.error().detail}};
  if (!(*root)->is_object()) return {{"", "wrong_type", "must be an object"}};
  json::Object object((*root)->get_object());
  std::vector<FieldError> errors;
  for (const auto name : kOfTheUse) {
    if (object.erase(name) == 0) continue;
    errors.push_back({fmt::format("/{}", name), "not_in_a_template", "whoever uses the template says this"});
  }
  object["fleet_id"] = "fleet";
  const auto input = json::from_client<CreateMission>(json::Value(std::move(object)));
  if (input) {
    // Long ago, so that no time in it has passed.
    const auto mission = make_mission(*input, MissionId{}, "template", Time());
    if (!mission) std::ranges::copy(mission.error().errors, std::back_inserter(errors));
  } else {
    std::ranges::copy(input.error().errors, std::back_inserter(errors));
  }
  return errors;
}

CommandPtr create_mission(CreateMission input, MissionId id, bool chosen, std::string body_hash, std::string body) {
  auto repeats = chosen ? std::optional(lanes::ChosenId("mission", id.uuid, std::move(body_hash))) : std::nullopt;
  return std::make_unique<Create>(std::move(input), id, std::move(repeats), std::move(body));
}

}  // namespace mms::missions
