// Accepting, sweeping, stopping.
#include "http/server.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <random>
#include <thread>

namespace mms::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using async::Clock;
using async::Task;
using boost::system::error_code;

namespace {

using Acceptor = asio::basic_socket_acceptor<tcp, async::Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, async::Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr auto kSweep = std::chrono::milliseconds(250);
constexpr auto kPauseWithoutFiles = std::chrono::milliseconds(100);
constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// Lets the server destroy waiting coroutines while the io_context, and so the sockets of others, still live.
class Context : public asio::io_context {
 public:
  using asio::io_context::io_context;
  void drop_waiting() { shutdown(); }
};

bool out_of_files(const error_code& ec) {
  namespace e = boost::system::errc;
  return ec == e::too_many_files_open || ec == e::too_many_files_open_in_system || ec == e::no_buffer_space ||
         ec == e::not_enough_memory;
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

void open_acceptor(Acceptor& acceptor, const tcp::endpoint& endpoint, bool shared) {
  acceptor.open(endpoint.protocol());
  acceptor.set_option(Acceptor::reuse_address(true));
  if (shared) acceptor.set_option(ReusePort(true));
  acceptor.bind(endpoint);
  acceptor.listen(4096);
}

}  // namespace

class Server::Thread {
 public:
  explicit Thread(Server& server) : server_(server), context_(1), acceptor_(context_), sweep_(context_) {}

  asio::io_context& context() { return context_; }

  void prepare() {
    auto& hooks = server_.hooks_;
    Router router(hooks.routes(context_), server_.settings_.prefix);
    walk_.emplace(std::move(router), Cors(server_.settings_.cors_origins),
                  WalkHooks{.admit = hooks.admit ? hooks.admit(context_) : Admit(),
                            .limit = hooks.limit,
                            .explain = hooks.explain,
                            .log_fault = hooks.log_fault});
    tools_.emplace(SessionTools{.walk = *walk_,
                                .settings = server_.settings_.session,
                                .identity = identity_,
                                .date = date_,
                                .open = open_,
                                .gauges = server_.gauges_,
                                .observe = hooks.observe});
  }

  // Gives back the port, which the first thread may have got from the system.
  std::uint16_t listen(const tcp::endpoint& endpoint, bool shared) {
    open_acceptor(acceptor_, endpoint, shared);
    return acceptor_.local_endpoint().port();
  }

  void start() {
    asio::co_spawn(context_.get_executor(), accept(*this), asio::detached);
    sweep();
    thread_ = std::thread([this] { run(); });
  }

  void drain() {
    asio::post(context_, [this] {
      error_code ec;
      acceptor_.close(ec);
      open_.on_empty = [this] {
        open_.on_empty = nullptr;
        drained_.set_value();
      };
      open_.drain();
    });
  }

  bool wait_until(Clock::time_point until) { return drained_future_.wait_until(until) == std::future_status::ready; }

  void cut() {
    asio::post(context_, [this] { open_.cut_all(); });
  }

  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
    open_.on_empty = nullptr;
    context_.drop_waiting();
  }

 private:
  void run() {
    const auto work = asio::make_work_guard(context_);
    for (;;) {
      try {
        context_.run();
        return;
      } catch (...) {
        walk_->log(std::current_exception(), Request());
      }
    }
  }

  static Task<void> accept(Thread& self) {
    Timer pause(self.context_);
    while (self.acceptor_.is_open()) {
      auto [ec, socket] = co_await self.acceptor_.async_accept(asio::as_tuple(async::use_task));
      if (!ec) {
        self.welcome(std::move(socket));
      } else if (out_of_files(ec)) {
        // Connections wait in the kernel's queue meanwhile; asking again at once would only spin.
        self.log_once_without_files(ec);
        pause.expires_after(kPauseWithoutFiles);
        co_await pause.async_wait(asio::as_tuple(async::use_task));
      }
    }
  }

  void welcome(Socket socket) {
    without_files_ = false;
    if (open_.size() >= server_.settings_.most_connections) {
      error_code ec;
      socket.non_blocking(true, ec);
      socket.write_some(asio::buffer(kTooMany), ec);
      server_.gauges_.connections_refused.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    asio::co_spawn(context_.get_executor(), Session::serve(std::make_shared<Session>(std::move(socket), *tools_)),
                   asio::detached);
  }

  void log_once_without_files(const error_code& ec) {
    if (without_files_) return;
    without_files_ = true;
    const auto why = "no new connections for now: " + ec.message();
    walk_->log(Fault{.request_id = {}, .route = {}, .code = "out_of_files", .internal = why});
  }

  void sweep() {
    sweep_.expires_after(kSweep);
    sweep_.async_wait([this](error_code ec) {
      if (ec) return;
      open_.cut_late(Clock::now());
      sweep();
    });
  }

  Server& server_;
  RequestIdentity identity_{random_seed()};
  DateText date_;
  OpenSessions open_;
  std::optional<Walk> walk_;
  std::optional<SessionTools> tools_;
  std::promise<void> drained_;
  std::future<void> drained_future_ = drained_.get_future();
  Context context_;
  Acceptor acceptor_;
  Timer sweep_;
  bool without_files_ = false;
  std::thread thread_;
};

Server::Server(ServerSettings settings, ServerHooks hooks) : settings_(std::move(settings)), hooks_(std::move(hooks)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(settings_.threads, 1); ++i) {
    threads_.push_back(std::make_unique<Thread>(*this));
  }
}

Server::~Server() {
  stop();
}

void Server::start() {
  tcp::endpoint endpoint(asio::ip::make_address(settings_.address), settings_.port);
  const bool shared = threads_.size() > 1;
  if (shared) {
    // SO_REUSEPORT would let a second service slip onto the same port: ask without it first.
    Acceptor probe(threads_[0]->context());
    open_acceptor(probe, endpoint, false);
  }
  for (auto& thread : threads_) endpoint.port(thread->listen(endpoint, shared));
  port_ = endpoint.port();
  for (auto& thread : threads_) thread->prepare();
  for (auto& thread : threads_) thread->start();
}

bool Server::drain(std::chrono::milliseconds grace) {
  if (port_ == 0) return true;
  constexpr auto kAfterTheCut = std::chrono::milliseconds(500);
  const auto until = Clock::now() + grace;
  if (!std::exchange(draining_, true)) {
    for (auto& thread : threads_) thread->drain();
  }
  bool all = true;
  for (auto& thread : threads_) all = thread->wait_until(until) && all;
  if (all) return true;
  for (auto& thread : threads_) thread->cut();
  for (auto& thread : threads_) thread->wait_until(Clock::now() + kAfterTheCut);
  return false;
}

void Server::stop() {
  for (auto& thread : threads_) thread->stop();
}

std::vector<asio::io_context*> Server::contexts() {
  std::vector<asio::io_context*> all;
  for (auto& thread : threads_) all.push_back(&thread->context());
  return all;
}

}  // namespace mms::http
