// Bytes to requests: HTTP/1.1 as a pure machine. It owns the receive buffer and says what to do next; a session moves
// the bytes, a test does it one byte at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "http/request.hpp"
#include "vocabulary/problem.hpp"

namespace mms::http {

struct ReadLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t target_bytes = 8 * 1024;
};

enum class ReadStep {
  need_more,  // receive into space()
  head,       // the head is here: say limit_body() or discard_body(), then next()
  request,    // complete: answer it, then finish()
  refused,    // see problem(): answer it and close, nothing after it can be trusted
};

// Refuses: malformed_request (bad syntax, and all that two parsers could read differently: Content-Length twice or with
// Transfer-Encoding, folded lines, bare CR or LF, other transfer codings than chunked, a missing or second Host),
// uri_too_long, headers_too_large, too_large.
// Threads: one. Lifetime: the request's views hold until finish().
class RequestReader {
 public:
  explicit RequestReader(ReadLimits limits = {});
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Where to put received bytes, at least one; then tell how many came. Moves the request's views along when it grows.
  std::span<char> space();
  void received(std::size_t bytes);

  ReadStep next();

  // After `head`: the most body bytes that are taken; more is too_large.
  void limit_body(std::size_t bytes);
  // After `head`: the answer is known already, body bytes are counted and dropped. Up to `bytes`.
  void discard_body(std::size_t bytes);
  // The answer was made: forgets the request, and goes on with what was received behind it.
  void finish();

  Request& request() { return request_; }
  const Request& request() const { return request_; }
  const vocabulary::Problem& problem() const { return problem_; }

  // Of the head.
  bool has_body() const { return chunked_ || content_length_.value_or(0) > 0; }
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  bool is_http_1_0() const { return version_ == 10; }
  bool keeps_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }

  // No byte of the next request has come.
  bool is_between_requests() const { return step_ == ReadStep::need_more && begin_ == end_ && !head_done_; }
  // Bytes of this request so far, the head included.
  std::size_t bytes_taken() const { return taken_ + (parsed_ - begin_); }
  // Bytes that came and are not yet read: part of the next request, or of the rest of this one.
  std::size_t bytes_ahead() const { return end_ - parsed_; }

 private:
  struct Parser;

  ReadStep read_head();
  ReadStep read_body();
  ReadStep take_head();
  ReadStep refuse(vocabulary::ProblemKind kind, std::string detail);
  ReadStep refuse_head(bool over_limit);
  void close_gap();
  void grow();
  void move_views(const char* from, const char* to);
  void renew_parser();

  ReadLimits limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;     // of the current request
  std::size_t parsed_ = 0;    // read so far
  std::size_t end_ = 0;       // received so far
  std::size_t body_ = 0;      // where the body begins
  std::size_t body_end_ = 0;  // decoded body so far; behind it may lie a gap of chunk framing
  std::size_t taken_ = 0;     // bytes of this request that the gap swallowed

  std::unique_ptr<Parser> parser_;
  Request request_;
  vocabulary::Problem problem_;
  ReadStep step_ = ReadStep::need_more;
  std::optional<std::uint64_t> content_length_;
  std::size_t body_limit_ = 0;
  int version_ = 11;
  bool head_done_ = false;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool discards_ = false;
};

}  // namespace mms::http
