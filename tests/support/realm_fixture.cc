#include "tests/support/realm_fixture.h"

#include "core/realm_defaults.h"
#include "core/settings_entries.h"
#include "crypto/key.h"
#include "tests/support/memory_log.h"

namespace cardea {
namespace {

RealmKey es256() {
  auto made = crypto::PrivateKey::generate(crypto::KeyType::kEcP256);
  RealmKey key;
  key.kid = crypto::key_id(*made);
  key.algorithm = "ES256";
  key.id = KeyId("key-es256");
  key.use = "sig";
  key.secret = made->to_pem();
  return key;
}

RealmKey hs512() {
  RealmKey key;
  key.id = KeyId("key-hs512");
  key.kid = "hmac-1";
  key.algorithm = "HS512";
  key.use = "sig";
  key.secret = SecretBytes(std::string(64, 'k'));
  return key;
}

ClientScope scope(std::string id, std::vector<ProtocolMapper> mappers, bool in_token = true) {
  ClientScope s;
  s.id = ScopeId("scope-" + id);
  s.name = std::move(id);
  s.attributes["include.in.token.scope"] = in_token ? "true" : "false";
  s.mappers = std::move(mappers);
  return s;
}

ProtocolMapper mapper(std::string provider, std::map<std::string, std::string> config) {
  ProtocolMapper m;
  m.provider = std::move(provider);
  m.config = std::move(config);
  for (const auto* key : {"access.token.claim", "id.token.claim", "userinfo.token.claim", "introspection.token.claim"})
    m.config.try_emplace(key, "true");
  return m;
}

}  // namespace

TestRecords make_test_records() {
  Realm realm;
  realm.id = RealmId("realm-demo");
  realm.name = "demo";
  realm.extra = default_realm("demo").realm.extra;  // flows, policies
  realm.default_signature_algorithm = "ES256";
  realm.version = 1;
  std::vector<ClientScope> scopes;
  scopes.push_back(scope("basic", {mapper("oidc-sub-mapper", {})}, false));
  scopes.push_back(scope("profile", {mapper("oidc-usermodel-attribute-mapper",
                                            {{"user.attribute", "username"}, {"claim.name", "preferred_username"}})}));
  scopes.push_back(
      scope("roles",
            {mapper("oidc-usermodel-realm-role-mapper", {{"claim.name", "realm_access.roles"},
                                                         {"multivalued", "true"},
                                                         {"id.token.claim", "false"},
                                                         {"userinfo.token.claim", "false"}}),
             mapper("oidc-usermodel-client-role-mapper", {{"claim.name", "resource_access.${client_id}.roles"},
                                                          {"multivalued", "true"},
                                                          {"id.token.claim", "false"},
                                                          {"userinfo.token.claim", "false"}}),
             mapper("oidc-audience-resolve-mapper", {{"id.token.claim", "false"}, {"userinfo.token.claim", "false"}})},
            false));
  scopes.push_back(
      scope("optional-one", {mapper("oidc-hardcoded-claim-mapper",
                                    {{"claim.name", "opt"}, {"claim.value", "7"}, {"jsonType.label", "int"}})}));
  scopes.push_back(scope("offline_access", {}));
  std::vector<RealmKey> keys;
  keys.push_back(es256());
  keys.push_back(hs512());
  return {std::move(realm), std::move(scopes), std::move(keys)};
}

std::shared_ptr<const RealmEntry> make_test_realm() {
  auto records = make_test_records();
  MemoryLog log;
  return make_realm_entry(std::move(records.realm), std::move(records.scopes), std::move(records.keys), nullptr, log);
}

Client make_test_client(const std::vector<ClientScope>& scopes) {
  Client client;
  client.id = ClientId("client-app");
  client.client_id = "app";
  client.public_client = true;
  client.redirect_uris = {"https://app.example/cb"};
  client.web_origins = {"+"};
  for (const auto& s : scopes) {
    const bool optional = s.name == "optional-one" || s.name == "offline_access";
    (optional ? client.optional_scopes : client.default_scopes).push_back(s.id);
  }
  return client;
}

std::shared_ptr<const ClientEntry> make_test_entry(std::shared_ptr<const RealmEntry> realm, Client client) {
  return make_client_entry(std::move(realm), std::move(client));
}

TokenSubject make_test_subject() {
  TokenSubject subject;
  subject.subject.user.id = UserId("user-ada");
  subject.subject.user.realm = RealmId("realm-demo");
  subject.subject.user.username = "ada";
  auto roles = std::make_shared<EffectiveRoles>();
  roles->items = {{"role-1", "", "offline_access"}, {"role-2", "account", "view-profile"}};
  subject.roles = std::move(roles);
  return subject;
}

}  // namespace cardea
