// Drives Beast's parser over our own buffer, and adds the strictness that it lacks.
#include "http/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>

#include "http/field_values.hpp"

namespace mms::http {

namespace beast = boost::beast;
namespace net = boost::asio;
using vocabulary::ProblemKind;

namespace {

constexpr std::size_t kFirstBuffer = 4 * 1024;
constexpr std::size_t kKeptBuffer = 64 * 1024;        // more is given back after the request that needed it
constexpr std::size_t kMostChunkFraming = 16 * 1024;  // one chunk line with its extension, or the trailers

std::string_view view(beast::string_view s) {
  return {s.data(), s.size()};
}

Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Method::get;
    case beast::http::verb::head:
      return Method::head;
    case beast::http::verb::post:
      return Method::post;
    case beast::http::verb::put:
      return Method::put;
    case beast::http::verb::delete_:
      return Method::delete_;
    case beast::http::verb::options:
      return Method::options;
    case beast::http::verb::patch:
      return Method::patch;
    default:
      return Method::other;
  }
}

// "http://host/path" (a proxy's form) to "/path".
std::string_view path_of(std::string_view target) {
  if (target.starts_with('/') || target == "*") return target;
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

// Beast's callbacks, kept to what they must know. The body is moved down over the chunk framing as it comes.
struct RequestReader::Parser final : beast::http::basic_parser<true> {
  explicit Parser(RequestReader& r) : reader(r) {
    header_limit(static_cast<std::uint32_t>(r.limits_.header_bytes));
    body_limit(boost::none);  // ours depends on the route and is known only after the head
  }

  void fail(ProblemKind kind, std::string detail, beast::error_code& ec) {
    problem = kind;
    why = std::move(detail);
    ec = beast::http::error::bad_value;
  }

  void on_request_impl(beast::http::verb verb,
                       beast::string_view,
                       beast::string_view target,
                       int version,
                       beast::error_code& ec) override {
    start_line_done = true;
    reader.request_.method = method_of(verb);
    reader.request_.target = view(target);
    reader.version_ = version;
    if (target.size() > reader.limits_.target_bytes) fail(ProblemKind::uri_too_long, "the URL is too long", ec);
  }

  void on_field_impl(beast::http::field field,
                     beast::string_view name,
                     beast::string_view value,
                     beast::error_code& ec) override {
    if (!value.empty() && !reader_holds(value.data())) return fail(malformed, "folded header lines are refused", ec);
    if (reader.head_done_) return;  // trailers are read and dropped
    if (reader.request_.headers.size() >= reader.limits_.header_count) {
      return fail(ProblemKind::headers_too_large, "too many header fields", ec);
    }
    reader.request_.headers.emplace_back(view(name), value.empty() ? std::string_view{} : view(value));
    note(field, view(value), ec);
  }

  // The fields that decide where the message ends, and who it is for.
  void note(beast::http::field field, std::string_view value, beast::error_code& ec) {
    switch (field) {
      case beast::http::field::content_length:
        if (++lengths > 1 || value.find(',') != value.npos) fail(malformed, "more than one Content-Length", ec);
        return;
      case beast::http::field::transfer_encoding:
        if (!same_name(value, "chunked")) fail(malformed, "the only transfer coding known here is chunked", ec);
        return;
      case beast::http::field::host:
        if (++hosts > 1) fail(malformed, "more than one Host", ec);
        return;
      case beast::http::field::expect:
        reader.expects_continue_ = same_name(value, "100-continue");
        return;
      default:
        return;
    }
  }

  void on_header_impl(beast::error_code& ec) override {
    if (hosts == 0 && reader.version_ == 11) return fail(malformed, "the Host field is missing", ec);
    if (chunked() && reader.version_ == 10) fail(malformed, "HTTP/1.0 has no chunked bodies", ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}

  std::size_t on_body_impl(beast::string_view body, beast::error_code& ec) override { return take(body, ec); }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view extension, beast::error_code& ec) override {
    framing += extension.size();
    if (framing > kMostChunkFraming) return fail(malformed, "too many chunk extensions", ec);
    if (size > reader.body_limit_ - body_bytes) fail(ProblemKind::too_large, too_large_text(), ec);
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code& ec) override {
    return take(body, ec);
  }

  std::size_t take(beast::string_view body, beast::error_code& ec) {
    if (body.size() > reader.body_limit_ - body_bytes) {
      fail(ProblemKind::too_large, too_large_text(), ec);
      return 0;
    }
    body_bytes += body.size();
    if (reader.discards_) return body.size();
    char* const to = reader.buffer_.get() + reader.body_end_;
    if (to != body.data()) std::memmove(to, body.data(), body.size());
    reader.body_end_ += body.size();
    return body.size();
  }

  void on_finish_impl(beast::error_code&) override {}
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

  bool reader_holds(const char* at) const {
    return std::less_equal<>()(reader.buffer_.get(), at) && std::less<>()(at, reader.buffer_.get() + reader.end_);
  }
  std::string too_large_text() const {
    return fmt::format("the body may have {} bytes here; send less, or in several requests", reader.body_limit_);
  }

  static constexpr ProblemKind malformed = ProblemKind::malformed_request;
  RequestReader& reader;
  std::optional<ProblemKind> problem;
  std::string why;
  std::size_t body_bytes = 0;
  std::size_t framing = 0;
  int lengths = 0;
  int hosts = 0;
  bool start_line_done = false;
};

RequestReader::RequestReader(ReadLimits limits)
    : limits_(limits),
      buffer_(std::make_unique_for_overwrite<char[]>(kFirstBuffer)),
      capacity_(kFirstBuffer),
      parser_(std::make_unique<Parser>(*this)) {}

RequestReader::~RequestReader() = default;

std::span<char> RequestReader::space() {
  if (end_ == capacity_ && begin_ > 0) {
    // What earlier requests left behind makes room.
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    move_views(buffer_.get() + begin_, buffer_.get());
    const auto by = begin_;
    for (auto* at : {&begin_, &parsed_, &end_, &body_, &body_end_}) *at -= std::min(*at, by);
  }
  if (end_ == capacity_) grow();
  return {buffer_.get() + end_, capacity_ - end_};
}

void RequestReader::grow() {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
  std::memcpy(larger.get(), buffer_.get(), end_);
  move_views(buffer_.get(), larger.get());
  buffer_ = std::move(larger);
  capacity_ *= 2;
}

void RequestReader::move_views(const char* from, const char* to) {
  const auto move = [&](std::string_view& v) {
    const bool ours = std::less_equal<>()(from, v.data()) && std::less<>()(v.data(), from + end_);
    if (ours) v = {to + (v.data() - from), v.size()};
  };
  for (auto* v : {&request_.target, &request_.path, &request_.query}) move(*v);
  for (auto& [name, value] : request_.headers) {
    move(name);
    move(value);
  }
}

void RequestReader::received(std::size_t bytes) {
  end_ += bytes;
}

ReadStep RequestReader::next() {
  if (step_ == ReadStep::refused || step_ == ReadStep::request) return step_;
  step_ = head_done_ ? read_body() : read_head();
  return step_;
}

ReadStep RequestReader::read_head() {
  if (begin_ == parsed_ && !parser_->got_some()) {
    // One empty line before a request is forgiven (RFC 9112, 2.2).
    if (end_ - begin_ >= 2 && std::memcmp(buffer_.get() + begin_, "\r\n", 2) == 0) begin_ = parsed_ = begin_ + 2;
    if (begin_ == end_ || (end_ - begin_ == 1 && buffer_[begin_] == '\r')) return ReadStep::need_more;
  }
  beast::error_code ec;
  parsed_ += parser_->put(net::const_buffer(buffer_.get() + parsed_, end_ - parsed_), ec);
  if (ec == beast::http::error::need_more) {
    if (!parser_->start_line_done && end_ - begin_ > limits_.target_bytes + 64) {
      return refuse(ProblemKind::uri_too_long, "the URL is too long");
    }
    return ReadStep::need_more;
  }
  if (ec) return refuse_head(ec == beast::http::error::header_limit);
  if (!parser_->is_header_done()) return ReadStep::need_more;
  return take_head();
}

ReadStep RequestReader::refuse_head(bool over_limit) {
  if (parser_->problem) return refuse(*parser_->problem, std::move(parser_->why));
  if (!over_limit) return refuse(ProblemKind::malformed_request, "this is not HTTP/1.1");
  if (parser_->start_line_done) return refuse(ProblemKind::headers_too_large, "the header fields are too large");
  return refuse(ProblemKind::uri_too_long, "the URL is too long");
}

ReadStep RequestReader::take_head() {
  head_done_ = true;
  content_length_ = parser_->content_length() ? std::optional(*parser_->content_length()) : std::nullopt;
  chunked_ = parser_->chunked();
  keep_alive_ = parser_->keep_alive();
  body_ = body_end_ = parsed_;
  parser_->eager(true);
  const bool printable = std::ranges::all_of(request_.target, [](char c) { return c > ' ' && c < 0x7F; });
  const auto path = path_of(request_.target);
  if (!printable || path.empty()) return refuse(ProblemKind::malformed_request, "the request target is not a path");
  const auto mark = path.find('?');
  request_.path = path.substr(0, mark);
  request_.query = mark == std::string_view::npos ? std::string_view{} : path.substr(mark + 1);
  return ReadStep::head;
}

void RequestReader::limit_body(std::size_t bytes) {
  body_limit_ = bytes;
  if (content_length_.value_or(0) > bytes) {
    refuse(ProblemKind::too_large, parser_->too_large_text());
  } else if (step_ == ReadStep::head) {
    step_ = ReadStep::need_more;
  }
}

void RequestReader::discard_body(std::size_t bytes) {
  discards_ = true;
  limit_body(bytes);
}

ReadStep RequestReader::read_body() {
  beast::error_code ec;
  while (!parser_->is_done() && parsed_ < end_) {
    const auto used = parser_->put(net::const_buffer(buffer_.get() + parsed_, end_ - parsed_), ec);
    parsed_ += used;
    if (ec || used == 0) break;
  }
  if (ec && ec != beast::http::error::need_more) {
    if (parser_->problem) return refuse(*parser_->problem, std::move(parser_->why));
    return refuse(ProblemKind::malformed_request, "the chunked body is broken");
  }
  if (parser_->is_done()) {
    request_.body = {buffer_.get() + body_, body_end_ - body_};
    return ReadStep::request;
  }
  close_gap();
  if (chunked_ && end_ - parsed_ > kMostChunkFraming) {
    return refuse(ProblemKind::malformed_request, "a chunk's line or the trailers are too long");
  }
  return ReadStep::need_more;
}

// What lies unread behind chunk framing (or dropped body bytes) moves down to the body's end.
void RequestReader::close_gap() {
  const auto gap = parsed_ - body_end_;
  if (gap == 0) return;
  std::memmove(buffer_.get() + body_end_, buffer_.get() + parsed_, end_ - parsed_);
  taken_ += gap;
  parsed_ -= gap;
  end_ -= gap;
}

ReadStep RequestReader::refuse(ProblemKind kind, std::string detail) {
  problem_ =
      vocabulary::Problem{.kind = kind, .detail = std::move(detail), .errors = {}, .members = {}, .internal = {}};
  keep_alive_ = false;
  step_ = ReadStep::refused;
  return step_;
}

void RequestReader::finish() {
  begin_ = parsed_;
  if (begin_ == end_) begin_ = parsed_ = end_ = 0;
  if (capacity_ > kKeptBuffer && end_ - begin_ <= kFirstBuffer) {
    auto smaller = std::make_unique_for_overwrite<char[]>(kFirstBuffer);
    std::memcpy(smaller.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = parsed_ = 0;
    buffer_ = std::move(smaller);
    capacity_ = kFirstBuffer;
  }
  renew_parser();
}

void RequestReader::renew_parser() {
  std::destroy_at(parser_.get());
  std::construct_at(parser_.get(), *this);
  request_.method = Method::get;
  request_.target = request_.path = request_.query = request_.body = request_.route = {};
  request_.headers.clear();
  request_.values.clear();
  request_.request_id.clear();
  request_.traceparent.clear();
  request_.caller = {};
  request_.rate = {};
  content_length_.reset();
  body_ = body_end_ = taken_ = body_limit_ = 0;
  version_ = 11;
  head_done_ = chunked_ = expects_continue_ = discards_ = false;
  keep_alive_ = true;
  step_ = ReadStep::need_more;
}

}  // namespace mms::http
