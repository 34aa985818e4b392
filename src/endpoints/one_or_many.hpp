// Bodies that hold one thing, or {"items": […]} with several.
#pragma once

#include <string>
#include <utility>

#include "endpoints/input.hpp"
#include "vocabulary/fields.hpp"
#include "vocabulary/json_read.hpp"
#include "vocabulary/json_schema.hpp"

namespace mms::endpoints {

template <class T, std::size_t Max>
struct Many {
  vocabulary::List<T, Max> items;
  BOOST_DESCRIBE_CLASS(Many, (), (items), (), ())
};

template <class T, std::size_t Max>
struct OneOrMany {
  vocabulary::List<T, Max> items;
  bool many = false;
};

// Refuses: malformed_json, invalid_fields.
template <class T, std::size_t Max>
vocabulary::Result<OneOrMany<T, Max>> one_or_many(const http::Request& request) {
  vocabulary::json::Document document;
  const auto root = document.parse(request.body.empty() ? std::string_view("{}") : request.body);
  if (!root) return std::unexpected(root.error());
  OneOrMany<T, Max> read;
  if ((*root)->is_object() && (*root)->get_object().contains("items")) {
    auto several = vocabulary::json::from_client<Many<T, Max>>(**root);
    if (!several) return std::unexpected(std::move(several).error());
    read.items = std::move(several->items);
    read.many = true;
  } else {
    auto single = vocabulary::json::from_client<T>(**root);
    if (!single) return std::unexpected(std::move(single).error());
    read.items.push_back(std::move(*single));
  }
  return read;
}

}  // namespace mms::endpoints

namespace mms::vocabulary::json {

template <class T, std::size_t Max>
struct Printer<endpoints::OneOrMany<T, Max>> {
  static void print(std::string& out, Schemas& schemas) {
    out += "{\"anyOf\":[";
    append_schema<T>(out, schemas);
    out += R"(,{"type":"object","properties":{"items":)";
    append_schema<List<T, Max>>(out, schemas);
    out += R"(},"required":["items"],"additionalProperties":false}]})";
  }
};

}  // namespace mms::vocabulary::json
