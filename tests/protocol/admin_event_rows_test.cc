// Every row of the admin API that changes something leaves an event that says what (keycloak.md section 6.3). The test
// walks the table: a row that is neither called here nor excused fails it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "admin/seam/operation.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

/// One call: {name} in path and body stands for what an earlier step saved; a body "@/path" is what GET /path answers.
struct Step {
  std::string_view operation;  // empty: no call of a row to look at, but preparation
  std::string_view path;
  std::string_view body = {};
  std::string_view save = {};  // the made id under this name; "name=/path#member": of the first row of a list
};

struct Excuse {
  std::string_view operation;
  std::string_view reason;
};

constexpr std::string_view kNothingChanges = "nothing of the realm changes";
constexpr std::string_view kOwnEvents = "its parts leave events of their own, or none is wanted";
constexpr std::string_view kNeedsParts = "needs a file or another server; its handler notes what it stores";

constexpr Excuse kNoEvent[] = {
    {"clearEvents", "an event of it would be the first of the new ones"},
    {"clearAdminEvents", "an event of it would be the first of the new ones"},
    {"partialExport", kNothingChanges},
    {"partialImport", kOwnEvents},
    {"importProviderConfig", kNothingChanges},
    {"readProviderCertificate", kNothingChanges},
    {"testSmtpConnection", kNothingChanges},
    {"downloadStoredCertificate", kNothingChanges},
    {"createRealm", "its event stands in the realm of the administrator: see below"},
    {"deleteRealm", "its event stands in the realm of the administrator: see below"},
    {"uploadClientKey", kNeedsParts},
    {"uploadClientCertificate", kNeedsParts},
    {"impersonate", "see admin_partial_test.cc"},
    {"inviteUser", "see admin_organizations_test.cc"},
    {"inviteExistingUser", "see admin_organizations_test.cc"},
    {"resendInvitation", "see admin_organizations_test.cc"},
    {"deleteInvitation", "see admin_organizations_test.cc"},
    {"revokeUserConsent", "needs somebody who signed in and agreed"},
    {"executeActionsEmail", "needs a mail server"},
    {"resetPasswordEmail", "needs a mail server"},
    {"sendVerifyEmail", "needs a mail server"},
    {"deleteRotatedSecret", "see client_policy_executors_test.cc"},
};

// These leave an event that has nothing to show.
constexpr Excuse kNoRepresentation[] = {
    {"clearRealmCache", kNothingChanges},
    {"clearUserCache", kNothingChanges},
    {"clearKeysCache", kNothingChanges},
    {"clearCrlCache", kNothingChanges},
    {"clearBruteForce", "everybody is meant"},
    {"pushRevocation", "what was pushed stands in the realm"},
    {"pushClientRevocation", "what was pushed stands in the client"},
};

constexpr std::string_view kMapper =
    R"({"name":"m","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-claim-mapper",)"
    R"("config":{"claim.name":"a","claim.value":"b"}})";
constexpr std::string_view kMappers =
    R"([{"name":"m2","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-claim-mapper",)"
    R"("config":{"claim.name":"a2","claim.value":"b"}}])";
constexpr std::string_view kPart = R"([{"id":"{part}","name":"part"}])";
constexpr std::string_view kClientPart = R"([{"id":"{clientPart}","name":"client-part"}])";

constexpr Step kSteps[] = {
    // people
    {"createUser", "/users", R"({"username":"eve","enabled":true,"email":"eve@example.org"})", "user"},
    {"updateUser", "/users/{user}", R"({"firstName":"Eve"})"},
    {"updateUserProfile", "/users/profile", "@/users/profile"},
    {"resetPassword", "/users/{user}/reset-password", R"({"type":"password","value":"correct-horse"})",
     "credential=/users/{user}/credentials#id"},
    {"setCredentialLabel", "/users/{user}/credentials/{credential}/userLabel", R"("mine")"},
    {"moveCredentialFirst", "/users/{user}/credentials/{credential}/moveToFirst"},
    {"moveCredentialAfter", "/users/{user}/credentials/{credential}/moveAfter/{credential}"},
    {"disableCredentialTypes", "/users/{user}/disable-credential-types", R"(["otp"])"},
    {"deleteCredential", "/users/{user}/credentials/{credential}"},
    {"clearBruteForceOfUser", "/attack-detection/brute-force/users/{user}"},
    {"clearBruteForce", "/attack-detection/brute-force/users"},
    {"logoutUser", "/users/{user}/logout"},
    // groups
    {"createGroup", "/groups", R"({"name":"g"})", "group"},
    {"createGroupChild", "/groups/{group}/children", R"({"name":"h"})", "child"},
    {"updateGroup", "/groups/{group}", R"({"name":"g2"})"},
    {"joinGroup", "/users/{user}/groups/{group}"},
    {"leaveGroup", "/users/{user}/groups/{group}"},
    {"addDefaultGroup", "/default-groups/{group}"},
    {"removeDefaultGroup", "/default-groups/{group}"},
    {"deleteGroup", "/groups/{child}"},
    // clients and their mappers, roles and scopes
    {"createClient", "/clients", R"({"clientId":"app","adminUrl":"https://app.example/"})", "client"},
    {"updateClient", "/clients/{client}", R"({"clientId":"app","description":"An app"})"},
    {"regenerateClientSecret", "/clients/{client}/client-secret"},
    {"renewRegistrationToken", "/clients/{client}/registration-access-token"},
    {"pushClientRevocation", "/clients/{client}/push-revocation"},
    {"addClientNode", "/clients/{client}/nodes", R"({"node":"node1.example"})"},
    {"deleteClientNode", "/clients/{client}/nodes/node1.example"},
    {"generateClientCertificate", "/clients/{client}/certificates/jwt.credential/generate"},
    {"downloadClientCertificate", "/clients/{client}/certificates/jwt.credential/generate-and-download",
     R"({"format":"PKCS12","keyAlias":"app","keyPassword":"long-enough","storePassword":"long-enough"})"},
    {"createClientMapper", "/clients/{client}/protocol-mappers/models", kMapper, "mapper"},
    {"createClientMappers", "/clients/{client}/protocol-mappers/add-models", kMappers},
    {"updateClientMapper", "/clients/{client}/protocol-mappers/models/{mapper}", kMapper},
    {"deleteClientMapper", "/clients/{client}/protocol-mappers/models/{mapper}"},
    {"createRealmRole", "/roles", R"({"name":"whole"})", "whole=/roles?search=whole#id"},
    {"", "/roles", R"({"name":"part"})", "part=/roles?search=part#id"},
    {"updateRealmRole", "/roles/whole", R"({"name":"whole","description":"d"})"},
    {"addRealmRoleComposites", "/roles/whole/composites", kPart},
    {"removeRealmRoleComposites", "/roles/whole/composites", kPart},
    {"addRoleByIdComposites", "/roles-by-id/{whole}/composites", kPart},
    {"removeRoleMappings", "/ui-ext/role-mapping-delete/roles/{whole}", R"([{"roleId":"{part}","roleName":"part"}])"},
    {"", "/roles/whole/composites", kPart},
    {"removeRoleByIdComposites", "/roles-by-id/{whole}/composites", kPart},
    {"updateRoleById", "/roles-by-id/{whole}", R"({"name":"whole","description":"e"})"},
    {"createClientRole", "/clients/{client}/roles", R"({"name":"client-part"})",
     "clientPart=/clients/{client}/roles#id"},
    {"updateClientRole", "/clients/{client}/roles/client-part", R"({"name":"client-part","description":"d"})"},
    {"addClientRoleComposites", "/clients/{client}/roles/client-part/composites", kPart},
    {"removeClientRoleComposites", "/clients/{client}/roles/client-part/composites", kPart},
    {"addUserRealmRoles", "/users/{user}/role-mappings/realm", kPart},
    {"removeUserRealmRoles", "/users/{user}/role-mappings/realm", kPart},
    {"addUserClientRoles", "/users/{user}/role-mappings/clients/{client}", kClientPart},
    {"removeUserClientRoles", "/users/{user}/role-mappings/clients/{client}", kClientPart},
    {"addGroupRealmRoles", "/groups/{group}/role-mappings/realm", kPart},
    {"removeGroupRealmRoles", "/groups/{group}/role-mappings/realm", kPart},
    {"addGroupClientRoles", "/groups/{group}/role-mappings/clients/{client}", kClientPart},
    {"removeGroupClientRoles", "/groups/{group}/role-mappings/clients/{client}", kClientPart},
    {"addClientRealmScopeMappings", "/clients/{client}/scope-mappings/realm", kPart},
    {"removeClientRealmScopeMappings", "/clients/{client}/scope-mappings/realm", kPart},
    {"addClientClientScopeMappings", "/clients/{client}/scope-mappings/clients/{client}", kClientPart},
    {"removeClientClientScopeMappings", "/clients/{client}/scope-mappings/clients/{client}", kClientPart},
    {"createClientScope", "/client-scopes", R"({"name":"s","protocol":"openid-connect"})", "scope"},
    {"updateClientScope", "/client-scopes/{scope}", R"({"name":"s","protocol":"openid-connect","description":"d"})"},
    {"addClientScopeRealmScopeMappings", "/client-scopes/{scope}/scope-mappings/realm", kPart},
    {"removeClientScopeRealmScopeMappings", "/client-scopes/{scope}/scope-mappings/realm", kPart},
    {"addClientScopeClientScopeMappings", "/client-scopes/{scope}/scope-mappings/clients/{client}", kClientPart},
    {"removeClientScopeClientScopeMappings", "/client-scopes/{scope}/scope-mappings/clients/{client}", kClientPart},
    {"createClientScopeMapper", "/client-scopes/{scope}/protocol-mappers/models", kMapper, "mapper"},
    {"createClientScopeMappers", "/client-scopes/{scope}/protocol-mappers/add-models", kMappers},
    {"updateClientScopeMapper", "/client-scopes/{scope}/protocol-mappers/models/{mapper}", kMapper},
    {"deleteClientScopeMapper", "/client-scopes/{scope}/protocol-mappers/models/{mapper}"},
    {"addRealmDefaultScope", "/default-default-client-scopes/{scope}"},
    {"removeRealmDefaultScope", "/default-default-client-scopes/{scope}"},
    {"addRealmOptionalScope", "/default-optional-client-scopes/{scope}"},
    {"removeRealmOptionalScope", "/default-optional-client-scopes/{scope}"},
    {"addClientDefaultScope", "/clients/{client}/default-client-scopes/{scope}"},
    {"removeClientDefaultScope", "/clients/{client}/default-client-scopes/{scope}"},
    {"addClientOptionalScope", "/clients/{client}/optional-client-scopes/{scope}"},
    {"removeClientOptionalScope", "/clients/{client}/optional-client-scopes/{scope}"},
    {"createClientTemplate", "/client-templates", R"({"name":"t","protocol":"openid-connect"})", "template"},
    {"updateClientTemplate", "/client-templates/{template}", R"({"name":"t2","protocol":"openid-connect"})"},
    {"createClientTemplateMapper", "/client-templates/{template}/protocol-mappers/models", kMapper, "mapper"},
    {"createClientTemplateMappers", "/client-templates/{template}/protocol-mappers/add-models", kMappers},
    {"updateClientTemplateMapper", "/client-templates/{template}/protocol-mappers/models/{mapper}", kMapper},
    {"deleteClientTemplateMapper", "/client-templates/{template}/protocol-mappers/models/{mapper}"},
    {"deleteClientTemplate", "/client-templates/{template}"},
    {"deleteClientScope", "/client-scopes/{scope}"},
    {"deleteClientRole", "/clients/{client}/roles/client-part"},
    {"deleteClient", "/clients/{client}"},
    {"deleteRoleById", "/roles-by-id/{whole}"},
    {"deleteRealmRole", "/roles/part"},
    {"createInitialAccess", "/clients-initial-access", R"({"count":1,"expiration":60})",
     "ticket=/clients-initial-access#id"},
    {"deleteInitialAccess", "/clients-initial-access/{ticket}"},
    // how people sign in
    {"createFlow", "/authentication/flows", R"({"alias":"f","providerId":"basic-flow","topLevel":true})", "flow"},
    {"updateFlow", "/authentication/flows/{flow}", R"({"alias":"f2"})"},
    {"copyFlow", "/authentication/flows/f2/copy", R"({"newName":"f3"})"},
    {"addExecution", "/authentication/flows/f2/executions/execution", R"({"provider":"deny-access-authenticator"})",
     "execution"},
    {"addSubFlow", "/authentication/flows/f2/executions/flow", R"({"alias":"below","type":"basic-flow"})"},
    {"updateExecution", "/authentication/flows/f2/executions", R"({"id":"{execution}","requirement":"REQUIRED"})"},
    {"raiseExecution", "/authentication/executions/{execution}/raise-priority"},
    {"lowerExecution", "/authentication/executions/{execution}/lower-priority"},
    {"createExecutionConfig", "/authentication/executions/{execution}/config",
     R"({"alias":"c","config":{"denyErrorMessage":"No."}})", "config"},
    {"updateAuthenticatorConfig", "/authentication/config/{config}",
     R"({"alias":"c","config":{"denyErrorMessage":"Never."}})"},
    {"deleteAuthenticatorConfig", "/authentication/config/{config}"},
    {"deleteExecution", "/authentication/executions/{execution}"},
    {"deleteFlow", "/authentication/flows/{flow}"},
    {"updateRequiredActionConfig", "/authentication/required-actions/UPDATE_PASSWORD/config",
     R"({"config":{"max_auth_age":"100"}})"},
    {"deleteRequiredActionConfig", "/authentication/required-actions/UPDATE_PASSWORD/config"},
    {"updateRequiredAction", "/authentication/required-actions/UPDATE_PASSWORD",
     R"({"alias":"UPDATE_PASSWORD","name":"New password"})"},
    {"raiseRequiredAction", "/authentication/required-actions/UPDATE_PASSWORD/raise-priority"},
    {"lowerRequiredAction", "/authentication/required-actions/UPDATE_PASSWORD/lower-priority"},
    {"deleteRequiredAction", "/authentication/required-actions/UPDATE_PASSWORD"},
    {"registerRequiredAction", "/authentication/register-required-action", R"({"providerId":"UPDATE_PASSWORD"})"},
    // upstream
    {"createIdentityProvider", "/identity-provider/instances",
     R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","authorizationUrl":"https://up.example/auth",)"
     R"("tokenUrl":"https://up.example/token"}})"},
    {"updateIdentityProvider", "/identity-provider/instances/up", "@/identity-provider/instances/up"},
    {"createIdpMapper", "/identity-provider/instances/up/mappers",
     R"({"name":"m","identityProviderAlias":"up","identityProviderMapper":"hardcoded-attribute-idp-mapper",)"
     R"("config":{"attribute":"a","attribute.value":"b"}})",
     "idpMapper=/identity-provider/instances/up/mappers#id"},
    {"updateIdpMapper", "/identity-provider/instances/up/mappers/{idpMapper}",
     "@/identity-provider/instances/up/mappers/{idpMapper}"},
    {"deleteIdpMapper", "/identity-provider/instances/up/mappers/{idpMapper}"},
    {"makeScimToken", "/identity-provider/instances/up/scim-token", "{}"},
    {"removeScimToken", "/identity-provider/instances/up/scim-token"},
    {"addFederatedIdentity", "/users/{user}/federated-identity/up", R"({"userId":"7","userName":"seven"})"},
    {"removeFederatedIdentity", "/users/{user}/federated-identity/up"},
    // organizations
    {"", "", R"({"organizationsEnabled":true})"},
    {"createOrganization", "/organizations", R"({"name":"acme","domains":[{"name":"acme.example"}]})", "organization"},
    {"updateOrganization", "/organizations/{organization}", "@/organizations/{organization}"},
    {"addOrganizationMember", "/organizations/{organization}/members", "{user}"},
    {"createOrganizationGroup", "/organizations/{organization}/groups", R"({"name":"eng"})", "team"},
    {"createOrganizationGroupChild", "/organizations/{organization}/groups/{team}/children", R"({"name":"back"})"},
    {"updateOrganizationGroup", "/organizations/{organization}/groups/{team}", R"({"name":"builders"})"},
    {"joinOrganizationGroup", "/organizations/{organization}/groups/{team}/members/{user}"},
    {"", "/roles", R"({"name":"part"})", "part=/roles?search=part#id"},
    {"", "", "", "client=/clients?clientId=account#id"},
    {"", "/clients/{client}/roles", R"({"name":"client-part"})",
     "clientPart=/clients/{client}/roles?search=client-part#id"},
    {"addOrganizationGroupRealmRoles", "/organizations/{organization}/groups/{team}/role-mappings/realm", kPart},
    {"removeOrganizationGroupRealmRoles", "/organizations/{organization}/groups/{team}/role-mappings/realm", kPart},
    {"addOrganizationGroupClientRoles", "/organizations/{organization}/groups/{team}/role-mappings/clients/{client}",
     kClientPart},
    {"removeOrganizationGroupClientRoles", "/organizations/{organization}/groups/{team}/role-mappings/clients/{client}",
     kClientPart},
    {"leaveOrganizationGroup", "/organizations/{organization}/groups/{team}/members/{user}"},
    {"deleteOrganizationGroup", "/organizations/{organization}/groups/{team}"},
    {"removeOrganizationMember", "/organizations/{organization}/members/{user}"},
    {"linkOrganizationProvider", "/organizations/{organization}/identity-providers", "up"},
    {"unlinkOrganizationProvider", "/organizations/{organization}/identity-providers/up"},
    {"deleteOrganization", "/organizations/{organization}"},
    {"deleteIdentityProvider", "/identity-provider/instances/up"},
    {"deleteUser", "/users/{user}"},
    // settings
    {"createComponent", "/components",
     R"({"name":"max","providerId":"max-clients",)"
     R"("providerType":"org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy",)"
     R"("subType":"anonymous","config":{"max-clients":["5"]}})",
     "component"},
    {"updateComponent", "/components/{component}", "@/components/{component}"},
    {"deleteComponent", "/components/{component}"},
    {"mergeTexts", "/localization/de", R"({"greeting":"Hallo"})"},
    {"setText", "/localization/de/greeting", "Servus"},
    {"deleteText", "/localization/de/greeting"},
    {"", "/localization/de", R"({"greeting":"Hallo"})"},
    {"deleteTexts", "/localization/de"},
    {"updateClientProfiles", "/client-policies/profiles", R"({"profiles":[]})"},
    {"updateClientPolicies", "/client-policies/policies", R"({"policies":[]})"},
    {"saveRealmWithProfile", "/ui-ext", R"({"displayName":"Demo"})"},
    {"updateRealm", "", R"({"displayName":"The demo"})"},
    {"deleteSession", "/sessions/{session}"},
    {"clearRealmCache", "/clear-realm-cache"},
    {"clearUserCache", "/clear-user-cache"},
    {"clearKeysCache", "/clear-keys-cache"},
    {"clearCrlCache", "/clear-crl-cache"},
    {"pushRevocation", "/push-revocation"},
    {"logoutAll", "/logout-all"},
    {"updateEventsConfig", "/events/config", R"({"adminEventsEnabled":true,"adminEventsDetailsEnabled":true})"},
};

const admin::Operation* find_operation(std::string_view name) {
  for (const auto& operation : admin::operations()) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}

class AdminEventRows : public testing::Test {
 protected:
  AdminEventRows() {
    const std::string_view keep = R"({"adminEventsEnabled":true,"adminEventsDetailsEnabled":true})";
    EXPECT_EQ(world.put("/events/config", keep).status, 204);
    EXPECT_EQ(world.put("/admin/realms/master/events/config", keep).status, 204);
    (void)world.token("demo", "ada");
    saved["session"] = first("/users/" + world.user_id("ada") + "/sessions", "id");
  }

  std::string first(std::string_view path, std::string_view member) {
    const auto list = world.get(path).array();
    EXPECT_FALSE(list.empty()) << path;
    return list.empty() ? std::string() : string_or(list.front().as_object(), member, "");
  }
  std::string filled(std::string_view text) const {
    std::string out(text);
    for (const auto& [name, value] : saved) {
      const auto mark = "{" + name + "}";
      for (auto at = out.find(mark); at != std::string::npos; at = out.find(mark)) out.replace(at, mark.size(), value);
    }
    return out;
  }
  void save(std::string_view what, const AdminWorld::Sent& sent) {
    const auto equals = what.find('=');
    if (what.empty() || equals == 0) return;
    if (equals == std::string_view::npos) {
      saved[std::string(what)] = sent.made_id();
      return;
    }
    const auto hash = what.find('#');
    saved[std::string(what.substr(0, equals))] =
        first(filled(what.substr(equals + 1, hash - equals - 1)), what.substr(hash + 1));
  }

  AdminWorld world;
  Texts saved;
};

TEST_F(AdminEventRows, every_change_leaves_an_event_that_says_what) {
  std::set<std::string_view> called;
  for (const auto& step : kSteps) {
    const auto path = filled(step.path);
    auto body = filled(step.body);
    if (body.starts_with('@')) body = world.get(body.substr(1)).body;
    const auto* operation = find_operation(step.operation);
    if (step.operation.empty()) {
      if (!body.empty()) {
        const auto sent = path.empty() ? world.put(path, body) : world.post(path, body);
        EXPECT_LT(sent.status, 300) << step.path << sent.body;
        save(step.save, sent);
      } else {
        save(step.save, {});
      }
      continue;
    }
    ASSERT_NE(operation, nullptr) << step.operation;
    called.insert(step.operation);
    world.clock.advance(milliseconds(1));
    const auto type = step.operation == "setText" ? "text/plain" : "application/json";
    const auto sent = world.send(operation->method, "/admin/realms/demo" + path, world.root(), body, type);
    ASSERT_LT(sent.status, 300) << step.operation << " " << sent.status << " " << sent.body;
    save(step.save, sent);
    const auto events = world.get("/admin-events?max=1").array();
    ASSERT_FALSE(events.empty()) << step.operation;
    const auto& event = events.front().as_object();
    EXPECT_EQ(int_or(event, "time", 0), epoch_milliseconds(world.clock.now())) << step.operation << " leaves none";
    const bool is_excused = std::ranges::any_of(
        kNoRepresentation, [&](const Excuse& excuse) { return excuse.operation == step.operation; });
    EXPECT_EQ(string_or(event, "representation", "").empty(), is_excused) << step.operation;
  }
  for (const auto& operation : admin::operations()) {
    if (operation.method == web::Method::kGet || operation.mode == admin::Mode::kRead) continue;
    const bool is_excused =
        std::ranges::any_of(kNoEvent, [&](const Excuse& excuse) { return excuse.operation == operation.name; });
    EXPECT_NE(called.contains(operation.name), is_excused) << operation.name;
  }
}

TEST_F(AdminEventRows, realms_that_come_and_go_leave_an_event_in_the_realm_of_the_administrator) {
  ASSERT_EQ(world.post("/admin/realms", R"({"realm":"shop","enabled":true,"smtpServer":{"password":"hidden"}})").status,
            201);
  ASSERT_EQ(world.remove("/admin/realms/shop").status, 204);
  const auto events = world.get("/admin/realms/master/admin-events?resourceTypes=REALM").array();
  ASSERT_GE(events.size(), 2U);
  for (const auto& [at, operation] : {std::pair(0, "DELETE"), std::pair(1, "CREATE")}) {
    const auto& event = events[static_cast<std::size_t>(at)].as_object();
    EXPECT_EQ(string_or(event, "operationType", ""), operation);
    EXPECT_EQ(string_or(event, "resourcePath", ""), "shop");
    EXPECT_THAT(string_or(event, "representation", ""), testing::HasSubstr(R"("realm":"shop")"));
    EXPECT_THAT(string_or(event, "representation", ""), testing::Not(testing::HasSubstr("hidden")));
  }
}

}  // namespace
}  // namespace cardea::protocol
