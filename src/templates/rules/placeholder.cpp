// Walks over a body with its placeholders.
#include "templates/rules/placeholder.hpp"

#include <algorithm>

#include "templates/rules/parameter_schema.hpp"
#include "templates/rules/parameter_values.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

using json::Object;
using json::Reading;
using json::Value;

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

// Finds the places, and what is wrong with them.
class Search {
 public:
  explicit Search(Reading& in) : in_(in) {}

  void visit(const Value& value) {
    if (value.is_string()) visit_text(text_of(value));
    if (value.is_array()) {
      std::size_t i = 0;
      for (const auto& item : value.get_array()) {
        const Reading::Step step(in_, i++);
        visit(item);
      }
    }
    if (!value.is_object()) return;
    for (const auto& member : value.get_object()) {
      const Reading::Step step(in_, key_of(member));
      if (key_of(member).find(kOpen) != std::string_view::npos) {
        in_.error("bad_placeholder", "nothing is put into the name of a member");
      }
      visit(member.value());
    }
  }
  std::vector<Place> take() { return std::move(places_); }

 private:
  void visit_text(std::string_view text) {
    if (text.find(kOpen) == std::string_view::npos) return;
    const auto pieces = pieces_of(text);
    if (!pieces) return in_.error("bad_placeholder", "{{ must be followed by a parameter's name and }}");
    Place place{.pointer = in_.pointer(), .names = {}, .is_whole = pieces->size() == 1};
    for (const auto& piece : *pieces) {
      if (piece.is_name) place.names.emplace_back(piece.text);
    }
    places_.push_back(std::move(place));
  }

  Reading& in_;
  std::vector<Place> places_;
};

// Writes a body; stops quietly when the text grows beyond what is allowed.
class Writing {
 public:
  Writing(const Object& parameters, std::size_t most) : parameters_(parameters), most_(most) {}

  void write(const Object& object, const Object& overrides) {
    out_ += '{';
    for (const auto& member : object) {
      const auto* instead = overrides.empty() ? nullptr : overrides.if_contains(member.key());
      add_member(key_of(member), instead == nullptr ? member.value() : *instead, instead == nullptr);
    }
    for (const auto& member : overrides) {
      if (object.if_contains(member.key()) == nullptr) add_member(key_of(member), member.value(), false);
    }
    out_ += '}';
  }
  std::optional<std::string> take() {
    if (out_.size() > most_) return std::nullopt;
    return std::move(out_);
  }

 private:
  const Value* find(std::string_view name) const { return parameters_.if_contains(name); }

  // The parameter that a text is, when it is exactly one placeholder.
  static std::string_view whole_placeholder(const Value& value) {
    if (!value.is_string() || !text_of(value).starts_with(kOpen) || !text_of(value).ends_with(kClose)) return {};
    const auto pieces = pieces_of(text_of(value));
    return pieces && pieces->size() == 1 && pieces->front().is_name ? pieces->front().text : std::string_view();
  }
  bool is_left_out(const Value& value) const {
    const auto name = whole_placeholder(value);
    return !name.empty() && find(name) == nullptr;
  }

  void add_member(std::string_view name, const Value& value, bool expands) {
    if (expands && is_left_out(value)) return;
    if (!out_.ends_with('{')) out_ += ',';
    json::append_string(out_, name);
    out_ += ':';
    if (expands) {
      add(value);
    } else {
      json::append_value(out_, value);
    }
  }

  void add(const Value& value) {
    if (out_.size() > most_) return;
    if (value.is_string()) return add_text(value);
    if (value.is_object()) return write(value.get_object(), Object{});
    if (!value.is_array()) return json::append_value(out_, value);
    out_ += '[';
    for (const auto& item : value.get_array()) {
      if (is_left_out(item)) continue;
      if (!out_.ends_with('[')) out_ += ',';
      add(item);
    }
    out_ += ']';
  }

  void add_text(const Value& value) {
    const auto text = text_of(value);
    const auto pieces = text.find(kOpen) == std::string_view::npos ? std::nullopt : pieces_of(text);
    if (!pieces) return json::append_string(out_, text);
    if (pieces->size() == 1) return json::append_value(out_, *find(pieces->front().text));
    std::string whole;
    for (const auto& piece : *pieces) {
      if (out_.size() + whole.size() > most_) break;
      add_piece(whole, piece);
    }
    json::append_string(out_, whole);
  }

  void add_piece(std::string& whole, const Piece& piece) const {
    if (!piece.is_name) {
      whole += piece.text;
    } else if (const auto* value = find(piece.text); value == nullptr) {
      return;
    } else if (value->is_string()) {
      whole += text_of(*value);
    } else {
      json::append_value(whole, *value);
    }
  }

  const Object& parameters_;
  std::size_t most_;
  std::string out_;
};

}  // namespace

std::optional<std::vector<Piece>> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const auto open = text.find(kOpen);
    if (open != 0) pieces.push_back({text.substr(0, open), false});
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + kOpen.size());
    const auto close = text.find(kClose);
    if (close == std::string_view::npos || !is_parameter_name(text.substr(0, close))) return std::nullopt;
    pieces.push_back({text.substr(0, close), true});
    text.remove_prefix(close + kClose.size());
  }
  return pieces;
}

std::vector<Place> places_of(Reading& in, const Value& body) {
  Search search(in);
  search.visit(body);
  return search.take();
}

std::optional<std::string> put_in(const Object& body,
                                  const Object& parameters,
                                  const Object& overrides,
                                  std::size_t most) {
  Writing writing(parameters, most);
  writing.write(body, overrides);
  return writing.take();
}

}  // namespace mms::templates
