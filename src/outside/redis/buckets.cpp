// One script: all that a replica spent since the last time.
#include "outside/redis/buckets.hpp"

namespace mms::redis {
namespace {

// By Redis' own clock, so that the replicas' need not agree.
constexpr const char* kSpend = R"(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local left = {}
for i, key in ipairs(KEYS) do
  local full = tonumber(redis.call('GET', key) or 0) or 0
  full = math.max(full, now) + ARGV[2 * i - 1]
  full = math.max(now, math.min(full, now + ARGV[2 * i]))
  if full > now then
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  else
    redis.call('DEL', key)
  end
  left[i] = full - now
end
return left
)";

}  // namespace

async::Task<std::vector<std::chrono::microseconds>> Buckets::spend(const std::vector<Spending>& spendings) {
  Words words{"EVAL", kSpend, std::to_string(spendings.size())};
  for (const auto& each : spendings) words.push_back(prefix_ + each.bucket);
  for (const auto& each : spendings) {
    words.push_back(std::to_string(each.spent.count()));
    words.push_back(std::to_string(each.most.count()));
  }
  const auto reply = co_await connection_.ask(words);
  if (reply.kind == Reply::Kind::error) throw Away("it refuses: " + reply.text);
  if (reply.list.size() != spendings.size()) throw Away("what it says is no answer to this");
  std::vector<std::chrono::microseconds> left;
  for (const auto& each : reply.list) left.emplace_back(each.integer);
  co_return left;
}

}  // namespace mms::redis
