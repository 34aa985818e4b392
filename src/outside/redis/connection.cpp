// Sockets by Asio, the protocol by hiredis' reader.
#include "outside/redis/connection.hpp"

#include <hiredis/hiredis.h>

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/wait_traits.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <expected>
#include <random>

namespace mms::redis {
namespace {

namespace asio = boost::asio;
using async::Clock;
using async::Task;
using Socket = asio::basic_stream_socket<asio::ip::tcp, async::Executor>;
using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, async::Executor>;
using Answer = std::expected<Reply, std::string>;

constexpr auto use_tuple = asio::as_tuple(async::use_task);
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{2000};
constexpr std::chrono::seconds kConnectTime{2};
constexpr std::size_t kMostWaiting = 10'000;
constexpr std::size_t kReadBytes = 16 * 1024;

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

Reply reply_of(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      for (std::size_t i = 0; i < raw.elements; ++i) reply.list.push_back(reply_of(*raw.element[i]));
      break;
    case REDIS_REPLY_NIL:
      break;
    default:
      reply.kind = raw.type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
      reply.text.assign(raw.str, static_cast<std::size_t>(raw.len));
  }
  return reply;
}

void append_command(std::string& out, const Words& words) {
  out += '*' + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) {
    out += '$' + std::to_string(word.size()) + "\r\n";
    out += word;
    out += "\r\n";
  }
}

bool is_message(const Reply& reply) {
  return reply.kind == Reply::Kind::list && reply.list.size() == 3 && reply.list[0].text == "message";
}

}  // namespace

struct Connection::State : std::enable_shared_from_this<Connection::State> {
  State(asio::io_context& context, Place where, Hooks with)
      : executor(context.get_executor()),
        place(std::move(where)),
        hooks(std::move(with)),
        socket(executor),
        pause(executor),
        watch(executor) {}

  struct Waiting {
    async::Resume<Answer> resume;  // empty: nobody waits
    Clock::time_point due;
  };

  async::Executor executor;
  Place place;
  Hooks hooks;
  Socket socket;
  Alarm pause;
  Alarm watch;
  std::deque<Waiting> waiting;
  std::string queued;
  std::string leaving;
  bool writing = false;
  bool watching = false;
  bool closed = false;
  std::atomic<bool> up{false};

  void send(const Words& words, async::Resume<Answer> resume) {
    waiting.push_back({std::move(resume), Clock::now() + kPatience});
    append_command(queued, words);
    if (!writing) write();
    if (!watching) look_after();
  }

  void write() {
    writing = true;
    leaving.clear();
    std::swap(leaving, queued);
    asio::async_write(socket, asio::buffer(leaving),
                      [self = shared_from_this()](const boost::system::error_code& failed, std::size_t) {
                        self->writing = false;
                        if (failed) {
                          self->drop();
                        } else if (!self->queued.empty()) {
                          self->write();
                        }
                      });
  }

  // A Redis that does not answer in time is away: everything behind that answer would wait for it as well.
  void look_after() {
    if (waiting.empty()) return;
    watching = true;
    watch.expires_at(waiting.front().due);
    watch.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      self->watching = false;
      if (self->closed || self->waiting.empty()) return;
      if (self->waiting.front().due <= Clock::now()) {
        self->drop();
      } else {
        self->look_after();
      }
    });
  }

  // The reading loop notices and begins anew.
  void drop() {
    boost::system::error_code ignored;
    socket.close(ignored);
  }

  void fail_all(const std::string& why) {
    up = false;
    queued.clear();
    auto failed = std::exchange(waiting, {});
    for (auto& each : failed) {
      if (each.resume) each.resume(std::unexpected(why));
    }
  }

  // Answers why it ended.
  Task<std::string> connect_and_read() {
    asio::ip::basic_resolver<asio::ip::tcp, async::Executor> resolver(executor);
    auto [unknown, ends] = co_await resolver.async_resolve(place.host, place.port, use_tuple);
    if (closed) co_return "closed";
    if (unknown) co_return "its name is not found";
    socket = Socket(executor);
    watch.expires_after(kConnectTime);
    watch.async_wait([self = shared_from_this()](const boost::system::error_code& ended) {
      if (!ended) self->drop();
    });
    auto [refused, end] = co_await asio::async_connect(socket, ends, use_tuple);
    watch.cancel();
    if (closed) co_return "closed";
    if (refused) co_return "it does not take connections";
    socket.set_option(asio::ip::tcp::no_delay(true));
    co_return co_await read_all();
  }

  std::vector<Words> first_words() const {
    std::vector<Words> words;
    if (!place.password.empty()) {
      words.push_back(place.user.empty() ? Words{"AUTH", place.password} : Words{"AUTH", place.user, place.password});
    }
    if (place.database != 0) words.push_back({"SELECT", std::to_string(place.database)});
    if (hooks.greeting) {
      for (auto& each : hooks.greeting()) words.push_back(std::move(each));
    }
    if (words.empty()) words.push_back({"PING"});
    return words;
  }

  Task<std::string> read_all() {
    const std::unique_ptr<redisReader, FreeReader> reader(redisReaderCreate());
    const auto greeting = first_words();
    for (const auto& words : greeting) send(words, {});
    std::size_t greeted = 0;
    std::array<char, kReadBytes> bytes;
    for (;;) {
      auto [failed, got] = co_await socket.async_read_some(asio::buffer(bytes), use_tuple);
      if (failed) co_return up ? "the connection was lost" : "it closed the connection or took too long";
      redisReaderFeed(reader.get(), bytes.data(), got);
      for (;;) {
        void* raw = nullptr;
        if (redisReaderGetReply(reader.get(), &raw) != REDIS_OK) co_return "what it says is not Redis's protocol";
        if (raw == nullptr) break;
        auto reply = reply_of(*static_cast<redisReply*>(raw));
        freeReplyObject(raw);
        if (is_message(reply)) {
          if (hooks.message) hooks.message(std::move(reply));
          continue;
        }
        if (waiting.empty()) co_return "it answered what nobody asked";
        auto answered = std::move(waiting.front());
        waiting.pop_front();
        if (greeted < greeting.size()) {
          if (reply.kind == Reply::Kind::error) co_return "it refuses: " + reply.text;
          if (++greeted == greeting.size()) {
            up = true;
            if (hooks.changed) hooks.changed(true, {});
          }
        }
        if (answered.resume) answered.resume(std::move(reply));
      }
    }
  }

  Task<void> live() {
    const auto self = shared_from_this();
    auto wait = kFirstPause;
    std::minstd_rand random(std::random_device{}());
    while (!closed) {
      const auto why = co_await connect_and_read();
      if (up) wait = kFirstPause;
      drop();
      fail_all(why);
      if (closed) break;
      if (hooks.changed) hooks.changed(false, why);
      pause.expires_after(wait / 2 + wait * (random() % 512) / 1024);
      co_await pause.async_wait(use_tuple);
      wait = std::min(wait * 2, kLongestPause);
    }
  }
};

Connection::Connection(asio::io_context& context, Place place, Hooks hooks)
    : state_(std::make_shared<State>(context, std::move(place), std::move(hooks))) {
  asio::co_spawn(state_->executor, state_->live(), asio::detached);
}

Connection::~Connection() {
  state_->closed = true;
  state_->hooks = {};
  state_->fail_all("closed");
  state_->drop();
  state_->pause.cancel();
  state_->watch.cancel();
}

bool Connection::up() const {
  return state_->up;
}

Task<Reply> Connection::ask(const Words& words) {
  const auto state = state_;
  if (!state->up || state->waiting.size() >= kMostWaiting) throw Away("Redis is away");
  auto answer =
      co_await async::suspend<Answer>([&](async::Resume<Answer> resume) { state->send(words, std::move(resume)); });
  if (!answer) throw Away(answer.error());
  co_return std::move(*answer);
}

void Connection::tell(const Words& words) {
  if (state_->up && state_->waiting.size() < kMostWaiting) state_->send(words, {});
}

}  // namespace mms::redis
