// The register of statements.
#include "database/statement.hpp"

#include <algorithm>

namespace mms::database {
namespace {

std::vector<const Statement*>& registered() {
  static std::vector<const Statement*> list;
  return list;
}

std::size_t highest_parameter(std::string_view text) {
  std::size_t highest = 0;
  for (std::size_t at = text.find('$'); at != text.npos; at = text.find('$', at + 1)) {
    std::size_t number = 0;
    for (std::size_t i = at + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      number = number * 10 + static_cast<std::size_t>(text[i] - '0');
    }
    highest = std::max(highest, number);
  }
  return highest;
}

}  // namespace

Statement::Statement(std::string_view name, std::string_view text) : Statement(name, Shape::once, text, text) {}

Statement::Statement(std::string_view name, Shape shape, std::string_view sqlite, std::string_view postgres)
    : name_(name),
      shape_(shape),
      sqlite_(sqlite),
      postgres_(postgres),
      index_(registered().size()),
      parameters_(std::max(highest_parameter(sqlite), highest_parameter(postgres))) {
  registered().push_back(this);
}

std::span<const Statement* const> Statement::all() {
  return registered();
}

}  // namespace mms::database
