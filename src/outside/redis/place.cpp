// Reading of REDIS_ADDR.
#include "outside/redis/place.hpp"

#include <charconv>
#include <stdexcept>

#include "http/percent.hpp"

namespace mms::redis {
namespace {

template <class T>
bool read(std::string_view digits, T low, T high, T& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size() && out >= low && out <= high;
}

// What stands before `mark`, which is taken away with it; nothing where there is no mark.
std::string_view take_before(std::string_view& text, char mark) {
  const auto at = text.rfind(mark);
  if (at == std::string_view::npos) return {};
  const auto head = text.substr(0, at);
  text.remove_prefix(at + 1);
  return head;
}

}  // namespace

Place place_of(std::string_view text, std::string password) {
  const auto wrong = [] {
    return std::invalid_argument(
        "it must be <host>:<port> or redis://[<user>:<password>@]<host>[:<port>][/<database>], percent-encoded");
  };
  constexpr std::string_view kScheme = "redis://";
  Place place;
  place.password = std::move(password);
  if (text.starts_with(kScheme)) {
    text.remove_prefix(kScheme.size());
    if (const auto who = take_before(text, '@'); !who.empty()) {
      const auto colon = who.find(':');
      if (colon == std::string_view::npos) throw wrong();
      const auto user = http::percent_decode(who.substr(0, colon));
      const auto word = http::percent_decode(who.substr(colon + 1));
      if (!user || !word) throw wrong();
      place.user = *user;
      place.password = *word;
    }
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
      const auto number = text.substr(slash + 1);
      if (!number.empty() && !read(number, 0, 1'000'000, place.database)) throw wrong();
      text = text.substr(0, slash);
    }
    if (text.find(':') == std::string_view::npos) place.port = "6379";
  }
  if (place.port.empty()) {
    const auto host = take_before(text, ':');
    int port = 0;
    if (host.empty() || !read(text, 1, 65535, port)) throw wrong();
    place.port = text;
    text = host;
  }
  if (text.empty() || text.find_first_of("/ ?#@") != std::string_view::npos) throw wrong();
  place.host = text;
  return place;
}

}  // namespace mms::redis
