// Who is within reach of a provider's SCIM client, and what it says of them.
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class ProvisionedUsersTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    uma_ = insert_user("uma").id;
    max_ = insert_user("max").id;
    eve_ = insert_user("eve").id;
  }
  ProvisionedUser row_of(const UserId& user, std::string name, std::string external_id = {}) const {
    ProvisionedUser out;
    out.realm = realm_;
    out.user = user;
    out.provider = "entra-id";
    out.external_id = std::move(external_id);
    out.user_name = std::move(name);
    out.is_made = true;
    out.document = {{"title", "Engineer"}};
    out.created_at = now_;
    out.changed_at = now_;
    return out;
  }
  Stored<void> insert(const ProvisionedUser& row) {
    return write([&](Tx& tx) { return repos().provisioned_users.insert(tx, row); });
  }
  Stored<void> update(const ProvisionedUser& row) {
    return write([&](Tx& tx) { return repos().provisioned_users.update(tx, row); });
  }
  std::optional<ProvisionedUser> find(ProvisionedBy by, std::string_view value,
                                      std::string_view provider = "entra-id") {
    return read([&](Rows& rows) { return repos().provisioned_users.find(rows, realm_, provider, by, value); }).value();
  }
  std::vector<UserId> reached(const ReachQuery& query = {}) {
    const auto count =
        read([&](Rows& rows) { return repos().provisioned_users.count_reached(rows, realm_, "entra-id", query); });
    auto list =
        read([&](Rows& rows) { return repos().provisioned_users.list_reached(rows, realm_, "entra-id", query); });
    if (query.max < 0 && query.first == 0) {
      EXPECT_EQ(std::ssize(*list), *count);
    }
    return std::move(*list);
  }
  UserId uma_, max_, eve_;
};
INSTANTIATE_TEST_SUITE_P(Engines, ProvisionedUsersTest, kBothEngines, engine_name);

TEST_P(ProvisionedUsersTest, refuses_names_and_ids_that_are_taken_and_users_that_are_nobody) {
  ASSERT_TRUE(insert(row_of(uma_, "Uma@contoso.example", "o-1")));
  EXPECT_EQ(insert(row_of(uma_, "other")).error(), StoreError::kConflict);
  EXPECT_EQ(insert(row_of(max_, "uma@CONTOSO.example")).error(), StoreError::kConflict);
  EXPECT_EQ(insert(row_of(max_, "max", "o-1")).error(), StoreError::kConflict);
  EXPECT_EQ(insert(row_of(UserId("gone"), "gone")).error(), StoreError::kConflict);
  ASSERT_TRUE(insert(row_of(max_, "max")));
  ASSERT_TRUE(insert(row_of(eve_, "eve")));  // two without an external id
  EXPECT_EQ(update(row_of(max_, "UMA@contoso.example")).error(), StoreError::kConflict);
  EXPECT_EQ(update(row_of(max_, "max", "o-1")).error(), StoreError::kConflict);
  auto elsewhere = row_of(max_, "uma@contoso.example", "o-1");
  elsewhere.provider = "okta";
  EXPECT_EQ(update(elsewhere).error(), StoreError::kConflict);  // it has no row there
  EXPECT_TRUE(insert(elsewhere));
  EXPECT_FALSE(find(ProvisionedBy::kExternalId, ""));
  EXPECT_FALSE(find(ProvisionedBy::kUser, uma_.str(), "okta"));
  EXPECT_FALSE(find(ProvisionedBy::kExternalId, "O-1"));  // ids have case
}

TEST_P(ProvisionedUsersTest, forgets_that_it_stopped_somebody_and_nobody_else) {
  for (const auto& user : {uma_, max_}) {
    auto row = row_of(user, user.str());
    row.is_stopped = true;
    ASSERT_TRUE(insert(row));
  }
  ASSERT_TRUE(write([&](Tx& tx) { return repos().provisioned_users.forget_stops(tx, uma_); }));
  EXPECT_FALSE(find(ProvisionedBy::kUser, uma_.str())->is_stopped);
  EXPECT_TRUE(find(ProvisionedBy::kUser, max_.str())->is_stopped);
}

TEST_P(ProvisionedUsersTest, keeps_what_was_said) {
  ASSERT_TRUE(insert(row_of(uma_, "Uma@contoso.example", "o-1")));
  auto changed = row_of(uma_, "uma.new@contoso.example", "o-2");
  changed.is_made = false;  // how it began stays
  changed.is_stopped = true;
  changed.document = {};
  changed.created_at = now_ + seconds(5);
  changed.changed_at = now_ + seconds(5);
  ASSERT_TRUE(update(changed));
  EXPECT_FALSE(find(ProvisionedBy::kUserName, "uma@contoso.example"));
  const auto row = find(ProvisionedBy::kUserName, "UMA.new@contoso.example");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->user, uma_);
  EXPECT_EQ(row->user_name, "uma.new@contoso.example");
  EXPECT_EQ(row->external_id, "o-2");
  EXPECT_TRUE(row->is_made);
  EXPECT_TRUE(row->is_stopped);
  EXPECT_TRUE(row->document.empty());
  EXPECT_EQ(row->created_at, now_);
  EXPECT_EQ(row->changed_at, now_ + seconds(5));
  EXPECT_TRUE(find(ProvisionedBy::kUser, uma_.str()));
  EXPECT_TRUE(find(ProvisionedBy::kExternalId, "o-2"));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().provisioned_users.remove(tx, uma_, "entra-id"); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().provisioned_users.remove(tx, uma_, "entra-id"); }).value());
}

TEST_P(ProvisionedUsersTest, reaches_who_has_a_row_or_a_link_and_nobody_else) {
  ASSERT_TRUE(insert(row_of(uma_, "uma")));
  auto unlinked = row_of(eve_, "eve");  // was linked once, and is not SCIM's own
  unlinked.is_made = false;
  ASSERT_TRUE(insert(unlinked));
  FederatedIdentity link;
  link.realm = realm_;
  link.provider = "entra-id";
  for (const auto& user : {uma_, max_}) {  // one of them has both
    link.user = user;
    link.upstream_id = "t/" + user.str();
    ASSERT_TRUE(write([&](Tx& tx) { return repos().federated_identities.insert(tx, link); }));
  }
  const auto group = insert_group("sales").id;
  for (const auto& user : {max_, eve_}) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, user, group); }));
  }
  auto both = std::vector{uma_, max_};
  std::ranges::sort(both, {}, &UserId::str);
  EXPECT_EQ(reached(), both);
  EXPECT_EQ(reached({.max = 1}), std::vector{both[0]});
  EXPECT_EQ(reached({.first = 1, .max = 1}), std::vector{both[1]});
  EXPECT_EQ(reached({.group = group}), std::vector{max_});
  // A user that goes takes the row along.
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, uma_); }));
  EXPECT_EQ(reached(), std::vector{max_});
  EXPECT_EQ(write([&](Tx& tx) { return repos().provisioned_users.remove_all(tx, realm_, "entra-id"); }).value(), 1)
      << "what is left is the row of who is not reached";
}

}  // namespace
}  // namespace cardea
