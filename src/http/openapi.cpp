// Rows to JSON. Built as compact text, indented at the end.
#include "http/openapi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "http/problem_response.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::http {

using vocabulary::Permission;
using vocabulary::ProblemKind;
using vocabulary::json::Direction;
using vocabulary::json::ObjectText;
using vocabulary::json::Schemas;

namespace {

constexpr std::string_view kProblemSchema =
    R"({"type":"object","description":"RFC 9457; more members by code","properties":{)"
    R"("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},)"
    R"("code":{"type":"string","description":"decide by this one"},"detail":{"type":"string"},)"
    R"("instance":{"type":"string"},"request_id":{"type":"string"},)"
    R"("errors":{"type":"array","items":{"type":"object","properties":{"pointer":{"type":"string"},)"
    R"("code":{"type":"string"},"detail":{"type":"string"}},"required":["pointer","code","detail"]}}},)"
    R"("required":["type","title","status","code","detail","instance","request_id"]})";

constexpr std::string_view kSharedParts =
    R"("securitySchemes":{"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},)"
    R"("api_key":{"type":"apiKey","in":"header","name":"X-API-Key"}},)"
    R"("headers":{"RequestId":{"description":"the request in logs and traces","schema":{"type":"string"}},)"
    R"("ETag":{"description":"the version, for If-Match and If-None-Match","schema":{"type":"string"}},)"
    R"("IdempotencyReplayed":{"description":"this is the first answer again","schema":{"type":"string","enum":["true"]}},)"
    R"("RetryAfter":{"description":"seconds to wait","schema":{"type":"integer"}},)"
    R"("RateLimit":{"description":"of the limit that the request counted against: what remains, and seconds until all of it is back; where one is set, answers within it have this too","schema":{"type":"string"},"example":"\"reads\";r=0;t=4"},)"
    R"("RateLimitPolicy":{"description":"that limit: how many at once, and in how many seconds as many come back","schema":{"type":"string"},"example":"\"reads\";q=500;w=5"},)"
    R"("Allow":{"description":"the methods that the path has","schema":{"type":"string"}},)"
    R"("WwwAuthenticate":{"description":"how to authenticate","schema":{"type":"string"}}},)"
    R"("parameters":{"RequestId":{"name":"X-Request-Id","in":"header","description":"kept as the request's id",)"
    R"("schema":{"type":"string","maxLength":128}},)"
    R"("IdempotencyKey":{"name":"Idempotency-Key","in":"header","description":"a repeat with the same key and body gets the first answer for 24 h",)"
    R"("schema":{"type":"string","minLength":1,"maxLength":255}},)"
    R"("IfMatch":{"name":"If-Match","in":"header","description":"carry out on these versions only, else 412","schema":{"type":"string"}},)"
    R"("IfNoneMatch":{"name":"If-None-Match","in":"header","description":"304 while this version is current","schema":{"type":"string"}}})";

bool changes(const Route& route) {
  return route.method != Method::get;
}

bool has_values(const Route& route) {
  return route.pattern.find('{') != std::string_view::npos;
}

std::string quoted(std::string_view text) {
  std::string out;
  vocabulary::json::append_string(out, text);
  return out;
}

std::string ref(std::string_view kind, std::string_view name) {
  return fmt::format(R"({{"$ref":"#/components/{}/{}"}})", kind, name);
}

std::string content(std::string_view type, std::string_view schema, std::string_view example) {
  const auto shown = example.empty() ? std::string() : fmt::format(",\"example\":{}", example);
  return fmt::format(R"({{{}:{{"schema":{}{}}}}})", quoted(type), schema, shown);
}

// "/missions/{id}/start", POST: "post_missions_id_start".
std::string operation_id(const Route& route, std::string_view path) {
  std::string out;
  for (const char c : to_text(route.method)) out += static_cast<char>(c + ('a' - 'A'));
  for (const char c : path) {
    if (c == '}') continue;
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (word) {
      out += c;
    } else if (!out.ends_with('_')) {
      out += '_';
    }
  }
  return out;
}

std::string_view tag_of(const Route& route) {
  const auto rest = route.pattern.substr(1);
  const auto first = rest.substr(0, rest.find('/'));
  return route.at_root || route.permission == Permission::none ? "service" : first;
}

std::string parameters(const Route& route) {
  std::string out = ref("parameters", "RequestId");
  for (auto rest = route.pattern; rest.find('{') != std::string_view::npos;) {
    rest.remove_prefix(rest.find('{') + 1);
    const auto name = rest.substr(0, rest.find('}'));
    out += fmt::format(R"(,{{"name":{},"in":"path","required":true,"schema":{{"type":"string"}}}})", quoted(name));
  }
  for (const auto& field : route.query) {
    out += fmt::format(R"(,{{"name":{},"in":"query","description":{},"schema":{}}})", quoted(field.name),
                       quoted(field.description), field.schema);
  }
  if (route.idempotent) out += ',' + ref("parameters", "IdempotencyKey");
  if (route.conditional) out += ',' + ref("parameters", changes(route) ? "IfMatch" : "IfNoneMatch");
  return out;
}

std::string success(const Route& route, int status) {
  ObjectText headers;
  headers.add_raw("X-Request-Id", ref("headers", "RequestId"));
  if (route.conditional) headers.add_raw("ETag", ref("headers", "ETag"));
  if (route.idempotent) headers.add_raw("Idempotency-Replayed", ref("headers", "IdempotencyReplayed"));
  ObjectText answer;
  answer.add("description", reason_of(status)).add_raw("headers", headers.text());
  if (route.success == 204 || route.success >= 300) return answer.text();
  const auto schema = route.answers.define != nullptr           ? ref("schemas", route.answers.name)
                      : route.answer_type == "application/json" ? std::string("{}")
                                                                : std::string(R"({"type":"string"})");
  auto contents = content(route.answer_type, schema, route.example_answer);
  for (const auto type : route.other_types) {
    contents.pop_back();
    contents += ',' + content(type, R"({"type":"string"})", {}).substr(1);
  }
  answer.add_raw("content", contents);
  return answer.text();
}

std::string refusal(int status, const std::vector<std::string>& codes) {
  ObjectText headers;
  headers.add_raw("X-Request-Id", ref("headers", "RequestId"));
  if (status == 401) headers.add_raw("WWW-Authenticate", ref("headers", "WwwAuthenticate"));
  if (status == 405) headers.add_raw("Allow", ref("headers", "Allow"));
  if (status == 429) {
    headers.add_raw("RateLimit", ref("headers", "RateLimit"));
    headers.add_raw("RateLimit-Policy", ref("headers", "RateLimitPolicy"));
  }
  if (status == 429 || status == 503) headers.add_raw("Retry-After", ref("headers", "RetryAfter"));
  std::string list;
  for (const auto& code : codes) list += (list.empty() ? "" : ", ") + code;
  return ObjectText()
      .add("description", fmt::format("{}: {}", reason_of(status), list))
      .add_raw("headers", headers.text())
      .add_raw("content", content("application/problem+json", ref("schemas", "Problem"), {}))
      .add("x-codes", codes)
      .text();
}

std::string responses(const Route& route) {
  std::map<int, std::vector<std::string>> refusals;
  for (const auto kind : problems_of(route)) refusals[status_of(kind)].emplace_back(vocabulary::name_of(kind));
  ObjectText out;
  if (route.repeat != 0) out.add_raw(std::to_string(route.repeat), success(route, route.repeat));
  out.add_raw(std::to_string(route.success), success(route, route.success));
  if (route.conditional && !changes(route)) out.add_raw("304", R"({"description":"Not Modified"})");
  for (const auto& [status, codes] : refusals) out.add_raw(std::to_string(status), refusal(status, codes));
  return out.text();
}

std::string operation(const Route& route, Schemas& schemas) {
  ObjectText out;
  out.add("operationId", operation_id(route, route.pattern) + (route.at_root ? "_at_root" : ""));
  out.add("summary", route.summary).add_raw("tags", fmt::format("[{}]", quoted(tag_of(route))));
  out.add_raw("parameters", '[' + parameters(route) + ']');
  if (route.accepts.define != nullptr) {
    schemas.direction = Direction::in;
    route.accepts.define(route.accepts.name, schemas);
    out.add_raw("requestBody",
                fmt::format(R"({{"required":true,"content":{}}})",
                            content("application/json", ref("schemas", route.accepts.name), route.example_request)));
  }
  if (route.answers.define != nullptr) {
    schemas.direction = Direction::out;
    route.answers.define(route.answers.name, schemas);
  }
  out.add_raw("responses", responses(route));
  out.add_raw("security", route.permission == Permission::none ? "[]" : R"([{"bearer":[]},{"api_key":[]}])");
  if (route.permission != Permission::none) out.add("x-permission", vocabulary::to_text(route.permission));
  return out.text();
}

// A member without a value is left out, but for one: the last page says `"next_cursor": null`.
std::string with_null_cursor(std::string schema) {
  constexpr std::string_view kPlain = R"("next_cursor":{"type":"string"})";
  constexpr std::string_view kTrue =
      R"("next_cursor":{"type":["string","null"],"description":"null on the last page"})";
  if (const auto at = schema.find(kPlain); at != std::string::npos) schema.replace(at, kPlain.size(), kTrue);
  return schema;
}

// Two spaces a level; empty objects and arrays stay on one line.
std::string indented(std::string_view compact) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(depth * 2, ' '); };
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[i];
    if (c == '"' && (i == 0 || compact[i - 1] != '\\' || (i > 1 && compact[i - 2] == '\\'))) in_string = !in_string;
    const bool opens = !in_string && (c == '{' || c == '[');
    const bool closes = !in_string && (c == '}' || c == ']');
    const bool empty = closes && (out.back() == '{' || out.back() == '[');
    if (closes) --depth;
    if (closes && !empty) new_line();
    out += c;
    if (opens) ++depth;
    const bool next_closes = i + 1 < compact.size() && (compact[i + 1] == '}' || compact[i + 1] == ']');
    if ((opens && !next_closes) || (!in_string && c == ',')) new_line();
    if (!in_string && c == ':') out += ' ';
  }
  return out + '\n';
}

}  // namespace

std::vector<ProblemKind> problems_of(const Route& route) {
  using enum ProblemKind;
  std::vector<ProblemKind> kinds{
      malformed_request, method_not_allowed, not_acceptable,  uri_too_long, headers_too_large,
      internal,          unavailable,        request_timeout, too_large,    unsupported_media_type};
  const auto add = [&](bool applies, std::initializer_list<ProblemKind> more) {
    if (applies) kinds.insert(kinds.end(), more);
  };
  add(route.permission != Permission::none, {unauthenticated, rate_limited});
  add(route.permission != Permission::none && route.permission != Permission::any_caller, {forbidden});
  add(has_values(route), {not_found, bad_parameter});
  add(!route.query.empty(), {bad_parameter});
  add(route.accepts.define != nullptr, {malformed_json, invalid_fields});
  add(route.idempotent, {idempotency_key_reused});
  add(route.conditional && changes(route), {version_conflict});
  kinds.insert(kinds.end(), route.problems.begin(), route.problems.end());
  std::ranges::sort(kinds);
  kinds.erase(std::ranges::unique(kinds).begin(), kinds.end());
  return kinds;
}

std::string openapi_document(std::span<const Route> routes, const ApiTitle& about) {
  Schemas schemas;
  std::vector<std::pair<std::string, ObjectText>> paths;
  for (const auto& route : routes) {
    const std::string path = std::string(route.at_root ? "" : about.prefix) + std::string(route.pattern);
    auto at = std::ranges::find(paths, path, [](const auto& p) { return p.first; });
    if (at == paths.end()) at = paths.insert(paths.end(), {path, ObjectText()});
    std::string method(to_text(route.method));
    for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
    at->second.add_raw(method, operation(route, schemas));
  }
  ObjectText all_paths;
  for (const auto& [path, operations] : paths) all_paths.add_raw(path, operations.text());
  ObjectText components;
  components.add_raw("Problem", kProblemSchema);
  for (const auto& [name, schema] : schemas.all()) components.add_raw(name, with_null_cursor(schema));
  return indented(ObjectText()
                      .add("openapi", "3.1.0")
                      .add_raw("info", ObjectText()
                                           .add("title", about.title)
                                           .add("version", about.version)
                                           .add("description", about.description)
                                           .text())
                      .add_raw("paths", all_paths.text())
                      .add_raw("components", fmt::format(R"({{"schemas":{},{}}})", components.text(), kSharedParts))
                      .text());
}

}  // namespace mms::http
