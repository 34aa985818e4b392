// Load for the bench: mission commands, reads or positions over HTTP/1.1 keep-alive connections, on one thread.
// wrk cannot do this: each request depends on the answer before it, and Lua for every answer costs more than the
// server.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

constexpr std::string_view kPrefix = "/api/v1/mission-management";

struct Options {
  std::uint16_t port = 0;
  int connections = 64;
  double seconds = 5;
  double warm_up = 1;     // not counted
  double rate = 0;        // requests a second, at random moments; 0: as fast as answers come
  std::string key;        // X-API-Key
  std::string mode;       // commands, targets, or positions
  std::string targets;    // a file: GET targets, asked in turn; or tracks, one for each connection
  std::string tag = "b";  // makes Idempotency-Keys of different runs differ
};

Options options_from(int count, char** words) {
  Options o;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const std::string value = words[i + 1];
    if (name == "--port")
      o.port = static_cast<std::uint16_t>(std::stoi(value));
    else if (name == "--connections")
      o.connections = std::stoi(value);
    else if (name == "--seconds")
      o.seconds = std::stod(value);
    else if (name == "--warm-up")
      o.warm_up = std::stod(value);
    else if (name == "--rate")
      o.rate = std::stod(value);
    else if (name == "--key")
      o.key = value;
    else if (name == "--mode")
      o.mode = value;
    else if (name == "--targets")
      o.targets = value;
    else if (name == "--tag")
      o.tag = value;
    else
      throw std::invalid_argument(fmt::format("unknown option {}", name));
  }
  if (o.port == 0 || (o.mode != "commands" && o.mode != "targets" && o.mode != "positions")) {
    throw std::invalid_argument(
        "load_client --port P --key K --mode commands|targets|positions [--targets FILE] [--connections N] "
        "[--seconds S] [--warm-up S] [--rate R] [--tag T]");
  }
  return o;
}

// A mission's life, one command after another; then the next mission in the same vehicle.
constexpr std::array<std::string_view, 4> kLife{"start", "pause", "resume", "complete"};

// Positions of one request, and the time between two of them: close, as many vehicles drive on few connections.
constexpr int kBatch = 100;
constexpr auto kApart = std::chrono::microseconds(50);

struct Connection {
  int socket = -1;
  int number = 0;
  std::size_t step = 0;  // 0: create, 1 to 4: kLife
  std::string mission;
  std::string out;
  std::string in;
  bool busy = false;
  Clock::time_point asked;                         // when the request was due
  std::chrono::system_clock::time_point reported;  // time of the last position
};

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)) {
    if (options_.mode != "commands") {
      std::ifstream file(options_.targets);
      for (std::string line; std::getline(file, line);) targets_.push_back(line);
      if (targets_.empty()) throw std::invalid_argument("the file of targets is empty");
    }
    epoll_ = epoll_create1(0);
    connections_.resize(static_cast<std::size_t>(options_.connections));
    for (int i = 0; i < options_.connections; ++i) open(connections_[static_cast<std::size_t>(i)], i);
  }

  void run() {
    const auto start = Clock::now();
    counted_from_ =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.warm_up));
    end_ = counted_from_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    next_due_ = start;
    if (options_.rate <= 0) {
      for (auto& connection : connections_) ask(connection, start);
    } else {
      for (auto& connection : connections_) idle_.push_back(&connection);
    }
    for (auto now = start; now < end_; now = Clock::now()) {
      if (options_.rate > 0) ask_what_is_due(now);
      wait(now);
    }
    report();
  }

 private:
  void open(Connection& c, int number) {
    c.number = number;
    c.reported = std::chrono::system_clock::now();
    c.socket = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(c.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
    const int on = 1;
    setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c.socket, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &c;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &event);
  }

  void compose(Connection& c) {
    c.out.clear();
    auto out = std::back_inserter(c.out);
    if (options_.mode == "positions") return compose_positions(c);
    if (!targets_.empty()) {
      fmt::format_to(out, "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {}\r\n\r\n",
                     targets_[next_target_++ % targets_.size()], options_.key);
      return;
    }
    body_.clear();
    if (c.step == 0) {
      fmt::format_to(
          std::back_inserter(body_),
          R"({{"fleet_id":"fleet-{}","vehicle_id":"{}-truck-{}","name":"Haul ore to crusher {}",)"
          R"("type":"delivery","priority":"normal","parameters":{{"from":{{"lat":52.520008,"lon":13.404954}},)"
          R"("to":{{"lat":52.516275,"lon":13.377704}},"load_kg":{}}},"labels":{{"shift":"early"}}}})",
          c.number % 8, options_.tag, c.number, made_ % 7, 1000 + made_ % 900);
      ++made_;
    }
    fmt::format_to(out, "POST {}/missions", kPrefix);
    if (c.step > 0) fmt::format_to(out, "/{}/{}", c.mission, kLife[c.step - 1]);
    fmt::format_to(out, " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {}\r\nIdempotency-Key: {}-{}\r\n", options_.key,
                   options_.tag, ++keys_);
    if (body_.empty()) {
      c.out += "Content-Length: 0\r\n\r\n";
    } else {
      fmt::format_to(out, "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body_.size(), body_);
    }
  }

  void compose_positions(Connection& c) {
    body_ = R"({"items":[)";
    for (int i = 0; i < kBatch; ++i) {
      c.reported += kApart;
      const auto second = std::chrono::floor<std::chrono::seconds>(c.reported);
      if (second != second_) {
        second_ = second;
        second_text_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}", second);
      }
      const auto micros = std::chrono::floor<std::chrono::microseconds>(c.reported - second).count();
      fmt::format_to(std::back_inserter(body_),
                     R"({}{{"latitude":{:.6f},"longitude":13.404954,"speed_mps":8.5,"heading_deg":180,"accuracy_m":4,)"
                     R"("recorded_at":"{}.{:06}Z"}})",
                     i > 0 ? "," : "", 52.6 - 1e-6 * static_cast<double>(c.step++ % 10000), second_text_, micros);
    }
    body_ += "]}";
    fmt::format_to(std::back_inserter(c.out),
                   "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {}\r\nContent-Type: application/json\r\n"
                   "Content-Length: {}\r\n\r\n{}",
                   targets_[static_cast<std::size_t>(c.number) % targets_.size()], options_.key, body_.size(), body_);
  }

  void ask(Connection& c, Clock::time_point due) {
    compose(c);
    c.busy = true;
    c.asked = due;
    const auto sent = send(c.socket, c.out.data(), c.out.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(c.out.size())) throw std::runtime_error("a request did not fit the socket");
  }

  // Moments of a Poisson process, kept whether or not the server keeps up: a late one counts its wait.
  void ask_what_is_due(Clock::time_point now) {
    while (next_due_ <= now) {
      due_.push_back(next_due_);
      next_due_ +=
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_) / options_.rate));
    }
    while (!due_.empty() && !idle_.empty()) {
      auto* connection = idle_.front();
      idle_.pop_front();
      ask(*connection, due_.front());
      due_.pop_front();
    }
  }

  void wait(Clock::time_point now) {
    const auto until = options_.rate > 0 ? std::min(next_due_, end_) : end_;
    const auto left = std::max(until - now, Clock::duration::zero());
    timespec timeout{};
    timeout.tv_sec = std::chrono::floor<std::chrono::seconds>(left).count();
    timeout.tv_nsec = (left % std::chrono::seconds(1)).count();
    std::array<epoll_event, 256> events;
    const int ready = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    for (int i = 0; i < ready; ++i) receive(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
  }

  void receive(Connection& c) {
    const auto bytes = recv(c.socket, buffer_.data(), buffer_.size(), 0);
    if (bytes <= 0) throw std::runtime_error("the server closed a connection");
    c.in.append(buffer_.data(), static_cast<std::size_t>(bytes));
    const auto head = c.in.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const std::string_view text(c.in);
    std::size_t length = 0;
    if (const auto at = text.substr(0, head).find("Content-Length: "); at != text.npos) {
      std::from_chars(text.data() + at + 16, text.data() + head, length);
    }
    if (text.size() < head + 4 + length) return;
    int status = 0;
    std::from_chars(text.data() + 9, text.data() + 12, status);
    answered(c, status, text.substr(head + 4, length));
  }

  void answered(Connection& c, int status, std::string_view body) {
    const auto now = Clock::now();
    if (now >= counted_from_) {
      ++statuses_[status];
      latencies_.push_back(static_cast<float>(Micros(now - c.asked).count()));
    }
    if (status >= 300 && first_refusal_.empty()) first_refusal_ = body;
    if (targets_.empty()) advance(c, status, body);
    c.in.clear();
    c.busy = false;
    if (options_.rate <= 0) {
      ask(c, now);
    } else {
      idle_.push_back(&c);
    }
  }

  void advance(Connection& c, int status, std::string_view body) {
    if (status >= 300) {
      c.step = 0;
    } else if (c.step == 0) {
      const auto at = body.find(R"("id":")");
      c.mission = body.substr(at + 6, 36);
      c.step = 1;
    } else {
      c.step = (c.step + 1) % (kLife.size() + 1);
    }
  }

  void report() {
    std::ranges::sort(latencies_);
    const auto at = [&](double share) {
      if (latencies_.empty()) return 0.0;
      const auto place = static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1));
      return static_cast<double>(latencies_[place]);
    };
    long good = 0;
    long bad = 0;
    for (const auto& [status, times] : statuses_) (status < 300 ? good : bad) += times;
    fmt::print(
        R"({{"good":{},"bad":{},"per_second":{:.1f},"p50_us":{:.1f},"p90_us":{:.1f},"p99_us":{:.1f},"max_us":{:.1f}}})"
        "\n",
        good, bad, static_cast<double>(good) / options_.seconds, at(0.5), at(0.9), at(0.99), at(1));
    if (bad > 0) fmt::print(stderr, "first refusal: {}\n", first_refusal_);
  }

  Options options_;
  std::vector<std::string> targets_;
  std::size_t next_target_ = 0;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::deque<Connection*> idle_;
  std::deque<Clock::time_point> due_;
  std::minstd_rand random_{7};
  std::exponential_distribution<double> gap_{1};
  Clock::time_point next_due_;
  Clock::time_point counted_from_;
  Clock::time_point end_;
  std::string body_;
  std::chrono::sys_seconds second_{};
  std::string second_text_;
  std::array<char, 65536> buffer_{};
  std::map<int, long> statuses_;
  std::vector<float> latencies_;
  std::string first_refusal_;
  long made_ = 0;
  long keys_ = 0;
};

}  // namespace

int main(int count, char** words) {
  try {
    Load(options_from(count, words)).run();
  } catch (const std::exception& e) {
    fmt::print(stderr, "load_client: {}\n", e.what());
    return 1;
  }
}
