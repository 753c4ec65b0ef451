#include "broker/identity.h"

#include <gtest/gtest.h>

#include "broker/mappers.h"
#include "broker/state.h"
#include "upstream/metadata.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::string_view kObject = "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001";

IdentityProvider provider(std::string kind, ProviderConfig config = {}) {
  IdentityProvider out;
  out.alias = "entra-id";
  out.kind = std::move(kind);
  out.config = std::move(config);
  return out;
}

json::object entra_claims() {
  return {{"iss", "https://login.microsoftonline.com/" + std::string(kTenant) + "/v2.0"},
          {"tid", kTenant},
          {"oid", kObject},
          {"sub", "pairwise"},
          {"name", "Uma Ray"},
          {"preferred_username", "uma@contoso.example"}};
}

Result<UpstreamIdentity, IdentityError> identity(const IdentityProvider& from, const json::object& claims,
                                                 const json::object& more = {}) {
  return make_identity(from, addresses_of(from), claims, more);
}

TEST(EntraIdentity, refuses_tokens_without_tenant_or_object) {
  for (const auto* name : {"tid", "oid"}) {
    auto claims = entra_claims();
    claims.erase(name);
    EXPECT_EQ(identity(provider("entra"), claims).error(), IdentityError::kNoId) << name;
  }
}

TEST(EntraIdentity, refuses_a_profile_of_somebody_else) {
  const json::object graph{{"id", "another"}, {"mail", "admin@contoso.example"}};
  EXPECT_EQ(identity(provider("entra"), entra_claims(), graph).error(), IdentityError::kOtherSubject);
}

TEST(EntraIdentity, is_keyed_by_tenant_and_object_and_named_by_graph) {
  const json::object graph{{"id", kObject},
                           {"userPrincipalName", "Uma@Contoso.example"},
                           {"mail", "Uma.Ray@Contoso.example"},
                           {"displayName", "Uma Ray"},
                           {"givenName", nullptr},
                           {"surname", nullptr}};
  const auto uma = identity(provider("entra"), entra_claims(), graph).value();
  EXPECT_EQ(uma.id, std::string(kTenant) + "/" + std::string(kObject));
  EXPECT_EQ(uma.username, "uma@contoso.example");
  const auto as_written = provider("entra", {{"caseSensitiveOriginalUsername", "true"}});
  EXPECT_EQ(identity(as_written, entra_claims(), graph)->username, "Uma@Contoso.example");
  EXPECT_EQ(uma.email, "uma.ray@contoso.example");
  EXPECT_EQ(uma.first_name, "Uma");
  EXPECT_EQ(uma.last_name, "Ray");
  const auto other = identity(provider("entra"), entra_claims(), {{"id", kObject}, {"otherMails", {"o@x.example"}}});
  EXPECT_EQ(other->email, "o@x.example");
}

// G2-15: `mail` is what a foreign tenant's administrator wrote.
TEST(EntraIdentity, refuses_to_take_mail_for_verified) {
  auto trusting = provider("entra", {{"emailDomains", "contoso.example"}});
  trusting.trust_email = true;
  const json::object graph{{"id", kObject}, {"mail", "admin@contoso.example"}};
  auto claims = entra_claims();
  claims["email_verified"] = true;  // no claim of Entra's
  EXPECT_FALSE(identity(trusting, claims, graph)->email_verified);
  claims["email"] = "admin@contoso.example";
  claims["xms_edov"] = false;
  EXPECT_FALSE(identity(trusting, claims, graph)->email_verified);
  claims["xms_edov"] = true;
  EXPECT_TRUE(identity(trusting, claims, graph)->email_is_proof);
  claims["email"] = "other@contoso.example";  // what was verified is another address
  EXPECT_FALSE(identity(trusting, claims, graph)->email_verified);
  claims.erase("xms_edov");
  claims["verified_primary_email"] = json::array{"admin@contoso.example"};
  EXPECT_TRUE(identity(trusting, claims, graph)->email_is_proof);
  trusting.trust_email = false;
  EXPECT_FALSE(identity(trusting, claims, graph)->email_verified);
}

TEST(Identity, refuses_authority_over_domains_that_are_not_listed) {
  auto trusting = provider("oidc", {{"emailDomains", "demo.example, other.example"}});
  trusting.trust_email = true;
  const auto of = [&](std::string_view email) {
    return identity(trusting, {{"sub", "s"}, {"email", email}, {"email_verified", true}}).value();
  };
  EXPECT_TRUE(of("a@demo.example").email_is_proof);
  for (const auto* email : {"a@evil-demo.example", "a@demo.example.evil", "a@sub.demo.example", "demo.example", "a@"}) {
    EXPECT_FALSE(of(email).email_is_proof) << email;
  }
}

// `email_verified` is about the claim `email` beside it, and nothing else.
TEST(Identity, refuses_to_take_another_address_for_verified) {
  auto trusting = provider("oidc", {{"emailDomains", "demo.example"}, {"emailClaim", "contact"}});
  trusting.trust_email = true;
  const json::object claims{
      {"sub", "s"}, {"contact", "boss@demo.example"}, {"email", "me@demo.example"}, {"email_verified", true}};
  EXPECT_FALSE(identity(trusting, claims)->email_verified);
  trusting.config.erase("emailClaim");
  EXPECT_TRUE(identity(trusting, claims)->email_is_proof);
  // The address out of one document, the flag out of the other.
  const json::object flag{{"sub", "s"}, {"email", "me@demo.example"}, {"email_verified", true}};
  EXPECT_FALSE(identity(trusting, {{"sub", "s"}, {"email", "boss@demo.example"}}, flag)->email_verified);
  EXPECT_TRUE(identity(trusting, {{"sub", "s"}, {"email", "me@demo.example"}}, flag)->email_verified);
}

// The parameter `hd` is a wish that the person can take out; the claim is what counts.
TEST(Identity, refuses_accounts_outside_of_googles_hosted_domain) {
  const auto of = [](const std::string& wanted, const json::object& claims) {
    return identity(provider("google", {{"hostedDomain", wanted}}), claims, {{"sub", "s"}, {"hd", "demo.example"}});
  };
  const json::object gmail{{"sub", "s"}};
  const json::object other{{"sub", "s"}, {"hd", "other.example"}};
  const json::object ours{{"sub", "s"}, {"hd", "Demo.example"}};
  EXPECT_EQ(of("demo.example", gmail).error(), IdentityError::kOtherDomain);
  EXPECT_EQ(of("demo.example", other).error(), IdentityError::kOtherDomain);
  EXPECT_EQ(of("*", gmail).error(), IdentityError::kOtherDomain);
  EXPECT_TRUE(of("demo.example", ours));
  EXPECT_TRUE(of("*", other));
  EXPECT_TRUE(of("", gmail));
}

TEST(Identity, reads_claims_by_path_and_survives_json) {
  const json::object claims{{"a", {{"b.c", {"x", 7, true}}}}, {"u.v", "flat"}, {"sub", "s"}};
  EXPECT_EQ(claim_texts(claims, "a.b\\.c"), (std::vector<std::string>{"x", "7", "true"}));
  EXPECT_EQ(claim_text(claims, "u.v"), "flat");
  EXPECT_TRUE(claim_texts(claims, "a.b.c").empty());
  EXPECT_TRUE(claim_texts(claims, "").empty());
  const auto made = identity(provider("oidc"), claims).value();
  const auto again = identity_from_json(to_json(made));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, "s");
  EXPECT_EQ(again->claims, made.claims);
  EXPECT_FALSE(identity_from_json("{}"));
}

// ---- addresses

TEST(Addresses, follow_the_guides_urls_for_one_tenant_and_for_common) {  // guides.md G2.2
  const std::string base = "https://login.microsoftonline.com/";
  for (const auto& tenant : {std::string(kTenant), std::string("common")}) {
    const auto by_urls = addresses_of(provider("entra", {{"authorizationUrl", base + tenant + "/oauth2/v2.0/authorize"},
                                                         {"tokenUrl", base + tenant + "/oauth2/v2.0/token"},
                                                         {"userInfoUrl", "https://graph.microsoft.com/v1.0/me"},
                                                         {"jwksUrl", base + tenant + "/discovery/v2.0/keys"}}));
    const auto by_tenant = addresses_of(provider("entra", {{"tenantId", tenant}}));
    EXPECT_EQ(by_urls.authorization, by_tenant.authorization);
    EXPECT_EQ(by_urls.token, by_tenant.token);
    EXPECT_EQ(by_urls.jwks, by_tenant.jwks);
    EXPECT_EQ(by_urls.userinfo, by_tenant.userinfo);
    EXPECT_EQ(by_urls.issuer.issuer, base + (tenant == "common" ? "{tenantid}" : tenant) + "/v2.0");
    EXPECT_FALSE(needs_discovery(by_urls));
  }
  EXPECT_TRUE(needs_discovery(addresses_of(provider("entra", {{"tenantId", "contoso.onmicrosoft.com"}}))));
}

// What restricts tenants never opens them: neither by URLs beside it, nor by being left out or misspelt.
TEST(Addresses, refuse_tenants_that_nobody_named) {
  const std::string common = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize";
  const auto of = [](ProviderConfig config) { return addresses_of(provider("entra", std::move(config))); };
  const std::string tenant(kTenant);
  EXPECT_EQ(missing(of({})), "no_allowed_tenants");
  EXPECT_EQ(missing(of({{"tenantId", "common"}})), "no_allowed_tenants");
  EXPECT_EQ(missing(of({{"authorizationUrl", common}})), "no_allowed_tenants");
  for (const auto* list : {",", "contoso.example", " "}) {
    EXPECT_EQ(missing(of({{"tenantId", "common"}, {"allowedTenants", list}})), "bad_allowed_tenants") << list;
  }
  for (const auto* list : {"", "*"}) {
    const auto both = of({{"tenantId", tenant}, {"authorizationUrl", common}, {"allowedTenants", list}});
    EXPECT_EQ(both.issuer.tenants, std::vector<std::string>{tenant}) << list;
    EXPECT_FALSE(missing(both));
  }
  EXPECT_FALSE(missing(of({{"tenantId", "common"}, {"allowedTenants", "*"}})));
}

TEST(Addresses, refuse_a_template_issuer_out_of_a_document_without_tenants) {
  const auto from = provider("oidc", {{"metadataDescriptorUrl", "https://up.example/common/openid-configuration"}});
  const auto metadata = upstream::parse_metadata(
      R"({"issuer":"https://up.example/{tenantid}/v2.0","authorization_endpoint":"https://up.example/a",)"
      R"("token_endpoint":"https://up.example/t","jwks_uri":"https://up.example/k"})");
  EXPECT_EQ(missing(filled_in(addresses_of(from), *metadata)), "no_allowed_tenants");
}

TEST(Addresses, use_the_hosts_of_national_clouds) {  // G2-32
  const auto gov = addresses_of(provider("entra", {{"tenantId", "common"}, {"cloud", "usgov"}}));
  EXPECT_EQ(gov.authorization, "https://login.microsoftonline.us/common/oauth2/v2.0/authorize");
  EXPECT_EQ(gov.userinfo, "https://graph.microsoft.us/v1.0/me");
  EXPECT_EQ(gov.issuer.issuer, "https://login.microsoftonline.us/{tenantid}/v2.0");
  const auto scope = scope_of(provider("entra", {{"cloud", "usgov"}}), gov);
  EXPECT_NE(scope.find("https://graph.microsoft.us/User.Read"), std::string::npos);
}

TEST(Addresses, read_additional_scopes_as_authentik_does) {
  const auto ask = [](const std::string& configured) {
    const auto entra = provider("entra", {{"defaultScope", configured}});
    return scope_of(entra, addresses_of(entra));
  };
  const std::string defaults = "openid profile email https://graph.microsoft.com/User.Read";
  EXPECT_EQ(ask(""), defaults);
  EXPECT_EQ(ask("https://graph.microsoft.com/GroupMember.Read.All"),
            defaults + " https://graph.microsoft.com/GroupMember.Read.All");
  EXPECT_EQ(ask("*email"), "openid email");
  EXPECT_EQ(scope_of(provider("oidc"), addresses_of(provider("oidc"))), "openid");
}

TEST(Addresses, refuse_what_a_login_cannot_work_with) {
  EXPECT_EQ(missing(addresses_of(provider("oidc"))), "no_authorization_url");
  const auto without_keys = addresses_of(
      provider("oidc", {{"authorizationUrl", "https://up.example/a"}, {"tokenUrl", "https://up.example/t"}}));
  EXPECT_EQ(missing(without_keys), "no_jwks_url");  // a signature that cannot be checked is none
  EXPECT_FALSE(needs_discovery(without_keys));
}

TEST(Addresses, keep_what_an_administrator_wrote) {
  const auto from = provider("oidc", {{"issuer", "https://up.example"}, {"tokenUrl", "https://inner.example/t"}});
  const auto metadata =
      upstream::parse_metadata(R"({"issuer":"https://up.example","authorization_endpoint":"https://up.example/a",)"
                               R"("token_endpoint":"https://up.example/t","jwks_uri":"https://up.example/k"})");
  const auto filled = filled_in(addresses_of(from), *metadata);
  EXPECT_EQ(filled.token, "https://inner.example/t");
  EXPECT_EQ(filled.authorization, "https://up.example/a");
  EXPECT_FALSE(missing(filled));
}

// ---- mappers

IdentityProviderMapper mapper(std::string kind, ProviderConfig config, SyncMode sync) {
  IdentityProviderMapper out;
  out.name = kind;
  out.kind = std::move(kind);
  out.sync = sync;
  out.config = std::move(config);
  return out;
}

UpstreamIdentity someone(json::object claims) {
  UpstreamIdentity out;
  out.provider = "up";
  out.id = "u";
  out.claims = std::move(claims);
  return out;
}

TEST(Mappers, leave_out_and_report_what_they_cannot_run) {
  const auto mapped = run_mappers(
      {mapper("script-mapper", {}, SyncMode::kForce),
       mapper("oidc-role-idp-mapper", {{"claim", "a"}}, SyncMode::kForce),
       mapper("oidc-advanced-role-idp-mapper", {{"claims", "[]"}, {"role", "r"}}, SyncMode::kForce),
       mapper("oidc-user-attribute-idp-mapper", {{"claim", "a"}, {"user.attribute", "username"}}, SyncMode::kForce)},
      someone({{"a", "b"}}), true);
  EXPECT_EQ(mapped.problems.size(), 4U);
  EXPECT_TRUE(mapped.roles.empty());
  EXPECT_TRUE(mapped.attributes.empty());
}

TEST(Mappers, follow_their_sync_mode) {
  const ProviderConfig config{{"claim", "groups"}, {"claim.value", "admins"}, {"role", "admin"}};
  const auto roles = [&](SyncMode sync, bool is_first, bool holds) {
    const auto who = someone({{"groups", holds ? json::array{"x", "admins"} : json::array{"x"}}});
    return run_mappers({mapper("oidc-role-idp-mapper", config, sync)}, who, is_first).roles;
  };
  for (const auto sync : {SyncMode::kImport, SyncMode::kLegacy, SyncMode::kForce}) {
    ASSERT_EQ(roles(sync, true, true).size(), 1U);
    EXPECT_TRUE(roles(sync, true, true).front().has);
    EXPECT_TRUE(roles(sync, true, false).empty());
  }
  EXPECT_TRUE(roles(SyncMode::kImport, false, true).empty());
  EXPECT_TRUE(roles(SyncMode::kImport, false, false).empty());
  EXPECT_TRUE(roles(SyncMode::kForce, false, true).front().has);
  EXPECT_FALSE(roles(SyncMode::kForce, false, false).front().has);
  EXPECT_TRUE(roles(SyncMode::kLegacy, false, true).empty());
  EXPECT_FALSE(roles(SyncMode::kLegacy, false, false).front().has);
}

TEST(Mappers, need_every_claim_of_an_advanced_one) {
  const ProviderConfig config{{"claims", R"([{"key":"dept","value":"dev.*"},{"key":"site","value":"paris"}])"},
                              {"are.claim.values.regex", "true"},
                              {"group", "/staff"}};
  const auto groups = [&](const json::object& claims) {
    return run_mappers({mapper("oidc-advanced-group-idp-mapper", config, SyncMode::kForce)}, someone(claims), true)
        .groups;
  };
  EXPECT_TRUE(groups({{"dept", "devops"}}).empty());
  EXPECT_TRUE(groups({{"dept", "my dev"}, {"site", "paris"}}).empty());  // the whole value, not a part
  EXPECT_EQ(groups({{"dept", "devops"}, {"site", "paris"}}).size(), 1U);
}

TEST(Mappers, fill_templates) {
  const auto who = someone({{"preferred_username", "Zoe"}, {"email", "Zoe@up.example"}});
  EXPECT_EQ(fill_template("${ALIAS}.${CLAIM.preferred_username | lowercase}", who), "up.zoe");
  EXPECT_EQ(fill_template("${CLAIM.email|localpart}", who), "Zoe");
  EXPECT_EQ(fill_template("a${CLAIM.none}b${open", who), "ab${open");
}

// ---- state

TEST(State, refuses_what_was_changed_or_is_old) {
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 's')));
  const crypto::Sealer sealer(std::move(keys));
  const auto now = from_epoch_seconds(1'767'225'600);
  const UpstreamState state{.realm = "demo",
                            .alias = "up",
                            .tab_id = "tab",
                            .secret = "secret",
                            .paused_hash = "h",
                            .is_source = true,
                            .expires_at = now + kStateLife};
  const auto text = seal_state(sealer, state);
  const auto opened = open_state(sealer, text, now);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->alias, "up");
  EXPECT_TRUE(opened->is_source);
  EXPECT_EQ(opened->nonce(), state.nonce());
  EXPECT_NE(opened->nonce().find_first_not_of("secret"), std::string::npos);
  EXPECT_FALSE(open_state(sealer, text, now + kStateLife));
  auto changed = text;
  changed[text.size() / 2] = changed[text.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(open_state(sealer, changed, now));
  EXPECT_FALSE(open_state(sealer, "", now));
}

TEST(State, refuses_cookies_that_are_no_paused_login) {
  for (const auto* text : {"", "a", "a.b.c", ".eA.eA.eA", "a.!.eA.eA", "a.eA.eA.eA.eA"}) {
    EXPECT_FALSE(decode_paused(text)) << text;
  }
  const PausedLogin paused{
      .session_code = "code", .execution = "x-1", .client_id = "my app", .tab_id = "tab", .client_data = {}};
  EXPECT_EQ(decode_paused(encode_paused(paused))->client_id, "my app");
  auto long_one = paused;
  long_one.session_code = std::string(kPausedBytesMax, 'a');
  EXPECT_EQ(encode_paused(long_one), "");
}

// Keycloak's "verify essential claim": what is signed, and the whole value.
TEST(Identity, refuses_people_whom_the_claim_filter_leaves_out) {
  const json::object token{{"iss", "https://up"}, {"sub", "u"}, {"groups", {"staff", "all"}}, {"n", 7}};
  const auto comes_in = [&](ProviderConfig config, const json::object& more = {}) {
    IdentityProvider provider;
    provider.alias = "up";
    provider.kind = "oidc";
    provider.config = std::move(config);
    const auto identity = make_identity(provider, Addresses(), token, more);
    if (!identity) EXPECT_EQ(identity.error(), IdentityError::kFilteredOut);
    return identity.has_value();
  };
  const auto filter = [](std::string name, std::string value) {
    return ProviderConfig{
        {"filteredByClaim", "true"}, {"claimFilterName", std::move(name)}, {"claimFilterValue", std::move(value)}};
  };
  EXPECT_TRUE(comes_in({}));
  EXPECT_TRUE(comes_in(filter("groups", "staff")));
  EXPECT_TRUE(comes_in(filter("groups", "st.*")));
  EXPECT_TRUE(comes_in(filter("n", "7")));
  EXPECT_FALSE(comes_in(filter("groups", "sta")));
  EXPECT_FALSE(comes_in(filter("groups", "taff")));
  EXPECT_FALSE(comes_in(filter("groups", "(")));
  EXPECT_FALSE(comes_in(filter("roles", "staff")));
  EXPECT_FALSE(comes_in(filter("roles", "staff"), {{"sub", "u"}, {"roles", "staff"}}));  // not signed
  EXPECT_FALSE(comes_in(filter("", "staff")));
  EXPECT_FALSE(comes_in(filter("groups", "")));
  EXPECT_FALSE(comes_in({{"filteredByClaim", "true"}}));
}

}  // namespace
}  // namespace cardea::broker
