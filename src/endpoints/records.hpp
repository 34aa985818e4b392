// Logs and metrics of a mission or trip: appended without the lane, each once, listed newest first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "endpoints/list_table.hpp"
#include "endpoints/one_or_many.hpp"
#include "http/response.hpp"
#include "vocabulary/fields.hpp"

namespace mms::endpoints {

using vocabulary::Time;
using vocabulary::Uuid;
using vocabulary::json::Raw;

BOOST_DEFINE_ENUM_CLASS(LogLevel, debug, info, warning, error)

struct LogInput {
  std::optional<Uuid> id;
  vocabulary::Or<LogLevel::info> level;
  vocabulary::Text<1, 4000> message;  // no personal data
  Raw data;
  std::optional<vocabulary::Text<1, 64>> source;
  std::optional<Time> recorded_at;  // absent: now
};
BOOST_DESCRIBE_STRUCT(LogInput, (), (id, level, message, data, source, recorded_at))

struct LogEntry {
  Uuid id;
  LogLevel level{};
  std::string message;
  Raw data;
  std::optional<std::string> source;
  Time recorded_at;
  Time created_at;
  std::string created_by;
};
BOOST_DESCRIBE_STRUCT(LogEntry, (), (id, level, message, data, source, recorded_at, created_at, created_by))

struct MetricInput {
  std::optional<Uuid> id;
  vocabulary::Text<1, 64> type;
  double value = 0;
  std::optional<vocabulary::Text<1, 32>> unit;
  std::optional<vocabulary::Text<1, 64>> source;
  std::optional<Time> recorded_at;  // absent: now
};
BOOST_DESCRIBE_STRUCT(MetricInput, (), (id, type, value, unit, source, recorded_at))

struct Metric {
  Uuid id;
  std::string type;
  double value = 0;
  std::optional<std::string> unit;
  std::optional<std::string> source;
  Time recorded_at;
  Time created_at;
  std::string created_by;
};
BOOST_DESCRIBE_STRUCT(Metric, (), (id, type, value, unit, source, recorded_at, created_at, created_by))

inline constexpr std::size_t kMostRecords = 1000;
using PostLogs = OneOrMany<LogInput, kMostRecords>;
using PostMetrics = OneOrMany<MetricInput, kMostRecords>;

// What was stored now, what had been stored before, and the ids of all, in order.
struct RecordsTaken {
  int accepted = 0;
  int duplicate = 0;
  std::vector<Uuid> ids;
};
BOOST_DESCRIBE_STRUCT(RecordsTaken, (), (accepted, duplicate, ids))

// One record on its way into the table. `kind`: a log's level, a metric's type.
struct Record {
  Uuid id;
  std::string kind;
  std::optional<std::string> source;
  Time recorded_at;
  std::optional<double> value;
  std::string body;
};

// To whom the records belong: the caller may see it.
struct RecordOwner {
  Uuid id;
  std::string fleet_id;
};

struct RecordTools {
  database::Reader& reader;
  database::Appender& appender;
  vocabulary::IdSource& ids;
  Time now;
};

// The table <noun>_logs or <noun>_metrics. Retries are safe: a chosen id, an Idempotency-Key, or the content with its
// recorded_at tell a repeat. Lifetime: static. Threads: any.
class RecordTable {
 public:
  enum class Kind { logs, metrics };
  RecordTable(std::string noun, Kind kind);
  RecordTable(const RecordTable&) = delete;
  RecordTable& operator=(const RecordTable&) = delete;

  // POST. Refuses: malformed_json, invalid_fields, idempotency_key_reused.
  async::Task<vocabulary::Result<http::Response>> take(const RecordTools& tools,
                                                       const http::Request& request,
                                                       const RecordOwner& owner) const;
  // GET. Refuses: bad_parameter, bad_cursor.
  async::Task<vocabulary::Result<http::Response>> list(database::Reader& reader,
                                                       const http::Request& request,
                                                       const RecordOwner& owner,
                                                       const CursorKey& key) const;
  std::vector<http::QueryField> parameters() const;

 private:
  std::string noun_;
  Kind kind_;
  std::string table_;
  std::string owner_column_;
  std::string insert_name_;
  std::string sqlite_;
  std::string postgres_;
  std::unique_ptr<ListTable> list_;
  std::unique_ptr<database::Statement> insert_;
};

}  // namespace mms::endpoints
