#include "core/action_token.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace cardea {
namespace {

constexpr std::int64_t kUserLifeDefault = 300;
constexpr std::int64_t kAdminLifeDefault = 43'200;
constexpr std::int64_t kLifeMax = 30 * 86'400;
constexpr std::size_t kActionsMax = 32;
constexpr std::array<std::string_view, 5> kTypes = {"verify-email", "reset-credentials", "execute-actions",
                                                    "update-email", "join-organization"};

std::string_view type_of(ActionKind kind) { return kTypes[static_cast<std::size_t>(kind)]; }

seconds life_of(std::int64_t given, std::int64_t fallback) {
  return seconds(given > 0 ? std::min(given, kLifeMax) : fallback);
}

std::vector<std::string> texts_of(const json::object& claims, std::string_view name) {
  std::vector<std::string> texts;
  const auto* list = claims.if_contains(name);
  if (list == nullptr || !list->is_array()) return texts;
  for (const auto& item : list->get_array()) {
    if (item.is_string() && texts.size() < kActionsMax) texts.emplace_back(std::string_view(item.get_string()));
  }
  return texts;
}

}  // namespace

std::string_view describe(ActionTokenError error) {
  return error == ActionTokenError::kExpired ? "action_token_expired" : "action_token_invalid";
}

std::string write_action_token(const RealmEntry& realm, std::string_view issuer, const ActionToken& token,
                               TimePoint now) {
  const auto* key = realm.signing_key("HS512");
  if (key == nullptr) return {};
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object();
  writer.member("exp", epoch_seconds(token.expires_at)).member("iat", epoch_seconds(now)).member("jti", token.id);
  writer.member("iss", issuer).member("aud", issuer).member("sub", token.user.str());
  writer.member("typ", type_of(token.kind)).member("eml", token.email);
  if (!token.client_id.empty()) writer.member("azp", token.client_id);
  if (!token.redirect_uri.empty()) writer.member("reduri", token.redirect_uri);
  if (!token.new_email.empty()) writer.member("neml", token.new_email);
  if (token.credential_stamp) writer.member("cst", *token.credential_stamp);
  if (!token.invitation.empty()) writer.member("org", token.organization.str()).member("inv", token.invitation);
  if (!token.actions.empty()) {
    writer.key("rqac").begin_array();
    for (const auto& action : token.actions) writer.string(action);
    writer.end_array();
  }
  writer.end_object();
  return jose::sign_jwt(*key, "JWT", payload);
}

Result<ActionToken, ActionTokenError> read_action_token(const RealmEntry& realm, std::string_view issuer,
                                                        std::string_view text, TimePoint now) {
  const auto jwt = jose::verify(text, realm.private_keys);
  if (!jwt) return refuse(ActionTokenError::kMalformed);
  const auto* type = std::ranges::find(kTypes, jwt->typ());
  if (type == kTypes.end()) return refuse(ActionTokenError::kMalformed);
  const auto checked = jose::check_claims(*jwt, {.issuer = issuer, .audience = issuer, .now = now});
  if (!checked) {
    return refuse(checked.error() == jose::JoseError::kExpired ? ActionTokenError::kExpired
                                                               : ActionTokenError::kMalformed);
  }
  if (jwt->jti().empty() || jwt->sub().empty()) return refuse(ActionTokenError::kMalformed);
  ActionToken token{.kind = static_cast<ActionKind>(type - kTypes.begin()),
                    .user = UserId(jwt->sub()),
                    .id = std::string(jwt->jti()),
                    .email = std::string(jwt->text("eml")),
                    .client_id = std::string(jwt->azp()),
                    .redirect_uri = std::string(jwt->text("reduri")),
                    .actions = texts_of(jwt->claims(), "rqac"),
                    .new_email = std::string(jwt->text("neml")),
                    .expires_at = *jwt->exp(),
                    .organization = OrganizationId(jwt->text("org")),
                    .invitation = std::string(jwt->text("inv"))};
  if (const auto* stamp = jwt->claims().if_contains("cst"); stamp != nullptr) {
    if (!stamp->is_int64()) return refuse(ActionTokenError::kMalformed);
    token.credential_stamp = stamp->get_int64();
  }
  const bool has_invitation = !token.invitation.empty() && !token.organization.empty();
  if (has_invitation != (token.kind == ActionKind::kJoinOrganization)) return refuse(ActionTokenError::kMalformed);
  const bool has_actions = !token.actions.empty();
  if (has_actions != (token.kind == ActionKind::kExecuteActions)) return refuse(ActionTokenError::kMalformed);
  if (token.new_email.empty() == (token.kind == ActionKind::kUpdateEmail)) return refuse(ActionTokenError::kMalformed);
  return token;
}

std::string reset_ticket(const UserId& user) { return crypto::sha256_base64url("reset_link/" + user.str()); }

std::string email_ticket(const UserId& user) { return crypto::sha256_base64url("email_link/" + user.str()); }

std::string used_id(const ActionToken& token) {
  return crypto::sha256_base64url(std::string("action_token\0", 13) + token.id);
}

std::string action_link(std::string_view base, std::string_view realm_name, std::string_view token) {
  return std::string(base) + "/realms/" + percent_encode(realm_name) +
         "/login-actions/action-token?key=" + std::string(token);
}

seconds user_link_life(const Realm& realm, ActionKind kind) {
  const auto own = realm.attributes.find("actionTokenGeneratedByUserLifespan." + std::string(type_of(kind)));
  if (own != realm.attributes.end()) {
    if (const auto given = parse_integer<std::int64_t>(own->second); given && *given > 0) {
      return life_of(*given, kUserLifeDefault);
    }
  }
  return life_of(int_or(realm.extra, "actionTokenGeneratedByUserLifespan", 0), kUserLifeDefault);
}

seconds admin_link_life(const Realm& realm) {
  return life_of(int_or(realm.extra, "actionTokenGeneratedByAdminLifespan", 0), kAdminLifeDefault);
}

}  // namespace cardea
