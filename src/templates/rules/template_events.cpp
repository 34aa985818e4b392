// Folding events into a template.
#include "templates/rules/template_events.hpp"

#include <boost/mp11.hpp>
#include <stdexcept>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::templates {
namespace {

namespace json = vocabulary::json;

struct Fold {
  Template& t;

  void operator()(const TemplateCreated& e) { t = e.made; }
  void operator()(const TemplateUpdated& e) {
    t.name = e.name;
    t.description = e.description;
    t.parameters = e.parameters;
    t.mission = e.mission;
    t.missions = e.missions;
  }
  void operator()(const TemplateArchived&) { t.status = TemplateStatus::archived; }
};

}  // namespace

std::string_view type_of(const TemplateEvent& event) {
  return std::visit([](const auto& e) { return e.kType; }, event);
}

std::string data_of(const TemplateEvent& event) {
  return std::visit([](const auto& e) { return json::write(e); }, event);
}

TemplateEvent template_event_from(const vocabulary::Event& event) {
  std::optional<TemplateEvent> found;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, TemplateEvent>>([&](auto type) {
    using E = typename decltype(type)::type;
    if (event.type == E::kType) found = json::from_stored<E>(event.data);
  });
  if (!found) throw std::runtime_error("unknown template event type " + event.type);
  return std::move(*found);
}

Template evolve(Template t, const TemplateEvent& event, std::int64_t version, Time at) {
  std::visit(Fold{t}, event);
  t.version = version;
  t.updated_at = at;
  return t;
}

}  // namespace mms::templates
