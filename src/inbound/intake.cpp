// The loop of the intake.
#include "inbound/intake.hpp"

#include <fmt/format.h>

#include "inbound/rules/dead_letter.hpp"
#include "inbound/rules/retry.hpp"

namespace mms::inbound {

using async::Clock;
using async::Task;
using vocabulary::ProblemKind;

namespace {

constexpr std::chrono::milliseconds kLookEvery(100);
constexpr std::chrono::seconds kPatience(30);
// A report that the store cannot take, and not for being away, would otherwise hold up its partition for ever.
constexpr int kTriesOfFaulty = 3;

bool is_passing(const Problem& problem) {
  return problem.kind == ProblemKind::unavailable || problem.kind == ProblemKind::request_timeout;
}

Problem faulty() {
  return {.kind = ProblemKind::internal,
          .detail = "this report failed inside the service, again and again",
          .errors = {},
          .members = {},
          .internal = {}};
}

std::optional<lanes::IdempotencyKey> once(const Report& report) {
  if (!report.once) return std::nullopt;
  return lanes::IdempotencyKey{.identity = *report.once, .body_hash = {}};
}

}  // namespace

// A message on its way, and what is wrong with it so far.
struct Intake::Job {
  Message message;
  Understood understood;
};

// A report that the lane has not taken yet.
struct Intake::Waiting {
  Job* job;
  Report* report;
  int tries = 0;
};

// A position whose report was carried out.
struct Intake::Point {
  Job* job;
  const Report* report;
};

Intake::Intake(MessageSource& source,
               relay::EventSink& letters,
               lanes::Lane& lane,
               vocabulary::IdSource& ids,
               IntakeSettings settings,
               IntakeHooks hooks)
    : source_(source),
      sink_(letters),
      lane_(lane),
      ids_(ids),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)) {}

void Intake::stop() {
  stopping_ = true;
  bell_.ring();
}

Task<void> Intake::run() {
  sink_.open([this] { bell_.ring(); });
  source_.open([this] { bell_.ring(); });
  while (!stopping_) {
    bool idle = true;
    bool failed = false;
    try {
      take_deliveries();
      publish_letters();
      auto batch = letters_.size() < settings_.most_letters ? source_.take(settings_.batch) : std::vector<Message>();
      idle = batch.empty();
      if (!idle) co_await work(std::move(batch));
      say_how_it_is();
    } catch (const std::exception& e) {
      hooks_.on_fault(fmt::format("taking messages in: {}", e.what()));
      failed = true;
    }
    if (failed) {
      // What was taken and not settled must be given again.
      source_.close();
      co_await wait_to_retry(0, "a fault inside the service");
      source_.open([this] { bell_.ring(); });
    } else if (idle && !stopping_) {
      co_await bell_.wait(kLookEvery);
    }
  }
  co_await finish();
}

std::vector<Intake::Job> Intake::understand(std::vector<Message> batch) const {
  std::vector<Job> jobs;
  jobs.reserve(batch.size());
  for (auto& message : batch) {
    auto& job = jobs.emplace_back(std::move(message), Understood{});
    const auto& payload = job.message.payload;
    const auto refused = [&](ProblemKind kind, std::string why) {
      job.understood.problem = vocabulary::refuse(kind, std::move(why)).error();
    };
    const auto reader = settings_.topics.find(job.message.place.topic);
    if (!payload || payload->empty()) {
      refused(ProblemKind::malformed_json, "the message is empty");
    } else if (payload->size() > kMostBytes) {
      refused(ProblemKind::too_large, fmt::format("a message may have at most {} bytes", kMostBytes));
    } else if (reader == settings_.topics.end()) {
      refused(ProblemKind::not_available_yet, "nothing is made of this topic's messages");
    } else {
      job.understood = reader->second(*payload, job.message.sent_at);
    }
  }
  return jobs;
}

Task<void> Intake::work(std::vector<Message> batch) {
  for (const auto& message : batch) note(message.place);
  hooks_.consumed(batch.size());
  auto jobs = understand(std::move(batch));
  std::vector<Point> points;
  if (!co_await carry_out(jobs, points)) co_return;
  if (!co_await track(points)) co_return;
  for (auto& job : jobs) {
    if (job.understood.problem) {
      lay_aside(std::move(job.message), std::move(*job.understood.problem));
    } else {
      settle(job.message.place);
    }
  }
  publish_letters();
}

// Brings every report through the lane; false when it was stopped before.
Task<bool> Intake::carry_out(std::vector<Job>& jobs, std::vector<Point>& points) {
  std::vector<Waiting> waiting;
  for (auto& job : jobs) {
    for (auto& report : job.understood.reports) waiting.push_back({&job, &report});
  }
  std::size_t stored = 0;
  std::size_t repeated = 0;
  for (int round = 0; !waiting.empty(); ++round) {
    std::vector<lanes::Submission> submissions;
    submissions.reserve(waiting.size());
    for (const auto& one : waiting) {
      const auto& place = one.job->message.place;
      submissions.push_back({.command = one.report->command(ids_.next(hooks_.now())),
                             .caller = one.report->caller,
                             .trace = fmt::format("{}/{}/{}", place.topic, place.partition, place.offset),
                             .deadline = Clock::now() + kPatience,
                             .idempotency = once(*one.report)});
    }
    auto outcomes = co_await lane_.submit_all(std::move(submissions));
    std::vector<Waiting> again;
    std::string why;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      auto& one = waiting[i];
      if (outcomes[i]) {
        ++(outcomes[i]->replayed ? repeated : stored);
        if (one.report->position) points.push_back({one.job, one.report});
      } else if (auto& problem = outcomes[i].error();
                 is_passing(problem) || (problem.kind == ProblemKind::internal && ++one.tries < kTriesOfFaulty)) {
        why = problem.detail;
        again.push_back(one);
      } else {
        blame(one.job->understood.problem, one.report->pointer, std::move(problem));
      }
    }
    waiting = std::move(again);
    if (!waiting.empty() && !co_await wait_to_retry(round, std::move(why))) co_return false;
  }
  hooks_.stored(stored, repeated);
  co_return true;
}

// Stores the positions of what was carried out; false when it was stopped before. One that the store does not take is
// found by halving.
Task<bool> Intake::track(std::span<Point> points) {
  if (points.empty()) co_return true;
  int faults = 0;
  for (int round = 0;; ++round) {
    std::string why;
    try {
      std::vector<trips::VehiclePosition> positions;
      positions.reserve(points.size());
      for (const auto& point : points) positions.push_back(*point.report->position);
      hooks_.tracked(co_await hooks_.track(std::move(positions)));
      co_return true;
    } catch (const database::Unavailable&) {
      why = "the store is not available";
    } catch (const database::StatementFailed& e) {
      hooks_.on_fault(fmt::format("storing positions: {}", e.what()));
      why = "the store refuses positions";
      ++faults;
    }
    if (faults >= kTriesOfFaulty) break;
    if (!co_await wait_to_retry(round, std::move(why))) co_return false;
  }
  if (points.size() == 1) {
    blame(points.front().job->understood.problem, points.front().report->pointer, faulty());
    co_return true;
  }
  const auto half = points.size() / 2;
  co_return co_await track(points.first(half)) && co_await track(points.subspan(half));
}

// False when it is to stop.
Task<bool> Intake::wait_to_retry(int tries, std::string why) {
  state_.trouble_.set(fmt::format("what came in cannot be stored, look at the part database: {}", why));
  const auto until = Clock::now() + retry_after(settings_.first_retry, settings_.last_retry, tries, ids_.next({}));
  while (!stopping_ && Clock::now() < until) co_await bell_.wait(until - Clock::now());
  co_return !stopping_;
}

void Intake::lay_aside(Message message, Problem problem) {
  letters_.push_back(
      {.number = ++last_letter_, .message = std::move(message), .problem = std::move(problem), .handed = false});
  state_.letters_ = letters_.size();
}

void Intake::publish_letters() {
  if (letters_failed_) {
    if (Clock::now() < letters_after_) return;
    letters_failed_ = false;
    for (auto& letter : letters_) letter.handed = false;
    sink_.open([this] { bell_.ring(); });
  }
  for (auto& letter : letters_) {
    if (letter.handed) continue;
    const auto made = dead_letter_of(letter.message, letter.problem, hooks_.now());
    letter.handed =
        sink_.publish({.sequence = letter.number,
                       .topic = settings_.dead_letters,
                       .key = letter.message.key ? std::string_view(*letter.message.key) : std::string_view(),
                       .body = made.payload,
                       .headers = made.headers});
    if (!letter.handed) return;
  }
}

void Intake::take_deliveries() {
  for (const auto& delivery : sink_.take_deliveries()) {
    if (!delivery.arrived) {
      if (!letters_failed_) letters_after_ = Clock::now() + settings_.letter_retry;
      letters_failed_ = true;
      continue;
    }
    const auto at = std::ranges::lower_bound(letters_, delivery.sequence, {}, &Letter::number);
    if (at == letters_.end() || at->number != delivery.sequence) continue;
    settle(at->message.place);
    hooks_.dead_lettered(at->message, at->problem);
    letters_.erase(at);
  }
  state_.letters_ = letters_.size();
}

void Intake::note(const Place& place) {
  auto& partition = partitions_[{place.topic, place.partition}];
  if (partition.assignment != place.assignment) {
    partition = {.assignment = place.assignment, .flight = relay::InFlight(place.offset - 1)};
  }
  partition.flight.add(place.offset, 1);
}

void Intake::settle(const Place& place) {
  auto& partition = partitions_[{place.topic, place.partition}];
  if (partition.assignment != place.assignment) return;  // it is, or was, another's: read again there
  const auto before = partition.flight.settled();
  partition.flight.acknowledged(place.offset);
  if (partition.flight.settled() == before) return;
  auto settled = place;
  settled.offset = partition.flight.settled();
  source_.settle(settled);
}

void Intake::say_how_it_is() {
  auto words = source_.trouble();
  if (words.empty() && !(words = sink_.trouble()).empty()) words.insert(0, "dead letters cannot be laid aside: ");
  state_.trouble_.set(std::move(words));
}

Task<void> Intake::finish() {
  const auto until = Clock::now() + settings_.last_words;
  while (!letters_.empty() && sink_.trouble().empty() && Clock::now() < until) {
    take_deliveries();
    publish_letters();
    if (!letters_.empty()) co_await bell_.wait(std::chrono::milliseconds(20));
  }
  source_.close();
  sink_.close();
  bell_.close();
}

}  // namespace mms::inbound
