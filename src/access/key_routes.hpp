// /api-keys and /me.
#pragma once

#include <vector>

#include "access/guard.hpp"
#include "access/key_store.hpp"
#include "access/realm.hpp"
#include "http/route.hpp"
#include "vocabulary/ids.hpp"

namespace mms::access {

// One for each thread. Lifetime: outlives the routes; what it names outlives it.
struct KeyTools {
  Realm& realm;
  KeyStore& keys;
  vocabulary::IdSource& ids;
  Now now;
};

std::vector<http::Route> access_routes(const KeyTools& tools);

// POST /api-keys: makes a key and shows its text this once.
// Refuses: malformed_json, invalid_fields (the first key of an open house must be an admin's on every fleet), forbidden
// (grants beyond the caller's own keys:manage).
async::Task<vocabulary::Result<http::Response>> create_api_key(const KeyTools& tools, const http::Request& request);
// GET /api-keys?limit=&cursor=: the keys that the caller manages, revoked ones too. Refuses: bad_parameter, bad_cursor.
async::Task<vocabulary::Result<http::Response>> list_api_keys(const KeyTools& tools, const http::Request& request);
// DELETE /api-keys/{id}: revokes; from the answer on, this process refuses the key, another one within 5 s.
// Refuses: not_found.
async::Task<vocabulary::Result<http::Response>> revoke_api_key(const KeyTools& tools, const http::Request& request);
// GET /me: who the caller is here, and what they may do.
async::Task<vocabulary::Result<http::Response>> show_me(const KeyTools& tools, const http::Request& request);

}  // namespace mms::access
