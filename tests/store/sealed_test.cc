// Secrets at rest: unreadable in the file, and worth nothing in another row (attack class: a database that leaks or
// that somebody may write to).
#include "base/encoding.h"
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class SealedTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    for (const char* name : {"one", "two"}) {
      Client client;
      client.id = ClientId(name);
      client.client_id = name;
      client.secret = SecretBytes(std::string("s3cret-of-") + name);
      ASSERT_TRUE(write([&](Tx& tx) { return repos().clients.insert(tx, realm_, client); }));
      RealmKey key;
      key.id = KeyId(name);
      key.secret = SecretBytes(std::string("s3cret-of-") + name);
      ASSERT_TRUE(write([&](Tx& tx) { return repos().keys.insert(tx, realm_, key); }));
      const auto user = insert_user(name);
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
};
constexpr Place kPlaces[] = {{"clients", "secret", "id"},
                             {"realm_keys", "secret", "id"},
                             {"credentials", "secret_data", "id"},
                             {"interactions", "document", "hash"}};

TEST_P(SealedTest, refuses_to_show_a_secret_in_the_table) {
  for (const auto& [table, column, key] : kPlaces) {
    const auto values = bytes(std::string("SELECT ") + column + " FROM " + table);
    ASSERT_EQ(values.size(), 2U) << table;
    for (const auto& value : values) {
      EXPECT_GT(value.size(), crypto::kSealOverheadBytes) << table;
      EXPECT_EQ(value.find("s3cret"), std::string::npos) << table;
    }
  }
  EXPECT_EQ(bytes("SELECT document FROM clients").front().find("s3cret"), std::string::npos);
}

TEST_P(SealedTest, refuses_a_sealed_value_in_another_row) {
  for (const auto& [table, column, key] : kPlaces) {
    execute(std::string("UPDATE ") + table + " SET " + column + " = (SELECT " + column + " FROM " + table + " WHERE " +
            key + " = 'one') WHERE " + key + " = 'two'");
  }
  const auto corrupt = [](const auto& answer) { return !answer && answer.error() == StoreError::kCorrupt; };
  EXPECT_TRUE(corrupt(read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("two")); })));
  EXPECT_TRUE(corrupt(read([&](Rows& rows) { return repos().keys.list(rows, realm_); })));
  EXPECT_TRUE(
      corrupt(read([&](Rows& rows) { return repos().credentials.list(rows, UserId("user-two"), "password"); })));
  EXPECT_TRUE(corrupt(read([&](Rows& rows) { return repos().interactions.find(rows, realm_, "two", now_); })));
  EXPECT_EQ(
      read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); }).value()->secret.reveal(),
      "s3cret-of-one");
}

TEST_P(SealedTest, refuses_a_sealed_value_in_another_column) {
  execute("UPDATE clients SET secret = (SELECT secret FROM realm_keys WHERE id = 'one') WHERE id = 'one'");
  const auto found = read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); });
  EXPECT_EQ(found.error(), StoreError::kCorrupt);
}

TEST_P(SealedTest, refuses_documents_that_do_not_read) {
  execute("UPDATE clients SET document = '{\"enabled\":\"yes\"}' WHERE id = 'one'");
  const auto wrong_type = read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); });
  EXPECT_EQ(wrong_type.error(), StoreError::kCorrupt);
  execute("UPDATE clients SET document = '{' WHERE id = 'one'");
  const auto not_json = read([&](Rows& rows) { return repos().clients.find(rows, realm_, ClientId("one")); });
  EXPECT_EQ(not_json.error(), StoreError::kCorrupt);
}

}  // namespace
}  // namespace cardea
