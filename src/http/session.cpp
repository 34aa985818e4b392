// The thin coroutine around RequestReader and Walk.
#include "http/session.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>

#include "http/chunked_stream.hpp"

namespace mms::http {

namespace asio = boost::asio;
using async::Clock;
using async::Task;
using boost::system::error_code;

namespace {

constexpr auto kNever = Clock::time_point::max();
constexpr std::size_t kKeptOut = 64 * 1024;
constexpr std::size_t kMostLingering = 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr auto use_tuple = asio::as_tuple(async::use_task);

}  // namespace

Session::Session(Socket socket, SessionTools& tools)
    : socket_(std::move(socket)), tools_(tools), reader_(tools.settings.limits), started_(Clock::now()) {
  error_code ec;
  const auto peer = socket_.remote_endpoint(ec);
  if (!ec) client_ = peer.address().to_string();
  socket_.non_blocking(true, ec);
  socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  tools_.open.add(*this);
  tools_.gauges.connections.fetch_add(1, std::memory_order_relaxed);
}

Session::~Session() {
  if (in_flight_) tools_.gauges.requests_in_flight.fetch_sub(1, std::memory_order_relaxed);
  tools_.gauges.connections.fetch_sub(1, std::memory_order_relaxed);
  tools_.open.remove(*this);
}

Task<void> Session::serve(std::shared_ptr<Session> session) {
  try {
    co_await session->run();
  } catch (...) {
    session->tools_.walk.log(std::current_exception(), session->reader_.request());
  }
  session->cut();
}

Task<void> Session::run() {
  for (;;) {
    bool goes_on = true;
    switch (reader_.next()) {
      case ReadStep::need_more:
        goes_on = co_await receive();
        break;
      case ReadStep::head:
        goes_on = co_await greet();
        break;
      case ReadStep::request:
        goes_on = co_await answer();
        break;
      case ReadStep::refused:
        goes_on = co_await refuse();
        break;
    }
    if (!goes_on) co_return;
  }
}

// Until when the next bytes must be here.
void Session::expect_bytes() {
  const auto& settings = tools_.settings;
  const bool was_idle = is_idle_;
  is_idle_ = reader_.is_between_requests();
  if (is_idle_) {
    deadline_ = started_ + (is_first_ ? settings.head_time : settings.idle_time);
  } else if (route_ == nullptr && !early_) {
    if (was_idle) started_ = Clock::now();
    deadline_ = started_ + settings.head_time;
  } else {
    const auto earned = std::chrono::milliseconds(reader_.bytes_taken() * 1000 / settings.slowest);
    deadline_ = started_ + settings.stall_time + earned;
  }
}

Task<bool> Session::receive() {
  expect_bytes();
  if (is_idle_ && tools_.open.is_draining()) co_return false;
  const auto space = reader_.space();
  const auto [ec, bytes] = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), use_tuple);
  if (ec) co_return false;
  is_first_ = false;
  deadline_ = kNever;
  reader_.received(bytes);
  co_return true;
}

Task<bool> Session::greet() {
  auto& request = reader_.request();
  started_ = Clock::now();
  is_idle_ = false;
  in_flight_ = true;
  tools_.gauges.requests_in_flight.fetch_add(1, std::memory_order_relaxed);
  request.client = client_;
  request.deadline = started_ + tools_.settings.request_time;
  tools_.identity.give(request);
  early_ = co_await tools_.walk.enter(request, reader_.has_body(), route_, slot_);
  if (early_) {
    reader_.discard_body(tools_.settings.discarded_body);
  } else {
    reader_.limit_body(route_->max_body);
  }
  if (!reader_.expects_continue() || reader_.is_http_1_0()) co_return true;
  if (reader_.next() != ReadStep::need_more || reader_.bytes_ahead() > 0) co_return true;
  if (early_) co_return co_await refuse();
  out_ = kContinue;
  co_return co_await flush({});
}

Task<bool> Session::answer() {
  const bool keep_alive = reader_.keeps_alive();
  if (early_) co_return co_await send(*std::exchange(early_, std::nullopt), keep_alive);
  co_return co_await send(co_await tools_.walk.carry_out(reader_.request(), *route_), keep_alive);
}

// The answer to a request that will not be read to its end.
Task<bool> Session::refuse() {
  auto& request = reader_.request();
  if (!in_flight_) {
    started_ = Clock::now();
    is_idle_ = false;
    in_flight_ = true;
    tools_.gauges.requests_in_flight.fetch_add(1, std::memory_order_relaxed);
    request.client = client_;
    tools_.identity.give(request);
  }
  auto response = early_ ? *std::exchange(early_, std::nullopt) : tools_.walk.refuse(reader_.problem(), request);
  co_return co_await send(std::move(response), false);
}

Task<bool> Session::send(Response response, bool keep_alive) {
  const auto& request = reader_.request();
  const bool head_only = request.method == Method::head;
  keep_alive = keep_alive && !response.stream && !tools_.open.is_draining();
  const Framing framing{
      .date = tools_.date.at(std::time(nullptr)), .keep_alive = keep_alive, .is_http_1_0 = reader_.is_http_1_0()};
  out_.clear();
  append_head(out_, response, request, framing, tools_.walk.cors());
  bool sent = true;
  std::size_t bytes_out = 0;
  if (response.stream && !head_only) {
    slot_.reset();  // streams are counted by themselves
    co_await send_stream(response);
    bytes_out = stream_->bytes();
    stream_.reset();
  } else {
    const auto body =
        head_only || response.status == 204 || response.status == 304 ? std::string_view{} : body_of(response);
    const bool copied = body.size() < kCopiedBody;
    if (copied) out_ += body;
    bytes_out = out_.size() + (copied ? 0 : body.size());
    sent = co_await flush(copied ? std::string_view{} : body);
  }
  const auto now = Clock::now();
  report(response, bytes_out, now - started_);
  in_flight_ = false;
  slot_.reset();
  tools_.gauges.requests_in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (!keep_alive && sent) co_await linger();
  if (!keep_alive || !sent) co_return false;
  reader_.finish();
  route_ = nullptr;
  started_ = now;
  is_idle_ = true;
  co_return true;
}

Task<void> Session::send_stream(Response& response) {
  const auto& settings = tools_.settings;
  stream_ = std::make_shared<ChunkedStream>(socket_, shared_from_this(), deadline_,
                                            ChunkedStream::Setting{.most_pending = settings.stream_buffer,
                                                                   .stall_time = settings.stall_time,
                                                                   .chunked = !reader_.is_http_1_0()});
  tools_.gauges.streams.fetch_add(1, std::memory_order_relaxed);
  stream_->open(std::move(out_));
  out_.clear();
  if (tools_.open.is_draining()) stream_->close();
  try {
    co_await response.stream(*stream_);
  } catch (...) {
    tools_.walk.log(std::current_exception(), reader_.request());
  }
  co_await stream_->finish();
  tools_.gauges.streams.fetch_sub(1, std::memory_order_relaxed);
}

// Writes out_ and then `tail`; waits only when the socket is full. False when the peer is gone.
Task<bool> Session::flush(std::string_view tail) {
  std::string_view head = out_;
  while (!head.empty() || !tail.empty()) {
    error_code ec;
    std::size_t sent = 0;
    if (tail.empty()) {
      sent = socket_.write_some(asio::buffer(head), ec);
    } else {
      sent = socket_.write_some(std::array<asio::const_buffer, 2>{asio::buffer(head), asio::buffer(tail)}, ec);
    }
    const auto of_head = std::min(sent, head.size());
    head.remove_prefix(of_head);
    tail.remove_prefix(sent - of_head);
    if (!ec) continue;
    if (ec != asio::error::would_block) co_return false;
    deadline_ = Clock::now() + tools_.settings.stall_time;
    const auto [waited] = co_await socket_.async_wait(Socket::wait_write, use_tuple);
    deadline_ = kNever;
    if (waited) co_return false;
  }
  if (out_.capacity() > kKeptOut) out_ = {};
  co_return true;
}

void Session::report(const Response& response, std::size_t bytes_out, Clock::duration took) const {
  if (!tools_.observe) return;
  const auto& request = reader_.request();
  tools_.observe(Finished{.method = request.method,
                          .route = request.route,
                          .code = response.code,
                          .status = response.status,
                          .took = took,
                          .caller = request.caller.id,
                          .client = client_,
                          .request_id = request.request_id,
                          .traceparent = request.traceparent,
                          .bytes_in = reader_.bytes_taken(),
                          .bytes_out = bytes_out});
}

// Closing with unread bytes would reset the connection and could destroy the answer on its way: read on for a moment.
Task<void> Session::linger() {
  error_code ec;
  socket_.shutdown(Socket::shutdown_send, ec);
  deadline_ = Clock::now() + tools_.settings.linger_time;
  std::array<char, 2048> dropped;
  for (std::size_t read = 0; !ec && read < kMostLingering;) {
    const auto [failed, bytes] = co_await socket_.async_read_some(asio::buffer(dropped), use_tuple);
    ec = failed;
    read += bytes;
  }
}

void Session::cut() {
  error_code ec;
  socket_.close(ec);
}

void Session::cut_if_late(Clock::time_point now) {
  if (now >= deadline_) cut();
}

void Session::drain() {
  if (is_idle_) cut();
  if (stream_) stream_->close();
}

void OpenSessions::add(Session& session) {
  session.index_ = sessions_.size();
  sessions_.push_back(&session);
}

void OpenSessions::remove(Session& session) {
  sessions_[session.index_] = sessions_.back();
  sessions_[session.index_]->index_ = session.index_;
  sessions_.pop_back();
  if (draining_ && sessions_.empty() && on_empty) on_empty();
}

void OpenSessions::cut_late(Clock::time_point now) {
  for (auto* session : sessions_) session->cut_if_late(now);
}

void OpenSessions::cut_all() {
  for (auto* session : sessions_) session->cut();
}

void OpenSessions::drain() {
  draining_ = true;
  for (auto* session : sessions_) session->drain();
  if (sessions_.empty() && on_empty) on_empty();
}

}  // namespace mms::http
