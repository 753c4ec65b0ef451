#include "broker/pending_link.h"

#include "base/limited.h"
#include "broker/account_write.h"
#include "broker/upstream_check.h"
#include "crypto/hash.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPendingPlace = "broker.pending/";

}  // namespace

std::string pending_place(const RealmId& realm, std::string_view handle) {
  return std::string(kPendingPlace).append(realm.str()).append("/").append(crypto::sha256_base64url(handle));
}

std::string seal_pending(const crypto::Sealer& sealer, const std::string& place, const PendingLink& pending) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("u", pending.user.str()).member("t", pending.tab_id);
  writer.key("i").raw(to_json(pending.identity)).member("k", pending.token_text).end_object();
  return sealer.seal_text(text, place);
}

std::optional<PendingLink> open_pending(const crypto::Sealer& sealer, const std::string& place, std::string_view text) {
  const auto plain = sealer.open_text(text, place);
  if (!plain) return std::nullopt;
  const auto document = parse_json(plain->reveal(), {.bytes_max = 2 * 1024 * 1024, .depth_max = 48});
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  const auto* identity = object.if_contains("i");
  auto read = identity == nullptr ? std::nullopt : identity_from_json(json::serialize(*identity));
  if (!read) return std::nullopt;
  return PendingLink{.user = UserId(string_or(object, "u", "")),
                     .tab_id = string_or(object, "t", ""),
                     .identity = std::move(*read),
                     .token_text = string_or(object, "k", "")};
}

Stored<void> store_link(Tx& tx, const Dependencies& dependencies, const LinkPlace& place, const PendingLink& link,
                        const Mapped& mapped) {
  const auto& repositories = dependencies.repositories;
  const auto& realm = place.realm;
  const auto& provider = place.provider;
  const auto user = repositories.users.find(tx, realm.realm.id, link.user);
  if (!user) return refuse(user.error());
  if (!*user || !(*user)->is_active()) return refuse(StoreError::kConflict);
  FederatedIdentity record;
  record.realm = realm.realm.id;
  record.user = link.user;
  record.provider = provider.alias;
  record.issuer = link.identity.issuer;
  record.upstream_id = link.identity.id;
  record.upstream_name = limited(link.identity.username);
  if (keeps_token(provider)) record.token = SecretBytes::copy_of(link.token_text);
  record.created_at = dependencies.clock.now();
  record.last_login_at = record.created_at;
  if (auto done = repositories.federated_identities.insert(tx, record); !done) return done;
  return write_mapped(tx, {dependencies, realm, place.correlation_id}, link.user, mapped);
}

}  // namespace cardea::broker
