// From items to submissions, and from outcomes to the answer of each item.
#include "missions/mission_bulk.hpp"

#include <fmt/format.h>

#include "access/rules/scope.hpp"
#include "endpoints/input.hpp"
#include "endpoints/ride.hpp"
#include "http/problem_response.hpp"
#include "missions/rules/mission_commands.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::missions {

using vocabulary::Permission;
using vocabulary::ProblemKind;
namespace json = vocabulary::json;

BOOST_DEFINE_ENUM_CLASS(
    BulkAction, create, update, start, pause, resume, complete, fail, retry, cancel, assign, delete_, report_task)

// `input` is the body that the action's own endpoint takes; `id` names the mission for all but create.
struct BulkItem {
  BulkAction action{};
  std::optional<MissionId> id;
  std::optional<std::int64_t> version;  // as If-Match
  std::optional<std::string> task;      // the key, for report_task
  Raw input;
};
BOOST_DESCRIBE_STRUCT(BulkItem, (), (action, id, version, task, input))

struct BulkRequest {
  List<BulkItem, 1000> items;
};
BOOST_DESCRIBE_STRUCT(BulkRequest, (), (items))

// `status` is what the item's own endpoint would have answered.
struct BulkAnswer {
  int status = 0;
  std::optional<bool> replayed;
  Raw mission;
  Raw problem;
};
BOOST_DESCRIBE_STRUCT(BulkAnswer, (), (status, replayed, mission, problem))

struct BulkAnswers {
  std::vector<BulkAnswer> items;
};
BOOST_DESCRIBE_STRUCT(BulkAnswers, (), (items))

namespace {

Permission permission_of(BulkAction action) {
  switch (action) {
    case BulkAction::create:
    case BulkAction::update:
    case BulkAction::delete_:
      return Permission::missions_write;
    case BulkAction::report_task:
      return Permission::missions_report;
    default:
      return Permission::missions_execute;
  }
}

template <class Input>
Result<Input> input_of(const BulkItem& item) {
  json::Document document;
  const auto root = document.parse(item.input.empty() ? std::string_view("{}") : item.input.text);
  if (!root) return std::unexpected(root.error());
  auto input = json::from_client<Input>(**root);
  if (!input) {
    for (auto& error : input.error().errors) error.pointer = "/input" + error.pointer;
  }
  return input;
}

// Commands without fields of their own still read their input: what they do not know is refused, never ignored.
CommandPtr make_start(MissionId id, StartMission) {
  return start_mission(id);
}
CommandPtr make_resume(MissionId id, ResumeMission) {
  return resume_mission(id);
}
CommandPtr make_retry(MissionId id, RetryMission) {
  return retry_mission(id);
}
CommandPtr make_delete(MissionId id, DeleteMission) {
  return delete_mission(id);
}

template <class Input, CommandPtr (*make)(MissionId, Input)>
Result<CommandPtr> made(const BulkItem& item) {
  TRY(input, input_of<Input>(item));
  return make(*item.id, std::move(input));
}

std::unexpected<vocabulary::Problem> missing(const char* pointer) {
  auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "this action needs one more field");
  refusal.error().errors.push_back({pointer, "required", "this field is required for this action"});
  return refusal;
}

// Members beside `input` that this action has no use for.
Result<void> check_members(const BulkItem& item) {
  std::vector<vocabulary::FieldError> errors;
  const auto surplus = [&](bool given, const char* pointer, const char* detail) {
    if (given) errors.push_back({pointer, "not_for_this_action", detail});
  };
  const bool creates = item.action == BulkAction::create;
  surplus(creates && item.id, "/id", "a creation takes its id inside input");
  surplus(creates && item.version, "/version", "what is created has no version yet");
  surplus(item.task && item.action != BulkAction::report_task, "/task", "only report_task names a task");
  if (errors.empty()) return {};
  auto refusal = vocabulary::refuse(ProblemKind::invalid_fields, "this action does not take all of these members");
  refusal.error().errors = std::move(errors);
  return refusal;
}

Result<CommandPtr> creation(const MissionTools& tools, const BulkItem& item) {
  TRY(input, input_of<CreateMission>(item));
  const auto now = tools.now();
  auto body = input.template_id ? item.input.text : std::string();
  if (!input.id) return create_mission(std::move(input), {tools.ids.next(now)}, false, {}, std::move(body));
  if (const auto good = endpoints::check_chosen_id(input.id->uuid, now); !good) return std::unexpected(good.error());
  const auto id = *input.id;
  return create_mission(std::move(input), id, true, endpoints::body_hash(item.input.text), std::move(body));
}

Result<CommandPtr> command_of(const MissionTools& tools, const BulkItem& item) {
  if (const auto good = check_members(item); !good) return std::unexpected(good.error());
  if (item.action == BulkAction::create) return creation(tools, item);
  if (!item.id) return missing("/id");
  switch (item.action) {
    case BulkAction::update:
      return made<UpdateMission, update_mission>(item);
    case BulkAction::start:
      return made<StartMission, make_start>(item);
    case BulkAction::pause:
      return made<PauseMission, pause_mission>(item);
    case BulkAction::resume:
      return made<ResumeMission, make_resume>(item);
    case BulkAction::complete:
      return made<CompleteMission, complete_mission>(item);
    case BulkAction::fail:
      return made<FailMission, fail_mission>(item);
    case BulkAction::retry:
      return made<RetryMission, make_retry>(item);
    case BulkAction::cancel:
      return made<CancelMission, cancel_mission>(item);
    case BulkAction::assign:
      return made<AssignMission, assign_mission>(item);
    case BulkAction::delete_:
      return made<DeleteMission, make_delete>(item);
    case BulkAction::report_task: {
      if (!item.task) return missing("/task");
      TRY(input, input_of<ReportTask>(item));
      return report_task(*item.id, *item.task, std::move(input));
    }
    case BulkAction::create:
      break;
  }
  return missing("/action");
}

Result<lanes::Submission> submission_of(const MissionTools& tools,
                                        const http::Request& request,
                                        const BulkItem& item,
                                        std::size_t index) {
  if (const auto may = access::may_somewhere(request.caller, permission_of(item.action)); !may) {
    return std::unexpected(may.error());
  }
  TRY(command, command_of(tools, item));
  if (item.version) command->expected_versions = {*item.version};
  return endpoints::submission_of_item(request, std::move(command), index, json::write(item));
}

BulkAnswer answer_of(const lanes::Outcome& outcome, const http::Request& request) {
  if (!outcome) {
    const auto response = http::problem_response(outcome.error(), request);
    return {.status = response.status, .replayed = {}, .mission = {}, .problem = {response.body}};
  }
  return {.status = outcome->status,
          .replayed = outcome->replayed ? std::optional(true) : std::nullopt,
          .mission = {outcome->body},
          .problem = {}};
}

// POST /missions/bulk. Refuses: malformed_json, invalid_fields (of the list itself).
async::Task<Result<http::Response>> bulk(const MissionTools& tools, const http::Request& request) {
  CO_TRY(input, endpoints::body_of<BulkRequest>(request));
  std::vector<std::optional<lanes::Outcome>> outcomes(input.items.size());
  std::vector<lanes::Submission> submissions;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < input.items.size(); ++i) {
    auto submission = submission_of(tools, request, input.items[i], i);
    if (submission) {
      submissions.push_back(std::move(*submission));
      places.push_back(i);
    } else {
      outcomes[i] = std::unexpected(submission.error());
    }
  }
  auto carried_out = co_await tools.lane.submit_all(std::move(submissions));
  for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(carried_out[i]);
  BulkAnswers answers;
  for (const auto& outcome : outcomes) answers.items.push_back(answer_of(*outcome, request));
  http::Response response;
  json::append(response.body, answers);
  co_return response;
}

}  // namespace

http::Route bulk_route(const MissionTools& tools) {
  return {.method = http::Method::post,
          .pattern = "/missions/bulk",
          .permission = Permission::any_caller,
          .handler = http::with(tools, bulk),
          .summary = "Up to 1000 creations and commands, in order; each item answers for itself.",
          .accepts = http::schema_of<BulkRequest>("BulkRequest"),
          .answers = http::schema_of<BulkAnswers>("BulkAnswers"),
          .problems = {ProblemKind::invalid_fields},
          .query = {},
          .max_body = 8 << 20,
          .idempotent = true};
}

}  // namespace mms::missions
