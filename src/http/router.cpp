// A tree of path segments; each node knows its methods.
#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "http/percent.hpp"

namespace mms::http {

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> value;  // {name}
  std::array<const Route*, 8> routes{};

  bool has_routes() const {
    for (const auto* route : routes) {
      if (route != nullptr) return true;
    }
    return false;
  }
};

namespace {

// Takes the first segment off an absolute path: "/a/b" gives "a" and leaves "/b".
std::string_view take_segment(std::string_view& rest) {
  rest.remove_prefix(1);
  const auto end = rest.find('/');
  const auto segment = rest.substr(0, end);
  rest.remove_prefix(segment.size());
  return segment;
}

constexpr std::size_t index_of(Method method) {
  return static_cast<std::size_t>(method);
}

}  // namespace

Router::Router(std::vector<Route> routes, std::string prefix)
    : routes_(std::move(routes)), prefix_(std::move(prefix)), root_(std::make_unique<Node>()) {
  for (const auto& route : routes_) add(route);
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::add(const Route& route) {
  const std::string path = (route.at_root ? std::string() : prefix_) + std::string(route.pattern);
  Node* node = root_.get();
  for (std::string_view rest = path; rest.starts_with('/');) {
    const auto segment = take_segment(rest);
    auto* next = &node->value;
    if (!segment.starts_with('{')) {
      const auto same =
          std::ranges::find(node->literals, segment, [](const auto& l) { return std::string_view(l.first); });
      next = same != node->literals.end() ? &same->second
                                          : &node->literals.emplace_back(std::string(segment), nullptr).second;
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  auto& slot = node->routes[index_of(route.method)];
  if (slot != nullptr) throw std::logic_error("two routes for " + std::string(to_text(route.method)) + ' ' + path);
  slot = &route;
}

const Router::Node* Router::walk(const Node& node, std::string_view rest, Request& request, bool& broken) const {
  if (rest.empty()) return node.has_routes() ? &node : nullptr;
  auto segment = take_segment(rest);
  std::string decoded;
  if (segment.find('%') != std::string_view::npos) {
    auto text = percent_decode(segment);
    broken = broken || !text;
    if (!text) return nullptr;
    decoded = std::move(*text);
    segment = decoded;
  }
  for (const auto& [literal, next] : node.literals) {
    if (literal != segment) continue;
    if (const auto* found = walk(*next, rest, request, broken)) return found;
  }
  if (!node.value || segment.empty()) return nullptr;
  request.values.emplace_back(segment);
  const auto* found = walk(*node.value, rest, request, broken);
  if (found == nullptr) request.values.pop_back();
  return found;
}

Router::Match Router::find(Request& request) const {
  Match match;
  bool broken = false;
  request.values.clear();
  const auto* node = request.path.starts_with('/') ? walk(*root_, request.path, request, broken) : nullptr;
  if (node == nullptr) {
    if (broken) match.outcome = Outcome::bad_encoding;
    return match;
  }
  const auto method = request.method == Method::head ? Method::get : request.method;
  match.route = node->routes[index_of(method)];
  if (match.route != nullptr) {
    match.outcome = Outcome::found;
    request.route = match.route->pattern;
    return match;
  }
  match.outcome = Outcome::no_such_method;
  for (const auto* route : node->routes) {
    if (route == nullptr) continue;
    request.route = route->pattern;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += to_text(route->method);
    if (route->method == Method::get) match.allow += ", HEAD";
  }
  match.allow += ", OPTIONS";
  return match;
}

}  // namespace mms::http
