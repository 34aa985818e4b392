// The queue before the batches: who waits, who is refused, and threads that hand over to the lane's.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <thread>

#include "lanes/tests/store_in_memory.hpp"

namespace mms::lanes::testing {
namespace {

using vocabulary::ProblemKind;

// A thread of requests, as an HTTP thread is one.
class Requests {
 public:
  Requests() : thread_([this] { context_.run(); }) {}
  ~Requests() {
    work_.reset();
    thread_.join();
  }
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  std::future<Outcome> send(Lane& lane, Submission submission) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    boost::asio::co_spawn(context_.get_executor(), lane.submit(std::move(submission)),
                          [promise](std::exception_ptr error, Outcome outcome) {
                            if (error) return promise->set_exception(error);
                            promise->set_value(std::move(outcome));
                          });
    return promise->get_future();
  }
  std::future<std::vector<Outcome>> send_all(Lane& lane, std::vector<Submission> submissions) {
    auto promise = std::make_shared<std::promise<std::vector<Outcome>>>();
    boost::asio::co_spawn(context_.get_executor(), lane.submit_all(std::move(submissions)),
                          [promise](std::exception_ptr error, std::vector<Outcome> outcomes) {
                            if (error) return promise->set_exception(error);
                            promise->set_value(std::move(outcomes));
                          });
    return promise->get_future();
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_;
};

void wait_for_depth(const Lane& lane, std::size_t depth) {
  while (lane.depth() != depth) std::this_thread::yield();
}

class LaneLaws : public ::testing::Test {
 protected:
  std::unique_ptr<Lane> make_lane(LaneSettings settings = {}) {
    return std::make_unique<Lane>(database_, std::vector<MakePart>{counter_part}, std::move(settings));
  }
  // The lane is busy with one command until the store opens.
  std::future<Outcome> keep_busy(Lane& lane) {
    store_.close();
    auto first = requests_.send(lane, add("first"));
    store_.wait_until_opened(1);
    return first;
  }

  Store store_;
  DatabaseInMemory database_{store_};
  Requests requests_;
};

TEST_F(LaneLaws, WhateverWaitsRidesTogether) {
  const auto lane = make_lane();
  auto first = keep_busy(*lane);
  std::vector<std::future<Outcome>> others;
  for (int i = 0; i < 5; ++i) others.push_back(requests_.send(*lane, add("a")));
  wait_for_depth(*lane, 5);
  store_.open();
  EXPECT_EQ(first.get()->body, "1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(others[static_cast<std::size_t>(i)].get()->body, std::to_string(i + 1));
  EXPECT_EQ(store_.batches, (std::vector<std::size_t>{1, 5}));
}

TEST_F(LaneLaws, ABatchHasItsMost) {
  LaneSettings settings;
  settings.max_batch = 2;
  const auto lane = make_lane(std::move(settings));
  auto first = keep_busy(*lane);
  std::vector<Submission> many;
  for (int i = 0; i < 5; ++i) many.push_back(add("a"));
  auto others = requests_.send_all(*lane, std::move(many));
  wait_for_depth(*lane, 5);
  store_.open();
  const auto outcomes = others.get();
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(outcomes[i]->body, std::to_string(i + 1));
  EXPECT_EQ(store_.batches, (std::vector<std::size_t>{1, 2, 2, 1}));
  first.wait();
}

TEST_F(LaneLaws, AFullQueueRefusesAtOnceAndNothingWasDone) {
  LaneSettings settings;
  settings.max_queue = 2;
  const auto lane = make_lane(std::move(settings));
  auto first = keep_busy(*lane);
  auto second = requests_.send(*lane, add("a"));
  auto third = requests_.send(*lane, add("a"));
  wait_for_depth(*lane, 2);
  const auto refused = requests_.send(*lane, add("a")).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ProblemKind::unavailable);
  EXPECT_EQ(refused.error().members, R"("outcome":"none")");
  store_.open();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(third.get()->body, "2");
}

TEST_F(LaneLaws, ACommandWhoseDeadlinePassesInTheQueueIsLateAndDidNothing) {
  const auto lane = make_lane();
  auto first = keep_busy(*lane);
  auto late = add("a");
  late.deadline = async::Clock::now() + std::chrono::milliseconds(1);
  const auto until = late.deadline;
  auto outcome = requests_.send(*lane, std::move(late));
  auto other = requests_.send(*lane, add("a"));
  wait_for_depth(*lane, 2);
  while (async::Clock::now() <= until) std::this_thread::yield();
  store_.open();
  const auto answer = outcome.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ProblemKind::request_timeout);
  EXPECT_EQ(other.get()->body, "1");
  first.wait();
}

TEST_F(LaneLaws, StoppingAnswersWhatWasTakenAndRefusesWhatComes) {
  const auto lane = make_lane();
  auto first = keep_busy(*lane);
  auto waiting = requests_.send(*lane, add("a"));
  wait_for_depth(*lane, 1);
  std::thread stopping([&] { lane->stop(); });
  store_.open();
  stopping.join();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(waiting.get()->body, "1");
  const auto refused = requests_.send(*lane, add("a")).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().members, R"("outcome":"none")");
  EXPECT_EQ(store_.counters["a"], 1);
  lane->stop();  // twice is harmless
}

TEST_F(LaneLaws, AnIdleLaneStops) {
  make_lane()->stop();
  make_lane();
}

TEST_F(LaneLaws, NothingToSubmitIsNothingToWaitFor) {
  const auto lane = make_lane();
  EXPECT_TRUE(requests_.send_all(*lane, {}).get().empty());
}

TEST_F(LaneLaws, ThreadsThatSubmitAtOnceLoseNothingAndMixNothingUp) {
  constexpr int kThreads = 4;
  constexpr int kEach = 400;
  const auto lane = make_lane();
  // They outlive the lane: it may still be waking one whose answer is already there.
  std::vector<std::unique_ptr<Requests>> callers;
  for (int t = 0; t < kThreads; ++t) callers.push_back(std::make_unique<Requests>());
  {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        auto& requests = *callers[static_cast<std::size_t>(t)];
        const auto own = "thread " + std::to_string(t);
        std::vector<std::future<Outcome>> outcomes;
        for (int i = 0; i < kEach; ++i) {
          outcomes.push_back(requests.send(*lane, i % 2 == 0 ? add(own) : add("shared")));
        }
        for (int i = 0; i < kEach; ++i) {
          const auto outcome = outcomes[static_cast<std::size_t>(i)].get();
          ASSERT_TRUE(outcome);
          if (i % 2 == 0) EXPECT_EQ(outcome->body, std::to_string(i / 2 + 1));
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  lane->stop();
  EXPECT_EQ(store_.counters["shared"], kThreads * kEach / 2);
  EXPECT_EQ(store_.events, kThreads * kEach);
}

TEST_F(LaneLaws, AStopAmongSubmissionsAnswersEveryOne) {
  for (int round = 0; round < 20; ++round) {
    const auto lane = make_lane();
    std::vector<std::future<Outcome>> outcomes;
    std::thread stopping;
    for (int i = 0; i < 50; ++i) {
      outcomes.push_back(requests_.send(*lane, add("a")));
      if (i == 25) stopping = std::thread([&] { lane->stop(); });
    }
    stopping.join();
    for (auto& outcome : outcomes) outcome.get();
  }
}

}  // namespace
}  // namespace mms::lanes::testing
