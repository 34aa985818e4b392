// Headers of dead letters.
#include "inbound/rules/dead_letter.hpp"

#include <fmt/format.h>

#include "vocabulary/json.hpp"

namespace mms::inbound {
namespace {

std::string json_of(const std::vector<vocabulary::FieldError>& errors) {
  std::string out = "[";
  for (const auto& error : errors) {
    out += out.size() == 1 ? "{\"pointer\":" : ",{\"pointer\":";
    vocabulary::json::append_string(out, error.pointer);
    out += ",\"code\":";
    vocabulary::json::append_string(out, error.code);
    out += ",\"detail\":";
    vocabulary::json::append_string(out, error.detail);
    out += '}';
  }
  return out + ']';
}

}  // namespace

DeadLetter dead_letter_of(const Message& message, const vocabulary::Problem& problem, Time now) {
  DeadLetter letter{.payload = {}, .headers = message.headers};
  const auto say = [&](std::string_view name, std::string value) {
    letter.headers.push_back({fmt::format("dlq.{}", name), std::move(value)});
  };
  say("reason", std::string(name_of(problem.kind)));
  say("detail", problem.detail);
  if (!problem.errors.empty()) say("errors", json_of(problem.errors));
  say("topic", message.place.topic);
  say("partition", fmt::to_string(message.place.partition));
  say("offset", fmt::to_string(message.place.offset));
  say("sent_at", vocabulary::to_text(message.sent_at));
  say("at", vocabulary::to_text(now));
  if (!message.payload) return letter;
  letter.payload = *message.payload;
  std::size_t beside = message.key ? message.key->size() : 0;
  for (const auto& header : letter.headers) beside += header.name.size() + header.value.size();
  const auto room = kMostLetterBytes - std::min(kMostLetterBytes, beside);
  if (letter.payload.size() > room) {
    say("payload_bytes", fmt::to_string(letter.payload.size()));
    letter.payload = letter.payload.substr(0, room);
  }
  return letter;
}

}  // namespace mms::inbound
