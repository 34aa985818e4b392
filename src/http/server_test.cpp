// The server on real loopback sockets: order, deadlines, streams, stopping.
#include "http/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <thread>

namespace mms::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using vocabulary::Result;

// A blocking client that speaks bytes.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(context_) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void send(std::string_view bytes) {
    boost::system::error_code ec;
    asio::write(socket_, asio::buffer(bytes), ec);
  }
  // One answer with its body, by Content-Length.
  std::string answer(bool has_body = true) {
    boost::system::error_code ec;
    const auto head = asio::read_until(socket_, asio::dynamic_buffer(received_), "\r\n\r\n", ec);
    if (ec) return "closed";
    std::size_t length = 0;
    const auto at = received_.find("Content-Length: ");
    if (has_body && at < head) length = std::stoul(received_.substr(at + 16));
    if (received_.size() < head + length) {
      asio::read(socket_, asio::dynamic_buffer(received_), asio::transfer_exactly(head + length - received_.size()),
                 ec);
    }
    auto out = received_.substr(0, head + length);
    received_.erase(0, head + length);
    return out;
  }
  std::string rest() {
    boost::system::error_code ec;
    asio::read(socket_, asio::dynamic_buffer(received_), ec);
    closed_cleanly_ = ec == asio::error::eof;
    return std::exchange(received_, {});
  }
  bool closed_cleanly() const { return closed_cleanly_; }
  void leave() { socket_.close(); }

 private:
  asio::io_context context_;
  asio::ip::tcp::socket socket_;
  std::string received_;
  bool closed_cleanly_ = false;
};

struct Tools {
  std::atomic<int> slow_started{0};
  std::atomic<int> streams_ended{0};
};

async::Task<Result<Response>> echo(const Tools&, const Request& request) {
  Response response;
  response.body = std::string(request.path) + '|' + std::string(request.body);
  co_return response;
}
async::Task<void> sleep(std::chrono::milliseconds time) {
  asio::basic_waitable_timer<async::Clock, asio::wait_traits<async::Clock>, async::Executor> timer(
      co_await asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(async::use_task);
}
async::Task<Result<Response>> slow(const Tools& tools, const Request& request) {
  ++const_cast<Tools&>(tools).slow_started;
  co_await sleep(300ms);
  co_return co_await echo(tools, request);
}
async::Task<Result<Response>> never(const Tools& tools, const Request& request) {
  ++const_cast<Tools&>(tools).slow_started;
  co_await sleep(1h);
  co_return co_await echo(tools, request);
}
async::Task<Result<Response>> large(const Tools&, const Request&) {
  Response response;
  response.shared_body = std::make_shared<const std::string>(5'000'000, 'x');
  co_return response;
}
async::Task<void> count(EventStream& stream) {
  for (int i = 1; i <= 3; ++i) co_await stream.send("data: " + std::to_string(i) + "\n\n");
}
async::Task<void> flood(const Tools* tools, EventStream& stream) {
  stream.last_words("event: end\n\n");
  const std::string chunk(10'000, 'x');
  while (co_await stream.send(chunk)) co_await sleep(0ms);
  ++const_cast<Tools*>(tools)->streams_ended;
}
async::Task<void> quiet(const Tools* tools, EventStream& stream) {
  co_await stream.send("data: hello\n\n");
  co_await async::suspend<bool>([&stream](async::Resume<bool> resume) {
    stream.when_closed([held = std::make_shared<async::Resume<bool>>(std::move(resume))] { (*held)(true); });
  });
  ++const_cast<Tools*>(tools)->streams_ended;
}
// More than sockets and buffer hold, in chunks larger than the buffer, no faster than the reader takes it.
async::Task<void> patient(EventStream& stream) {
  const std::string chunk(1'000'000, 'x');
  for (int i = 0; i < 20; ++i) {
    if (!co_await stream.drained() || !co_await stream.send(chunk)) co_return;
  }
  if (co_await stream.drained()) co_await stream.send("data: all\n\n");
}
async::Task<Result<Response>> events(const Tools& tools, const Request& request) {
  Response response;
  response.content_type = "text/event-stream";
  if (request.query == "flood") {
    response.stream = [&tools](EventStream& stream) { return flood(&tools, stream); };
  } else if (request.query == "quiet") {
    response.stream = [&tools](EventStream& stream) { return quiet(&tools, stream); };
  } else if (request.query == "patient") {
    response.stream = patient;
  } else {
    response.stream = count;
  }
  co_return response;
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override { settings_.port = 0; }
  void TearDown() override {
    if (server_) server_->stop();
  }

  void start() {
    ServerHooks hooks;
    hooks.routes = [this](asio::io_context&) { return rows(); };
    hooks.observe = [this](const Finished& finished) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(std::string(to_text(finished.method)) + ' ' + std::string(finished.route) + ' ' +
                      std::to_string(finished.status) + ' ' + std::string(finished.code));
    };
    hooks.log_fault = [this](const Fault&) { ++faults_; };
    server_.emplace(settings_, hooks);
    server_->start();
  }

  std::vector<Route> rows() {
    std::vector<Route> routes;
    const auto add = [&](Method method, std::string_view pattern, auto handler) {
      Route& route = routes.emplace_back();
      route.method = method;
      route.pattern = pattern;
      route.permission = vocabulary::Permission::none;
      route.handler = with(tools_, handler);
      route.at_root = true;
      route.max_body = 100'000;
    };
    add(Method::get, "/e/{x}", echo);
    add(Method::post, "/e/{x}", echo);
    add(Method::get, "/slow", slow);
    add(Method::get, "/never", never);
    add(Method::get, "/large", large);
    add(Method::get, "/events", events);
    routes.back().answer_type = "text/event-stream";
    return routes;
  }

  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 500 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  ServerSettings settings_;
  Tools tools_;
  std::atomic<int> faults_{0};
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::optional<Server> server_;
};

bool ends(const std::string& text, std::string_view with) {
  return text.ends_with(with);
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::string_view kHost = " HTTP/1.1\r\nHost: a\r\n";
std::string get(std::string_view path) {
  return "GET " + std::string(path) + std::string(kHost) + "\r\n";
}
std::string post(std::string_view path, std::string_view body, std::string_view type = "application/json") {
  return "POST " + std::string(path) + std::string(kHost) + "Content-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST_F(ServerTest, keeps_the_connection_and_answers_pipelined_requests_in_order) {
  start();
  Client client(server_->port());
  client.send(get("/e/1"));
  EXPECT_TRUE(ends(client.answer(), "/e/1|"));
  client.send(get("/slow") + post("/e/2", "{}") + get("/nowhere") + get("/e/3"));
  EXPECT_TRUE(ends(client.answer(), "/slow|"));
  EXPECT_TRUE(ends(client.answer(), "/e/2|{}"));
  EXPECT_TRUE(has(client.answer(), "404 Not Found"));
  EXPECT_TRUE(ends(client.answer(), "/e/3|"));
  EXPECT_TRUE(eventually([&] { return seen().size() == 5; })) << "reported after it was sent";
  EXPECT_EQ(seen(), (std::vector<std::string>{"GET /e/{x} 200 ", "GET /slow 200 ", "POST /e/{x} 200 ",
                                              "GET  404 not_found", "GET /e/{x} 200 "}));
  EXPECT_EQ(server_->gauges().connections.load(), 1);
  client.leave();
  EXPECT_TRUE(eventually([&] { return server_->gauges().connections.load() == 0; }));
}

TEST_F(ServerTest, head_has_the_length_and_no_body) {
  start();
  Client client(server_->port());
  client.send("HEAD /e/1" + std::string(kHost) + "\r\n" + get("/e/2"));
  const auto head = client.answer(false);
  EXPECT_TRUE(has(head, "Content-Length: 5\r\n")) << head;
  EXPECT_TRUE(ends(client.answer(), "/e/2|"));
}

TEST_F(ServerTest, bodies_chunked_expected_refused_and_too_large) {
  start();
  Client client(server_->port());
  client.send("POST /e/c" + std::string(kHost) +
              "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
  EXPECT_TRUE(ends(client.answer(), "/e/c|{}"));
  client.send("POST /e/x" + std::string(kHost) +
              "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{}");
  EXPECT_TRUE(ends(client.answer(), "/e/x|{}"));
  client.send(post("/e/1", "text", "text/plain"));
  EXPECT_TRUE(has(client.answer(), "415 Unsupported Media Type"));
  client.send(get("/e/2"));
  EXPECT_TRUE(ends(client.answer(), "/e/2|")) << "the refused body was read past";
  client.send("POST /e/x" + std::string(kHost) +
              "Content-Type: text/plain\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  auto rest = client.rest();
  EXPECT_TRUE(has(rest, "415 Unsupported")) << rest;
  EXPECT_TRUE(has(rest, "Connection: close")) << rest;

  Client refused(server_->port());
  refused.send(post("/nowhere", std::string(200'000, ' ')));
  rest = refused.rest();
  EXPECT_TRUE(has(rest, "404 Not Found")) << rest;
  EXPECT_TRUE(has(rest, "Connection: close")) << "too much to read past";
  EXPECT_TRUE(refused.closed_cleanly());

  Client greedy(server_->port());
  greedy.send(post("/e/1", std::string(200'000, ' ')));
  rest = greedy.rest();
  EXPECT_TRUE(has(rest, "413 Content Too Large")) << rest;
  EXPECT_TRUE(greedy.closed_cleanly());
}

TEST_F(ServerTest, bytes_that_are_not_http_are_answered_400_and_closed) {
  start();
  Client client(server_->port());
  client.send(get("/e/1") +
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
              get("/e/smuggled"));
  EXPECT_TRUE(ends(client.answer(), "/e/1|"));
  const auto rest = client.rest();
  EXPECT_TRUE(has(rest, "400 Bad Request")) << rest;
  EXPECT_FALSE(has(rest, "smuggled"));
  EXPECT_TRUE(client.closed_cleanly());
}

TEST_F(ServerTest, http_1_0_closes_unless_asked) {
  start();
  Client kept(server_->port());
  kept.send("GET /e/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(kept.answer(), "Connection: keep-alive"));
  kept.send("GET /e/2 HTTP/1.0\r\n\r\n");
  const auto rest = kept.rest();
  EXPECT_TRUE(ends(rest, "/e/2|"));
}

TEST_F(ServerTest, slow_heads_bodies_and_idle_connections_are_cut) {
  settings_.session.head_time = 300ms;
  settings_.session.stall_time = 300ms;
  settings_.session.idle_time = 600ms;
  start();
  Client silent(server_->port());
  Client trickling(server_->port());
  Client stalled(server_->port());
  Client idle(server_->port());
  stalled.send("POST /e/1" + std::string(kHost) + "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{");
  idle.send(get("/e/1"));
  EXPECT_TRUE(ends(idle.answer(), "/e/1|"));
  const auto begin = async::Clock::now();
  for (int i = 0; i < 12; ++i) {
    trickling.send("G");
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(trickling.rest(), "");
  EXPECT_EQ(silent.rest(), "");
  EXPECT_EQ(stalled.rest(), "");
  EXPECT_EQ(idle.rest(), "");
  EXPECT_LT(async::Clock::now() - begin, 3s);
}

TEST_F(ServerTest, large_answers_wait_for_slow_readers_and_cut_dead_ones) {
  settings_.session.stall_time = 500ms;
  start();
  Client patient(server_->port());
  patient.send(get("/large"));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(patient.answer().substr(0, 15), "HTTP/1.1 200 OK");
  Client dead(server_->port());
  dead.send(get("/large") + get("/large") + get("/large"));
  EXPECT_TRUE(eventually([&] { return server_->gauges().connections.load() == 1; }));
}

TEST_F(ServerTest, one_who_waits_for_a_stream_to_drain_can_send_more_than_a_buffer_holds) {
  settings_.session.stream_buffer = 100'000;
  start();
  Client late(server_->port());
  late.send(get("/events?patient"));
  std::this_thread::sleep_for(300ms);
  const auto rest = late.rest();
  EXPECT_GT(rest.size(), 20'000'000u);
  EXPECT_TRUE(ends(rest, "data: all\n\n\r\n0\r\n\r\n"));

  Client leaving(server_->port());
  leaving.send(get("/events?patient"));
  std::this_thread::sleep_for(100ms);
  leaving.leave();
  EXPECT_TRUE(eventually([&] { return server_->gauges().streams.load() == 0; }));
}

TEST_F(ServerTest, streams_are_chunked_and_cut_when_their_reader_lags_or_leaves) {
  settings_.session.stream_buffer = 100'000;
  settings_.session.stall_time = 500ms;
  start();
  Client client(server_->port());
  client.send(get("/events"));
  const auto rest = client.rest();
  EXPECT_TRUE(has(rest, "Transfer-Encoding: chunked\r\n")) << rest;
  EXPECT_TRUE(ends(rest, "\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n")) << rest;

  Client lagging(server_->port());
  lagging.send(get("/events?flood"));
  EXPECT_TRUE(eventually([&] { return tools_.streams_ended == 1; }));
  EXPECT_TRUE(ends(lagging.rest(), "\r\nc\r\nevent: end\n\n\r\n0\r\n\r\n"));

  Client leaving(server_->port());
  leaving.send(get("/events?quiet"));
  EXPECT_TRUE(has(leaving.answer(), "text/event-stream"));
  leaving.leave();
  EXPECT_TRUE(eventually([&] { return tools_.streams_ended == 2; }));
  EXPECT_TRUE(eventually([&] { return server_->gauges().streams.load() == 0; }));

  Client headed(server_->port());
  headed.send("HEAD /events" + std::string(kHost) + "\r\n" + get("/e/1"));
  EXPECT_TRUE(has(headed.answer(false), "200 OK"));
}

TEST_F(ServerTest, two_threads_share_one_port) {
  settings_.threads = 2;
  start();
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        Client client(server_->port());
        for (int k = 0; k < 4; ++k) {
          client.send(get("/e/1"));
          good += ends(client.answer(), "/e/1|") ? 1 : 0;
        }
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 400);
  ServerSettings same = settings_;
  same.port = server_->port();
  Server second(same, ServerHooks());
  EXPECT_THROW(second.start(), boost::system::system_error) << "no second service slips onto the port";
}

TEST_F(ServerTest, a_drain_lets_requests_finish_and_ends_the_rest) {
  settings_.threads = 2;
  start();
  Client idle(server_->port());
  idle.send(get("/e/1"));
  idle.answer();
  Client busy(server_->port());
  busy.send(get("/slow") + get("/e/after"));
  Client watching(server_->port());
  watching.send(get("/events?quiet"));
  watching.answer();
  ASSERT_TRUE(eventually([&] { return tools_.slow_started == 1; }));
  std::thread reader([&] {
    const auto rest = busy.rest();
    EXPECT_TRUE(has(rest, "Connection: close")) << rest;
    EXPECT_TRUE(ends(rest, "/slow|")) << rest;
    EXPECT_TRUE(ends(watching.rest(), "0\r\n\r\n"));
    EXPECT_EQ(idle.rest(), "");
    watching.leave();
    busy.leave();
  });
  const auto port = server_->port();
  EXPECT_TRUE(server_->drain(5s));
  reader.join();
  EXPECT_ANY_THROW(Client late(port));
}

TEST_F(ServerTest, a_drain_is_bounded_by_its_grace) {
  start();
  Client stuck(server_->port());
  stuck.send(get("/never"));
  ASSERT_TRUE(eventually([&] { return tools_.slow_started == 1; }));
  const auto begin = async::Clock::now();
  EXPECT_FALSE(server_->drain(200ms));
  EXPECT_FALSE(server_->drain(1ms)) << "asking twice is no harm";
  server_->stop();
  EXPECT_LT(async::Clock::now() - begin, 3s);
  EXPECT_EQ(stuck.rest(), "");
}

TEST_F(ServerTest, running_out_of_files_is_survived_without_spinning) {
  start();
  Client before(server_->port());
  before.send(get("/e/1"));
  before.answer();
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(std::make_unique<Client>(server_->port()));
  for (auto& client : waiting) client->send(get("/e/1")), client->answer();
  // Make the clients' side first, then leave the server no number to give.
  asio::io_context context;
  asio::ip::tcp::socket late(context, asio::ip::tcp::v4());
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(late.native_handle()) + 1;
  setrlimit(RLIMIT_NOFILE, &tight);
  late.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
  timespec cpu_before{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
  std::this_thread::sleep_for(500ms);
  timespec cpu_after{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
  setrlimit(RLIMIT_NOFILE, &old);
  const auto spent =
      (cpu_after.tv_sec - cpu_before.tv_sec) * 1000 + (cpu_after.tv_nsec - cpu_before.tv_nsec) / 1'000'000;
  EXPECT_EQ(faults_, 1) << "said once";
  EXPECT_LT(spent, 250) << "milliseconds of CPU in half a second of waiting";
  before.send(get("/e/2"));
  EXPECT_TRUE(ends(before.answer(), "/e/2|"));
  const auto request = get("/e/3");
  asio::write(late, asio::buffer(request));
  std::string answer;
  asio::read_until(late, asio::dynamic_buffer(answer), "/e/3|");
  EXPECT_TRUE(has(answer, "200 OK"));
}

}  // namespace
}  // namespace mms::http
