// A connection from attempt to attempt: look the name up, connect, greet, receive, drop, pause.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "database/postgres/connection.hpp"

namespace mms::postgres {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kSweep{20};  // how exactly deadlines are kept

}  // namespace

Connection::Connection(asio::io_context& context, std::shared_ptr<const Plan> plan)
    : executor_(context.get_executor()),
      plan_(std::move(plan)),
      link_(plan_->settings),
      socket_(executor_),
      pause_timer_(executor_),
      sweep_timer_(executor_),
      random_(std::random_device()()) {}

Connection::~Connection() {
  let_go_of_socket();
  // Only with the io_context's end are there calls left. Each waits in a coroutine that holds its work, which holds the
  // coroutine: letting go of the latter ends both.
  for (auto& work : waiting_) std::exchange(work->resume, {});
  for (auto& work : flying_) std::exchange(work->resume, {});
}

void Connection::start() {
  asio::co_spawn(executor_, live(shared_from_this()), asio::detached);
}

void Connection::close() {
  link_.close();
  lose("the connection is closed");  // live() wakes, ends every call, and is over
  pause_timer_.cancel();
  sweep_timer_.cancel();
}

async::Task<void> Connection::live(std::shared_ptr<Connection> self) {
  while (!self->link_.is_closed()) {
    const bool connected = co_await self->connect();
    if (connected) co_await self->receive();
    const auto rest = self->drop();
    if (rest.count() > 0) co_await self->pause(rest);
  }
}

async::Task<bool> Connection::connect() {
  ++attempt_;
  lost_ = renew_ = flushing_ = false;
  link_.attempt(async::Clock::now());
  watch();
  const Address address = co_await looked_up();
  if (lost_) co_return false;
  session_ = std::make_unique<Session>(address);
  auto wants = session_->socket() < 0 ? Session::Wants::failed : Session::Wants::writable;
  while (wants == Session::Wants::readable || wants == Session::Wants::writable) {
    co_await wait_for(wants);
    if (lost_) co_return false;
    wants = session_->connect();
  }
  if (wants == Session::Wants::failed) {
    lose(session_->error());
    co_return false;
  }
  boost::system::error_code refused;
  socket_.assign(session_->socket(), refused);
  greet();
  co_return !lost_;
}

// libpq would look a name up by itself, and hold up everything on this thread meanwhile.
async::Task<Address> Connection::looked_up() {
  const auto name = plan_->address.name_to_look_up();
  if (name.empty()) co_return plan_->address;
  asio::ip::basic_resolver<asio::ip::tcp, async::Executor> resolver(executor_);
  boost::system::error_code error;
  const auto found = co_await resolver.async_resolve(name, "", asio::redirect_error(async::use_task, error));
  std::vector<std::string> addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
  if (error || addresses.empty()) {
    lose("the host name cannot be looked up: " + error.message());
    co_return plan_->address;
  }
  co_return plan_->address.with_numeric_hosts(addresses);
}

// libpq may close one socket and open another between two waits, so each wait gets its own registration.
async::Task<void> Connection::wait_for(Session::Wants wants) {
  boost::system::error_code error;
  socket_.assign(session_->socket(), error);
  if (!error) {
    const auto kind = wants == Session::Wants::readable ? asio::posix::descriptor_base::wait_read
                                                        : asio::posix::descriptor_base::wait_write;
    co_await socket_.async_wait(kind, asio::redirect_error(async::use_task, error));
  }
  let_go_of_socket();
  if (error) lose(error.message());
}

async::Task<void> Connection::receive() {
  do {
    boost::system::error_code error;
    co_await socket_.async_wait(asio::posix::descriptor_base::wait_read, asio::redirect_error(async::use_task, error));
    if (error) lose(error.message());
  } while (!lost_ && take_results());
}

async::Task<void> Connection::pause(std::chrono::milliseconds time) {
  boost::system::error_code cancelled;
  pause_timer_.expires_after(time);
  co_await pause_timer_.async_wait(asio::redirect_error(async::use_task, cancelled));
}

void Connection::greet() {
  link_.connected();
  prepared_.clear();
  bad_prepares_.clear();
  greeting_ = std::make_shared<Work>();
  greeting_->deadline = async::Clock::now() + plan_->settings.connect_limit;
  greeting_->add(plan_->texts, Fixed::greet);
  Works group;
  group.push_back(greeting_);
  send(std::move(group));
}

void Connection::greeted(const Work& work) {
  if (work.failure) return lose(work.failure->text);
  incarnation_ = work.answers.front()[0].text(0);
  link_.greeted(async::Clock::now());
}

// Only notes it: live() drops the session when it wakes, as libpq may be in the middle of something.
void Connection::lose(std::string why) {
  if (lost_) return;
  lost_ = true;
  lost_because_ = std::move(why);
  boost::system::error_code ignored;
  if (socket_.is_open()) socket_.cancel(ignored);
}

void Connection::let_go_of_socket() {
  if (socket_.is_open()) socket_.release();  // the descriptor is libpq's to close
}

// Answers the pause before the next attempt.
std::chrono::milliseconds Connection::drop() {
  if (!lost_) lose("the server closed the connection");
  let_go_of_socket();
  session_.reset();
  pipeline_.clear();
  greeting_.reset();
  const auto chance = std::uniform_real_distribution<double>(0, 1)(random_);
  const auto rest = link_.lost(async::Clock::now(), chance);
  Works over(flying_.begin(), flying_.end());
  flying_.clear();
  for (auto& work : over) {
    if (!work->failure || work->failure->kind != Failure::Kind::late) fail(*work, Failure::Kind::lost, lost_because_);
  }
  // What has not been sent waits for the next session, unless it belongs to this one or the server is away.
  std::erase_if(waiting_, [&](const std::shared_ptr<Work>& work) {
    if (link_.accepts() && work->session == 0) return false;
    fail(*work, Failure::Kind::unsent, lost_because_);
    over.push_back(work);
    return true;
  });
  resume(std::move(over));
  return rest;
}

// Runs while there is anything to watch, so that an idle connection costs nothing.
void Connection::watch() {
  if (watching_) return;
  watching_ = true;
  asio::co_spawn(executor_, sweep(shared_from_this()), asio::detached);
}

async::Task<void> Connection::sweep(std::shared_ptr<Connection> self) {
  do {
    boost::system::error_code cancelled;
    self->sweep_timer_.expires_after(kSweep);
    co_await self->sweep_timer_.async_wait(asio::redirect_error(async::use_task, cancelled));
  } while (self->check_deadlines(async::Clock::now()));
  self->watching_ = false;
}

// False when there is nothing left to watch.
bool Connection::check_deadlines(async::Clock::time_point now) {
  if (link_.is_closed()) return false;
  if (link_.is_overdue(now)) lose("the server did not accept the connection in time");
  Works late;
  std::erase_if(waiting_, [&](const std::shared_ptr<Work>& work) {
    if (work->deadline >= now) return false;
    fail(*work, Failure::Kind::unsent, "the deadline passed before the database could be asked");
    late.push_back(work);
    return true;
  });
  check_flying(now, late);
  resume(std::move(late));
  return !waiting_.empty() || !flying_.empty() || !(link_.is_ready() || link_.is_closed());
}

// A late call is given up; its answers are thrown away when they come. A server that is silent as well is given up too.
void Connection::check_flying(async::Clock::time_point now, Works& late) {
  for (const auto& work : flying_) {
    if (work->deadline >= now || !work->resume) continue;
    if (work->loses_session) return lose("the server did not answer in time");
    fail(*work, Failure::Kind::late, "the deadline passed before the database answered");
    late.push_back(work);
  }
  const bool waits_for_late = !flying_.empty() && !flying_.front()->resume && flying_.front() != greeting_;
  if (waits_for_late && now - heard_ > plan_->settings.silence_limit) lose("the server has fallen silent");
}

}  // namespace mms::postgres
