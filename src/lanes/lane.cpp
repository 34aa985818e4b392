// The queue before the batches, and the thread that empties it.
#include "lanes/lane.hpp"

#include <boost/asio/co_spawn.hpp>
#include <map>

namespace mms::lanes {
namespace {

using async::Task;
using vocabulary::ProblemKind;

Outcome too_late() {
  return vocabulary::refuse(ProblemKind::request_timeout, "the request waited too long in the queue; nothing was done");
}

Outcome refused_for(std::string detail) {
  return vocabulary::refuse(ProblemKind::unavailable, std::move(detail), R"("outcome":"none")");
}

}  // namespace

// Who waits for a group of submissions, on which thread. The queue alone owns it, and with it the coroutine that waits:
// a lane that is destroyed with its context leaves nothing behind.
struct Lane::Waiting {
  async::Resume<std::vector<Outcome>> resume;
  std::vector<Outcome> outcomes;
  std::size_t left = 0;
};

Lane::Lane(database::Database& database, std::vector<MakePart> parts, LaneSettings settings)
    : settings_(std::move(settings)),
      own_context_(std::make_unique<boost::asio::io_context>(1)),
      context_(*own_context_),
      writer_(database.open_writer(context_)),
      runner_(std::make_unique<BatchRunner>(*writer_, std::move(parts), settings_)) {
  begin();
  thread_ = std::thread([this] { context_.run(); });
}

Lane::Lane(database::Database& database,
           boost::asio::io_context& context,
           std::vector<MakePart> parts,
           LaneSettings settings)
    : settings_(std::move(settings)),
      context_(context),
      writer_(database.open_writer(context_)),
      runner_(std::make_unique<BatchRunner>(*writer_, std::move(parts), settings_)) {
  begin();
}

void Lane::begin() {
  // A writer with a connection keeps the context busy: it goes when the last command is answered, on its own thread.
  boost::asio::co_spawn(context_, serve(), [this](std::exception_ptr broken) {
    if (broken) std::rethrow_exception(broken);
    runner_.reset();
    writer_.reset();
  });
}

Lane::~Lane() {
  stop();
}

void Lane::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (sleeper_) {
      (*sleeper_)(0);
      sleeper_.reset();
    }
  }
  if (thread_.joinable()) thread_.join();
}

std::size_t Lane::depth() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

Task<Outcome> Lane::submit(Submission submission) {
  std::vector<Submission> one;
  one.push_back(std::move(submission));
  auto outcomes = co_await submit_all(std::move(one));
  co_return std::move(outcomes.front());
}

Task<std::vector<Outcome>> Lane::submit_all(std::vector<Submission> submissions) {
  if (submissions.empty()) co_return std::vector<Outcome>();
  co_return co_await async::suspend<std::vector<Outcome>>(
      [this, &submissions](async::Resume<std::vector<Outcome>> resume) {
        auto waiting = std::make_shared<Waiting>();
        waiting->left = submissions.size();
        waiting->outcomes.assign(submissions.size(), refused_for("the service is stopping"));
        waiting->resume = std::move(resume);
        enqueue(std::move(submissions), std::move(waiting));
      });
}

void Lane::enqueue(std::vector<Submission> submissions, std::shared_ptr<Waiting> waiting) {
  const auto now = async::Clock::now();
  const std::lock_guard lock(mutex_);
  if (stopping_ || queue_.size() + submissions.size() > settings_.max_queue) {
    const bool stopping = stopping_;
    for (auto& outcome : waiting->outcomes) {
      outcome = refused_for(stopping ? "the service is stopping" : "too many commands are waiting; try again shortly");
    }
    waiting->resume(std::move(waiting->outcomes));
    return;
  }
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    queue_.push_back({std::move(submissions[i]), waiting, i, now});
  }
  if (sleeper_) {
    (*sleeper_)(0);
    sleeper_.reset();
  }
}

// Returns when there is something to do, or when the lane stops.
Task<void> Lane::wait_for_work() {
  co_await async::suspend<int>([this](async::Resume<int> resume) {
    const std::lock_guard lock(mutex_);
    if (!queue_.empty() || stopping_) {
      resume(0);
    } else {
      sleeper_.emplace(std::move(resume));
    }
  });
}

std::vector<Lane::Queued> Lane::take_batch() {
  std::vector<Queued> batch;
  const std::lock_guard lock(mutex_);
  const auto count = std::min(queue_.size(), settings_.max_batch);
  batch.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return batch;
}

Task<void> Lane::serve() {
  for (;;) {
    auto batch = take_batch();
    if (batch.empty()) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_ && queue_.empty()) co_return;
      }
      co_await wait_for_work();
      continue;
    }
    const auto now = async::Clock::now();
    std::vector<Queued> late;
    std::vector<Queued> riding;
    std::vector<Submission> submissions;
    for (auto& queued : batch) {
      if (queued.submission.deadline < now) {
        late.push_back(std::move(queued));
      } else {
        submissions.push_back(std::move(queued.submission));
        riding.push_back(std::move(queued));
      }
    }
    give_back(late, std::vector<Outcome>(late.size(), too_late()));
    if (riding.empty()) continue;
    auto outcomes = co_await runner_->run(std::move(submissions));
    give_back(riding, std::move(outcomes));
  }
}

// One wake-up for each thread that waits, not one for each command.
void Lane::give_back(std::vector<Queued>& batch, std::vector<Outcome> outcomes) {
  std::map<boost::asio::execution_context*, std::vector<std::shared_ptr<Waiting>>> done;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& waiting = batch[i].waiting;
    waiting->outcomes[batch[i].place] = std::move(outcomes[i]);
    if (--waiting->left > 0) continue;
    auto* context = &boost::asio::query(waiting->resume.executor(), boost::asio::execution::context);
    done[context].push_back(std::move(waiting));
  }
  for (auto& [context, finished] : done) {
    const auto executor = finished.front()->resume.executor();
    boost::asio::post(executor, [group = std::move(finished)] {
      for (const auto& waiting : group) waiting->resume.here(std::move(waiting->outcomes));
    });
  }
}

}  // namespace mms::lanes
