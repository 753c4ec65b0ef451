#include "oidc/registration/token.h"

#include "base/json.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kInitialAccess = "InitialAccessToken";
constexpr std::string_view kRegistration = "RegistrationAccessToken";

}  // namespace

std::optional<std::string> make_registration_token(const RealmEntry& realm, std::string_view issuer,
                                                   const RegistrationToken& token, TimePoint now,
                                                   std::optional<TimePoint> expires_at) {
  const auto* key = realm.signing_key("HS512");
  if (key == nullptr) return std::nullopt;
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object();
  if (expires_at) writer.member("exp", epoch_seconds(*expires_at));
  writer.member("iat", epoch_seconds(now)).member("jti", token.id).member("iss", issuer).member("aud", issuer);
  writer.member("typ", token.kind == TicketKind::kInitialAccess ? kInitialAccess : kRegistration);
  writer.end_object();
  return jose::sign_jwt(*key, "JWT", payload);
}

std::optional<RegistrationToken> read_registration_token(const RealmEntry& realm, std::string_view issuer,
                                                         std::string_view token, TimePoint now) {
  const auto jwt = jose::verify(token, realm.private_keys);
  if (!jwt || jwt->jti().empty()) return std::nullopt;
  const bool initial = jwt->typ() == kInitialAccess;
  if (!initial && jwt->typ() != kRegistration) return std::nullopt;
  jose::JwtPolicy policy{.issuer = issuer, .audience = issuer, .now = now};
  policy.require_exp = initial;
  if (!jose::check_claims(*jwt, policy)) return std::nullopt;
  return RegistrationToken{initial ? TicketKind::kInitialAccess : TicketKind::kRegistration, std::string(jwt->jti())};
}

}  // namespace cardea::oidc
