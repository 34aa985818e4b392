// One question on one connection, with a time limit over all of it but the look-up of the name.
#include "http/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <stdexcept>

namespace mms::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Stream = beast::basic_stream<asio::ip::tcp, async::Executor>;
using SecureStream = asio::ssl::stream<Stream>;
using Answer = std::expected<std::string, std::string>;

constexpr auto use_tuple = asio::as_tuple(async::use_task);

Answer failed(std::string words) {
  return std::unexpected(std::move(words));
}

template <class S>
async::Task<Answer> exchange(S& stream, Question& question, std::uint64_t most_bytes) {
  beast::http::request<beast::http::string_body> request(
      question.body.empty() ? beast::http::verb::get : beast::http::verb::post, question.target, 11);
  request.set(beast::http::field::host, question.host + ':' + question.port);
  request.set(beast::http::field::user_agent, "mission-management");
  request.set(beast::http::field::connection, "close");
  if (!question.body.empty()) request.set(beast::http::field::content_type, "application/json");
  request.body() = std::move(question.body);
  request.prepare_payload();
  auto [cut, sent] = co_await beast::http::async_write(stream, request, use_tuple);
  if (cut) co_return failed("does not take the question");
  beast::flat_buffer buffer;
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(most_bytes);
  auto [broken, got] = co_await beast::http::async_read(stream, buffer, parser, use_tuple);
  if (broken) co_return failed(broken == beast::error::timeout ? "does not answer in time" : "breaks off");
  co_return std::move(parser.get().body());
}

asio::ssl::context& trusting() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    made.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    made.set_default_verify_paths();
    made.set_verify_mode(asio::ssl::verify_peer);
    return made;
  }();
  return context;
}

}  // namespace

Question question_of(std::string_view url) {
  Question question;
  const auto scheme = url.substr(0, url.find("://"));
  const auto wrong = [] { return std::invalid_argument("http://<host>[:<port>][/<path>], or https"); };
  if (scheme != "http" && scheme != "https") throw wrong();
  question.tls = scheme == "https";
  url.remove_prefix(scheme.size() + 3);
  const auto slash = std::min(url.find('/'), url.size());
  auto place = url.substr(0, slash);
  question.target = slash == url.size() ? "/" : std::string(url.substr(slash));
  question.port = question.tls ? "443" : "80";
  if (const auto colon = place.rfind(':'); colon != std::string_view::npos) {
    const auto digits = place.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0) throw wrong();
    question.port = digits;
    place = place.substr(0, colon);
  }
  const auto is_plain = [](char c) { return c > ' ' && c < 127; };
  if (place.empty() || place.find_first_of("@?#") != std::string_view::npos || !std::ranges::all_of(url, is_plain)) {
    throw wrong();
  }
  question.host = place;
  return question;
}

async::Task<Answer> ask(Question question, async::Deadline deadline, std::uint64_t most_bytes) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, async::Executor> resolver(executor);
  auto [unknown, ends] = co_await resolver.async_resolve(question.host, question.port, use_tuple);
  if (unknown) co_return failed("is not found by its name");
  Stream stream(executor);
  stream.expires_at(deadline);
  auto [refused, end] = co_await stream.async_connect(ends, use_tuple);
  if (refused) co_return failed("does not take connections");
  if (!question.tls) co_return co_await exchange(stream, question, most_bytes);
  SecureStream secure(std::move(stream), trusting());
  secure.set_verify_callback(asio::ssl::host_name_verification(question.host));
  SSL_set_tlsext_host_name(secure.native_handle(), question.host.c_str());
  auto [untrusted] = co_await secure.async_handshake(asio::ssl::stream_base::client, use_tuple);
  if (untrusted) co_return failed("is not trusted, or does not speak TLS 1.2 or newer: " + untrusted.message());
  co_return co_await exchange(secure, question, most_bytes);
}

}  // namespace mms::http
