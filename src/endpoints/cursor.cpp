// base64url(JSON array of texts) '.' base64url(first half of an HMAC).
#include "endpoints/cursor.hpp"

#include "crypto/base64url.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::endpoints {
namespace {

using database::Statement;
namespace json = vocabulary::json;

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kLongestCursor = 4096;

const Statement find_setting("find_setting", "select value from settings where name = $1");
const Statement keep_setting("keep_setting",
                             "insert into settings (name, value) values ($1, $2) on conflict (name) do nothing");

std::unexpected<vocabulary::Problem> bad_cursor() {
  return vocabulary::refuse(vocabulary::ProblemKind::bad_cursor,
                            "this cursor is not of this list, order and filter; begin again without one");
}

}  // namespace

std::string CursorKey::tag(std::string_view scope, std::string_view place) const {
  std::string text(scope);
  text += '\n';
  text += place;
  const auto digest = crypto::hmac_sha256(secret_, text);
  return std::string(crypto::bytes_of(digest).substr(0, kTagBytes));
}

std::string CursorKey::seal(std::string_view scope, const std::vector<std::string>& place) const {
  const auto text = json::write(place);
  return crypto::to_base64url(text) + '.' + crypto::to_base64url(tag(scope, text));
}

vocabulary::Result<std::vector<std::string>> CursorKey::open(std::string_view scope, std::string_view cursor) const {
  if (cursor.size() > kLongestCursor) return bad_cursor();
  const auto dot = cursor.find('.');
  if (dot == cursor.npos) return bad_cursor();
  const auto text = crypto::from_base64url(cursor.substr(0, dot));
  const auto given = crypto::from_base64url(cursor.substr(dot + 1));
  if (!text || !given || !crypto::constant_time_equal(*given, tag(scope, *text))) return bad_cursor();
  return json::from_stored<std::vector<std::string>>(*text);
}

async::Task<CursorKey> cursor_key(database::Reader& reader, database::Appender& appender) {
  const auto deadline = async::Clock::now() + std::chrono::seconds(10);
  // Two replicas may start at once: whoever is first wins, and both read what stands there.
  std::vector<database::Query> keep;
  keep.push_back(database::query(keep_setting, "cursor_key", crypto::to_base64url(crypto::random_text(32))));
  co_await appender.append(std::move(keep));
  const auto rows = co_await reader.run_one(database::query(find_setting, "cursor_key"), deadline);
  co_return CursorKey(std::string(rows[0].text(0)));
}

}  // namespace mms::endpoints
