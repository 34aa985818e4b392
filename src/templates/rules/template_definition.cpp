// Whether a template can be kept: its schema, its placeholders, its steps, and the missions that it makes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "templates/rules/parameter_schema.hpp"
#include "templates/rules/placeholder.hpp"
#include "templates/rules/step_order.hpp"
#include "templates/rules/template_engine.hpp"

namespace mms::templates {
namespace {

using vocabulary::FieldError;
using Step = json::Reading::Step;

constexpr std::size_t kLongestSchema = 64 << 10;
constexpr std::size_t kLongestMission = 128 << 10;
constexpr std::size_t kMostErrors = 100;

// The body of one mission, and where it stands in the template.
struct Body {
  std::string pointer;
  const Raw* text;
};

std::vector<Body> bodies_of(const Template& t) {
  if (!t.missions) return {{"/mission", &t.mission}};
  std::vector<Body> all;
  all.reserve(t.missions->size());
  for (std::size_t i = 0; i < t.missions->size(); ++i) {
    all.push_back({fmt::format("/missions/{}/mission", i), &(*t.missions)[i].mission});
  }
  return all;
}

class Definition {
 public:
  Definition(const Template& t, MissionCheck check) : template_(t), check_(check) {}

  std::vector<FieldError> errors() {
    read_schema();
    if (!template_.missions && template_.mission.empty()) {
      add({"/mission", "required", "a template has a mission, or missions that make it a plan"});
      return std::move(errors_);
    }
    if (template_.missions) check_steps(*template_.missions, errors_);
    for (const auto& body : bodies_of(template_)) check_body(body);
    if (errors_.size() > kMostErrors) errors_.resize(kMostErrors);
    return std::move(errors_);
  }

 private:
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  void take(json::Reading& in, const std::string& below) {
    for (auto& error : in.take_errors()) {
      error.pointer = below + error.pointer;
      add(std::move(error));
    }
  }

  void read_schema() {
    if (template_.parameters.text.size() > kLongestSchema) {
      return add({"/parameters", "too_large", "the schema may have 64 KiB"});
    }
    const auto root = schema_text_.parse(template_.parameters.text);
    if (!root) return add({"/parameters", "malformed", root.error().detail});
    json::Reading in(json::UnknownMembers::refuse);
    check_schema(in, **root);
    if (in.errors().empty()) schema_ = &(*root)->get_object();
    take(in, "/parameters");
  }

  void check_body(const Body& body) {
    if (body.text->text.size() > kLongestMission) return add({body.pointer, "too_large", "a mission may have 128 KiB"});
    json::Document document;
    const auto root = document.parse(body.text->empty() ? std::string_view("null") : std::string_view(body.text->text));
    if (!root) return add({body.pointer, "malformed", root.error().detail});
    if (!(*root)->is_object()) return add({body.pointer, "wrong_type", "must be an object: the body of a mission"});
    json::Reading in(json::UnknownMembers::refuse);
    const auto places = places_of(in, **root);
    const bool is_sound = in.errors().empty();
    take(in, body.pointer);
    if (schema_ == nullptr || !is_sound || !names_are_known(places, body.pointer)) return;
    try_mission((*root)->get_object(), places, body.pointer);
  }

  bool names_are_known(const std::vector<Place>& places, const std::string& below) {
    const auto before = errors_.size();
    for (const auto& place : places) {
      for (const auto& name : place.names) {
        if (find_parameter(*schema_, name) != nullptr) continue;
        add({below + place.pointer, "unknown_parameter", fmt::format("the parameters have no \"{}\"", name)});
      }
    }
    return errors_.size() == before;
  }

  void try_mission(const json::Object& body, const std::vector<Place>& places, const std::string& below) {
    json::Object values;
    std::map<std::string, Sample, std::less<>> samples;
    for (const auto& place : places) {
      for (const auto& name : place.names) {
        const auto& sample = samples.try_emplace(name, sample_of(*find_parameter(*schema_, name))).first->second;
        values[name] = sample.value;
      }
    }
    const auto text = put_in(body, values, json::Object{}, std::size_t{1} << 20);
    if (!text) return add({below, "too_large", "with its defaults the mission is larger than 1 MiB"});
    for (auto& error : check_(*text)) {
      if (!counts(error, places, samples)) continue;
      error.pointer = below + error.pointer;
      add(std::move(error));
    }
  }

  // An error at a placeholder counts when it does not depend on a value that is yet to come.
  static bool counts(const FieldError& error,
                     const std::vector<Place>& places,
                     const std::map<std::string, Sample, std::less<>>& samples) {
    return std::ranges::all_of(places, [&](const Place& place) {
      const bool is_here = error.pointer == place.pointer;
      if (!is_here && !error.pointer.starts_with(place.pointer + "/")) return true;
      const bool all_defaults =
          std::ranges::all_of(place.names, [&](const std::string& name) { return samples.at(name).is_default; });
      if (all_defaults) return true;
      return is_here && place.is_whole && error.code == "wrong_type" && samples.at(place.names.front()).has_one_type;
    });
  }

  const Template& template_;
  MissionCheck check_;
  json::Document schema_text_;
  const json::Object* schema_ = nullptr;  // once it was found good
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> check_definition(const Template& t, MissionCheck check) {
  return Definition(t, check).errors();
}

}  // namespace mms::templates
