// SQL of the stored answers.
#include "lanes/idempotency_table.hpp"

#include "lanes/rules/idempotency_set.hpp"

namespace mms::lanes {
namespace {

using database::Query;
using database::Rows;
using database::Statement;

const Statement find_answers("find_answers",
                             Statement::Shape::many,
                             "select identity, body_hash, status, answer, location, version, created_at from "
                             "idempotency_keys where identity = $1",
                             "select identity, body_hash, status, answer, location, version, created_at from "
                             "idempotency_keys where identity = any(cast($1 as text[]))");
const Statement keep_answers(
    "keep_answers",
    Statement::Shape::many,
    "insert into idempotency_keys (identity, body_hash, status, answer, location, version, created_at) values ($1, $2, "
    "$3, $4, $5, $6, $7) on conflict (identity) do update set body_hash = excluded.body_hash, status = "
    "excluded.status, "
    "answer = excluded.answer, location = excluded.location, version = excluded.version, created_at = "
    "excluded.created_at",
    "insert into idempotency_keys (identity, body_hash, status, answer, location, version, created_at) select a, b, "
    "cast(c as bigint), d, e, cast(f as bigint), cast(g as timestamptz) from unnest(cast($1 as text[]), cast($2 as "
    "text[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[]), cast($6 as text[]), cast($7 as text[])) as "
    "t(a, b, c, d, e, f, g) on conflict (identity) do update set body_hash = excluded.body_hash, status = "
    "excluded.status, answer = excluded.answer, location = excluded.location, version = excluded.version, created_at = "
    "excluded.created_at");
const Statement forget("forget_answers",
                       "delete from idempotency_keys where identity in (select identity from idempotency_keys where "
                       "created_at < $1 order by created_at limit cast($2 as bigint))");

StoredAnswer stored_from(const database::Row& row) {
  StoredAnswer stored{.body_hash = std::string(row.text(1)), .answer = {}, .created_at = row.time(6)};
  stored.answer = {.status = static_cast<int>(row.integer(2)),
                   .body = std::string(row.text(3)),
                   .location = std::string(row.text(4)),
                   .version = row.integer(5),
                   .replayed = true};
  return stored;
}

void add(Query& q, const std::string& identity, const StoredAnswer& stored) {
  q.add(identity, stored.body_hash, stored.answer.status, stored.answer.body, stored.answer.location,
        stored.answer.version, stored.created_at);
}

class IdempotencyPart final : public Part {
 public:
  explicit IdempotencyPart(IdempotencySet& set) : set_(set) {}

  std::vector<Query> loads() override {
    Query q{&find_answers, {}};
    for (const auto& identity : set_.take_needed()) q.add(identity);
    return q.cells.empty() ? std::vector<Query>{} : std::vector<Query>{std::move(q)};
  }

  void take(std::span<const Rows> answers) override {
    const auto& rows = answers.front();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = rows[i];
      set_.loaded(std::string(row.text(0)), stored_from(row));
    }
  }

  std::vector<Query> writes() override {
    Query q{&keep_answers, {}};
    set_.for_each_changed([&](const std::string& identity, const StoredAnswer& stored) { add(q, identity, stored); });
    return q.cells.empty() ? std::vector<Query>{} : std::vector<Query>{std::move(q)};
  }

 private:
  IdempotencySet& set_;
};

}  // namespace

std::unique_ptr<Part> idempotency_part(WorkingSet& set) {
  return std::make_unique<IdempotencyPart>(set.emplace<IdempotencySet>());
}

Query find_answer(const std::string& identity) {
  return database::query(find_answers, identity);
}

std::optional<StoredAnswer> answer_from(const Rows& rows, vocabulary::Time now) {
  if (rows.empty()) return std::nullopt;
  auto stored = stored_from(rows[0]);
  if (stored.created_at + kAnswersKept < now) return std::nullopt;
  return stored;
}

Query keep_answer(const std::string& identity, const StoredAnswer& stored) {
  Query q{&keep_answers, {}};
  add(q, identity, stored);
  return q;
}

Query forget_answers(vocabulary::Time before, std::int64_t limit) {
  return database::query(forget, before, limit);
}

}  // namespace mms::lanes
