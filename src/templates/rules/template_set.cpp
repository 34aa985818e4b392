// Bookkeeping of the working set of templates.
#include "templates/rules/template_set.hpp"

#include <stdexcept>

#include "vocabulary/json_write.hpp"

namespace mms::templates {

void TemplateSet::need(const TemplateId& id) {
  if (entries_.try_emplace(id).second) needed_.templates.push_back(id);
}

void TemplateSet::need_version(const TemplateId& id, std::int64_t version) {
  if (versions_.try_emplace({id, version}).second) needed_.versions.emplace_back(id, version);
}

void TemplateSet::need_name(std::string_view fleet, const std::string& name) {
  const Name key(fleet, name);
  if (names_.try_emplace(key).second) needed_.names.push_back(key);
}

const Template* TemplateSet::find(const TemplateId& id) const {
  const auto at = entries_.find(id);
  if (at == entries_.end()) throw std::logic_error("a template was looked for that nobody needed");
  return at->second.now ? &*at->second.now : nullptr;
}

const Template* TemplateSet::find_version(const TemplateId& id, std::int64_t version) const {
  const auto at = versions_.find({id, version});
  if (at == versions_.end()) throw std::logic_error("a template's version was looked for that nobody needed");
  return at->second.then ? &*at->second.then : nullptr;
}

std::optional<TemplateId> TemplateSet::holder(std::string_view fleet, const std::string& name) const {
  const Name key(fleet, name);
  if (const auto evolved = evolved_.find(key); evolved != evolved_.end()) return evolved->second;
  const auto stored = names_.find(key);
  if (stored == names_.end()) throw std::logic_error("a template's name was asked for that nobody needed");
  return stored->second;
}

void TemplateSet::put(Template t) {
  auto& entry = entries_[t.id];
  if (entry.now && entry.now->status == TemplateStatus::active) {
    evolved_[{std::string(fleet_of(*entry.now)), entry.now->name}] = std::nullopt;
  }
  if (t.status == TemplateStatus::active) evolved_[{std::string(fleet_of(t)), t.name}] = t.id;
  versions_[{t.id, t.version}] = {t, true};
  entry.now = std::move(t);
  entry.changed = true;
}

std::string TemplateSet::body(const TemplateId& id) const {
  return vocabulary::json::write(*entries_.at(id).now);
}

TemplateSet::Needed TemplateSet::take_needed() {
  return std::exchange(needed_, {});
}

void TemplateSet::loaded(Template t) {
  auto& entry = entries_[t.id];
  if (entry.changed) return;
  if (t.status == TemplateStatus::active) entry.stored_name = t.name;
  entry.now = std::move(t);
  entry.stored = true;
}

void TemplateSet::loaded_version(Template t) {
  auto& known = versions_[{t.id, t.version}];
  if (!known.is_new) known.then = std::move(t);
}

void TemplateSet::loaded_name(std::string fleet, std::string name, const TemplateId& id) {
  names_[{std::move(fleet), std::move(name)}] = id;
}

std::vector<TemplateSet::Changed> TemplateSet::changed() const {
  std::vector<Changed> all;
  for (const auto& [id, entry] : entries_) {
    if (!entry.changed) continue;
    const bool keeps = entry.now->status == TemplateStatus::active && entry.stored_name == entry.now->name;
    all.push_back({&*entry.now, !entry.stored, entry.stored_name && !keeps});
  }
  return all;
}

std::vector<const Template*> TemplateSet::new_versions() const {
  std::vector<const Template*> all;
  for (const auto& [key, known] : versions_) {
    if (known.is_new) all.push_back(&*known.then);
  }
  return all;
}

}  // namespace mms::templates
