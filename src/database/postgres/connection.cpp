// Sending and answers: calls waiting together share a segment and a flush.
#include "database/postgres/connection.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace mms::postgres {
namespace {

// Segments under way at once: the server works on one while the answers of another travel. What comes meanwhile waits
// and goes out together.
constexpr std::size_t kMostSegments = 2;
constexpr std::size_t kMostSteps = 64;

}  // namespace

async::Task<void> Connection::call(std::shared_ptr<Work> work) {
  for (const auto& step : work->steps) {
    if (!step.many && !work->failure) work->failure = find_unstorable(step.cells);
  }
  if (work->failure || work->steps.empty()) co_return;
  if (work->session != 0 && work->session != session()) {
    fail(*work, Failure::Kind::unsent, "the session that it belongs to is lost");
    co_return;
  }
  if (!link_.accepts()) {
    fail(*work, Failure::Kind::unsent, link_.is_closed() ? "the connection is closed" : lost_because_);
    co_return;
  }
  if (waiting_.size() + flying_.size() >= plan_->settings.most_calls) {
    fail(*work, Failure::Kind::unsent, "too many calls are waiting for the database");
    co_return;
  }
  if (work->deadline < async::Clock::now()) {
    fail(*work, Failure::Kind::unsent, "the deadline passed before the database was asked");
    co_return;
  }
  waiting_.push_back(work);
  send_soon();
  watch();
  co_await async::suspend<bool>([work](async::Resume<bool> resume) { work->resume = std::move(resume); });
}

void Connection::fail(Work& work, Failure::Kind kind, const std::string& why) {
  work.failure = Failure{kind, {}, why};
}

void Connection::resume(Works works) {
  for (auto& work : works) {
    if (auto waiting = std::exchange(work->resume, {})) waiting.here(true);
  }
}

// At the end of the current turn, so that calls of the same turn go out together.
void Connection::send_soon() {
  if (send_is_due_) return;
  send_is_due_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] {
    self->send_is_due_ = false;
    self->send_waiting();
  });
}

void Connection::send_waiting() {
  while (link_.is_ready() && !lost_ && !waiting_.empty() && pipeline_.call_segments() < kMostSegments) {
    send(next_group());
  }
}

Connection::Works Connection::next_group() {
  Works group;
  std::size_t steps = 0;
  do {
    steps += waiting_.front()->steps.size();
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  } while (!group.front()->alone && !waiting_.empty() && !waiting_.front()->alone &&
           steps + waiting_.front()->steps.size() <= kMostSteps);
  return group;
}

void Connection::send(Works group) {
  std::vector<std::size_t> counts;
  bool ok = true;
  for (const auto& work : group) {
    counts.push_back(work->steps.size());
    for (const auto& step : work->steps) ok = ok && send_prepare(step);
  }
  for (const auto& work : group) {
    for (const auto& step : work->steps) ok = ok && send_step(step);
    flying_.push_back(work);
  }
  pipeline_.sent_calls(counts);
  if (flying_.size() == group.size()) heard_ = async::Clock::now();  // silence counts from here
  if (!ok || !session_->sync()) return lose(session_->error());
  flush();
}

// A segment of its own, so that no call's error can skip it.
bool Connection::send_prepare(const Step& step) {
  if (prepared_.size() <= step.slot) prepared_.resize(step.slot + 1, Prepared::no);
  if (prepared_[step.slot] == Prepared::sent) return true;
  prepared_[step.slot] = Prepared::sent;
  bad_prepares_.erase(step.slot);
  pipeline_.sent_prepare(step.slot);
  return session_->prepare(step.slot, std::string(step.text), step.width, step.many) && session_->sync();
}

bool Connection::send_step(const Step& step) {
  if (step.many) {
    parameters_.fill_many(step.cells, step.width);
  } else {
    parameters_.fill_once(step.cells);
  }
  return session_->execute(step.slot, parameters_);
}

void Connection::flush() {
  if (flushing_ || lost_) return;
  switch (session_->flush()) {
    case Session::Wants::nothing:
      return;
    case Session::Wants::writable:
      flushing_ = true;
      boost::asio::co_spawn(executor_, flush_rest(shared_from_this(), attempt_), boost::asio::detached);
      return;
    default:
      lose(session_->error());
  }
}

async::Task<void> Connection::flush_rest(std::shared_ptr<Connection> self, std::uint64_t attempt) {
  for (;;) {
    boost::system::error_code error;
    co_await self->socket_.async_wait(boost::asio::posix::descriptor_base::wait_write,
                                      boost::asio::redirect_error(async::use_task, error));
    if (attempt != self->attempt_) co_return;  // the next session has a flag of its own
    if (error || self->lost_) break;
    const auto wants = self->session_->flush();
    if (wants == Session::Wants::writable) continue;
    if (wants == Session::Wants::failed) self->lose(self->session_->error());
    break;
  }
  self->flushing_ = false;
}

// Everything that libpq can tell without waiting. False when the session has ended.
bool Connection::take_results() {
  const bool open = session_->receive();
  heard_ = async::Clock::now();
  while (!pipeline_.is_empty() && session_->has_result()) {
    const auto result = session_->next();
    if (result.kind() == Result::Kind::nothing) {
      if (!pipeline_.step_ended()) break;
    } else {
      take(result);
    }
  }
  if (!open && !lost_) lose(session_->error());
  resume(std::exchange(done_, {}));
  if (!lost_ && renew_) lose("the session's prepared statements are out of date");
  if (lost_) return false;
  send_waiting();
  if (!lost_) flush();
  return !lost_;
}

void Connection::take(const Result& result) {
  switch (result.kind()) {
    case Result::Kind::nothing:
      return;
    case Result::Kind::rows:
      take_rows(result);
      return;
    case Result::Kind::refused:
      take_refusal(result);
      return;
    case Result::Kind::skipped:
      pipeline_.skipped();
      return;
    case Result::Kind::sync:
      segment_ended();
      return;
  }
}

void Connection::take_rows(const Result& result) {
  const auto place = pipeline_.place();
  if (place.kind == Pipeline::Place::Kind::step) {
    auto& work = *flying_[place.call];
    const auto& step = work.steps[place.step];
    if (work.resume || &work == greeting_.get()) work.answers[step.answer] = result.rows();
    if (place.step + 1 == work.steps.size()) work.tag = result.tag();
  }
  pipeline_.answered();
}

void Connection::take_refusal(const Result& result) {
  auto failure = result.failure();
  if (result.is_last()) {
    lose(failure.text);
    return;
  }
  const auto place = pipeline_.place();
  if (place.kind == Pipeline::Place::Kind::prepare) {
    bad_prepares_.insert_or_assign(place.slot, std::move(failure));
  } else if (place.kind == Pipeline::Place::Kind::step) {
    auto& work = *flying_[place.call];
    if (!work.failure) work.failure = std::move(failure);
  } else {
    for (auto& work : flying_) {  // refused at the Sync: one call, as only calls that write can be
      if (!work->failure) work->failure = failure;
      break;
    }
  }
  pipeline_.refused();
}

void Connection::segment_ended() {
  const auto ended = pipeline_.synced();
  if (ended.prepared) {
    if (ended.broken) prepared_[*ended.prepared] = Prepared::no;
    return;
  }
  for (const auto verdict : ended.calls) {
    auto work = std::move(flying_.front());
    flying_.pop_front();
    call_ended(std::move(work), verdict);
  }
}

void Connection::call_ended(std::shared_ptr<Work> work, Pipeline::Verdict verdict) {
  if (work == greeting_) {
    greeting_.reset();
    greeted(*work);
    return;
  }
  if (!work->resume) return;  // its deadline had passed
  if (verdict == Pipeline::Verdict::again) {
    work->alone = true;
    waiting_.push_front(std::move(work));
    return;
  }
  if (work->failure) {
    blame_prepare(*work);
    if (is_stale(work->failure->sqlstate)) renew_ = true;
  }
  done_.push_back(std::move(work));
}

// What the caller should read when a statement could not be prepared: why, not that it is missing.
void Connection::blame_prepare(Work& work) const {
  if (work.failure->sqlstate != "26000" && work.failure->sqlstate != "25P02") return;
  for (const auto& step : work.steps) {
    const auto found = bad_prepares_.find(step.slot);
    if (found != bad_prepares_.end()) {
      work.failure = found->second;
      return;
    }
  }
}

}  // namespace mms::postgres
