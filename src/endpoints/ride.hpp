// A request's command rides the lane, and its answer becomes a response.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/request.hpp"
#include "http/response.hpp"
#include "lanes/lane.hpp"
#include "vocabulary/problem.hpp"

namespace mms::endpoints {

// Takes If-Match and Idempotency-Key from the request.
// Refuses: what the command refuses, bad_parameter (a broken header), version_conflict, idempotency_key_reused,
// request_timeout, unavailable.
async::Task<vocabulary::Result<http::Response>> ride(lanes::Lane& lane,
                                                     const http::Request& request,
                                                     std::unique_ptr<lanes::Command> command);

// The submission alone, for those that send many. Item `index` of a bulk has the key "<key>#<index>".
vocabulary::Result<lanes::Submission> submission_of(const http::Request& request,
                                                    std::unique_ptr<lanes::Command> command);
vocabulary::Result<lanes::Submission> submission_of_item(const http::Request& request,
                                                         std::unique_ptr<lanes::Command> command,
                                                         std::size_t index,
                                                         std::string_view item);

// Of the request's Idempotency-Key; nothing without one. Refuses: bad_parameter.
vocabulary::Result<std::optional<lanes::IdempotencyKey>> idempotency_of(const http::Request& request);

http::Response response_of(lanes::Answer answer);

// SHA-256 of the body, in hex: what tells a repeat from another request.
std::string body_hash(std::string_view body);

}  // namespace mms::endpoints
