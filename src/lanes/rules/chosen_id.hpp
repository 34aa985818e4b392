// An id that the client chose for what it creates: the same id from the same caller with the same body is a repeat,
// anything else learns nothing of what is there.
#pragma once

#include <string>
#include <string_view>

#include "lanes/rules/idempotency_set.hpp"

namespace mms::lanes {

class ChosenId {
 public:
  ChosenId(std::string_view noun, const vocabulary::Uuid& id, std::string body_hash)
      : identity_("id " + std::string(noun) + ' ' + vocabulary::to_text(id)), body_hash_(std::move(body_hash)) {}

  void need(WorkingSet& set) const { set.of<IdempotencySet>().need(identity_); }
  // The thing was made by this command.
  void remember(WorkingSet& set, const Journal& journal) const {
    set.of<IdempotencySet>().keep(
        identity_, {.body_hash = journal.caller.id + ' ' + body_hash_, .answer = {}, .created_at = journal.now});
  }
  // The thing is there. Refuses: already_exists, unless this is a repeat.
  vocabulary::Result<void> check_repeat(WorkingSet& set, const Journal& journal) const {
    const auto* first = set.of<IdempotencySet>().find(identity_, journal.now);
    if (first != nullptr && first->body_hash == journal.caller.id + ' ' + body_hash_) return {};
    return vocabulary::refuse(vocabulary::ProblemKind::already_exists, "this id is taken; choose a new one");
  }

 private:
  std::string identity_;
  std::string body_hash_;
};

}  // namespace mms::lanes
