// Makes API keys: the only place that ever holds one in plain text on our side.
#pragma once

#include <string>
#include <string_view>

#include "access/key_store.hpp"
#include "access/rules/api_key.hpp"
#include "vocabulary/ids.hpp"

namespace mms::access {

struct FreshKey {
  StoredKey stored;
  std::string text;  // to be shown once
};

// Refuses: invalid_fields.
vocabulary::Result<FreshKey> mint_key(const CreateApiKey& wish,
                                      std::string_view created_by,
                                      vocabulary::IdSource& ids,
                                      vocabulary::Time now);

}  // namespace mms::access
