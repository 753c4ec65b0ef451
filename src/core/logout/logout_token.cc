#include "core/logout/logout_token.h"

#include "base/json.h"
#include "core/token/pairwise.h"

namespace cardea {
namespace {

constexpr std::string_view kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
/// Keycloak's word to a broker: drop what you keep offline for this person, too.
constexpr std::string_view kRevokeOfflineEvent = "revoke_offline_access";

}  // namespace

Result<std::string, IssueError> make_logout_token(const RealmEntry& realm, const ClientEntry& entry,
                                                  const LogoutNotice& notice, TimePoint now) {
  const auto& client = entry.client;
  const auto plan = plan_for_granted(entry, "");
  const auto subject = subject_for(*plan, client, notice.user, notice.issuer);
  if (!subject) return refuse(subject.error());
  const auto own = client.attribute("id.token.signed.response.alg");
  const auto* key = realm.signing_key(own.empty() ? std::string_view(realm.realm.default_signature_algorithm) : own);
  if (key == nullptr) return refuse(IssueError::kNoKey);
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object();
  writer.member("exp", epoch_seconds(now + kLogoutTokenLife)).member("iat", epoch_seconds(now));
  writer.member("jti", notice.id + "." + std::to_string(notice.attempts)).member("iss", notice.issuer);
  writer.member("aud", client.client_id).member("sub", *subject).member("typ", "Logout");
  // Where a mapper says another `sub` in ID tokens, the session is all that the client can find.
  const bool wants_session = client.attribute("backchannel.logout.session.required") != "false";
  if (wants_session || renames_subject(*plan)) writer.member("sid", notice.session.str());
  writer.key("events").begin_object().key(kLogoutEvent).begin_object().end_object();
  if (client.attribute_is_true("backchannel.logout.revoke.offline.tokens")) writer.member(kRevokeOfflineEvent, true);
  writer.end_object().end_object();
  return jose::sign_jwt(*key, "logout+jwt", payload);
}

}  // namespace cardea
