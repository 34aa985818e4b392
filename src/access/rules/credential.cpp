// Headers to credentials.
#include "access/rules/credential.hpp"

#include <algorithm>
#include <array>

#include "access/rules/api_key.hpp"

namespace mms::access {
namespace {

using vocabulary::Result;

std::unexpected<vocabulary::Problem> refuse(std::string detail) {
  return vocabulary::refuse(vocabulary::ProblemKind::unauthenticated, std::move(detail));
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Credential> api_key(std::string_view text) {
  if (!key_id_of(text)) return refuse("this is no API key of this service: those have the form mms_<id>_<secret>");
  return Credential{.kind = Credential::Kind::api_key, .text = text};
}

Result<Credential> bearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return refuse("the Authorization header must have the form: Bearer <token>");
  }
  const auto text = trimmed(authorization.substr(kScheme.size()));
  if (text.empty() || text.contains(' ')) return refuse("the Authorization header must have the form: Bearer <token>");
  if (text.starts_with(kKeyPrefix)) return api_key(text);
  return Credential{.kind = Credential::Kind::token, .text = text};
}

// "[::1]:8080" → "::1", "localhost:8080" → "localhost"
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, std::min(host.find(']'), host.size()) - 1);
  if (std::ranges::count(host, ':') == 1) return host.substr(0, host.find(':'));
  return host;
}

bool is_ipv4_loopback(std::string_view host) {
  const auto is_part = [](char c) { return c == '.' || (c >= '0' && c <= '9'); };
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 && std::ranges::all_of(host, is_part);
}

bool is_loopback_origin(std::string_view origin) {
  const auto at = origin.find("://");
  return at != std::string_view::npos && is_loopback(origin.substr(at + 3));
}

}  // namespace

Result<Credential> credential_of(std::string_view authorization, std::string_view x_api_key) {
  authorization = trimmed(authorization);
  x_api_key = trimmed(x_api_key);
  if (authorization.empty() && x_api_key.empty()) return Credential{};
  if (!authorization.empty() && !x_api_key.empty()) {
    return refuse("send either the Authorization header or X-API-Key, not both");
  }
  return x_api_key.empty() ? bearer(authorization) : api_key(x_api_key);
}

std::unexpected<vocabulary::Problem> no_credential() {
  return refuse("send an API key in the header X-API-Key, or a token as Authorization: Bearer <token>");
}

bool is_loopback(std::string_view host) {
  const auto name = without_port(host);
  return equals_ignoring_case(name, "localhost") || name == "::1" || is_ipv4_loopback(name);
}

Result<void> may_enter_open_house(const Approach& approach) {
  if (approach.forwarded) {
    return refuse("a request that came through a proxy needs a credential: make a key with `api-key create`");
  }
  if (!approach.host.empty() && !is_loopback(approach.host)) {
    return refuse("without a credential this service answers only to localhost: make a key with `api-key create`");
  }
  if (!approach.origin.empty() && !is_loopback_origin(approach.origin)) {
    return refuse("a web page from elsewhere needs a credential: make a key with `api-key create`");
  }
  return {};
}

}  // namespace mms::access
