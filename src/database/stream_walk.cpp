// Paging over the log and over tables.
#include "database/stream_walk.hpp"

namespace mms::database {
namespace {

constexpr std::int64_t kPage = 1000;

async::Deadline soon() {
  return async::Clock::now() + std::chrono::minutes(5);
}

}  // namespace

async::Task<std::vector<vocabulary::Event>> StreamWalk::next() {
  std::vector<vocabulary::Event> stream;
  for (;;) {
    if (at_ == page_.size() && !co_await read_page()) break;
    if (!stream.empty() && page_[at_].stream_id != stream.front().stream_id) break;
    stream.push_back(std::move(page_[at_++]));
    ++events_;
  }
  co_return stream;
}

async::Task<bool> StreamWalk::read_page() {
  const auto rows = co_await reader_.run_one(events_by_stream(stream_, last_id_, last_version_, kPage), soon());
  page_ = events_from(rows);
  at_ = 0;
  if (page_.empty()) co_return false;
  last_id_ = page_.back().stream_id;
  last_version_ = page_.back().version;
  co_return true;
}

std::int64_t missing_version(const std::vector<vocabulary::Event>& events) {
  std::int64_t expected = 1;
  for (const auto& event : events) {
    if (event.version != expected) return expected;
    ++expected;
  }
  return 0;
}

async::Task<std::optional<RowWalk::Row>> RowWalk::next() {
  if (at_ == rows_.size()) {
    rows_ = co_await reader_.run_one(page_of_(last_, kPage), soon());
    at_ = 0;
    if (rows_.empty()) co_return std::nullopt;
    last_ = rows_[rows_.size() - 1].uuid(0);
  }
  const auto row = rows_[at_++];
  co_return Row{row.uuid(0), std::string(row.text(1))};
}

}  // namespace mms::database
