// One batch against a store that fails: who is refused, who is carried out, and how often.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "lanes/tests/store_in_memory.hpp"

namespace mms::lanes::testing {
namespace {

using vocabulary::ProblemKind;

class BatchRunnerLaws : public ::testing::Test {
 protected:
  std::vector<Outcome> run(std::vector<Submission> submissions) {
    settings_.on_fault = [this](const std::string& what) { faults_.push_back(what); };
    settings_.on_commit = [this](const std::vector<vocabulary::Event>& events) { told_ += events.size(); };
    BatchRunner runner(writer_, {counter_part}, settings_);
    boost::asio::io_context context{1};
    std::vector<Outcome> outcomes;
    boost::asio::co_spawn(context, runner.run(std::move(submissions)),
                          [&](std::exception_ptr error, std::vector<Outcome> answers) {
                            EXPECT_FALSE(error) << "the runner never throws";
                            outcomes = std::move(answers);
                          });
    context.run();
    return outcomes;
  }
  static std::string text(const Outcome& outcome) {
    if (outcome) return outcome->body + (outcome->replayed ? " again" : "");
    return std::string(vocabulary::name_of(outcome.error().kind)) + ' ' + outcome.error().members;
  }
  std::string texts(const std::vector<Outcome>& outcomes) {
    std::string all;
    for (const auto& outcome : outcomes) all += (all.empty() ? "" : ", ") + text(outcome);
    return all;
  }

  Store store_;
  WriterInMemory writer_{store_};
  LaneSettings settings_;
  std::vector<std::string> faults_;
  std::size_t told_ = 0;
};

TEST_F(BatchRunnerLaws, CommandsSeeWhatTheOnesBeforeDidAndShareACommit) {
  store_.counters["a"] = 5;
  EXPECT_EQ(texts(run(batch(add("a"), add("b"), add("a")))), "6, 1, 7");
  EXPECT_EQ(store_.batches, std::vector<std::size_t>{3});
  EXPECT_EQ(store_.counters["a"], 7);
  EXPECT_EQ(told_, 3U);
}

TEST_F(BatchRunnerLaws, ARefusalRefusesItsOwnCommandOnly) {
  auto stranger = add("a");
  stranger.caller.id = "stranger";
  EXPECT_EQ(texts(run(batch(add("a"), add("a", Add::Mood::refuses), std::move(stranger), add("a")))),
            "1, wrong_state , forbidden , 2");
  EXPECT_EQ(store_.events, 2);
}

TEST_F(BatchRunnerLaws, NothingIsCommittedForABatchOfRefusals) {
  EXPECT_EQ(texts(run(batch(add("a", Add::Mood::refuses)))), "wrong_state ");
  EXPECT_TRUE(store_.batches.empty());
}

TEST_F(BatchRunnerLaws, AStatementThatFailsCostsOnlyTheGuiltyCommand) {
  store_.poisoned = {"bad"};
  EXPECT_EQ(texts(run(batch(add("a"), add("bad"), add("a"), add("b")))), "1, internal , 2, 1");
  EXPECT_EQ(store_.events, 3);
  EXPECT_EQ(store_.batches, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_FALSE(faults_.empty());
}

TEST_F(BatchRunnerLaws, ARuleThatBreaksCostsOnlyItsOwnCommandAndLeavesNoTrace) {
  EXPECT_EQ(texts(run(batch(add("a"), add("a", Add::Mood::breaks), add("a")))), "1, internal , 2");
  EXPECT_EQ(store_.counters["a"], 2);
  EXPECT_EQ(store_.events, 2);
}

TEST_F(BatchRunnerLaws, ACommitThatIsProvenToBeRolledBackIsRunAgain) {
  store_.ends = {Commit::rolled_back, Commit::rolled_back};
  EXPECT_EQ(texts(run(batch(add("a"), add("a")))), "1, 2");
  EXPECT_EQ(store_.counters["a"], 2);
  EXPECT_EQ(told_, 2U);
}

TEST_F(BatchRunnerLaws, AStoreThatNeverCommitsIsUnavailableAndNothingWasDone) {
  store_.ends.assign(10, Commit::rolled_back);
  EXPECT_EQ(texts(run(batch(add("a")))), R"(unavailable "outcome":"none")");
  EXPECT_TRUE(store_.counters.empty());
  EXPECT_EQ(told_, 0U);
}

TEST_F(BatchRunnerLaws, AnUnknownCommitIsSaidToBeUnknownAndNeverRunAgain) {
  for (const bool happened : {true, false}) {
    store_.counters.clear();
    store_.apply_unknown = happened;
    store_.ends = {Commit::unknown};
    const auto outcomes = run(batch(add_with_key("a", happened ? "k1" : "k2"), add("a")));
    EXPECT_EQ(texts(outcomes), R"(unavailable "outcome":"unknown", unavailable "outcome":"unknown")");
    EXPECT_EQ(store_.counters["a"], happened ? 2 : 0);
    // The key settles it: the first answer when it happened, the deed when it did not.
    EXPECT_EQ(texts(run(batch(add_with_key("a", happened ? "k1" : "k2")))), happened ? "1 again" : "1");
    EXPECT_EQ(store_.counters["a"], happened ? 2 : 1);
  }
}

TEST_F(BatchRunnerLaws, AStoreThatIsAwayIsUnavailableAndNothingWasDone) {
  store_.away = 1;
  EXPECT_EQ(texts(run(batch(add("a"), add("b")))), R"(unavailable "outcome":"none", unavailable "outcome":"none")");
  EXPECT_TRUE(store_.counters.empty());
  EXPECT_EQ(texts(run(batch(add("a")))), "1");
}

TEST_F(BatchRunnerLaws, ARepeatedKeyGetsTheFirstAnswerAndDoesNothing) {
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key")))), "1");
  run(batch(add("a")));
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key")))), "1 again");
  EXPECT_EQ(store_.counters["a"], 2);
}

TEST_F(BatchRunnerLaws, TwoOfOneKeyInABatchAreOneDeed) {
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key"), add("a"), add_with_key("a", "key")))), "1, 2, 1 again");
  EXPECT_EQ(store_.counters["a"], 2);
  EXPECT_EQ(store_.answers.size(), 1U);
}

TEST_F(BatchRunnerLaws, AKeyWithAnotherBodyIsRefused) {
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key", "one"), add_with_key("a", "key", "two")))),
            "1, idempotency_key_reused ");
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key", "two")))), "idempotency_key_reused ");
  EXPECT_EQ(store_.counters["a"], 1);
}

TEST_F(BatchRunnerLaws, AKeyIsForgottenAfterADay) {
  auto now = vocabulary::Time(std::chrono::seconds(1'790'000'000));
  settings_.clock = [&](vocabulary::Time) { return now; };
  run(batch(add_with_key("a", "key")));
  now += std::chrono::hours(23);
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key")))), "1 again");
  now += std::chrono::hours(2);
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key")))), "2");
}

TEST_F(BatchRunnerLaws, ARefusedCommandKeepsItsKey) {
  auto refused = add("a", Add::Mood::refuses);
  refused.idempotency = IdempotencyKey{"key", "body"};
  run(batch(std::move(refused)));
  EXPECT_TRUE(store_.answers.empty());
  EXPECT_EQ(texts(run(batch(add_with_key("a", "key")))), "1");
}

TEST_F(BatchRunnerLaws, FollowUpsAreDoneBeforeTheNextCommandInTheSameCommit) {
  EXPECT_EQ(texts(run(batch(add("a", Add::Mood::follows), add("a follower")))), "1, 2");
  EXPECT_EQ(store_.batches, std::vector<std::size_t>{3});
}

TEST_F(BatchRunnerLaws, AListenerThatBreaksAfterTheCommitNeverMakesItHappenTwice) {
  settings_.on_batch = [](const BatchFigures&) { throw std::runtime_error("no room for a figure"); };
  EXPECT_EQ(texts(run(batch(add("a"), add("a")))), "1, 2");
  EXPECT_EQ(store_.counters["a"], 2);
  EXPECT_EQ(store_.events, 2);
  EXPECT_EQ(faults_.size(), 1U);
}

}  // namespace
}  // namespace mms::lanes::testing
