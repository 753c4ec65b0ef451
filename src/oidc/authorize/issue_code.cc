#include "oidc/authorize/issue_code.h"

#include <algorithm>

#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

constexpr seconds kFapiCodeLife{60};

}  // namespace

seconds code_life(const Realm& realm, const Client& client) {
  const seconds life = realm.lifespans.access_code;
  return client.policy() == ClientPolicy::kFapi2 ? std::min(life, kFapiCodeLife) : life;
}

MadeCode make_code(const Realm& realm, const Client& client, const AuthorizationRequest& request,
                   const UserSession& session, const Authentication& proven, TimePoint now, Random& random) {
  MadeCode made;
  made.code = random_handle(random);
  auto& record = made.record;
  record.hash = crypto::sha256_base64url(made.code);
  record.realm = realm.id;
  record.client = request.client;
  record.session = session.id;
  record.user = proven.user;
  record.redirect_uri = request.redirect_uri;
  record.redirect_uri_sent = request.redirect_uri_sent;
  record.scope = request.scope;
  record.nonce = request.nonce;
  record.code_challenge = request.code_challenge;
  record.challenge_method = request.challenge_method;
  record.acr = proven.acr;
  record.resources = request.resources;
  record.claims = request.claims;
  record.dpop_jkt = request.dpop_jkt;
  record.expires_at = now + code_life(realm, client);
  return made;
}

}  // namespace cardea::oidc
