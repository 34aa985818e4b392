// The command lane: whatever is waiting rides together, in one transaction, with one flush.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "async/task.hpp"
#include "database/database.hpp"
#include "lanes/part.hpp"
#include "lanes/rules/command.hpp"
#include "vocabulary/problem.hpp"

namespace mms::lanes {

// Who retries: the same identity with the same body gets the first answer again.
struct IdempotencyKey {
  std::string identity;  // of caller, method, path and key
  std::string body_hash;
};

struct Submission {
  std::unique_ptr<Command> command;
  vocabulary::Caller caller;
  std::string trace;
  async::Deadline deadline;
  std::optional<IdempotencyKey> idempotency;
};

using Outcome = vocabulary::Result<Answer>;

// Figures of one batch, for metrics and the slow-command log. Times are microseconds.
struct BatchFigures {
  std::size_t commands = 0;
  std::size_t refused = 0;
  std::size_t events = 0;
  std::int64_t queued_us = 0;  // of the oldest command
  std::int64_t load_us = 0;
  std::int64_t decide_us = 0;
  std::int64_t commit_us = 0;
};

struct LaneSettings {
  std::size_t max_batch = 256;
  std::size_t max_queue = 16384;
  // Wraps the database's clock; the simulation and the property tests put their own in.
  std::function<vocabulary::Time(vocabulary::Time)> clock;
  // Runs on the lane's thread after a batch is durable, with its events (sequences not filled in).
  std::function<void(const std::vector<vocabulary::Event>&)> on_commit;
  std::function<void(const BatchFigures&)> on_batch;
  // Of every command of a batch, by its name, when the batch is over.
  std::function<void(std::string_view, const Outcome&)> on_outcome;
  // Internal texts of faults, for the log.
  std::function<void(const std::string&)> on_fault;
};

// Carries out batches; knows no threads and no queue, so that tests and the simulation drive it directly.
// Threads: one, that of the writer.
class BatchRunner {
 public:
  BatchRunner(database::Writer& writer, std::vector<MakePart> parts, const LaneSettings& settings);

  // Carries out the submissions as one transaction, in order. Never throws for faults of the world: those become
  // `unavailable` (with `outcome` none or unknown), and a statement that failed becomes `internal` for its own command
  // only.
  async::Task<std::vector<Outcome>> run(std::vector<Submission> batch);

 private:
  struct Attempt;
  async::Task<std::vector<Outcome>> attempt(std::vector<Submission>& batch);
  async::Task<bool> decide_all(Attempt& attempt, std::vector<Submission>& batch);
  async::Task<bool> load_missing(Attempt& attempt);
  async::Task<void> decide_one(Attempt& attempt, Submission& submission, Outcome& outcome);
  async::Task<void> follow(Attempt& attempt,
                           std::vector<std::unique_ptr<Command>> follow_ups,
                           const std::string& trace);
  void tell(Attempt& attempt) const;
  void tell_outcomes(const std::vector<Submission>& batch, const std::vector<Outcome>& outcomes) const;
  void fault(const std::string& what) const;

  database::Writer& writer_;
  std::vector<MakePart> parts_;
  const LaneSettings& settings_;
};

// The lane: a queue and a BatchRunner, on a thread of its own or on the caller's context.
class Lane {
 public:
  Lane(database::Database& database, std::vector<MakePart> parts, LaneSettings settings);
  // Whoever runs the context carries the commands out: the simulation, step by step. Lifetime: the context outlives it;
  // what is under way when it is destroyed ends with the context, unanswered.
  Lane(database::Database& database,
       boost::asio::io_context& context,
       std::vector<MakePart> parts,
       LaneSettings settings);
  // Finishes what was taken, refuses what still waits.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Waits for the outcome. A command whose deadline passes before it joins a batch is refused with request_timeout and
  // did nothing; a full queue refuses with unavailable. Threads: any io_context. Lifetime: the io_context outlives
  // stop().
  async::Task<Outcome> submit(Submission submission);
  // The same for many, in order; others may ride between them.
  async::Task<std::vector<Outcome>> submit_all(std::vector<Submission> submissions);
  // Commands waiting now. Threads: any.
  std::size_t depth() const;
  // No more commands are taken; returns when those taken are answered. Threads: any but the lane's.
  void stop();

 private:
  struct Waiting;
  struct Queued {
    Submission submission;
    std::shared_ptr<Waiting> waiting;
    std::size_t place;
    async::Clock::time_point since;
  };
  void begin();
  async::Task<void> serve();
  async::Task<void> wait_for_work();
  std::vector<Queued> take_batch();
  void enqueue(std::vector<Submission> submissions, std::shared_ptr<Waiting> waiting);
  static void give_back(std::vector<Queued>& batch, std::vector<Outcome> outcomes);

  LaneSettings settings_;
  std::unique_ptr<boost::asio::io_context> own_context_;  // none on the caller's
  boost::asio::io_context& context_;
  std::unique_ptr<database::Writer> writer_;
  std::unique_ptr<BatchRunner> runner_;
  mutable std::mutex mutex_;
  std::deque<Queued> queue_;
  std::optional<async::Resume<int>> sleeper_;  // the serving coroutine, when it has nothing to do
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mms::lanes
