// Finds the route of a method and a path. Literal segments win over {values}; 404 and 405 are told apart.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/route.hpp"

namespace mms::http {

// Threads: read-only after construction.
class Router {
 public:
  // Throws std::logic_error when two rows have the same method and pattern.
  Router(std::vector<Route> routes, std::string prefix);
  ~Router();
  Router(Router&&) noexcept;

  enum class Outcome { found, no_such_path, no_such_method, bad_encoding };
  struct Match {
    Outcome outcome = Outcome::no_such_path;
    const Route* route = nullptr;
    std::string allow;  // on no_such_method, and always for OPTIONS: the methods that the path has
  };

  // On `found` request.values and request.route are set. HEAD finds GET's route.
  Match find(Request& request) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  void add(const Route& route);
  const Node* walk(const Node& node, std::string_view rest, Request& request, bool& broken) const;

  std::vector<Route> routes_;
  std::string prefix_;
  std::unique_ptr<Node> root_;
};

}  // namespace mms::http
