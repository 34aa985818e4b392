// Takes a token apart and asks the key.
#include "crypto/signed_token.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/base64url.hpp"
#include "vocabulary/json.hpp"

namespace mms::crypto {
namespace {

namespace json = vocabulary::json;
using vocabulary::Result;

std::unexpected<vocabulary::Problem> refuse(std::string detail) {
  return vocabulary::refuse(vocabulary::ProblemKind::unauthenticated, std::move(detail));
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

Result<Parts> split(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return refuse("the token is longer than 8192 bytes");
  const auto dots = std::ranges::count(token, '.');
  if (dots == 4) return refuse("encrypted tokens (JWE) are not taken, only signed ones");
  if (dots != 2) return refuse("the bearer token is no JWT: it needs three parts with dots between them");
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

std::optional<std::string_view> text_member(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string().data(), value->get_string().size());
}

bool is_access_token(std::string_view type) {
  std::string lower(type);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  constexpr std::array<std::string_view, 4> kTypes{"jwt", "at+jwt", "application/jwt", "application/at+jwt"};
  return std::ranges::find(kTypes, lower) != kTypes.end();
}

std::optional<Algorithm> algorithm_of(std::optional<std::string_view> name) {
  if (name == "HS256") return Algorithm::hs256;
  if (name == "RS256") return Algorithm::rs256;
  if (name == "ES256") return Algorithm::es256;
  if (name == "EdDSA" || name == "Ed25519") return Algorithm::eddsa;  // the older name and that of RFC 9864
  return std::nullopt;
}

Result<const TokenKey*> key_for(const json::Object& header, const TokenKeys& keys) {
  if (header.contains("crit")) return refuse("the token's header has \"crit\", which is not supported");
  if (header.contains("typ") && !is_access_token(text_member(header, "typ").value_or(""))) {
    return refuse("the token's \"typ\" is not that of an access token (JWT or at+jwt)");
  }
  const auto algorithm = algorithm_of(text_member(header, "alg"));
  if (!algorithm) return refuse("the token's \"alg\" must be HS256, RS256, ES256 or EdDSA");
  const auto kid = text_member(header, "kid");
  if (header.contains("kid") && !kid) return refuse("the token's \"kid\" must be a string");
  if (kid && kid->empty()) return refuse("the token's \"kid\" is empty");
  const auto* key = keys.find(*algorithm, kid.value_or(""));
  if (key == nullptr) return refuse("no key is known here for the token's \"alg\" and \"kid\"");
  return key;
}

}  // namespace

Result<std::string> verified_payload(std::string_view token, const TokenKeys& keys) {
  TRY(parts, split(token));
  const auto header = from_base64url(parts.header);
  auto payload = from_base64url(parts.payload);
  const auto signature = from_base64url(parts.signature);
  if (!header || !payload || !signature) return refuse("the token's parts must be base64url without padding");
  json::Document document;
  const auto root = document.parse(*header);
  if (!root || !(*root)->is_object()) return refuse("the token's header is no JSON object");
  TRY(key, key_for((*root)->get_object(), keys));
  if (!signature_matches(*key, parts.signed_text, *signature)) return refuse("the token's signature does not match");
  return std::move(*payload);
}

bool names_another_key(std::string_view token, const TokenKeys& keys) {
  const auto parts = split(token);
  const auto header = parts ? from_base64url(parts->header) : std::nullopt;
  json::Document document;
  const auto root = header ? document.parse(*header) : vocabulary::Result<const json::Value*>(nullptr);
  if (!root || *root == nullptr || !(*root)->is_object()) return false;
  const auto& object = (*root)->get_object();
  const auto algorithm = algorithm_of(text_member(object, "alg"));
  const auto kid = text_member(object, "kid");
  if (!algorithm || *algorithm == Algorithm::hs256) return false;
  return keys.find(*algorithm, kid.value_or("")) == nullptr;
}

}  // namespace mms::crypto
