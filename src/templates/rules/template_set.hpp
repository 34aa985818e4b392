// The templates of a batch, as evolved by the commands before: their newest state, single versions, and who has which
// name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "templates/rules/template.hpp"

namespace mms::templates {

// Lifetime: of one batch. Pointers that it gives stay valid for the batch. Threads: one.
class TemplateSet {
 public:
  using Version = std::pair<TemplateId, std::int64_t>;
  using Name = std::pair<std::string, std::string>;  // fleet (or kEveryFleet), name

  // Needs, before deciding.
  void need(const TemplateId& id);
  void need_version(const TemplateId& id, std::int64_t version);
  void need_name(std::string_view fleet, const std::string& name);

  // Nothing when there is none. It must have been needed before.
  const Template* find(const TemplateId& id) const;
  const Template* find_version(const TemplateId& id, std::int64_t version) const;
  // The active template of that name. It must have been needed before.
  std::optional<TemplateId> holder(std::string_view fleet, const std::string& name) const;
  // The template as it is from now on, which is a version of its own.
  void put(Template t);
  // Its stored JSON.
  std::string body(const TemplateId& id) const;
  // A mission was made from a template.
  void count_use() { ++uses_; }
  std::size_t uses() const { return uses_; }

  // For the part that reads and writes the tables.
  struct Needed {
    std::vector<TemplateId> templates;
    std::vector<Version> versions;
    std::vector<Name> names;
    bool empty() const { return templates.empty() && versions.empty() && names.empty(); }
  };
  Needed take_needed();
  void loaded(Template t);
  void loaded_version(Template t);
  void loaded_name(std::string fleet, std::string name, const TemplateId& id);
  struct Changed {
    const Template* now;
    bool is_new;
    bool leaves_name;  // its row holds a name that it does not have any more
  };
  std::vector<Changed> changed() const;
  // Every version that this batch made.
  std::vector<const Template*> new_versions() const;

 private:
  struct Entry {
    std::optional<Template> now;
    std::optional<std::string> stored_name;  // of the active one in the table
    bool stored = false;
    bool changed = false;
  };
  struct KnownVersion {
    std::optional<Template> then;
    bool is_new = false;
  };
  std::unordered_map<TemplateId, Entry> entries_;
  std::map<Version, KnownVersion> versions_;
  // Names: what the table said, and over it what this batch changed.
  std::map<Name, std::optional<TemplateId>> names_;
  std::map<Name, std::optional<TemplateId>> evolved_;
  Needed needed_;
  std::size_t uses_ = 0;
};

}  // namespace mms::templates
