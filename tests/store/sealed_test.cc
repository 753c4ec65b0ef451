// Secrets at rest: unreadable in the file, and worth nothing in another row (attack class: a database that leaks or
// that somebody may write to).
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/encoding.h"
#include "tests/store/fixture.h"

namespace cardea {
namespace {

/// What an imported file may keep anywhere.
json::object config_with_secret() { return {{"smtpServer", {{"password", "s3cret-of-mail"}}}}; }

ProtocolMapper mapper_with_secret() {
  ProtocolMapper mapper;
  mapper.name = "m";
  mapper.provider = "unknown";
  mapper.config["apiKey"] = "s3cret-of-mapper";
  return mapper;
}

class SealedTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    for (const char* name : {"demo", "other"}) insert_realm_with_secrets(name);
    for (const char* name : {"one", "two"}) {
      Client client;
      client.id = ClientId(name);
      client.client_id = name;
      client.secret = SecretBytes(std::string("s3cret-of-") + name);
      client.attributes["jwt.credential.secret"] = std::string("s3cret-attribute-of-") + name;
      client.mappers.push_back(mapper_with_secret());
      client.extra = config_with_secret();
      ASSERT_TRUE(write([&](Tx& tx) { return repos().clients.insert(tx, realm_, client); }));
      RealmKey key;
      key.id = KeyId(name);
      key.secret = SecretBytes(std::string("s3cret-of-") + name);
      ASSERT_TRUE(write([&](Tx& tx) { return repos().keys.insert(tx, realm_, key); }));
      insert_documents(name);
      User user;
      user.id = UserId(std::string("user-") + name);
      user.realm = realm_;
      user.username = name;
      user.extra = config_with_secret();
      ASSERT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, user, false); }));
      Credential credential;
      credential.id = CredentialId(name);
      credential.user = user.id;
      credential.type = "password";
      credential.secret_data = SecretBytes(std::string("s3cret-of-") + name);
      ASSERT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, credential); }));
      Interaction interaction;
      interaction.id = "s3cret-tab";
      interaction.realm = realm_;
      interaction.browser_hash = "b";
      interaction.expires_at = now_ + seconds(60);
      interaction.request.client = client.id;
      interaction.request.client_id = name;
      interaction.request.redirect_uri = "https://s3cret.example.org/";
      ASSERT_TRUE(write([&](Tx& tx) { return repos().interactions.insert(tx, name, interaction); }));
    }
  }
  void insert_realm_with_secrets(const std::string& name) {
    Realm realm;
    realm.id = name == "demo" ? realm_ : RealmId(name);
    realm.name = name;
    realm.attributes["token"] = "s3cret-attribute";
    realm.extra = config_with_secret();
    ASSERT_TRUE(write([&](Tx& tx) { return repos().realms.insert(tx, realm); }));
  }
  /// A scope, a role and a group of this name.
  void insert_documents(const std::string& name) {
    ClientScope scope;
    scope.id = ScopeId(name);
    scope.name = name;
    scope.mappers.push_back(mapper_with_secret());
    scope.extra = config_with_secret();
    ASSERT_TRUE(write([&](Tx& tx) { return repos().scopes.insert(tx, realm_, scope); }));
    Role role;
    role.id = RoleId(name);
    role.realm = realm_;
    role.name = name;
    role.attributes["token"] = {"s3cret-attribute"};
    ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.insert(tx, role); }));
    Group group;
    group.id = GroupId(name);
    group.realm = realm_;
    group.name = name;
    group.attributes["token"] = {"s3cret-attribute"};
    ASSERT_TRUE(write([&](Tx& tx) { return repos().groups.insert(tx, group); }));
  }
  /// The bytes of a column in every row.
  std::vector<std::string> bytes(const std::string& sql) {
    auto column = raw(sql);
    for (auto& value : column) {
      if (is_postgres() && value.starts_with("\\x")) value = hex_decode(value.substr(2)).value();
    }
    return column;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, SealedTest, kBothEngines, engine_name);

struct Place {
  const char* table;
  const char* column;
  const char* key;
  const char* one = "one";
  const char* two = "two";
};
constexpr Place kPlaces[] = {{"clients", "secret", "id"},
                             {"realm_keys", "secret", "id"},
                             {"credentials", "secret_data", "id"},
                             {"interactions", "document", "hash"},
                             {"realms", "document", "name", "demo", "other"},
                             {"scopes", "document", "id"},
                             {"clients", "document", "id"},
                             {"roles", "document", "id"},
                             {"realm_groups", "document", "id"},
                             {"users", "extra", "username"}};

template <class Answer>
bool is_corrupt(const Answer& answer) {
  return !answer && answer.error() == StoreError::kCorrupt;
}

TEST_P(SealedTest, refuses_to_show_a_secret_in_the_table) {
  for (const auto& [table, column, key, one, two] : kPlaces) {
    const auto values = bytes(std::string("SELECT ") + column + " FROM " + table);
    ASSERT_EQ(values.size(), 2U) << table;
    for (const auto& value : values) {
      EXPECT_GT(value.size(), crypto::kSealOverheadBytes) << table;
      EXPECT_EQ(value.find("s3cret"), std::string::npos) << table << '.' << column;
    }
  }
}

TEST_P(SealedTest, refuses_to_show_a_secret_anywhere_in_the_files) {
  if (is_postgres()) GTEST_SKIP() << "the server's files are not ours to read";
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(settings().path).parent_path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    EXPECT_EQ(content.find("s3cret"), std::string::npos) << file.path();
  }
}

TEST_P(SealedTest, gives_back_what_was_stored) {
  const auto realm = read([&](Rows& rows) { return repos().realms.find_by_name(rows, "demo"); }).value().value();
  EXPECT_EQ(realm.extra, config_with_secret());
  EXPECT_EQ(realm.attributes.at("token"), "s3cret-attribute");
  const auto client = read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); }).value();
  EXPECT_EQ(client->secret.reveal(), "s3cret-of-one");
  EXPECT_EQ(client->extra, config_with_secret());
  const auto scopes = read([&](Rows& rows) { return repos().scopes.list(rows, realm_); }).value();
  ASSERT_EQ(scopes.size(), 2U);
  EXPECT_EQ(scopes.front().mappers.front().config.at("apiKey"), "s3cret-of-mapper");
  const auto roles = read([&](Rows& rows) { return repos().roles.list(rows, realm_); }).value();
  EXPECT_EQ(roles.front().attributes.at("token").front(), "s3cret-attribute");
  const auto groups = read([&](Rows& rows) { return repos().groups.list(rows, realm_); }).value();
  EXPECT_EQ(groups.front().attributes.at("token").front(), "s3cret-attribute");
  const auto user = read([&](Rows& rows) { return repos().users.find_by_username(rows, realm_, "one"); }).value();
  EXPECT_EQ(user->extra, config_with_secret());
}

TEST_P(SealedTest, refuses_a_sealed_value_in_another_row) {
  for (const auto& [table, column, key, one, two] : kPlaces) {
    execute(std::string("UPDATE ") + table + " SET " + column + " = (SELECT " + column + " FROM " + table + " WHERE " +
            key + " = '" + one + "') WHERE " + key + " = '" + two + "'");
  }
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("two")); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().keys.list(rows, realm_); })));
  EXPECT_TRUE(
      is_corrupt(read([&](Rows& rows) { return repos().credentials.list(rows, UserId("user-two"), "password"); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().interactions.find(rows, realm_, "two", now_); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().realms.find_by_name(rows, "other"); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().scopes.list(rows, realm_); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().roles.find(rows, realm_, RoleId("two")); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().groups.find(rows, realm_, GroupId("two")); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().users.find_by_username(rows, realm_, "two"); })));
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().subjects.load(rows, realm_, UserId("user-two")); })));
  EXPECT_EQ(
      read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); }).value()->secret.reveal(),
      "s3cret-of-one");
}

TEST_P(SealedTest, refuses_a_sealed_value_in_another_column) {
  execute("UPDATE clients SET secret = (SELECT secret FROM realm_keys WHERE id = 'one') WHERE id = 'one'");
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); })));
  execute("UPDATE roles SET document = (SELECT document FROM scopes WHERE id = 'one') WHERE id = 'one'");
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().roles.find(rows, realm_, RoleId("one")); })));
}

TEST_P(SealedTest, refuses_documents_that_are_not_sealed) {
  execute("UPDATE clients SET document = '{\"redirect_uris\":[\"https://attacker.example/\"]}' WHERE id = 'one'");
  EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); })));
}

TEST_P(SealedTest, refuses_documents_that_do_not_read) {
  for (const char* document : {R"({"enabled":"yes"})", "{"}) {
    execute("UPDATE clients SET document = '" + sealer().seal_text(document, "clients.document/one") +
            "' WHERE id = 'one'");
    EXPECT_TRUE(is_corrupt(read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); })))
        << document;
  }
}

}  // namespace
}  // namespace cardea
