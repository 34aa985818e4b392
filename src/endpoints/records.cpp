// Records from a body into their table and back.
#include "endpoints/records.hpp"

#include <fmt/format.h>

#include <cstring>

#include "crypto/digest.hpp"
#include "endpoints/ride.hpp"
#include "lanes/idempotency_table.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::endpoints {
namespace {

using database::Statement;
using vocabulary::Result;
namespace json = vocabulary::json;

ListFields fields_of(RecordTable::Kind kind, const std::string& table, const std::string& owner) {
  return {.table = table,
          .sorts = {{"recorded_at", ColumnKind::time}, {"created_at", ColumnKind::time}},
          .filters = {{.name = owner, .kind = ColumnKind::uuid, .leads = true},
                      {.name = kind == RecordTable::Kind::logs ? "level" : "type"},
                      {.name = "source"}},
          .has_deleted = false};
}

// An id that follows from the content, so that a repeat finds the first.
Uuid id_from(const std::string& text) {
  const auto digest = crypto::sha256(text);
  Uuid id;
  std::memcpy(id.bytes.data(), crypto::bytes_of(digest).data(), id.bytes.size());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

// Numbers the records of one request and says who they are.
class Naming {
 public:
  Naming(const RecordTools& tools, const http::Request& request, const RecordOwner& owner)
      : tools_(tools),
        key_(request.header("Idempotency-Key")),
        scope_(fmt::format("{}\n{}\n{}\n", to_text(owner.id), request.caller.id, request.path)) {}

  template <class Input>
  Uuid id_of(const Input& input) {
    ++index_;
    if (input.id) return *input.id;
    if (!key_.empty()) return id_from(fmt::format("{}key {} {}\n{}", scope_, key_, index_, json::write(input)));
    if (input.recorded_at) return id_from(scope_ + json::write(input));
    return tools_.ids.next(tools_.now);
  }

 private:
  const RecordTools& tools_;
  std::string_view key_;
  std::string scope_;
  int index_ = 0;
};

std::optional<std::string> plain(const std::optional<vocabulary::Text<1, 64>>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

Result<std::vector<Record>> logs_of(const RecordTools& tools, const http::Request& request, Naming naming) {
  TRY(input, (one_or_many<LogInput, kMostRecords>(request)));
  std::vector<Record> records;
  for (const auto& i : input.items) {
    LogEntry entry{.id = naming.id_of(i),
                   .level = i.level,
                   .message = i.message,
                   .data = i.data,
                   .source = plain(i.source),
                   .recorded_at = i.recorded_at.value_or(tools.now),
                   .created_at = tools.now,
                   .created_by = request.caller.id};
    records.push_back({entry.id,
                       std::string(vocabulary::name_of(entry.level)),
                       entry.source,
                       entry.recorded_at,
                       {},
                       json::write(entry)});
  }
  return records;
}

Result<std::vector<Record>> metrics_of(const RecordTools& tools, const http::Request& request, Naming naming) {
  TRY(input, (one_or_many<MetricInput, kMostRecords>(request)));
  std::vector<Record> records;
  for (const auto& i : input.items) {
    Metric metric{.id = naming.id_of(i),
                  .type = i.type,
                  .value = i.value,
                  .unit = i.unit ? std::optional<std::string>(*i.unit) : std::nullopt,
                  .source = plain(i.source),
                  .recorded_at = i.recorded_at.value_or(tools.now),
                  .created_at = tools.now,
                  .created_by = request.caller.id};
    records.push_back({metric.id, metric.type, metric.source, metric.recorded_at, metric.value, json::write(metric)});
  }
  return records;
}

}  // namespace

RecordTable::RecordTable(std::string noun, Kind kind)
    : noun_(std::move(noun)),
      kind_(kind),
      table_(noun_ + (kind == Kind::logs ? "_logs" : "_metrics")),
      owner_column_(noun_ + "_id"),
      insert_name_("insert_" + table_),
      list_(std::make_unique<ListTable>(fields_of(kind, table_, owner_column_))) {
  const bool logs = kind == Kind::logs;
  const auto columns = fmt::format("insert into {} (id, {}, fleet_id, {}, source, recorded_at, created_at, body{}) ",
                                   table_, owner_column_, logs ? "level" : "type", logs ? "" : ", value");
  constexpr auto kOnce = " on conflict (id) do nothing returning id";
  sqlite_ = fmt::format("{}values ($1, $2, $3, $4, $5, $6, $7, $8{}){}", columns, logs ? "" : ", $9", kOnce);
  std::string arrays;
  for (int i = 1; i <= (logs ? 8 : 9); ++i) arrays += fmt::format("{}cast(${} as text[])", i > 1 ? ", " : "", i);
  postgres_ = fmt::format(
      "{}select cast(a as uuid), cast(b as uuid), c, d, e, cast(f as timestamptz), cast(g as timestamptz), cast(h as "
      "json){} from unnest({}) as t(a, b, c, d, e, f, g, h{}){}",
      columns, logs ? "" : ", cast(i as double precision)", arrays, logs ? "" : ", i", kOnce);
  insert_ = std::make_unique<Statement>(insert_name_, Statement::Shape::many, sqlite_, postgres_);
}

async::Task<Result<http::Response>> RecordTable::take(const RecordTools& tools,
                                                      const http::Request& request,
                                                      const RecordOwner& owner) const {
  CO_TRY(key, idempotency_of(request));
  if (key) {
    const auto rows = co_await tools.reader.run_one(lanes::find_answer(key->identity), request.deadline);
    if (auto first = lanes::answer_from(rows, tools.now)) {
      if (first->body_hash == key->body_hash) co_return response_of(std::move(first->answer));
      co_return vocabulary::refuse(vocabulary::ProblemKind::idempotency_key_reused,
                                   "this Idempotency-Key was used with another body; use a new key for a new request");
    }
  }
  const Naming naming(tools, request, owner);
  CO_TRY(records, kind_ == Kind::logs ? logs_of(tools, request, naming) : metrics_of(tools, request, naming));
  RecordsTaken taken;
  database::Query insert{insert_.get(), {}};
  for (auto& r : records) {
    taken.ids.push_back(r.id);
    insert.add(r.id, owner.id, owner.fleet_id, r.kind, r.source, r.recorded_at, tools.now, std::move(r.body));
    if (kind_ == Kind::metrics) insert.add(r.value);
  }
  std::vector<database::Query> queries;
  queries.push_back(std::move(insert));
  if (!records.empty()) {
    const auto answers = co_await tools.appender.append(std::move(queries));
    taken.accepted = static_cast<int>(answers[0].size());
    taken.duplicate = static_cast<int>(records.size()) - taken.accepted;
  }
  lanes::StoredAnswer answer{
      .body_hash = {}, .answer = {.status = 201, .body = json::write(taken)}, .created_at = tools.now};
  if (key) {
    // Ids that follow from the key make the records safe already; this keeps the words of the first answer.
    answer.body_hash = key->body_hash;
    std::vector<database::Query> keep;
    keep.push_back(lanes::keep_answer(key->identity, answer));
    co_await tools.appender.append(std::move(keep));
  }
  co_return response_of(std::move(answer.answer));
}

async::Task<Result<http::Response>> RecordTable::list(database::Reader& reader,
                                                      const http::Request& request,
                                                      const RecordOwner& owner,
                                                      const CursorKey& key) const {
  // The owner is that of the path.
  CO_TRY(query, list_->parse(request, key));
  std::erase_if(query.filters, [](const auto& filter) { return filter.field == 0; });
  query.filters.insert(query.filters.begin(), {0, {to_text(owner.id)}});
  const auto answers = co_await reader.run(list_->queries(query, std::nullopt), request.deadline);
  co_return list_->page(query, answers, key);
}

std::vector<http::QueryField> RecordTable::parameters() const {
  auto all = list_->parameters();
  std::erase_if(all, [&](const http::QueryField& field) { return field.name == owner_column_; });
  return all;
}

}  // namespace mms::endpoints
