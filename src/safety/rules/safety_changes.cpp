// Folding domain events into a safety event.
#include "safety/rules/safety_changes.hpp"

#include <boost/mp11.hpp>
#include <stdexcept>

#include "vocabulary/json_read.hpp"
#include "vocabulary/json_write.hpp"

namespace mms::safety {
namespace {

namespace json = vocabulary::json;

struct Fold {
  SafetyEvent& event;
  Time at;

  void operator()(const SafetyEventRaised& c) { event = c.safety_event; }
  void operator()(const SafetyEventAcknowledged& c) {
    event.status = SafetyEventStatus::acknowledged;
    event.acknowledgement = Acknowledgement{.note = c.note, .by = c.by, .at = at};
  }
  void operator()(const SafetyEventResolved& c) {
    event.status = SafetyEventStatus::resolved;
    event.resolution = Resolution{.note = c.note, .by = c.by, .at = at};
  }
  void operator()(const SafetyEventUpdated& c) {
    event.last_seen_at = c.last_seen_at;
    event.count = c.count;
    event.cleared_at.reset();
  }
  void operator()(const SafetyEventCleared& c) { event.cleared_at = c.cleared_at; }
};

}  // namespace

std::string_view type_of(const SafetyChange& change) {
  return std::visit([](const auto& c) { return c.kType; }, change);
}

std::string data_of(const SafetyChange& change) {
  return std::visit([](const auto& c) { return json::write(c); }, change);
}

SafetyChange safety_change_from(const vocabulary::Event& event) {
  std::optional<SafetyChange> found;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, SafetyChange>>([&](auto type) {
    using C = typename decltype(type)::type;
    if (event.type == C::kType) found = json::from_stored<C>(event.data);
  });
  if (!found) throw std::runtime_error("unknown safety event type " + event.type);
  return std::move(*found);
}

SafetyEvent evolve(SafetyEvent event, const SafetyChange& change, std::int64_t version, Time at) {
  std::visit(Fold{event, at}, change);
  event.version = version;
  event.updated_at = at;
  return event;
}

}  // namespace mms::safety
