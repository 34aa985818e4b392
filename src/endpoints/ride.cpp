// Headers that make retries and concurrent changes safe, and the way through the lane.
#include "endpoints/ride.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/digest.hpp"
#include "endpoints/input.hpp"
#include "http/conditional.hpp"

namespace mms::endpoints {
namespace {

using lanes::Submission;
using vocabulary::Result;

constexpr std::size_t kLongestKey = 255;

Result<std::string_view> idempotency_key(const http::Request& request) {
  const auto key = request.header("Idempotency-Key");
  if (key.size() > kLongestKey || !std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return bad_parameter("Idempotency-Key", "must be 1 to 255 visible characters");
  }
  return key;
}

lanes::IdempotencyKey identity_of(const http::Request& request, std::string_view key, std::string_view body) {
  return {
      .identity = fmt::format("key {} {} {} {}", request.caller.id, http::to_text(request.method), request.path, key),
      .body_hash = body_hash(body)};
}

Submission plain_submission(const http::Request& request, std::unique_ptr<lanes::Command> command) {
  return {.command = std::move(command),
          .caller = request.caller,
          .trace = request.request_id,
          .deadline = request.deadline,
          .idempotency = std::nullopt};
}

}  // namespace

std::string body_hash(std::string_view body) {
  return crypto::to_hex(crypto::sha256(body));
}

Result<std::optional<lanes::IdempotencyKey>> idempotency_of(const http::Request& request) {
  TRY(key, idempotency_key(request));
  return key.empty() ? std::nullopt : std::optional(identity_of(request, key, request.body));
}

Result<Submission> submission_of(const http::Request& request, std::unique_ptr<lanes::Command> command) {
  TRY(key, idempotency_key(request));
  TRY(match, http::if_match(request));
  auto submission = plain_submission(request, std::move(command));
  // `*` asks that it exists: every command on something refuses otherwise. Tags that name no version match nothing.
  if (match && !match->any) {
    submission.command->expected_versions = match->versions.empty() ? std::vector<std::int64_t>{-1} : match->versions;
  }
  if (!key.empty()) submission.idempotency = identity_of(request, key, request.body);
  return submission;
}

Result<Submission> submission_of_item(const http::Request& request,
                                      std::unique_ptr<lanes::Command> command,
                                      std::size_t index,
                                      std::string_view item) {
  TRY(key, idempotency_key(request));
  auto submission = plain_submission(request, std::move(command));
  if (!key.empty()) submission.idempotency = identity_of(request, fmt::format("{}#{}", key, index), item);
  return submission;
}

http::Response response_of(lanes::Answer answer) {
  http::Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  if (answer.version > 0) response.headers.emplace_back("ETag", http::etag_of(answer.version));
  if (!answer.location.empty()) response.headers.emplace_back("Location", std::string(kPrefix) + answer.location);
  if (answer.replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

async::Task<Result<http::Response>> ride(lanes::Lane& lane,
                                         const http::Request& request,
                                         std::unique_ptr<lanes::Command> command) {
  CO_TRY(submission, submission_of(request, std::move(command)));
  CO_TRY(answer, co_await lane.submit(std::move(submission)));
  co_return response_of(std::move(answer));
}

}  // namespace mms::endpoints
