// From a command to its decision and back into the working set.
#include "templates/rules/template_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/rules/scope.hpp"
#include "lanes/rules/chosen_id.hpp"
#include "templates/rules/template_rules.hpp"
#include "templates/rules/template_scope.hpp"
#include "templates/rules/template_set.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

using lanes::Answer;
using lanes::Journal;
using lanes::WorkingSet;
using vocabulary::Caller;
using vocabulary::ProblemKind;

class OnTemplate : public lanes::Command {
 public:
  OnTemplate(std::string_view name, TemplateId id) : id_(id), name_(name) {}

  std::string_view name() const override { return name_; }
  void need(WorkingSet& set) const override { set.of<TemplateSet>().need(id_); }
  Result<void> authorise(WorkingSet& set, const Caller& caller) const override {
    const auto* found = set.of<TemplateSet>().find(id_);
    if (found == nullptr) return access::not_found("template");
    return may_write(caller, {.fleet = fleet_of(*found), .id = id_});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    const auto* found = set.of<TemplateSet>().find(id_);
    if (found == nullptr) return access::not_found("template");
    if (!expected_versions.empty() && std::ranges::find(expected_versions, found->version) == expected_versions.end()) {
      return vocabulary::refuse(ProblemKind::version_conflict,
                                fmt::format("the template is at version {} now; read it again", found->version),
                                vocabulary::json::ObjectText().add("version", found->version).members());
    }
    TRY(events, decide_on(*found, set));
    Template after = *found;
    for (const auto& event : events) {
      const auto version = after.version;
      const auto at = journal.record({"template", id_.uuid, fleet_of(after), version, after.updated_at}, type_of(event),
                                     data_of(event));
      after = evolve(std::move(after), event, version + 1, at);
      set.of<TemplateSet>().put(after);
    }
    return {};
  }

 protected:
  virtual Result<Events> decide_on(const Template& t, WorkingSet& set) = 0;
  TemplateId id_;

 private:
  std::string_view name_;
};

class Update final : public OnTemplate {
 public:
  Update(TemplateId id, UpdateTemplate input, MissionCheck check)
      : OnTemplate("update_template", id), input_(std::move(input)), check_(check) {}
  void need(WorkingSet& set) const override {
    auto& templates = set.of<TemplateSet>();
    templates.need(id_);
    if (!input_.name.value) return;
    // The fleet is known once the template is here: the lane asks again before it decides.
    if (const auto* found = templates.find(id_)) templates.need_name(fleet_of(*found), *input_.name.value);
  }
  Answer answer(WorkingSet& set) const override {
    const auto& templates = set.of<TemplateSet>();
    return {.status = 200, .body = templates.body(id_), .location = {}, .version = templates.find(id_)->version};
  }

 private:
  Result<Events> decide_on(const Template& t, WorkingSet& set) override {
    TRY(events, decide(t, input_, check_));
    if (events.empty() || !input_.name.value) return events;
    Template named = t;
    named.name = *input_.name.value;
    const auto holder = set.of<TemplateSet>().holder(fleet_of(t), named.name);
    if (const auto free = check_name(named, holder); !free) return std::unexpected(free.error());
    return events;
  }
  UpdateTemplate input_;
  MissionCheck check_;
};

class Archive final : public OnTemplate {
 public:
  explicit Archive(TemplateId id) : OnTemplate("archive_template", id) {}
  Answer answer(WorkingSet&) const override { return {.status = 204, .body = {}, .location = {}, .version = 0}; }

 private:
  Result<Events> decide_on(const Template& t, WorkingSet&) override { return decide(t, ArchiveTemplate{}); }
};

class Create final : public lanes::Command {
 public:
  Create(CreateTemplate input, NewTemplate id, MissionCheck check)
      : input_(std::move(input)), id_(id.id), check_(check) {
    if (id.chosen) chosen_.emplace("template", id.id.uuid, std::move(id.body_hash));
  }

  std::string_view name() const override { return "create_template"; }
  void need(WorkingSet& set) const override {
    set.of<TemplateSet>().need_name(fleet(), input_.name);
    if (!chosen_) return;
    set.of<TemplateSet>().need(id_);
    chosen_->need(set);
  }
  Result<void> authorise(WorkingSet&, const Caller& caller) const override {
    return may_create(caller, {.fleet = fleet(), .id = id_});
  }
  Result<void> carry_out(WorkingSet& set, Journal& journal) override {
    auto& templates = set.of<TemplateSet>();
    repeated_ = false;
    if (chosen_ && templates.find(id_) != nullptr) {
      repeated_ = true;
      return chosen_->check_repeat(set, journal);
    }
    TRY(made, make_template(input_, {.id = id_, .caller = journal.caller.id, .now = journal.now}, check_));
    if (const auto free = check_name(made, templates.holder(fleet(), made.name)); !free) {
      return std::unexpected(free.error());
    }
    if (chosen_) chosen_->remember(set, journal);
    journal.record(lanes::new_stream("template", id_.uuid, fleet_of(made)), TemplateCreated::kType,
                   data_of(TemplateCreated{made}));
    templates.put(std::move(made));
    return {};
  }
  Answer answer(WorkingSet& set) const override {
    const auto& templates = set.of<TemplateSet>();
    return {.status = repeated_ ? 200 : 201,
            .body = templates.body(id_),
            .location = "/templates/" + vocabulary::to_text(id_),
            .version = templates.find(id_)->version};
  }

 private:
  std::string_view fleet() const { return input_.fleet_id ? std::string_view(*input_.fleet_id) : kEveryFleet; }

  CreateTemplate input_;
  TemplateId id_;
  std::optional<lanes::ChosenId> chosen_;
  MissionCheck check_;
  bool repeated_ = false;
};

}  // namespace

CommandPtr create_template(CreateTemplate input, NewTemplate id, MissionCheck check) {
  return std::make_unique<Create>(std::move(input), std::move(id), check);
}
CommandPtr update_template(TemplateId id, UpdateTemplate input, MissionCheck check) {
  return std::make_unique<Update>(id, std::move(input), check);
}
CommandPtr archive_template(TemplateId id) {
  return std::make_unique<Archive>(id);
}

}  // namespace mms::templates
