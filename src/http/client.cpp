// One question on one connection, with a time limit over all of it but the look-up of the name.
#include "http/client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace mms::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Stream = beast::basic_stream<asio::ip::tcp, async::Executor>;
using Answer = std::expected<std::string, std::string>;

constexpr auto use_tuple = asio::as_tuple(async::use_task);

Answer failed(std::string words) {
  return std::unexpected(std::move(words));
}

}  // namespace

async::Task<Answer> ask(Question question, async::Deadline deadline, std::uint64_t most_bytes) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::basic_resolver<asio::ip::tcp, async::Executor> resolver(executor);
  auto [unknown, ends] = co_await resolver.async_resolve(question.host, question.port, use_tuple);
  if (unknown) co_return failed("is not found by its name");
  Stream stream(executor);
  stream.expires_at(deadline);
  auto [refused, end] = co_await stream.async_connect(ends, use_tuple);
  if (refused) co_return failed("does not take connections");
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

}  // namespace mms::http
