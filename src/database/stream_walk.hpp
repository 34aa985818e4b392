// Walks for replay: the streams of one kind, each whole, and a table's rows, both in the order of their ids.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/event_log.hpp"

namespace mms::database {

// Lifetime: the reader outlives it. Throws what the reader throws.
class StreamWalk {
 public:
  StreamWalk(Reader& reader, std::string stream) : reader_(reader), stream_(std::move(stream)) {}
  // All events of the next stream, oldest first; empty at the end.
  async::Task<std::vector<vocabulary::Event>> next();
  std::int64_t events() const { return events_; }

 private:
  async::Task<bool> read_page();
  Reader& reader_;
  std::string stream_;
  std::vector<vocabulary::Event> page_;
  std::size_t at_ = 0;
  vocabulary::Uuid last_id_;
  std::int64_t last_version_ = 0;
  std::int64_t events_ = 0;
};

// The first version that is missing in a stream's events; 0 when they have no gap.
std::int64_t missing_version(const std::vector<vocabulary::Event>& events);

class RowWalk {
 public:
  struct Row {
    vocabulary::Uuid id;
    std::string body;
  };
  // `page` asks for (id, body) of the rows behind an id.
  using Page = std::function<Query(const vocabulary::Uuid& after, std::int64_t limit)>;
  RowWalk(Reader& reader, Page page) : reader_(reader), page_of_(std::move(page)) {}
  async::Task<std::optional<Row>> next();

 private:
  Reader& reader_;
  Page page_of_;
  Rows rows_;
  std::size_t at_ = 0;
  vocabulary::Uuid last_;
};

}  // namespace mms::database
