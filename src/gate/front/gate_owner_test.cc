// The first person who comes in owns the application (guides.md G4.5): refusals first.
#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"
#include "gate/people/owner.h"
#include "tests/support/memory_gate_store.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kIssuer = "https://id.example/realms/netbird";
constexpr std::string_view kOwnerSettings = R"({
  "providers": {"keycloak": {"issuer": "https://id.example/realms/netbird", "jwks-url": "https://id.example/keys",
    "audiences": ["netbird-client"], "name-claims": ["preferred_username", "sub"]}},
  "applications": [{"name": "NetBird", "hosts": ["app.example"], "answers": "netbird",
    "roles": {"owner": ["read:*", "write:*"], "user": ["read:*"], "robot": ["read:*"]},
    "owner-role": "owner", "default-role": "user",
    "role-rules": [{"claim": "groups", "values": ["barred"], "deny": true}],
    "groups": {"allowed": ["staff"]},
    "api-keys": [{"name": "robot", "role": "robot",
      "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}],
    "requests": [{"path": "/api/accounts/**", "permission": "write:account"}, {"path": "/api/**", "permission": "read:api"}]}]})";

class GateOwner : public ::testing::Test {
 protected:
  MemoryGateStore rows;
  GateStore store = rows.store();
  GateWorld world{kOwnerSettings, no_files(), &store};

  GateOwner() {
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  }
  std::string token(const std::string& who, const json::object& more = {}) {
    json::object claims{{"iss", kIssuer}, {"sub", who}, {"aud", "netbird-client"}, {"groups", json::array{"staff"}}};
    claims["sid"] = "session-of-" + who;
    claims["iat"] = epoch_seconds(world.clock.now());
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    for (const auto& [name, value] : more) claims.insert_or_assign(name, value);
    return token_of(named_key("id", jose::Algorithm::kRS256), claims);
  }
  web::Response call_at(Gate& gate, const std::string& bearer, std::string_view target) {
    auto request = GateWorld::question("GET", target, "/gate/forward");
    request.headers.push_back({"Authorization", "Bearer " + bearer});
    return web::run(gate.handle(request), &world.fetcher);
  }
  int status_of(const std::string& bearer, std::string_view target = "/api/users") {
    return call_at(world.gate, bearer, target).status;
  }
  static std::string role_in(const web::Response& answer) {
    const auto* role = answer.find_header("X-Auth-Role");
    return role == nullptr ? std::string() : *role;
  }
  std::string role_of(const std::string& bearer) { return role_in(call_at(world.gate, bearer, "/api/users")); }
  std::unique_ptr<Gate> another_node(std::string_view settings = kOwnerSettings, const GateStore* with = nullptr) {
    return std::make_unique<Gate>(Gate::Parts{world.reach, world.sealer, world.pages, world.random, world.keep_key,
                                              with == nullptr ? &store : with},
                                  read_gate(parse_json(settings)->get_object(), no_files()));
  }
};

TEST_F(GateOwner, refuses_the_ownership_to_whoever_is_not_let_in) {
  EXPECT_EQ(status_of(token("mallory", {{"groups", json::array{"staff", "barred"}}})), 403);
  EXPECT_EQ(status_of(token("eve", {{"groups", json::array()}})), 403);
  EXPECT_EQ(status_of(token("zoe", {{"exp", 1}})), 401);
  EXPECT_EQ(role_of(token("nora")), "owner");
}

TEST_F(GateOwner, refuses_the_ownership_to_api_keys_and_machines_and_the_nameless) {
  auto request = GateWorld::question("GET", "/api/users", "/gate/forward");
  request.headers.push_back({"X-API-KEY", "test"});
  EXPECT_EQ(role_in(world.run(request)), "robot");
  EXPECT_EQ(role_of(token("sa-1", {{"preferred_username", "service-account-netbird-backend"}})), "user");
  EXPECT_EQ(role_of(token("worker", {{"client_id", "worker"}})), "user");
  EXPECT_EQ(role_of(token("app-1", {{"idtyp", "app"}})), "user");
  // Application-only tokens of Entra ID, and of a service account without the scope profile.
  EXPECT_EQ(role_of(token("app-2", {{"sid", ""}, {"oid", "app-2"}, {"roles", json::array{"Job"}}})), "user");
  EXPECT_EQ(role_of(token("sa-3", {{"sid", ""}, {"username", "service-account-x"}})), "user");
  EXPECT_EQ(role_of(token("sa-2", {{"sid", ""}, {"client_id", "netbird-backend"}})), "user");
  EXPECT_EQ(role_of(token("", {{"preferred_username", "anon"}})), "user");
  EXPECT_EQ(role_of(token("nora")), "owner");
}

TEST_F(GateOwner, a_person_whom_introspection_names_may_own) {  // RFC 7662 section 2.2
  EXPECT_EQ(role_of(token("nora", {{"sid", ""}, {"username", "nora"}})), "owner");
}

TEST_F(GateOwner, refuses_the_ownership_to_the_same_subject_of_another_issuer) {
  constexpr std::string_view kTwo = R"({
    "providers": {"keycloak": {"issuer": "https://id.example/realms/netbird", "jwks-url": "https://id.example/keys"},
                  "other": {"issuer": "https://id.example/realms/other", "jwks-url": "https://id.example/keys"}},
    "applications": [{"name": "NetBird", "hosts": ["app.example"], "providers": ["keycloak", "other"],
      "roles": {"owner": ["write:*"], "user": ["read:*"]}, "owner-role": "owner", "default-role": "user"}]})";
  const auto gate = another_node(kTwo);
  EXPECT_EQ(role_in(call_at(*gate, token("nora"), "/")), "owner");
  EXPECT_EQ(role_in(call_at(*gate, token("nora", {{"iss", "https://id.example/realms/other"}}), "/")), "user");
}

TEST_F(GateOwner, refuses_everybody_while_it_cannot_be_said_who_owns_it) {
  rows.is_away = true;
  EXPECT_EQ(status_of(token("nick")), 503);
  rows.is_away = false;
  EXPECT_EQ(role_of(token("nora")), "owner");
  EXPECT_EQ(role_of(token("nick")), "user");
  rows.is_away = true;
  EXPECT_EQ(role_of(token("nick")), "user") << "it never changes: once read it is known";
  EXPECT_EQ(role_of(token("nora")), "owner");
}

TEST_F(GateOwner, refuses_an_owner_whom_a_rule_denies) {
  EXPECT_EQ(role_of(token("nora")), "owner");
  EXPECT_EQ(status_of(token("nora", {{"groups", json::array{"staff", "barred"}}})), 403);
  EXPECT_EQ(status_of(token("nora", {{"groups", json::array()}})), 403);
}

TEST_F(GateOwner, refuses_a_second_owner_at_another_node_that_saw_nobody_yet) {
  const auto other = another_node();
  EXPECT_EQ(role_of(token("nora")), "owner");
  EXPECT_EQ(role_in(call_at(*other, token("nick"), "/api/users")), "user");
  EXPECT_EQ(role_in(call_at(*other, token("nora"), "/api/users")), "owner");
  EXPECT_EQ(world.log.count("gate_owner"), 1U);
}

/// Both nodes read that there is none, before either writes.
TEST_F(GateOwner, refuses_the_second_of_two_who_come_at_once) {
  class Slow final : public Store {
   public:
    explicit Slow(MemoryGateStore& rows) : rows_(rows) {}
    Stored<void> read(const std::function<Stored<void>(Rows&)>& function) override { return rows_.read(function); }
    Stored<void> write(const std::function<Stored<void>(Tx&)>& function) override {
      if (auto meanwhile = std::exchange(meanwhile_, nullptr)) meanwhile();
      return rows_.write(function);
    }
    [[nodiscard]] bool reads_block() const override { return true; }
    std::function<void()> meanwhile_;

   private:
    MemoryGateStore& rows_;
  };
  Slow slow(rows);
  const GateStore late{slow, rows, rows};
  const auto other = another_node(kOwnerSettings, &late);
  slow.meanwhile_ = [&] { EXPECT_EQ(role_of(token("nora")), "owner"); };
  EXPECT_EQ(role_in(call_at(*other, token("nick"), "/api/users")), "user");
  EXPECT_EQ(role_of(token("nora")), "owner");
}

TEST_F(GateOwner, refuses_to_make_anybody_the_owner_without_a_database) {
  GateWorld alone(kOwnerSettings);
  serve_keys(alone.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  EXPECT_EQ(role_in(call_at(alone.gate, token("nora"), "/api/users")), "user");
}

TEST(GateOwnerSettings, refuses_an_owner_role_that_is_none) {
  const auto settings = read_gate(
      parse_json(R"({"providers": {}, "applications": [{"name": "A", "hosts": ["a.example"], "owner-role": "owner"}]})")
          ->get_object(),
      no_files());
  EXPECT_TRUE(std::ranges::any_of(settings.notes, [](const ConfigNote& note) {
    return note.text == "owner is no role of this application" && note.level == NoteLevel::kFatal;
  }));
}

TEST_F(GateOwner, explaining_makes_nobody_the_owner_and_says_who_is) {
  const auto explained = [&](const std::string& bearer) {
    const auto answer = web::run(world.gate.explain({{}, "GET", "/api/accounts/1", bearer}), &world.fetcher);
    return std::string(answer.body_text());
  };
  const auto first = explained(token("nora"));
  EXPECT_NE(first.find("owner  yes, or would be"), std::string::npos) << first;
  EXPECT_TRUE(first.ends_with("answer yes\n")) << first;
  EXPECT_EQ(role_of(token("nick")), "owner") << "nora only asked what would be";
  const auto second = explained(token("nora"));
  EXPECT_NE(second.find("owner  no, somebody else came first"), std::string::npos) << second;
  EXPECT_TRUE(second.ends_with("answer no: role_lacks_permission\n")) << second;
}

TEST_F(GateOwner, explaining_asks_for_remembered_groups_and_remembers_none) {
  const auto explained = [&](const std::string& bearer) {
    const auto answer = web::run(world.gate.explain({{}, "GET", "/api/users", bearer}), &world.fetcher);
    return std::string(answer.body_text());
  };
  EXPECT_NE(explained(token("nora")).find("groups staff\n"), std::string::npos);
  const auto silent = token("nora", {{"groups", nullptr}});
  EXPECT_NE(explained(silent).find("groups none\n"), std::string::npos);
  EXPECT_EQ(status_of(token("nora")), 200);
  EXPECT_NE(explained(silent).find("groups staff\n"), std::string::npos);
  EXPECT_EQ(status_of(silent), 200) << "as it was explained";
}

TEST_F(GateOwner, G4_01_dashboard_the_first_person_is_the_owner_and_the_next_a_user) {
  const auto nora = call_at(world.gate, token("nora"), "/api/users");
  EXPECT_EQ(nora.status, 200);
  EXPECT_EQ(role_in(nora), "owner");
  const auto nick = call_at(world.gate, token("nick"), "/api/users");
  EXPECT_EQ(nick.status, 200);
  EXPECT_EQ(role_in(nick), "user");
  EXPECT_EQ(status_of(token("nora"), "/api/accounts/1"), 200);
  EXPECT_EQ(status_of(token("nick"), "/api/accounts/1"), 403);
  const auto restarted = another_node();
  EXPECT_EQ(role_in(call_at(*restarted, token("nick"), "/api/users")), "user");
  EXPECT_EQ(role_in(call_at(*restarted, token("nora"), "/api/users")), "owner");
}

}  // namespace
}  // namespace cardea::gate
