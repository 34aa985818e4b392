// The HTTP machine, driven with bytes: every split, every limit, and what smugglers send.
#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "http/problem_response.hpp"

namespace mms::http {
namespace {

constexpr std::size_t kBodyLimit = 1000;

void give(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = reader.space();
    const auto n = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), n);
    reader.received(n);
    bytes.remove_prefix(n);
  }
}

// Drives the reader over what it has: at a head it allows a body.
ReadStep drive(RequestReader& reader) {
  auto step = reader.next();
  if (step != ReadStep::head) return step;
  reader.limit_body(kBodyLimit);
  return reader.next();
}

// What a text is refused with; empty when it is not.
std::string refusal_of(std::string_view bytes) {
  RequestReader reader;
  ReadStep step = ReadStep::need_more;
  // In pieces, as from a socket.
  while (!bytes.empty() && step == ReadStep::need_more) {
    const auto piece = bytes.substr(0, 1000);
    give(reader, piece);
    bytes.remove_prefix(piece.size());
    step = drive(reader);
  }
  if (step != ReadStep::refused) return {};
  return std::to_string(status_of(reader.problem().kind)) + ' ' +
         std::string(vocabulary::name_of(reader.problem().kind));
}

constexpr std::string_view kPost =
    "POST /api/missions?x=1&y=2 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
    "7\r\n\r\n{\"a\":1}";
constexpr std::string_view kChunked =
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\n{\"a\r\n1;ext=\"v\"\r\n\"\r\n03\r\n:1}\r\n0\r\nTrailer: x\r\n\r\n";
constexpr std::string_view kGet = "GET /g HTTP/1.1\r\nHost: a\r\nX-Long: value with spaces \t\r\nEmpty:\r\n\r\n";

void expect_post(const Request& request) {
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.target, "/api/missions?x=1&y=2");
  EXPECT_EQ(request.path, "/api/missions");
  EXPECT_EQ(request.query, "x=1&y=2");
  EXPECT_EQ(request.header("CONTENT-type"), "application/json");
  EXPECT_EQ(request.body, "{\"a\":1}");
}

TEST(RequestReader, reads_a_request_whole) {
  RequestReader reader;
  EXPECT_EQ(reader.next(), ReadStep::need_more);
  EXPECT_TRUE(reader.is_between_requests());
  give(reader, kPost);
  ASSERT_EQ(reader.next(), ReadStep::head);
  EXPECT_TRUE(reader.has_body());
  EXPECT_TRUE(reader.keeps_alive());
  reader.limit_body(kBodyLimit);
  ASSERT_EQ(reader.next(), ReadStep::request);
  expect_post(reader.request());
  EXPECT_EQ(reader.bytes_taken(), kPost.size());
  reader.finish();
  EXPECT_TRUE(reader.is_between_requests());
}

TEST(RequestReader, pipelined_requests_split_at_every_byte_read_the_same) {
  const std::string all = std::string(kPost) + std::string(kChunked) + "\r\n" + std::string(kGet) + std::string(kPost);
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    RequestReader reader;
    std::vector<std::string> seen;
    const auto take = [&] {
      for (;;) {
        const auto step = drive(reader);
        ASSERT_NE(step, ReadStep::refused) << "cut at " << cut << ": " << reader.problem().detail;
        if (step != ReadStep::request) return;
        const auto& request = reader.request();
        if (request.path == "/api/missions") expect_post(request);
        seen.push_back(std::string(request.path) + ' ' + std::string(request.body));
        reader.finish();
      }
    };
    give(reader, std::string_view(all).substr(0, cut));
    take();
    give(reader, std::string_view(all).substr(cut));
    take();
    EXPECT_EQ(seen,
              (std::vector<std::string>{"/api/missions {\"a\":1}", "/c {\"a\":1}", "/g ", "/api/missions {\"a\":1}"}))
        << "cut at " << cut;
  }
}

TEST(RequestReader, one_byte_at_a_time_reads_the_same) {
  const std::string all = std::string(kChunked) + std::string(kGet) + std::string(kPost);
  RequestReader reader;
  std::vector<std::string> seen;
  for (const char c : all) {
    give(reader, {&c, 1});
    const auto step = drive(reader);
    ASSERT_NE(step, ReadStep::refused) << reader.problem().detail;
    if (step != ReadStep::request) continue;
    seen.push_back(std::string(reader.request().path) + ' ' + std::string(reader.request().body));
    reader.finish();
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"/c {\"a\":1}", "/g ", "/api/missions {\"a\":1}"}));
}

TEST(RequestReader, views_move_along_when_the_buffer_grows) {
  RequestReader reader;
  const std::string body(300'000, 'x');
  give(reader, "POST http://host/p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
  ASSERT_EQ(reader.next(), ReadStep::head);
  reader.limit_body(1 << 20);
  for (std::size_t i = 0; i < body.size(); i += 5000) {
    give(reader, std::string_view(body).substr(i, 5000));
    reader.next();
  }
  ASSERT_EQ(reader.next(), ReadStep::request);
  EXPECT_EQ(reader.request().body, body);
  EXPECT_EQ(reader.request().path, "/p");
  EXPECT_EQ(reader.request().query, "q");
  EXPECT_EQ(reader.request().header("host"), "a");
  reader.finish();
  give(reader, kPost);
  ASSERT_EQ(drive(reader), ReadStep::request);
  expect_post(reader.request());
}

TEST(RequestReader, many_small_chunks_take_no_more_memory_than_the_body) {
  RequestReader reader;
  give(reader, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_EQ(reader.next(), ReadStep::head);
  reader.limit_body(100'000);
  for (int i = 0; i < 50'000; ++i) {
    give(reader, "1\r\nx\r\n");
    ASSERT_EQ(reader.next(), ReadStep::need_more);
  }
  EXPECT_LT(reader.space().size(), 200'000u);
  give(reader, "0\r\n\r\n");
  ASSERT_EQ(reader.next(), ReadStep::request);
  EXPECT_EQ(reader.request().body, std::string(50'000, 'x'));
}

TEST(RequestReader, a_discarded_body_leaves_the_connection_usable) {
  for (const auto text : {kPost, kChunked}) {
    RequestReader reader;
    give(reader, std::string(text) + std::string(kGet));
    ASSERT_EQ(reader.next(), ReadStep::head);
    reader.discard_body(kBodyLimit);
    ASSERT_EQ(reader.next(), ReadStep::request);
    EXPECT_EQ(reader.request().body, "");
    reader.finish();
    ASSERT_EQ(drive(reader), ReadStep::request);
    EXPECT_EQ(reader.request().path, "/g");
  }
}

TEST(RequestReader, keep_alive_follows_version_and_connection) {
  const auto kept = [](std::string_view head) {
    RequestReader reader;
    give(reader, head);
    EXPECT_EQ(reader.next(), ReadStep::head);
    return reader.keeps_alive();
  };
  EXPECT_TRUE(kept("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(kept("GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n"));
  EXPECT_FALSE(kept("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(kept("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestReader, limits_name_themselves) {
  const std::string host = " HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(refusal_of("GET /" + std::string(8191, 'a') + host + "\r\n"), "");
  EXPECT_EQ(refusal_of("GET /" + std::string(8192, 'a') + host + "\r\n"), "414 uri_too_long");
  EXPECT_EQ(refusal_of("GET /" + std::string(100'000, 'a')), "414 uri_too_long");
  EXPECT_EQ(refusal_of(std::string(100'000, 'A')), "414 uri_too_long");
  EXPECT_EQ(refusal_of("GET /" + host + "A: " + std::string(16'000, 'a') + "\r\n\r\n"), "");
  EXPECT_EQ(refusal_of("GET /" + host + "A: " + std::string(17'000, 'a') + "\r\n\r\n"), "431 headers_too_large");
  EXPECT_EQ(refusal_of("GET /" + host + "A: " + std::string(170'000, 'a')), "431 headers_too_large");
  std::string many;
  for (int i = 0; i < 101; ++i) many += "A: b\r\n";
  EXPECT_EQ(refusal_of("GET /" + host + many + "\r\n"), "431 headers_too_large");
  const std::string post = "POST /" + host;
  EXPECT_EQ(refusal_of(post + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')), "");
  EXPECT_EQ(refusal_of(post + "Content-Length: 1001\r\n\r\n"), "413 too_large");
  EXPECT_EQ(refusal_of(post + "Content-Length: 18446744073709551615\r\n\r\n"), "413 too_large");
  EXPECT_EQ(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"), "413 too_large");
  EXPECT_EQ(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n"),
            "413 too_large");
  EXPECT_EQ(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"), "413 too_large");
  EXPECT_EQ(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(20'000, 'x')),
            "400 malformed_request");
  EXPECT_EQ(refusal_of(post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(40'000, 'x')),
            "400 malformed_request");
}

TEST(RequestReader, what_two_parsers_could_read_differently_is_refused) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n";
  const std::string cases[] = {
      post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      chunked + "Content-Length: 5\r\n\r\n0\r\n\r\n",
      post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
      post + "Content-Length: 5, 5\r\n\r\nhello",
      post + "Content-Length: +5\r\n\r\nhello",
      post + "Content-Length: -5\r\n\r\nhello",
      post + "Content-Length: 0x5\r\n\r\nhello",
      post + "Content-Length: 5 5\r\n\r\nhello",
      post + "Content-Length:\r\n\r\nhello",
      post + "Content-Length: 99999999999999999999\r\n\r\nhello",
      post + "Content-Length : 5\r\n\r\nhello",
      post + " Content-Length: 5\r\n\r\nhello",
      post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: identity\r\n\r\n",
      post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
      chunked + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post +
          "Transfer-Encoding: \x0b"
          "chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      post + "X: a\r\n b\r\n\r\n",
      post + "X: a\r\n\tb\r\n\r\n",
      post + "X: a\nY: b\r\n\r\n",
      post + "X: a\rY: b\r\n\r\n",
      post + "X: a\r\r\n\r\n",
      post + std::string("X: a\0b\r\n\r\n", 10),
      post + "X\x01: a\r\n\r\n",
      post + ": a\r\n\r\n",
      post + "no colon\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
      "GET /\r\n\r\n",
      "GET nothing HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
      "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      chunked + "\r\n-1\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n+1\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n0x1\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n 1\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n1\nx\n0\n\n\r\n\r\n",
      chunked + "\r\n1\r\nxy\r\n0\r\n\r\n",
      chunked + "\r\n1\r\nx0\r\n\r\n",
      chunked + "\r\n\r\nx\r\n0\r\n\r\n",
      chunked + "\r\ng\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n1 \t x\r\nx\r\n0\r\n\r\n",
      chunked + "\r\nfffffffffffffffff\r\nx\r\n0\r\n\r\n",
      chunked + "\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      chunked + "\r\n0\r\nbad trailer\r\n\r\n",
  };
  for (const auto& text : cases) EXPECT_EQ(refusal_of(text), "400 malformed_request") << testing::PrintToString(text);
}

TEST(RequestReader, after_a_refusal_nothing_more_is_read) {
  RequestReader reader;
  give(reader, "nonsense\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(reader.next(), ReadStep::refused);
  EXPECT_EQ(reader.next(), ReadStep::refused);
  EXPECT_FALSE(reader.keeps_alive());
}

// A small generator of damage: cheap enough for every run, the fuzzer's little brother.
TEST(RequestReader, damaged_bytes_never_crash) {
  std::uint64_t state = 42;
  const auto random = [&](std::size_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  constexpr std::string_view kOften = "\r\n\r\n:; ,0123456789abcdefF\t\"\\\0/?%";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = std::string(kChunked) + std::string(kPost) + std::string(kGet);
    for (std::size_t k = random(4) + 1; k > 0; --k) {
      const auto at = random(text.size());
      switch (random(3)) {
        case 0:
          text[at] = kOften[random(kOften.size())];
          break;
        case 1:
          text.erase(at, random(6) + 1);
          break;
        default:
          text.insert(at, 1, kOften[random(kOften.size())]);
      }
    }
    RequestReader reader;
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto n = std::min(rest.size(), random(40) + 1);
      give(reader, rest.substr(0, n));
      rest.remove_prefix(n);
      auto step = drive(reader);
      for (; step == ReadStep::request; step = drive(reader)) reader.finish();
      if (step == ReadStep::refused) break;
    }
  }
}

}  // namespace
}  // namespace mms::http
