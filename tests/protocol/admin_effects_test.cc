// What operations of the admin API do besides answering: caches are read anew, links and nodes are kept (keycloak.md
// sections 6.3, 6.4, 6.8 and 6.11).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/clients/client_nodes.h"
#include "base/encoding.h"
#include "base/text.h"
#include "core/logout/adapter_message.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class AdminEffects : public testing::Test {
 protected:
  std::string client(std::string_view body) {
    const auto sent = world.post("/clients", body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
  /// What the client at `index` was told.
  json::object said(std::size_t index) {
    const auto parts = split(world.told.at(index).body, '.');
    return parse_json(base64url_decode(parts.at(1)).value_or("{}")).value().as_object();
  }
  AdminWorld world;
};

TEST_F(AdminEffects, refuses_what_is_not_offered_in_one_way) {
  for (const std::string_view path :
       {"/clients/x/authz/resource-server", "/clients/x/authz/resource-server/policy/role/p", "/workflows",
        "/workflows/scheduled/u", "/user-storage/x/name", "/users/x/vc/credentials", "/groups/x/management/permissions",
        "/roles-by-id/x/management/permissions", "/clients/x/evaluate-scopes/generate-example-saml-response",
        "/admin/api/demo/clients/v2"}) {
    const auto sent = world.get(path);
    EXPECT_EQ(sent.status, 501) << path << sent.body;
    EXPECT_THAT(sent.body, HasSubstr(R"("error":"Feature not enabled")"));
  }
  world.store.fail_writes(0, StoreError::kBusy);  // it takes no transaction to say no
  for (const std::string_view path : {"/ldap-server-capabilities", "/testLDAPConnection", "/workflows"}) {
    EXPECT_EQ(world.post(path, "{}").status, 501) << path;
  }
}

TEST_F(AdminEffects, refuses_nodes_that_are_no_hosts) {
  const auto id = client(R"({"clientId":"app"})");
  const auto path = "/clients/" + id + "/nodes";
  expect(world.post(path, "{}"), 400, R"({"error":"Node not found in params"})");
  for (const std::string_view node : {"a/b", "a b", "https://a", "a?b", "a@b"}) {
    EXPECT_EQ(world.post(path, R"({"node":")" + std::string(node) + R"("})").status, 400) << node;
  }
  expect(world.remove(path + "/none"), 404, R"({"error":"Client does not have node"})");
  EXPECT_EQ(world.post(path, R"({"node":"node-1.example:8443"})").status, 204);
  EXPECT_TRUE(world.get("/clients/" + id).object().at("registeredNodes").as_object().contains("node-1.example:8443"));
  EXPECT_EQ(world.remove(path + "/node-1.example:8443").status, 204);
}

TEST_F(AdminEffects, refuses_to_tell_nodes_that_are_no_hosts_or_too_many_whoever_wrote_them) {
  std::string nodes = R"("a/b":1,"u@evil.example":1)";
  for (std::size_t i = 0; i < 2 * kNodesMax; ++i) nodes += ",\"n" + std::to_string(i) + ".example\":1";
  const auto id = client(R"({"clientId":"app","adminUrl":"https://app.example/","registeredNodes":{)" + nodes + "}}");
  EXPECT_EQ(world.get("/clients/" + id + "/test-nodes-available").status, 200);
  EXPECT_EQ(world.told.size(), kNodesMax);
  EXPECT_EQ(world.told.at(0).url, "https://n0.example/k_test_available");
}

TEST_F(AdminEffects, tells_each_node_of_a_client_and_says_who_took_it) {
  const auto id = client(R"({"clientId":"app","adminUrl":"https://app.example:8443/k/"})");
  (void)client(R"({"clientId":"silent"})");
  expect(world.post("/clients/" + id + "/push-revocation", "{}"), 200,
         R"({"successRequests":["https://app.example:8443/k"]})");
  ASSERT_EQ(world.told.size(), 1U);
  EXPECT_EQ(world.told[0].url, "https://app.example:8443/k/k_push_not_before");
  EXPECT_FALSE(world.told[0].is_self_registered);
  EXPECT_EQ(string_or(said(0), "action", ""), "PUSH_NOT_BEFORE");
  EXPECT_EQ(string_or(said(0), "resource", ""), "app");
  EXPECT_EQ(world.post("/clients/" + id + "/nodes", R"({"node":"one.example"})").status, 204);
  EXPECT_EQ(world.post("/clients/" + id + "/nodes", R"({"node":"two.example"})").status, 204);
  expect(world.get("/clients/" + id + "/test-nodes-available"), 200,
         R"({"successRequests":["https://one.example:8443/k","https://two.example:8443/k"]})");
  EXPECT_EQ(world.told.back().url, "https://two.example:8443/k/k_test_available");
  EXPECT_EQ(string_or(said(2), "action", ""), "TEST_AVAILABILITY");
  EXPECT_EQ(world.remove("/clients/" + id + "/nodes/one.example").status, 204);
  EXPECT_EQ(world.post("/clients/" + id + "/nodes", R"({"node":"one.example:9443"})").status, 204);
  expect(world.get("/clients/" + id + "/test-nodes-available"), 200,
         R"({"successRequests":["https://two.example:8443/k","https://one.example:9443/k"]})");
  world.told.clear();
  EXPECT_EQ(world.post("/logout-all", "{}").status, 200);
  const auto notices = write_to(world.repositories.store, [&](Tx& tx) {
    return world.repositories.logout_notices.lease(tx, world.clock.now(), 10);
  });
  ASSERT_EQ(notices.value().size(), 1U);  // by the outbox, to every adapter
  EXPECT_TRUE(notices->at(0).client.str().empty());
  EXPECT_EQ(world.post("/push-revocation", "{}").status, 200);
  ASSERT_EQ(world.told.size(), 2U);  // the one client, at both of its nodes
  EXPECT_EQ(said(0).at("notBefore"), world.get("").object().at("notBefore"));
}

TEST_F(AdminEffects, says_whom_it_did_not_tell_and_tells_no_client_that_is_off) {
  (void)client(R"({"clientId":"off","enabled":false,"adminUrl":"https://off.example/"})");
  std::string nodes;
  for (std::size_t i = 0; i < kNodesMax; ++i)
    nodes.append(nodes.empty() ? "" : ",").append("\"n" + std::to_string(i) + ".example\":1");
  std::size_t addresses = 0;
  for (std::size_t i = 0; addresses <= admin::kClientsToldMax; ++i, addresses += kNodesMax) {
    const auto id = std::to_string(i);
    (void)client(R"({"clientId":"c)" + id + R"(","adminUrl":"https://app.example/)" + id + R"(","registeredNodes":{)" +
                 nodes + "}}");
  }
  const auto sent = world.post("/push-revocation", "{}");
  ASSERT_EQ(sent.status, 200);
  EXPECT_EQ(world.told.size(), admin::kClientsToldMax);
  EXPECT_EQ(sent.object().at("successRequests").as_array().size(), admin::kClientsToldMax);
  EXPECT_EQ(sent.object().at("failedRequests").as_array().size(), addresses - admin::kClientsToldMax);
  EXPECT_EQ(world.log.count("clients_not_told"), 1U);
  for (const auto& message : world.told) EXPECT_EQ(message.url.find("off.example"), std::string::npos);
}

TEST_F(AdminEffects, clears_caches) {
  const auto version = [&] {
    return read_from(world.store,
                     [&](Rows& rows) {
                       const auto realm = world.repositories.realms.find_by_name(rows, "demo");
                       return world.repositories.realms.versions(rows, {(*realm)->id});
                     })
        .value()
        .front()
        .second;
  };
  const auto before = version();
  EXPECT_EQ(world.post("/clear-realm-cache", "{}").status, 204);
  EXPECT_GT(version(), before) << "every node reads the realm anew";
  EXPECT_EQ(
      world.post("/clients", R"({"clientId":"ours","attributes":{"jwks.url":"https://app.example/keys"}})").status,
      201);
  EXPECT_EQ(world
                .post("/admin/realms/master/clients",
                      R"({"clientId":"theirs","attributes":{"jwks.url":"https://other.example/keys"}})")
                .status,
            201);
  EXPECT_EQ(world.post("/clear-keys-cache", "{}").status, 204);
  EXPECT_THAT(world.keys_forgotten, testing::ElementsAre("https://app.example/keys")) << "those of this realm alone";
  EXPECT_EQ(world.post("/clear-user-cache", "{}").status, 204);
  EXPECT_EQ(world.post("/clear-crl-cache", "{}").status, 204);
}

TEST_F(AdminEffects, refuses_settings_an_action_does_not_have) {
  const std::string path = "/authentication/required-actions/";
  expect(world.put(path + "UPDATE_PASSWORD/config", R"({"config":{"max_auth_age":"x"}})"), 400,
         R"({"field":"max_auth_age","errorMessage":"error-invalid-value","params":["max_auth_age"]})");
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD/config", R"({"config":{"other":"1"}})").status, 400);
  EXPECT_EQ(world.put(path + "delete_account/config", R"({"config":{}})").status, 400);
  expect(world.get(path + "delete_account/config-description"), 404,
         R"({"error":"Could not find configurable RequiredAction provider"})");
  expect(world.get(path + "none/config"), 404, R"({"error":"Failed to find required action"})");
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD/config", R"({"config":{"max_auth_age":"120"}})").status, 204);
  expect(world.get(path + "UPDATE_PASSWORD/config"), 200, R"({"config":{"max_auth_age":"120"}})");
  // The whole representation is another way to the same settings.
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD", R"({"config":{"max_auth_age":"x"}})").status, 400);
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD", R"({"config":{"other":"1"}})").status, 400);
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD", R"({"config":"x"})").status, 400);
  EXPECT_EQ(world.put(path + "delete_account", R"({"config":{"max_auth_age":"1"}})").status, 400);
  EXPECT_EQ(world.put(path + "delete_account", R"({"enabled":true,"config":{}})").status, 204);
  expect(world.get(path + "UPDATE_PASSWORD/config"), 200, R"({"config":{"max_auth_age":"120"}})");
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD", R"({"enabled":true,"config":{"max_auth_age":"60"}})").status, 204);
  expect(world.get(path + "UPDATE_PASSWORD/config"), 200, R"({"config":{"max_auth_age":"60"}})");
  EXPECT_EQ(world.put(path + "UPDATE_PASSWORD", R"({"enabled":true})").status, 204);
  expect(world.get(path + "UPDATE_PASSWORD/config"), 200, R"({"config":{"max_auth_age":"60"}})");
  EXPECT_EQ(world.remove(path + "UPDATE_PASSWORD/config").status, 204);
  expect(world.get(path + "UPDATE_PASSWORD/config"), 200, R"({"config":{}})");
}

TEST_F(AdminEffects, links_of_a_new_user_are_rows) {
  ASSERT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","clientSecret":"hidden",)"
                      R"("authorizationUrl":"https://u.example/a","tokenUrl":"https://u.example/t"}})")
                .status,
            201);
  const std::string links = R"("federatedIdentities":[{"identityProvider":"up","userId":"7","userName":"x"},)"
                            R"({"identityProvider":"none","userId":"8","userName":"y"}])";
  const auto made = world.post("/users", R"({"username":"linked",)" + links + "}");
  ASSERT_EQ(made.status, 201) << made.body;
  expect(world.get("/users/" + made.made_id() + "/federated-identity"), 200,
         R"([{"identityProvider":"up","userId":"7","userName":"x"}])");
  expect(world.post("/users", R"({"username":"second",)" + links + "}"), 409,
         R"({"errorMessage":"User is already linked with provider"})");
  EXPECT_EQ(world.get("/users?username=second").body, "[]");
}

TEST_F(AdminEffects, refuses_links_to_entra_that_no_sign_in_would_find) {
  for (const auto* body :
       {R"({"alias":"ms","providerId":"microsoft","config":{"tenantId":"0fedcba9-1111-2222-3333-444455556666"}})",
        R"({"alias":"entra","providerId":"entra","config":{"tenantId":"organizations","allowedTenants":"*"}})"}) {
    ASSERT_EQ(world.post("/identity-provider/instances", body).status, 201) << body;
  }
  const auto user = world.post("/users", R"({"username":"linked"})").made_id();
  const auto path = "/users/" + user + "/federated-identity";
  const auto refused = world.post(path + "/entra", R"({"userId":"AAAA-1","userName":"x"})");
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(world.post(path + "/ms", R"({"userId":"AAAA-1","userName":"x"})").status, 204);
  expect(world.get(path), 200,
         R"([{"identityProvider":"ms","userId":"0fedcba9-1111-2222-3333-444455556666/aaaa-1","userName":"x"}])");
}

// What would be passed over in silence lets in people, or believes keys, as nobody meant.
TEST_F(AdminEffects, refuses_settings_of_a_provider_that_nothing_keeps_to) {
  const auto make = [this](const std::string& alias, const std::string& config) {
    return world.post("/identity-provider/instances",
                      R"({"alias":")" + alias + R"(","providerId":"oidc","config":{)" + config + "}}");
  };
  const std::pair<std::string, std::string> refused[] = {
      {R"("doNotStoreUsers":"true")", "doNotStoreUsers is not supported"},
      {R"("acceptsPromptNoneForwardFromClient":"true")", "acceptsPromptNoneForwardFromClient is not supported"},
      {R"("useJwksUrl":"false","publicKeySignatureVerifier":"MIIB")",
       "publicKeySignatureVerifier is no public key: PEM or a JWK Set"},
      {R"("storeTokenInSession":"true")", "storeTokenInSession is not supported"},
      {R"("requiresShortStateParameter":"true")", "requiresShortStateParameter is not supported"},
      {R"("disableNonce":"true","pkceEnabled":"false")",
       "With disableNonce PKCE must stay on: nothing else ties a code to its browser"},
      {R"("clientAuthMethod":"tls_client_auth")", "The client authentication tls_client_auth is not supported"},
      {R"("forwardParameters":"acr_values, tracking")", "The parameter tracking cannot be forwarded"},
      {R"("filteredByClaim":"true","claimFilterName":"groups")",
       "claimFilterName and claimFilterValue say whom filteredByClaim lets in"},
  };
  for (const auto& [config, why] : refused) expect(make("odd", config), 400, R"({"errorMessage":")" + why + R"("})");
  EXPECT_EQ(make("kept", R"("doNotStoreUsers":"false","forwardParameters":"acr_values,ui_locales","useJwksUrl":"true",)"
                         R"("filteredByClaim":"true","claimFilterName":"groups","claimFilterValue":"staff")")
                .status,
            201);
  const auto mapper = [this](const std::string& kind) {
    return world.post("/identity-provider/instances/kept/mappers",
                      R"({"name":")" + kind + R"(","identityProviderMapper":")" + kind + R"(","config":{}})");
  };
  EXPECT_EQ(mapper("saml-user-attribute-idp-mapper").status, 400);
  EXPECT_EQ(mapper("github-user-attribute-mapper").status, 201);
}

// A key store's password is hashed 100,000 times: were it done in a transaction, every writer would wait for it.
TEST_F(AdminEffects, refuses_to_make_key_stores_in_a_transaction) {
  const auto id = client(R"({"clientId":"app"})");
  const auto path = "/clients/" + id + "/certificates/jwt.credential";
  ASSERT_EQ(world.post(path + "/generate", "{}").status, 200);
  world.store.fail_writes(0, StoreError::kBusy);
  EXPECT_EQ(world.post(path + "/generate-and-download", R"({"keyAlias":"a"})").status, 400);
  EXPECT_EQ(world.post(path + "/download", R"({"keyAlias":"a"})").status, 400);
  EXPECT_EQ(world.post(path + "/generate-and-download", R"({"keyAlias":"a","keyPassword":"p"})").status, 503);
  world.store.heal();
  EXPECT_EQ(world.post(path + "/generate-and-download", R"({"keyAlias":"a","keyPassword":"p"})").status, 200);
}

TEST_F(AdminEffects, refuses_uploads_without_a_certificate) {
  const auto id = client(R"({"clientId":"app"})");
  const auto send = [&](std::string_view file, std::string_view format) {
    const auto body = "--b\r\nContent-Disposition: form-data; name=\"keystoreFormat\"\r\n\r\n" + std::string(format) +
                      "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" +
                      std::string(file) + "\r\n--b--";
    return world.send(web::Method::kPost,
                      "/admin/realms/demo/clients/" + id + "/certificates/jwt.credential/upload-certificate",
                      world.root(), body, "multipart/form-data; boundary=b");
  };
  expect(send("nothing", "Certificate PEM"), 400, R"({"errorMessage":"The file holds no certificate"})");
  expect(send("nothing", "PKCS12"), 400,
         R"({"errorMessage":"Only Certificate PEM, Public Key PEM and JSON Web Key Set files can be read"})");
  EXPECT_EQ(send("nothing", "JKS").status, 400);
  const auto path = "/clients/" + id + "/certificates/jwt.credential";
  EXPECT_EQ(world.post(path + "/upload-certificate", "{}").status, 415);
  expect(world.post(path + "/download", R"({"storePassword":"p"})"), 404,
         R"({"error":"keypair not generated for client"})");
  const auto made = string_or(world.post(path + "/generate", "{}").object(), "certificate", "");
  EXPECT_EQ(world.post(path + "/generate", "{}").status, 200);
  EXPECT_EQ(string_or(send(made, "Certificate PEM").object(), "certificate", ""), made);
  expect(world.post(path + "/download", R"({"keyAlias":"a"})"), 400,
         R"({"errorMessage":"Need to specify a key alias and a password"})");
  EXPECT_EQ(world
                .send(web::Method::kPost, "/admin/realms/demo/clients/none/certificates/jwt.credential/download",
                      world.root(), R"({"storePassword":"p"})")
                .status,
            404);
  const auto file = world.post(path + "/download", R"({"storePassword":"p"})");
  EXPECT_EQ(file.status, 200);
  EXPECT_GT(file.body.size(), 500U);
  EXPECT_EQ(string_or(world.get(path).object(), "certificate", ""), made);
}

}  // namespace
}  // namespace cardea::protocol
