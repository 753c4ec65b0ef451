#include "core/check_bearer.h"

#include <algorithm>

#include "base/json.h"
#include "core/session.h"
#include "core/token/pairwise.h"
#include "jose/jws.h"

namespace cardea {
namespace {

/// Signature, issuer, time and kind of a token of ours.
Result<jose::VerifiedJwt, BearerError> verify_own(const jose::KeySet& keys, std::string_view issuer,
                                                  std::string_view token, std::initializer_list<std::string_view> types,
                                                  TimePoint now, bool expires) {
  auto jwt = jose::verify(token, keys);
  if (!jwt) return refuse(BearerError::kInvalid);
  // A token of one kind is never accepted as another (ID-14).
  if (std::ranges::find(types, jwt->typ()) == types.end()) return refuse(BearerError::kInvalid);
  jose::JwtPolicy policy{.issuer = issuer, .audience = std::nullopt, .now = expires ? now : jwt->iat().value_or(now)};
  policy.require_exp = jwt->typ() != "Offline";
  if (const auto checked = jose::check_claims(*jwt, policy); !checked) {
    return refuse(checked.error() == jose::JoseError::kExpired ? BearerError::kExpired : BearerError::kInvalid);
  }
  if (!jwt->iat() || jwt->azp().empty() || jwt->jti().empty()) return refuse(BearerError::kInvalid);
  return std::move(*jwt);
}

/// Of what clients are given: signed by a published key, or, for a client that has it so (`*.signed.response.alg` of
/// HS512), by the realm's secret, as Keycloak does. `typ` tells it from what is signed by that one for ourselves.
Result<jose::VerifiedJwt, BearerError> verify_given(const RealmEntry& realm, std::string_view issuer,
                                                    std::string_view token,
                                                    std::initializer_list<std::string_view> types, TimePoint now,
                                                    bool expires) {
  auto jwt = verify_own(realm.public_keys, issuer, token, types, now, expires);
  if (jwt || jwt.error() != BearerError::kInvalid) return jwt;
  return verify_own(realm.private_keys, issuer, token, types, now, expires);
}

bool is_before(const jose::VerifiedJwt& token, std::int64_t not_before) {
  return epoch_seconds(*token.iat()) < not_before;
}

/// Every key and certificate that the token names must be there; one that names none is a plain bearer token.
bool is_possessed(const jose::VerifiedJwt& token, const Possession& possession) {
  const auto key = confirmation(token, "jkt");
  const auto certificate = confirmation(token, "x5t#S256");
  if (token.typ() == "DPoP" && key.empty()) return false;
  return (key.empty() || key == possession.key_thumbprint) &&
         (certificate.empty() || certificate == possession.certificate_thumbprint);
}

/// A mapper says what the client's tokens call people.
bool has_own_subjects(const TokenPlan& plan) {
  return std::ranges::any_of(plan.operations,
                             [](const MapperOp& op) { return op.path.size() == 1 && op.path.front() == "sub"; });
}

/// By the user's id, or by what this client knows them by. A token that names nobody names nobody else.
bool names_user(const jose::VerifiedJwt& token, const ClientEntry& client, const UserId& user) {
  if (token.sub().empty() || token.sub() == user.str()) return true;
  const auto plan = plan_for_granted(client, token.scope());
  if (has_own_subjects(*plan)) return true;
  const auto subject = subject_for(*plan, client.client, user, token.iss());
  return subject && token.sub() == *subject;
}

BearerError bearer_error(NotLive reason) {
  switch (reason) {
    case NotLive::kSessionGone:
    case NotLive::kClientSessionGone:
      return BearerError::kSessionGone;
    case NotLive::kUserDisabled:
      return BearerError::kUserDisabled;
    case NotLive::kStale:
      return BearerError::kRevoked;
  }
  return BearerError::kInvalid;
}

}  // namespace

std::string_view describe(BearerError error) {
  switch (error) {
    case BearerError::kInvalid:
      return "invalid_token";
    case BearerError::kExpired:
      return "expired_token";
    case BearerError::kNotPossessed:
      return "bound_token_without_proof";
    case BearerError::kRevoked:
      return "revoked_token";
    case BearerError::kSessionGone:
      return "session_gone";
    case BearerError::kUserDisabled:
      return "user_disabled";
    case BearerError::kClientGone:
      return "client_gone";
  }
  return "?";
}

std::string confirmation(const jose::VerifiedJwt& token, std::string_view member) {
  const auto* cnf = token.claims().if_contains("cnf");
  if (cnf == nullptr || !cnf->is_object()) return {};
  return string_or(cnf->get_object(), member, "");
}

std::vector<std::string> allowed_origins(const jose::VerifiedJwt& token) {
  std::vector<std::string> origins;
  const auto* claim = token.claims().if_contains("allowed-origins");
  if (claim == nullptr || !claim->is_array()) return origins;
  for (const auto& origin : claim->as_array()) {
    if (origin.is_string()) origins.emplace_back(origin.as_string());
  }
  return origins;
}

Result<jose::VerifiedJwt, BearerError> verify_access_token(const RealmEntry& realm, std::string_view issuer,
                                                           std::string_view token, TimePoint now,
                                                           const Possession& possession) {
  auto jwt = verify_given(realm, issuer, token, {"Bearer", "DPoP"}, now, true);
  if (!jwt) return jwt;
  if (is_before(*jwt, realm.realm.not_before)) return refuse(BearerError::kRevoked);
  if (!possession.is_waived && !is_possessed(*jwt, possession)) return refuse(BearerError::kNotPossessed);
  return jwt;
}

Result<jose::VerifiedJwt, BearerError> verify_id_token_hint(const RealmEntry& realm, std::string_view issuer,
                                                            std::string_view token, TimePoint now) {
  return verify_given(realm, issuer, token, {"ID"}, now, false);
}

Result<jose::VerifiedJwt, BearerError> verify_refresh_token(const RealmEntry& realm, std::string_view issuer,
                                                            std::string_view token, TimePoint now) {
  auto jwt = verify_own(realm.private_keys, issuer, token, {"Refresh", "Offline"}, now, true);
  if (!jwt) return jwt;
  if (!jwt->has_audience(issuer) || jwt->sid().empty()) return refuse(BearerError::kInvalid);
  if (is_before(*jwt, realm.realm.not_before)) return refuse(BearerError::kRevoked);
  return jwt;
}

bool is_lightweight(const jose::VerifiedJwt& token) {
  const auto jti = token.jti();  // second and third letter pair of "onlt...": issue_token writes them
  return jti.size() > 7 && jti[6] == ':' && jti.substr(2, 2) == "lt";
}

bool is_of_offline_session(const jose::VerifiedJwt& token) {
  if (token.typ() == "Offline") return true;
  // Six letters and a colon, as issue_token writes them (keycloak.md section 2.2); refresh ids are plain UUIDs.
  return token.typ() != "Refresh" && token.jti().starts_with("of") && token.jti().find(':') == 6;
}

SessionRepo& sessions_of(const Repositories& repositories, const jose::VerifiedJwt& token) {
  return is_of_offline_session(token) ? repositories.offline_sessions : repositories.sessions;
}

Stored<Result<LiveToken, BearerError>> load_live_token(Rows& rows, const Repositories& repositories, Settings& settings,
                                                       const std::shared_ptr<const RealmEntry>& realm,
                                                       const jose::VerifiedJwt& token, TimePoint now) {
  using Answer = Result<LiveToken, BearerError>;
  const auto refused = [](BearerError error) { return Answer(refuse(error)); };
  LiveToken answer;
  auto client = settings.load_client(rows, realm, token.azp());
  if (!client) return refuse(client.error());
  if (!*client || !(*client)->client.enabled) return refused(BearerError::kClientGone);
  answer.client = std::move(*client);

  const auto revoked = repositories.revocations.contains(rows, realm->realm.id, token.jti());
  if (!revoked) return refuse(revoked.error());
  if (*revoked) return refused(BearerError::kRevoked);

  if (token.sid().empty()) {  // client_credentials: no session, the subject itself must still be there
    auto subject = repositories.subjects.load(rows, realm->realm.id, UserId(token.sub()));
    if (!subject) return refuse(subject.error());
    if (!*subject || !(*subject)->user.is_active()) return refused(BearerError::kUserDisabled);
    // Only clients act without a session: a token that names a person was not issued for one (attack class 4).
    if (!(*subject)->user.service_account_client) return refused(BearerError::kInvalid);
    if (is_before(token, std::max(answer.client->client.not_before, (*subject)->user.not_before))) {
      return refused(BearerError::kRevoked);
    }
    answer.subject = std::move(**subject);
    return Answer(std::move(answer));
  }
  auto live =
      sessions_of(repositories, token).load(rows, realm->realm.id, SessionId(token.sid()), answer.client->client.id);
  if (!live) return refuse(live.error());
  const auto reason = why_not_live(realm->realm, answer.client->client, *live, epoch_seconds(*token.iat()), now);
  if (reason) return refused(bearer_error(*reason));
  // A session is bound to its user: a token that names another was not issued in it (attack class 4).
  if (!names_user(token, *answer.client, (*live)->session.user)) return refused(BearerError::kInvalid);
  answer.subject = (*live)->subject;
  answer.live = std::move(**live);
  return Answer(std::move(answer));
}

}  // namespace cardea
