// One batch: load, decide in order, write, commit.
#include <fmt/format.h>

#include <span>

#include "database/event_log.hpp"
#include "lanes/idempotency_table.hpp"
#include "lanes/lane.hpp"
#include "lanes/rules/idempotency_set.hpp"
#include "lanes/timer_table.hpp"

namespace mms::lanes {
namespace {

using async::Task;
using database::Commit;
using database::Query;
using database::Rows;
using vocabulary::ProblemKind;

constexpr std::size_t kMaxFollowUps = 4096;  // a net under a rule that feeds itself
constexpr int kMaxRuns = 3;

Outcome unavailable(std::string_view outcome, std::string detail) {
  return vocabulary::refuse(ProblemKind::unavailable, std::move(detail), fmt::format("\"outcome\":\"{}\"", outcome));
}

Outcome nothing_done() {
  return unavailable("none", "the store is not available; nothing was done, try again");
}

Outcome not_known() {
  return unavailable(
      "unknown", "the connection was lost while committing; repeat with the same Idempotency-Key to learn the outcome");
}

Outcome broken() {
  return vocabulary::refuse(ProblemKind::internal, "this command failed inside the service; nothing was done");
}

std::int64_t since(async::Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(async::Clock::now() - start).count();
}

}  // namespace

// What one run of a batch works on; a second run starts from nothing.
struct BatchRunner::Attempt {
  WorkingSet set;
  std::vector<std::unique_ptr<Part>> parts;
  vocabulary::Time now;
  std::vector<vocabulary::Event> events;
  std::vector<Outcome> outcomes;
  bool opened = false;
  BatchFigures figures;

  // The queries of all parts, and how many each asked.
  std::vector<Query> loads(std::vector<std::size_t>& counts) {
    std::vector<Query> all;
    for (auto& part : parts) {
      auto queries = part->loads();
      counts.push_back(queries.size());
      std::ranges::move(queries, std::back_inserter(all));
    }
    return all;
  }
  void take(const std::vector<Rows>& answers, const std::vector<std::size_t>& counts) {
    std::span<const Rows> rest(answers);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (counts[i] == 0) continue;
      parts[i]->take(rest.first(counts[i]));
      rest = rest.subspan(counts[i]);
    }
  }
  std::vector<Query> writes() {
    std::vector<Query> all;
    if (!events.empty()) all.push_back(database::append_events(events));
    for (auto& part : parts) std::ranges::move(part->writes(), std::back_inserter(all));
    return all;
  }
};

BatchRunner::BatchRunner(database::Writer& writer, std::vector<MakePart> parts, const LaneSettings& settings)
    : writer_(writer), parts_(std::move(parts)), settings_(settings) {
  parts_.push_back(idempotency_part);
  parts_.push_back(timer_part);
}

void BatchRunner::fault(const std::string& what) const {
  if (settings_.on_fault) settings_.on_fault(what);
}

Task<std::vector<Outcome>> BatchRunner::run(std::vector<Submission> batch) {
  std::exception_ptr failed;
  try {
    auto outcomes = co_await attempt(batch);
    tell_outcomes(batch, outcomes);
    co_return outcomes;
  } catch (const database::StatementFailed& e) {
    fault(fmt::format("batch of {}: {} ({})", batch.size(), e.what(), e.sqlstate()));
  } catch (const std::exception& e) {
    fault(fmt::format("batch of {}: {}", batch.size(), e.what()));
  }
  // Proven to be rolled back: one command spoilt it for all, so each gets a transaction of its own.
  co_await writer_.rollback();
  std::vector<Outcome> outcomes;
  if (batch.size() == 1) {
    outcomes.push_back(broken());
    tell_outcomes(batch, outcomes);
    co_return outcomes;
  }
  for (auto& submission : batch) {
    std::vector<Submission> alone;
    alone.push_back(std::move(submission));
    auto answers = co_await run(std::move(alone));
    outcomes.push_back(std::move(answers.front()));
  }
  co_return outcomes;
}

Task<std::vector<Outcome>> BatchRunner::attempt(std::vector<Submission>& batch) {
  for (int runs = 1;; ++runs) {
    Attempt attempt;
    for (const auto& make : parts_) attempt.parts.push_back(make(attempt.set));
    attempt.figures.commands = batch.size();
    if (!co_await decide_all(attempt, batch)) {
      if (runs < kMaxRuns && attempt.opened) continue;
      std::vector<Outcome> outcomes(batch.size(), nothing_done());
      co_return outcomes;
    }
    auto writes = attempt.writes();
    if (writes.empty()) {
      co_await writer_.rollback();
      if (settings_.on_batch) settings_.on_batch(attempt.figures);
      co_return std::move(attempt.outcomes);
    }
    const auto start = async::Clock::now();
    const Commit commit = co_await writer_.commit(std::move(writes));
    attempt.figures.commit_us = since(start);
    if (commit == Commit::rolled_back && runs < kMaxRuns) continue;
    if (commit != Commit::committed) {
      const bool unknown = commit == Commit::unknown;
      if (unknown) {
        for (auto& part : attempt.parts) part->left_in_doubt();
      }
      std::vector<Outcome> outcomes(batch.size(), unknown ? not_known() : nothing_done());
      co_return outcomes;
    }
    tell(attempt);
    co_return std::move(attempt.outcomes);
  }
}

// The batch is durable: whatever a listener does, it must not be carried out again.
void BatchRunner::tell(Attempt& attempt) const {
  try {
    for (auto& part : attempt.parts) part->committed();
    attempt.figures.events = attempt.events.size();
    if (settings_.on_commit) settings_.on_commit(attempt.events);
    if (settings_.on_batch) settings_.on_batch(attempt.figures);
  } catch (const std::exception& e) {
    fault(fmt::format("after a commit: {}", e.what()));
  }
}

void BatchRunner::tell_outcomes(const std::vector<Submission>& batch, const std::vector<Outcome>& outcomes) const {
  if (!settings_.on_outcome) return;
  try {
    for (std::size_t i = 0; i < batch.size(); ++i) settings_.on_outcome(batch[i].command->name(), outcomes[i]);
  } catch (const std::exception& e) {
    fault(fmt::format("after a batch: {}", e.what()));
  }
}

// False when the store went away before anything could be committed.
Task<bool> BatchRunner::decide_all(Attempt& attempt, std::vector<Submission>& batch) {
  auto start = async::Clock::now();
  for (const auto& submission : batch) {
    submission.command->need(attempt.set);
    if (submission.idempotency) attempt.set.of<IdempotencySet>().need(submission.idempotency->identity);
  }
  try {
    std::vector<std::size_t> counts;
    auto loads = attempt.loads(counts);
    auto opening = co_await writer_.begin(std::move(loads));
    attempt.opened = true;
    attempt.now = settings_.clock ? settings_.clock(opening.now) : opening.now;
    attempt.take(opening.rows, counts);
    // What follows from what was loaded is asked for once, for all: not by each command on its own.
    for (const auto& submission : batch) submission.command->need(attempt.set);
    co_await load_missing(attempt);
    attempt.figures.load_us = since(start);
    start = async::Clock::now();
    for (auto& submission : batch) {
      Outcome outcome = broken();
      co_await decide_one(attempt, submission, outcome);
      attempt.figures.refused += outcome ? 0 : 1;
      attempt.outcomes.push_back(std::move(outcome));
    }
    attempt.figures.decide_us = since(start);
    co_return true;
  } catch (const database::Unavailable& e) {
    fault(e.what());
    co_return false;
  }
}

// True when there was something to load.
Task<bool> BatchRunner::load_missing(Attempt& attempt) {
  std::vector<std::size_t> counts;
  auto loads = attempt.loads(counts);
  if (loads.empty()) co_return false;
  const auto answers = co_await writer_.run(std::move(loads));
  attempt.take(answers, counts);
  co_return true;
}

Task<void> BatchRunner::decide_one(Attempt& attempt, Submission& submission, Outcome& outcome) {
  auto& command = *submission.command;
  // Commands before may have changed what this one needs, and what is loaded may show that more is needed.
  do command.need(attempt.set);
  while (co_await load_missing(attempt));
  if (const auto allowed = command.authorise(attempt.set, submission.caller); !allowed) {
    outcome = std::unexpected(allowed.error());
    co_return;
  }
  auto& answers = attempt.set.of<IdempotencySet>();
  if (submission.idempotency) {
    if (const auto* first = answers.find(submission.idempotency->identity, attempt.now)) {
      if (first->body_hash != submission.idempotency->body_hash) {
        outcome =
            vocabulary::refuse(ProblemKind::idempotency_key_reused,
                               "this Idempotency-Key was used with another body; use a new key for a new request");
      } else {
        outcome = first->answer;
        outcome->replayed = true;
      }
      co_return;
    }
  }
  std::vector<std::unique_ptr<Command>> follow_ups;
  Journal journal{attempt.now, submission.caller, submission.trace, attempt.events, follow_ups};
  if (const auto done = command.carry_out(attempt.set, journal); !done) {
    outcome = std::unexpected(done.error());
    co_return;
  }
  co_await follow(attempt, std::move(follow_ups), submission.trace);
  outcome = command.answer(attempt.set);
  if (submission.idempotency) {
    answers.keep(submission.idempotency->identity,
                 {.body_hash = submission.idempotency->body_hash, .answer = *outcome, .created_at = attempt.now});
  }
}

// Depth first, so that the outcome is that of a person who does each step and its consequences before the next.
Task<void> BatchRunner::follow(Attempt& attempt,
                               std::vector<std::unique_ptr<Command>> follow_ups,
                               const std::string& trace) {
  static const vocabulary::Caller kService = vocabulary::service_caller("follow_up");
  std::vector<std::unique_ptr<Command>> stack;
  // All that one command asks for is loaded in one go, not command by command.
  const auto push = [&](std::vector<std::unique_ptr<Command>>& commands) {
    for (auto at = commands.rbegin(); at != commands.rend(); ++at) {
      (*at)->need(attempt.set);
      stack.push_back(std::move(*at));
    }
  };
  push(follow_ups);
  for (std::size_t done = 0; !stack.empty(); ++done) {
    if (done == kMaxFollowUps) throw std::runtime_error("a command has more follow-ups than any rule should make");
    const auto command = std::move(stack.back());
    stack.pop_back();
    do command->need(attempt.set);
    while (co_await load_missing(attempt));
    std::vector<std::unique_ptr<Command>> next;
    Journal journal{attempt.now, kService, trace, attempt.events, next};
    // A follow-up that finds its work done or not wanted any more is no fault.
    if (!command->carry_out(attempt.set, journal)) continue;
    push(next);
  }
}

}  // namespace mms::lanes
