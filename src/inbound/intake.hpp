// Takes messages in: what they report is stored, what is not understood is laid aside, and only then are they settled.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/doorbell.hpp"
#include "database/database.hpp"
#include "inbound/message_source.hpp"
#include "inbound/rules/understanding.hpp"
#include "lanes/lane.hpp"
#include "relay/event_sink.hpp"
#include "relay/rules/in_flight.hpp"
#include "relay/trouble.hpp"

namespace mms::inbound {

struct IntakeSettings {
  std::map<std::string, Understand, std::less<>> topics;  // what is made of each topic's messages
  std::string dead_letters;                               // the topic where they are laid aside
  std::size_t batch = 500;                                // messages stored together
  std::size_t most_letters = 500;                         // under way; beyond it nothing more is taken
  std::chrono::milliseconds first_retry{100};             // doubles, with jitter
  std::chrono::milliseconds last_retry{5000};
  std::chrono::milliseconds letter_retry{500};  // after a letter that did not arrive
  std::chrono::milliseconds last_words{2000};   // for letters under way at a stop
};

// What became of positions.
struct Tracked {
  std::size_t stored = 0;
  std::size_t duplicate = 0;
  std::size_t elsewhere = 0;  // the vehicle was on no trip then
};

struct IntakeHooks {
  std::function<vocabulary::Time()> now;
  // Stores positions with the trips that the vehicles were on; again and again is the same as once.
  // Throws database::Unavailable, database::StatementFailed.
  std::function<async::Task<Tracked>(std::vector<trips::VehiclePosition>)> track;
  std::function<void(std::size_t messages)> consumed;
  std::function<void(std::size_t reports, std::size_t repeated)> stored;  // `repeated`: were carried out before
  std::function<void(const Tracked&)> tracked;
  std::function<void(const Message&, const Problem&)> dead_lettered;  // laid aside and acknowledged
  std::function<void(const std::string&)> on_fault;
};

// What others may know of it. Threads: any.
class IntakeState {
 public:
  relay::Trouble trouble() const { return trouble_.now(); }
  std::size_t letters_waiting() const { return letters_; }

 private:
  friend class Intake;
  relay::KeptTrouble trouble_;
  std::atomic<std::size_t> letters_{0};
};

// At least once: a message is settled when the transactions that hold what it says are committed, or when the broker
// has its dead letter. One that is not understood keeps nobody waiting but the settling of what stands behind it in its
// partition. While the store is away nothing is taken and nothing is lost. See docs/decisions/0019.
// Threads: run() on the context's; stop() from any. Lifetime: all that it is given outlives it.
class Intake {
 public:
  Intake(MessageSource& source,
         relay::EventSink& letters,
         lanes::Lane& lane,
         vocabulary::IdSource& ids,
         IntakeSettings settings,
         IntakeHooks hooks);

  // Ends after stop().
  async::Task<void> run();
  void stop();
  const IntakeState& state() const { return state_; }

 private:
  struct Job;
  struct Waiting;
  struct Point;
  struct Letter {
    std::int64_t number = 0;
    Message message;
    Problem problem;
    bool handed = false;
  };
  struct Partition {
    std::uint64_t assignment = 0;
    relay::InFlight flight;
  };

  async::Task<void> work(std::vector<Message> batch);
  std::vector<Job> understand(std::vector<Message> batch) const;
  async::Task<bool> carry_out(std::vector<Job>& jobs, std::vector<Point>& points);
  async::Task<bool> track(std::span<Point> points);
  async::Task<bool> wait_to_retry(int tries, std::string why);
  void lay_aside(Message message, Problem problem);
  void publish_letters();
  void take_deliveries();
  void note(const Place& place);
  void settle(const Place& place);
  void say_how_it_is();
  async::Task<void> finish();

  MessageSource& source_;
  relay::EventSink& sink_;
  lanes::Lane& lane_;
  vocabulary::IdSource& ids_;
  IntakeSettings settings_;
  IntakeHooks hooks_;
  IntakeState state_;
  async::Doorbell bell_;
  std::atomic<bool> stopping_{false};

  std::map<std::pair<std::string, int>, Partition> partitions_;
  std::deque<Letter> letters_;  // by number
  std::int64_t last_letter_ = 0;
  async::Clock::time_point letters_after_{};  // when the letters go again
  bool letters_failed_ = false;
};

}  // namespace mms::inbound
