// A new id, 32 random bytes, and the hash that is kept.
#include "access/key_mint.hpp"

#include "crypto/base64url.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace mms::access {

vocabulary::Result<FreshKey> mint_key(const CreateApiKey& wish,
                                      std::string_view created_by,
                                      vocabulary::IdSource& ids,
                                      vocabulary::Time now) {
  constexpr std::size_t kSecretBytes = 32;
  TRY(key, make_api_key(wish, {.id = ids.next(now), .created_by = created_by, .now = now}));
  auto text = key_text(key.id, crypto::to_base64url(crypto::random_text(kSecretBytes)));
  auto hash = crypto::to_hex(crypto::sha256(text));
  return FreshKey{.stored = {.key = std::move(key), .secret_hash = std::move(hash)}, .text = std::move(text)};
}

}  // namespace mms::access
