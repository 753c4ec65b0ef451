// SCIM 2.0 (RFC 7643, RFC 7644) as a provider's directory speaks it here: entra.md sections 14 and 15 have the clients'
// exact forms. What a token must not do comes first (attack classes 7, 8, 21 and 25).
#include <algorithm>

#include "tests/support/scim_client.h"

namespace cardea::protocol {
namespace {

constexpr auto kUmaId = "0a1b2c3d-1111-4222-8333-aaaabbbbcccc";
constexpr auto kEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

json::object uma() {
  return {{"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:User", kEnterprise}},
          {"externalId", kUmaId},
          {"userName", "Uma@contoso.example"},
          {"name", json::object{{"givenName", "Uma"}, {"familyName", "Udo"}, {"formatted", "Uma Udo"}}},
          {"emails", json::array{json::object{{"value", "uma@contoso.example"}, {"type", "work"}, {"primary", true}}}},
          {"active", true},
          {"title", nullptr},
          {kEnterprise, json::object{{"department", "Sales"}}}};
}
template <class Value>
json::object op(std::string_view name, std::string_view path, const Value& value) {
  return {{"op", name}, {"path", path}, {"value", value}};
}

class Scim : public testing::TestWithParam<Engine> {
 protected:
  Scim() : server_(GetParam()), client_(server_) { use({}); }
  void use(const json::object& config, const json::object& members = {}) {
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = json::array{
          scim_provider(config, members),
          json::object{{"alias", "other"}, {"providerId", "oidc"}, {"enabled", true}, {"config", json::object{}}}};
    });
  }
  std::string attribute_of(const std::string& id, std::string_view name) {
    const auto user = *user_by_id(id);
    const auto found = user.attributes.find(std::string(name));
    return found == user.attributes.end() || found->second.empty() ? std::string() : found->second.front();
  }
  /// One of a browser and one that is offline.
  void open_sessions(const std::string& user) {
    for (const bool offline : {false, true}) {
      UserSession session;
      session.id = SessionId(offline ? "session-offline" : "session-online");
      session.realm = realm_;
      session.user = UserId(user);
      session.started_at = session.last_seen = server_.clock.now();
      session.offline = offline;
      write([&](Tx& tx) {
        return server_.repositories.sessions.insert(tx, session, server_.clock.now() + seconds{3600});
      });
    }
    EXPECT_EQ(count_sessions(), 2);
  }
  int count_sessions() {
    int out = 0;
    for (const auto* id : {"session-online", "session-offline"}) {
      const auto found = read_from(server_.repositories.store, [&](Rows& rows) {
        return server_.repositories.sessions.find(rows, realm_, SessionId(id));
      });
      out += *found ? 1 : 0;
    }
    return out;
  }
  /// A profile with a place for `title`, and rules.
  void use_profile() {
    server_.change_realm([](Realm& realm) {
      const auto names = json::object{{"person-name-prohibited-characters", json::object{}}};
      const auto both = json::array{"admin", "user"};
      const auto attribute = [&](std::string_view name, const json::object& validations) {
        return json::object{{"name", name},
                            {"permissions", json::object{{"view", both}, {"edit", both}}},
                            {"validations", validations}};
      };
      const json::object document{
          {"attributes",
           json::array{attribute("username", {{"length", json::object{{"min", 3}, {"max", 255}}}}),
                       attribute("email", {}), attribute("firstName", names), attribute("lastName", names),
                       attribute("title", {{"length", json::object{{"max", 6}}}})}}};
      realm.extra["components"] = json::object{
          {"org.keycloak.userprofile.UserProfileProvider",
           json::array{json::object{
               {"providerId", "declarative-user-profile"},
               {"config", json::object{{"kc.user.profile.config", json::array{json::serialize(document)}}}}}}}};
    });
  }
  void expect_refused(const web::Response& response, int status, std::string_view type = {}) {
    EXPECT_EQ(response.status, status) << response.body_text();
    EXPECT_EQ(*response.find_header("Content-Type"), "application/scim+json");
    const auto body = body_of(response);
    EXPECT_EQ(string_or(body, "status", ""), std::to_string(status));
    EXPECT_EQ(string_or(body, "scimType", ""), type) << response.body_text();
    EXPECT_EQ(body.at("schemas").at(0).as_string(), "urn:ietf:params:scim:api:messages:2.0:Error");
  }
  std::optional<User> user_by_id(const std::string& id) {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) { return server_.repositories.users.find(rows, realm_, UserId(id)); })
        .value();
  }
  std::optional<FederatedIdentity> link_of(std::string_view upstream_id) {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) {
                       return server_.repositories.federated_identities.find(rows, realm_, "up", upstream_id);
                     })
        .value();
  }
  void link(std::string_view username, std::string_view object_id) {
    FederatedIdentity identity;
    identity.realm = realm_;
    identity.user = UserId("user-" + std::string(username));
    identity.provider = "up";
    identity.upstream_id = std::string(kScimTenant) + "/" + std::string(object_id);
    identity.upstream_name = std::string(username) + "@contoso.example";
    identity.last_login_at = server_.clock.now();
    ASSERT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.federated_identities.insert(tx, identity); }));
  }
  /// A role of the client that administers the realm.
  RoleId admin_role() {
    const auto made = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      Client client;
      client.id = ClientId("client-realm-management");
      client.client_id = "realm-management";
      if (auto done = server_.repositories.clients.insert(tx, realm_, client); !done) return done;
      Role role;
      role.id = RoleId("role-manage-users");
      role.realm = realm_;
      role.client = client.id;
      role.name = "manage-users";
      return server_.repositories.roles.insert(tx, role);
    });
    EXPECT_TRUE(made);
    return RoleId("role-manage-users");
  }
  template <class F>
  void write(F&& function) {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> { return function(tx); }));
  }
  std::int64_t total(std::string_view query) {
    const auto response = client_.get(query);
    EXPECT_EQ(response.status, 200) << response.body_text();
    return int_or(body_of(response), "totalResults", -1);
  }

  const RealmId realm_{"realm-demo"};
  Server server_;
  ScimClient client_;
};
INSTANTIATE_ON_EVERY_ENGINE(Scim);

TEST_P(Scim, refuses_who_has_not_this_providers_token) {
  const auto expect_unauthorized = [&](std::string_view reason) {
    const auto response = client_.get("/Users");
    expect_refused(response, 401);
    EXPECT_EQ(*response.find_header("WWW-Authenticate"), "Bearer");
    EXPECT_TRUE(server_.log.contains(reason)) << reason;
  };
  client_.token.clear();
  expect_unauthorized("no_token");
  client_.token = "wrong";
  expect_unauthorized("wrong_token");
  client_.token = kScimToken;
  client_.base = "/realms/demo/broker/other/scim/v2";
  expect_unauthorized("scim_is_off");
  client_.base = "/realms/demo/broker/nobody/scim/v2";
  expect_unauthorized("no_such_provider");
  client_.base = kScimBase;
  use({{"scim", "false"}});
  expect_unauthorized("scim_is_off");
  use({}, {{"enabled", false}});
  expect_unauthorized("provider_disabled");
  use({{"scimTokenHash", ""}});
  client_.token.clear();
  expect_unauthorized("no_token_was_made");
}

TEST_P(Scim, makes_who_guesses_tokens_wait_and_nobody_else) {
  client_.token = "wrong";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client_.get("/Users").status, 401);
  const auto response = client_.get("/Users");
  expect_refused(response, 429);
  EXPECT_EQ(*response.find_header("Retry-After"), "60");
  client_.token = kScimToken;
  EXPECT_EQ(client_.get("/Users").status, 200);
}

TEST_P(Scim, refuses_people_that_are_not_the_providers) {
  for (const auto* id : {"user-ada", "user-bob", "user-eve", "nobody"}) {
    const auto path = "/Users/" + std::string(id);
    expect_refused(client_.get(path), 404);
    expect_refused(client_.put(path, uma()), 404);
    expect_refused(client_.patch(path, {op("replace", "active", false)}), 404);
    expect_refused(client_.remove(path), 404);
  }
  EXPECT_EQ(total("/Users?filter=userName%20eq%20%22ada%22"), 0);
  EXPECT_EQ(total("/Users"), 0);
  EXPECT_TRUE(user_by_id("user-ada")->enabled);
}

TEST_P(Scim, refuses_to_take_over_an_account_by_name_or_address) {
  auto body = uma();
  body["userName"] = "ADA";
  expect_refused(client_.post("/Users", body), 409, "uniqueness");
  const auto ada = user_by_id("user-ada");
  body = uma();
  body["emails"] = json::array{json::object{{"value", ada->email}, {"primary", true}}};
  if (!ada->email.empty()) expect_refused(client_.post("/Users", body), 409, "uniqueness");
  // Nor afterwards.
  const auto id = client_.make("/Users", uma());
  expect_refused(client_.patch("/Users/" + id, {op("Replace", "userName", "ada")}), 409, "uniqueness");
  if (!ada->email.empty()) {
    expect_refused(client_.patch("/Users/" + id, {op("Replace", R"(emails[type eq "work"].value)", ada->email)}), 409,
                   "uniqueness");
  }
  EXPECT_EQ(user_by_id(id)->username, "uma@contoso.example");
  EXPECT_EQ(user_by_id("user-ada")->email, ada->email);
}

TEST_P(Scim, refuses_to_change_a_linked_account_beyond_stopping_it) {
  link("ada", kUmaId);
  const auto before = *user_by_id("user-ada");
  const auto response = client_.patch(
      "/Users/user-ada", {op("replace", "userName", "eve2"), op("replace", "title", "x"),
                          op("replace", "emails", json::array{json::object{{"value", "evil@evil.example"}}})});
  EXPECT_EQ(response.status, 200) << response.body_text();
  EXPECT_EQ(user_by_id("user-ada")->username, before.username);
  EXPECT_EQ(user_by_id("user-ada")->email, before.email);
  EXPECT_EQ(client_.patch("/Users/user-ada", {op("replace", "active", false)}).status, 200);
  EXPECT_FALSE(user_by_id("user-ada")->enabled);
  // Not made by SCIM: stopped and out of reach, not removed.
  EXPECT_EQ(client_.remove("/Users/user-ada").status, 204);
  ASSERT_TRUE(user_by_id("user-ada"));
  EXPECT_FALSE(user_by_id("user-ada")->enabled);
  expect_refused(client_.get("/Users/user-ada"), 404);
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/" + kUmaId));
}

TEST_P(Scim, refuses_to_hand_an_account_in_use_to_another_person) {
  link("ada", kUmaId);
  expect_refused(
      client_.patch("/Users/user-ada", {op("replace", "externalId", "11111111-2222-4333-8444-555566667777")}), 400,
      "mutability");
  EXPECT_TRUE(link_of(std::string(kScimTenant) + "/" + kUmaId));
  // One that nobody has used yet may be corrected, but never to somebody who has an account.
  const auto id = client_.make("/Users", {{"userName", "max"}, {"externalId", "mailnick"}});
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/mailnick"));
  expect_refused(client_.patch("/Users/" + id, {op("replace", "externalId", kUmaId)}), 409, "uniqueness");
  EXPECT_EQ(client_.patch("/Users/" + id, {op("add", "externalId", "22222222-2222-4333-8444-555566667777")}).status,
            200);
  EXPECT_EQ(link_of(std::string(kScimTenant) + "/22222222-2222-4333-8444-555566667777")->user.str(), id);
}

TEST_P(Scim, refuses_to_touch_administrators_and_to_make_any) {
  const auto role = admin_role();
  const auto id = client_.make("/Users", uma());
  const auto boss = client_.make("/Users", {{"userName", "boss"}});
  const auto group = client_.make("/Groups", {{"displayName", "Admins"}, {"externalId", "g-1"}});
  write([&](Tx& tx) { return server_.repositories.users.add_role(tx, UserId(boss), role); });
  expect_refused(client_.patch("/Users/" + boss, {op("replace", "active", false)}), 403);
  expect_refused(client_.put("/Users/" + boss, json::object{{"userName", "boss"}, {"active", false}}), 403);
  expect_refused(client_.remove("/Users/" + boss), 403);
  EXPECT_TRUE(user_by_id(boss)->enabled);
  write([&](Tx& tx) -> Stored<void> {
    auto made = server_.repositories.groups.find(tx, realm_, GroupId(group));
    (*made)->roles = {role};
    return server_.repositories.groups.update(tx, **made);
  });
  const json::array members{json::object{{"value", id}}};
  expect_refused(client_.patch("/Groups/" + group, {op("Add", "members", members)}), 403);
  expect_refused(client_.put("/Groups/" + group, json::object{{"displayName", "Admins"}, {"members", members}}), 403);
  expect_refused(client_.remove("/Groups/" + group), 403);
  // A role of the group above them all reaches those that are made now.
  const auto parent = read_from(server_.repositories.store, [&](Rows& rows) {
                        return server_.repositories.groups.find_sourced(rows, realm_, "up", "");
                      }).value();
  write([&](Tx& tx) -> Stored<void> {
    auto made = server_.repositories.groups.find(tx, realm_, parent->id);
    (*made)->roles = {role};
    return server_.repositories.groups.update(tx, **made);
  });
  expect_refused(client_.post("/Groups", json::object{{"displayName", "New"}, {"members", members}}), 403);
  EXPECT_EQ(total("/Groups"), 1);
}

TEST_P(Scim, refuses_addresses_of_elsewhere_where_passwords_are_reset_by_mail) {
  const auto id = client_.make("/Users", uma());
  server_.change_realm([](Realm& realm) { realm.reset_password_allowed = true; });
  const auto change = [&](std::string_view to) {
    return client_.patch("/Users/" + id, {op("replace", R"(emails[type eq "work"].value)", to)});
  };
  expect_refused(change("uma@evil.example"), 400, "mutability");
  use({{"emailDomains", "contoso.example"}});
  EXPECT_EQ(change("uma.udo@contoso.example").status, 200);
  EXPECT_FALSE(user_by_id(id)->email_verified);
  expect_refused(change("uma@evil.contoso.example"), 400, "mutability");
}

TEST_P(Scim, refuses_new_accounts_with_addresses_of_elsewhere_where_passwords_are_reset_by_mail) {
  server_.change_realm([](Realm& realm) { realm.reset_password_allowed = true; });
  auto body = uma();  // the victim's name and object id
  body["emails"] = json::array{json::object{{"value", "attacker@evil.example"}, {"primary", true}}};
  expect_refused(client_.post("/Users", body), 400, "mutability");
  use({{"emailDomains", "contoso.example"}});
  expect_refused(client_.post("/Users", body), 400, "mutability");
  EXPECT_EQ(total("/Users"), 0);
  EXPECT_FALSE(link_of(std::string(kScimTenant) + "/" + kUmaId));
  const auto id = client_.make("/Users", uma());
  EXPECT_EQ(user_by_id(id)->email, "uma@contoso.example");
  client_.make("/Users", {{"userName", "nomail"}});
}

TEST_P(Scim, refuses_nothing_that_would_keep_somebody_from_being_stopped) {
  use_profile();
  client_.make("/Users", {{"userName", "max"}, {"externalId", "11111111-2222-4333-8444-555566667777"}});
  const auto id = client_.make("/Users", uma());
  link("ada", "22222222-2222-4333-8444-555566667777");
  server_.change_realm([](Realm& realm) { realm.reset_password_allowed = true; });
  const std::string work = R"(emails[type eq "work"].value)";
  const std::pair<json::object, std::string_view> refused[] = {
      {op("replace", "userName", "<>"), "attribute=userName"},
      {op("replace", "userName", "bob"), "attribute=userName"},
      {op("replace", "userName", "max"), "attribute=userName"},
      {op("replace", work, "uma@evil.example"), "attribute=emails"},
      {op("replace", "externalId", "11111111-2222-4333-8444-555566667777"), "attribute=externalId"},
      {op("replace", "externalId", "22222222-2222-4333-8444-555566667777"), "attribute=externalId"},
  };
  for (const auto& [change, logged] : refused) {
    const auto path = "/Users/" + id;
    EXPECT_GE(client_.patch(path, {change}).status, 400) << json::serialize(change);
    EXPECT_TRUE(user_by_id(id)->enabled);
    const auto before = server_.log.count(logged);
    open_sessions(id);
    const auto response = client_.patch(path, {change, op("replace", "active", false)});
    EXPECT_EQ(response.status, 200) << response.body_text();
    EXPECT_FALSE(user_by_id(id)->enabled) << json::serialize(change);
    EXPECT_EQ(count_sessions(), 0) << json::serialize(change);
    EXPECT_GT(server_.log.count(logged), before) << logged;
    const auto shown = body_of(client_.get(path));
    EXPECT_EQ(string_or(shown, "userName", ""), "Uma@contoso.example");
    EXPECT_EQ(string_or(shown, "externalId", ""), kUmaId);
    EXPECT_EQ(user_by_id(id)->username, "uma@contoso.example");
    EXPECT_EQ(user_by_id(id)->email, "uma@contoso.example");
    EXPECT_EQ(link_of(std::string(kScimTenant) + "/" + kUmaId)->user.str(), id);
    EXPECT_EQ(client_.patch(path, {op("replace", "active", true)}).status, 200);
    EXPECT_TRUE(user_by_id(id)->enabled);
  }
  // Nor of somebody who was here before.
  const auto response =
      client_.put("/Users/user-ada", json::object{{"userName", "max"}, {"externalId", kUmaId}, {"active", false}});
  EXPECT_EQ(response.status, 200) << response.body_text();
  EXPECT_FALSE(user_by_id("user-ada")->enabled);
  EXPECT_EQ(link_of(std::string(kScimTenant) + "/" + kUmaId)->user.str(), id);
}

TEST_P(Scim, refuses_to_start_whom_an_administrator_stopped_after_starting_them) {
  const auto id = client_.make("/Users", uma());
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "active", false)}).status, 200);
  auto user = *user_by_id(id);
  write([&](Tx& tx) { return server_.repositories.users.set_enabled(tx, user.id, true); });
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "active", true)}).status, 200);
  write([&](Tx& tx) { return server_.repositories.users.set_enabled(tx, UserId(id), false); });
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "active", true)}).status, 200);
  EXPECT_FALSE(user_by_id(id)->enabled);
}

TEST_P(Scim, refuses_a_second_account_for_somebody_whom_the_provider_called_so_at_a_sign_in) {
  link("ada", "22222222-2222-4333-8444-555566667777");  // as ada@contoso.example
  const json::object same{{"userName", "ADA@contoso.example"}};
  expect_refused(client_.post("/Users", same), 409, "uniqueness");
  const auto found = body_of(client_.get("/Users?filter=userName%20eq%20%22Ada@Contoso.example%22"));
  ASSERT_EQ(int_or(found, "totalResults", -1), 1);
  EXPECT_EQ(found.at("Resources").at(0).at("id").as_string(), "user-ada");
  EXPECT_EQ(client_.patch("/Users/user-ada", {op("replace", "active", false)}).status, 200);
  EXPECT_FALSE(user_by_id("user-ada")->enabled);
}

TEST_P(Scim, names_the_members_in_the_event_of_a_group) {
  server_.change_realm([](Realm& realm) {
    realm.extra["adminEventsEnabled"] = true;
    realm.extra["adminEventsDetailsEnabled"] = true;
  });
  const auto id = client_.make("/Users", uma());
  const auto group = client_.make("/Groups", {{"displayName", "Staff"}, {"externalId", "g-1"}});
  const auto members = json::array{json::object{{"value", id}}};
  EXPECT_EQ(client_.patch("/Groups/" + group, {op("add", "members", members)}).status, 204);
  const auto events = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.events.find_admin_events(rows, realm_, {});
  });
  ASSERT_TRUE(events);
  EXPECT_TRUE(std::ranges::any_of(
      *events, [&](const AdminEvent& event) { return event.representation.contains("\"added\":[\"" + id + "\"]"); }));
}

TEST_P(Scim, refuses_to_put_administrators_into_groups_or_out_of_them) {
  const auto role = admin_role();
  const auto boss = client_.make("/Users", {{"userName", "boss"}});
  const auto id = client_.make("/Users", uma());
  const auto group = client_.make("/Groups", {{"displayName", "Staff"}, {"externalId", "g-1"}});
  const auto path = "/Groups/" + group;
  write([&](Tx& tx) { return server_.repositories.users.add_role(tx, UserId(boss), role); });
  const auto member = [](std::string_view who) { return json::array{json::object{{"value", who}}}; };
  expect_refused(client_.patch(path, {op("add", "members", member(boss))}), 403);
  expect_refused(client_.put(path, json::object{{"displayName", "Staff"}, {"members", member(boss)}}), 403);
  expect_refused(client_.post("/Groups", json::object{{"displayName", "New"}, {"members", member(boss)}}), 403);
  EXPECT_FALSE(body_of(client_.get(path)).contains("members"));
  write([&](Tx& tx) { return server_.repositories.users.add_group(tx, UserId(boss), GroupId(group)); });
  EXPECT_EQ(client_.patch(path, {op("remove", "members", member(boss))}).status, 204);
  EXPECT_EQ(client_.put(path, json::object{{"displayName", "Staff"}, {"members", member(id)}}).status, 200);
  EXPECT_EQ(body_of(client_.get(path)).at("members").as_array().size(), 2U);
  expect_refused(client_.remove(path), 403);
  EXPECT_EQ(client_.get(path).status, 200);
}

TEST_P(Scim, refuses_to_erase_attributes_that_it_never_said) {
  use_profile();
  const auto id = client_.make("/Users", uma());
  auto user = *user_by_id(id);
  user.attributes["title"] = {"Owner"};  // their own word
  write([&](Tx& tx) { return server_.repositories.users.update(tx, user, false); });
  EXPECT_EQ(client_.put("/Users/" + id, uma()).status, 200);
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "name.givenName", "Ute")}).status, 200);
  EXPECT_EQ(user_by_id(id)->first_name, "Ute");
  EXPECT_EQ(attribute_of(id, "title"), "Owner");
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "title", "Lead")}).status, 200);
  EXPECT_EQ(attribute_of(id, "title"), "Lead");
  EXPECT_EQ(client_.patch("/Users/" + id, {op("remove", "title", nullptr)}).status, 200);
  EXPECT_EQ(attribute_of(id, "title"), "");
}

TEST_P(Scim, leaves_out_what_the_profile_forbids_and_refuses_a_name_alone) {
  use_profile();
  expect_refused(client_.post("/Users", json::object{{"userName", "<>"}}), 400, "invalidValue");
  auto body = uma();
  body["name"] = json::object{{"givenName", "U<m>a"}, {"familyName", "Udo"}};
  body["title"] = "much too long";
  const auto id = client_.make("/Users", body);
  EXPECT_EQ(user_by_id(id)->first_name, "");
  EXPECT_EQ(user_by_id(id)->last_name, "Udo");
  EXPECT_EQ(attribute_of(id, "title"), "");
  EXPECT_EQ(server_.log.count("scim_value_left_out"), 2U);
  EXPECT_TRUE(server_.log.contains("attribute=title"));
  const auto shown = body_of(client_.get("/Users/" + id));  // as it was said
  EXPECT_EQ(string_or(shown, "title", ""), "much too long");
  EXPECT_EQ(string_or(shown.at("name").as_object(), "givenName", ""), "U<m>a");
  EXPECT_EQ(
      client_.patch("/Users/" + id, {op("replace", "title", "Lead"), op("replace", "name.givenName", "Uma")}).status,
      200);
  EXPECT_EQ(user_by_id(id)->first_name, "Uma");
  EXPECT_EQ(attribute_of(id, "title"), "Lead");
}

TEST_P(Scim, refuses_to_start_again_who_was_stopped_here) {
  const auto id = client_.make("/Users", uma());
  write([&](Tx& tx) { return server_.repositories.users.set_enabled(tx, UserId(id), false); });
  const auto response = client_.patch("/Users/" + id, {op("replace", "active", true)});
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(body_of(response).at("active").as_bool());
  EXPECT_FALSE(user_by_id(id)->enabled);
}

TEST_P(Scim, refuses_bad_requests_in_the_words_of_scim) {
  expect_refused(client_.post("/Users", json::object{{"name", "x"}}), 400, "invalidValue");
  expect_refused(client_.post("/Users", json::object{{"externalId", "x"}}), 400, "invalidValue");
  expect_refused(client_.post("/Users", json::array{1}), 400, "invalidSyntax");
  expect_refused(client_.get("/Users?filter=userName"), 400, "invalidFilter");
  expect_refused(client_.get("/Users?filter=nobody%20eq%20%22x%22"), 400, "invalidFilter");
  expect_refused(client_.get("/Users?startIndex=x"), 400, "invalidValue");
  expect_refused(client_.get("/Users?attributes=userName&excludedAttributes=name"), 400, "invalidValue");
  expect_refused(client_.post("/Bulk", json::object{}), 501);
  expect_refused(client_.get("/Me"), 501);
  const auto id = client_.make("/Users", uma());
  expect_refused(client_.patch("/Users/" + id, {}), 400, "invalidSyntax");
  expect_refused(client_.patch("/Users/" + id, {op("replace", "id", "x")}), 400, "mutability");
  expect_refused(client_.patch("/Users/" + id, {op("replace", "name..x", "x")}), 400, "invalidPath");
  expect_refused(client_.patch("/Users/" + id, {op("remove", "userName", nullptr)}), 400, "mutability");
  expect_refused(client_.patch("/Users/" + id, {json::object{{"op", "remove"}}}), 400, "noTarget");
  // One that fails leaves nothing changed.
  expect_refused(client_.patch("/Users/" + id, {op("replace", "title", "Boss"), op("replace", "active", "perhaps")}),
                 400, "invalidValue");
  EXPECT_FALSE(body_of(client_.get("/Users/" + id)).contains("title"));
  expect_refused(client_.post("/Users", uma()), 409, "uniqueness");
  web::Request request;
  request.method = web::Method::kPost;
  request.path = std::string(kScimBase) + "/Users";
  request.scheme = "https";
  request.host = "id.example";
  request.headers = {{"Authorization", "Bearer " + std::string(kScimToken)}, {"Content-Type", "text/plain"}};
  request.body = json::serialize(uma());
  expect_refused(server_.handle(std::move(request)), 415);
}

// entra.md section 14, in its order.
TEST_P(Scim, serves_the_whole_life_of_a_person_at_entra_id) {
  EXPECT_EQ(total("/Users?filter=userName%20eq%20%22" + std::string(kUmaId) + "%22"), 0);  // "Test connection"
  const auto made = client_.post("/Users", uma());
  ASSERT_EQ(made.status, 201) << made.body_text();
  auto body = body_of(made);
  const auto id = string_or(body, "id", "");
  EXPECT_EQ(*made.find_header("Location"), "https://id.example" + std::string(kScimBase) + "/Users/" + id);
  EXPECT_EQ(string_or(body.at("meta").as_object(), "location", ""), *made.find_header("Location"));
  EXPECT_EQ(string_or(body, "userName", ""), "Uma@contoso.example");
  EXPECT_EQ(string_or(body, "externalId", ""), kUmaId);
  EXPECT_EQ(string_or(body.at(kEnterprise).as_object(), "department", ""), "Sales");
  EXPECT_FALSE(body.contains("title"));
  const auto user = user_by_id(id);
  EXPECT_EQ(user->username, "uma@contoso.example");
  EXPECT_EQ(user->email, "uma@contoso.example");
  EXPECT_FALSE(user->email_verified);
  EXPECT_EQ(user->first_name, "Uma");
  EXPECT_EQ(user->last_name, "Udo");
  for (const std::string& filter :
       {std::string(R"(userName eq "uma@CONTOSO.example")"), R"(externalId eq ")" + std::string(kUmaId) + "\"",
        std::string(R"(emails[type eq "work"].value eq "uma@contoso.example")"),
        "id eq \"" + id + "\" and userName eq \"uma@contoso.example\""}) {
    EXPECT_EQ(total("/Users?filter=" + percent_encode(filter)), 1) << filter;
  }
  // The older forms of PATCH, and the newer ones.
  const auto patched = client_.patch(
      "/Users/" + id, {op("Replace", "name.givenName", "Ursula"), op("Add", "title", "Lead"),
                       op("Replace", std::string(kEnterprise) + ":department", "Board"),
                       op("Add", std::string(kEnterprise) + ":manager", "m-1"),
                       op("Replace", R"(phoneNumbers[type eq "mobile"].value)", "+43 1"),
                       json::object{{"op", "replace"},
                                    {"value", json::object{{"name.familyName", "Uhl"},
                                                           {std::string(kEnterprise) + ":division", "D"}}}}});
  ASSERT_EQ(patched.status, 200) << patched.body_text();
  body = body_of(patched);
  EXPECT_EQ(user_by_id(id)->first_name, "Ursula");
  EXPECT_EQ(user_by_id(id)->last_name, "Uhl");
  EXPECT_EQ(string_or(body, "title", ""), "Lead");
  EXPECT_EQ(body.at(kEnterprise),
            (json::value{{"department", "Board"}, {"division", "D"}, {"manager", {{"value", "m-1"}}}}));
  EXPECT_EQ(body.at("phoneNumbers"), (json::value{{{"type", "mobile"}, {"value", "+43 1"}}}));
  EXPECT_EQ(client_.patch("/Users/" + id, {op("Replace", "active", "False")}).status, 200);
  EXPECT_FALSE(user_by_id(id)->enabled);
  EXPECT_EQ(client_.patch("/Users/" + id, {op("replace", "active", true)}).status, 200);
  EXPECT_TRUE(user_by_id(id)->enabled);
  EXPECT_EQ(client_.remove("/Users/" + id).status, 204);
  expect_refused(client_.get("/Users/" + id), 404);
  expect_refused(client_.remove("/Users/" + id), 404);
  EXPECT_FALSE(user_by_id(id));
  client_.make("/Users", uma());  // and once more
}

// entra.md section 15.
TEST_P(Scim, serves_the_whole_life_of_a_person_at_okta) {
  EXPECT_EQ(total("/Users?startIndex=1&count=2"), 0);
  auto body = uma();
  body.erase("externalId");
  body["password"] = "random-text";
  body["groups"] = json::array{};
  const auto id = client_.make("/Users", body);
  const auto credentials = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.credentials.list_all(rows, UserId(id));
  });
  EXPECT_TRUE(credentials->empty());  // a password that its owner does not know of is none
  auto whole = body_of(client_.get("/Users/" + id));
  whole.erase("active");  // a PUT without it leaves it alone
  EXPECT_EQ(client_.patch("/Users/" + id, {json::object{{"op", "replace"}, {"value", json::object{{"active", false}}}}})
                .status,
            200);
  whole["name"] = json::object{{"givenName", "Ute"}};
  EXPECT_EQ(client_.put("/Users/" + id, whole).status, 200);
  EXPECT_FALSE(user_by_id(id)->enabled);
  EXPECT_EQ(user_by_id(id)->first_name, "Ute");
  EXPECT_EQ(user_by_id(id)->last_name, "");
  whole["active"] = true;
  EXPECT_EQ(client_.put("/Users/" + id, whole).status, 200);
  EXPECT_TRUE(user_by_id(id)->enabled);
  const auto group = client_.make("/Groups", {{"displayName", "Sales"}, {"members", json::array{}}});
  EXPECT_FALSE(body_of(client_.get("/Groups/" + group)).contains("externalId"));
  const auto renamed = client_.patch(
      "/Groups/" + group,
      {json::object{{"op", "replace"}, {"value", json::object{{"id", group}, {"displayName", "Selling"}}}},
       op("add", "members", json::array{json::object{{"value", id}, {"display", "x"}}})});
  EXPECT_EQ(renamed.status, 204) << renamed.body_text();
  EXPECT_EQ(total("/Groups?filter=displayName%20eq%20%22selling%22"), 1);
  EXPECT_EQ(body_of(client_.get("/Users/" + id)).at("groups").as_array().size(), 1U);
  EXPECT_EQ(client_.patch("/Groups/" + group, {op("remove", "members[value eq \"" + id + "\"]", nullptr)}).status, 204);
  EXPECT_FALSE(body_of(client_.get("/Groups/" + group)).contains("members"));
  EXPECT_EQ(
      client_.patch("/Groups/" + group, {op("replace", "members", json::array{json::object{{"value", id}}})}).status,
      204);
  EXPECT_EQ(body_of(client_.get("/Groups/" + group)).at("members").as_array().size(), 1U);
  EXPECT_EQ(client_.remove("/Groups/" + group).status, 204);
  expect_refused(client_.get("/Groups/" + group), 404);
}

TEST_P(Scim, keeps_groups_as_sign_ins_do) {
  use({{"groupsDeny", "g-secret"}});
  expect_refused(client_.post("/Groups", json::object{{"displayName", "x"}, {"externalId", "g-secret"}}), 403);
  expect_refused(client_.post("/Groups", json::object{{"displayName", ""}}), 400, "invalidValue");
  Group ours;
  ours.id = GroupId("group-ours");
  ours.realm = realm_;
  ours.name = "admins";
  write([&](Tx& tx) { return server_.repositories.groups.insert(tx, ours); });
  const auto id = client_.make("/Groups", {{"displayName", "admins"}, {"externalId", "g-1"}});
  const auto group = read_from(server_.repositories.store, [&](Rows& rows) {
                       return server_.repositories.groups.find(rows, realm_, GroupId(id));
                     }).value();
  EXPECT_EQ(group->path, "/up/admins (g-1)");  // never called as a group of ours
  EXPECT_EQ(string_or(body_of(client_.get("/Groups/" + id)), "displayName", ""), "admins");
  EXPECT_EQ(total("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22admins%22"), 1);
  expect_refused(client_.post("/Groups", json::object{{"displayName", "y"}, {"externalId", "g-1"}}), 409, "uniqueness");
  for (const auto* path : {"/Groups/group-ours", "/Groups/nobody"}) {
    expect_refused(client_.get(path), 404);
    expect_refused(client_.patch(path, {op("replace", "displayName", "x")}), 404);
    expect_refused(client_.remove(path), 404);
  }
  const json::array stranger{json::object{{"value", "user-ada"}}};
  expect_refused(client_.patch("/Groups/" + id, {op("add", "members", stranger)}), 400, "invalidValue");
  expect_refused(client_.patch("/Groups/" + id,
                               {op("add", "members", json::array{json::object{{"value", id}, {"type", "Group"}}})}),
                 400, "invalidValue");
  const auto uma_id = client_.make("/Users", uma());
  const json::array members{json::object{{"$ref", nullptr}, {"value", uma_id}}};
  EXPECT_EQ(client_.patch("/Groups/" + id, {op("Add", "members", members)}).status, 204);
  EXPECT_FALSE(body_of(client_.get("/Groups/" + id + "?excludedAttributes=members")).contains("members"));
  EXPECT_EQ(total("/Groups?filter=" + percent_encode("id eq \"" + id + "\" and members eq \"" + uma_id + "\"")), 1);
  EXPECT_EQ(client_.patch("/Groups/" + id, {op("Remove", "members", members)}).status, 204);
  EXPECT_EQ(total("/Groups?filter=" + percent_encode("id eq \"" + id + "\" and members eq \"" + uma_id + "\"")), 0);
}

/// An answer that left members out without saying so would be believed.
TEST_P(Scim, refuses_to_answer_with_more_members_than_it_shows_and_renames_who_asks_without_them) {
  const auto id = client_.make("/Groups", {{"displayName", "crowd"}, {"externalId", "g-2"}});
  write([&](Tx& tx) -> Stored<void> {
    for (int i = 0; i <= 10'000; ++i) {
      User user;
      user.id = UserId("crowd-" + std::to_string(i));
      user.realm = realm_;
      user.username = user.id.str();
      if (auto done = server_.repositories.users.insert(tx, user, false); !done) return done;
      FederatedIdentity identity;
      identity.realm = realm_;
      identity.user = user.id;
      identity.provider = "up";
      identity.upstream_id = user.id.str();
      if (auto done = server_.repositories.federated_identities.insert(tx, identity); !done) return done;
      if (auto done = server_.repositories.users.add_group(tx, user.id, GroupId(id)); !done) return done;
    }
    return {};
  });
  const json::object renamed{{"displayName", "throng"}, {"externalId", "g-2"}};
  expect_refused(client_.put("/Groups/" + id, renamed), 400, "tooMany");
  const auto without = "/Groups/" + id + "?excludedAttributes=members";
  EXPECT_EQ(string_or(body_of(client_.get(without)), "displayName", ""), "crowd");
  EXPECT_EQ(client_.put(without, renamed).status, 200);
  EXPECT_EQ(string_or(body_of(client_.get(without)), "displayName", ""), "throng");
  // Everybody leaving in one request is too much for one transaction; nothing of it is done.
  auto nobody = renamed;
  nobody["members"] = json::array();
  expect_refused(client_.put(without, nobody), 413);
  EXPECT_EQ(total("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22throng%22"), 1);
}

TEST_P(Scim, says_what_it_is) {
  const auto config = body_of(client_.get("/ServiceProviderConfig"));
  EXPECT_TRUE(config.at("patch").at("supported").as_bool());
  EXPECT_FALSE(config.at("bulk").at("supported").as_bool());
  EXPECT_EQ(total("/Schemas"), 3);
  EXPECT_EQ(total("/ResourceTypes"), 2);
  EXPECT_EQ(string_or(body_of(client_.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")), "name", ""), "User");
  EXPECT_EQ(string_or(body_of(client_.get("/ResourceTypes/Group")), "endpoint", ""), "/Groups");
  expect_refused(client_.get("/Schemas/urn:x"), 404);
  expect_refused(client_.get("/Schemas?filter=id%20pr"), 403);
  EXPECT_EQ(client_.post("/Schemas", json::object{}).status, 405);
}

TEST_P(Scim, pages_and_selects) {
  for (int i = 0; i < 5; ++i)
    client_.make("/Users", {{"userName", "user" + std::to_string(i)}, {"title", i < 2 ? "a" : "b"}});
  const auto page = body_of(client_.get("/Users?startIndex=2&count=3&attributes=userName"));
  EXPECT_EQ(int_or(page, "totalResults", 0), 5);
  EXPECT_EQ(int_or(page, "startIndex", 0), 2);
  EXPECT_EQ(int_or(page, "itemsPerPage", 0), 3);
  const auto& first = page.at("Resources").at(0).as_object();
  EXPECT_TRUE(first.contains("id") && first.contains("userName"));
  EXPECT_FALSE(first.contains("active"));
  EXPECT_EQ(body_of(client_.get("/Users?count=0")).at("Resources").as_array().size(), 0U);
  EXPECT_EQ(total("/Users?filter=" + percent_encode(R"(title eq "a" or userName sw "user4")")), 3);
  EXPECT_EQ(total("/Users?filter=" + percent_encode(R"(not (title pr) or meta.created gt "2030-01-01T00:00:00Z")")), 0);
  const auto searched = client_.post("/Users/.search", json::object{{"filter", "title eq \"b\""}, {"count", 1}});
  EXPECT_EQ(int_or(body_of(searched), "totalResults", 0), 3);
  EXPECT_EQ(int_or(body_of(searched), "itemsPerPage", 0), 1);
}

TEST_P(Scim, answers_below_authentiks_path_too) {
  client_.base = "/source/scim/up/v2";
  expect_refused(client_.get("/Users"), 401);
  server_.change_realm([](Realm& realm) { realm.attributes["authentikPaths"] = "true"; });
  server_.clock.advance(seconds(61));  // which realm has them is remembered
  const auto made = client_.post("/Users", uma());
  ASSERT_EQ(made.status, 201) << made.body_text();
  EXPECT_TRUE(made.find_header("Location")->starts_with("https://id.example/source/scim/up/v2/Users/"));
}

TEST_P(Scim, writes_admin_events_and_log_lines) {
  server_.change_realm([](Realm& realm) {
    realm.extra["adminEventsEnabled"] = true;
    realm.extra["adminEventsDetailsEnabled"] = true;
  });
  const auto id = client_.make("/Users", uma());
  const auto events = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.events.find_admin_events(rows, realm_, {});
  });
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().operation, "CREATE");
  EXPECT_EQ(events->front().path, "users/" + id);
  EXPECT_EQ(events->front().by_client, "scim:up");
  EXPECT_TRUE(server_.log.contains("scim_change"));
  for (const auto& line : server_.log.lines()) {
    EXPECT_TRUE(!line.contains("scim_") || line.contains("correlation_id=scim-test")) << line;
    EXPECT_FALSE(line.contains(kScimToken)) << line;
  }
}

}  // namespace
}  // namespace cardea::protocol
