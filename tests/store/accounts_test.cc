// Consents, and what wrong passwords leave behind.
#include <thread>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

class AccountsTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    user_ = insert_user("ada").id;
  }
  Consent consent(const ClientId& client, std::vector<ScopeId> scopes, TimePoint at) {
    return {.user = user_, .client = client, .scopes = std::move(scopes), .created_at = at, .updated_at = at};
  }
  std::optional<Consent> find(const ClientId& client) {
    return read([&](Rows& rows) { return repos().consents.find(rows, user_, client); }).value();
  }
  LoginFailures failures() {
    return read([&](Rows& rows) { return repos().login_failures.find(rows, realm_, user_); })
        .value()
        .value_or(LoginFailures{});
  }
  UserId user_;
};
INSTANTIATE_TEST_SUITE_P(Engines, AccountsTest, kBothEngines, engine_name);

TEST_P(AccountsTest, refuses_consents_of_nobody_and_to_nobody) {
  const auto client = insert_client("app").id;
  EXPECT_EQ(write([&](Tx& tx) { return repos().consents.put(tx, consent(ClientId("gone"), {}, now_)); }).error(),
            StoreError::kConflict);
  auto of_nobody = consent(client, {}, now_);
  of_nobody.user = UserId("gone");
  EXPECT_EQ(write([&](Tx& tx) { return repos().consents.put(tx, of_nobody); }).error(), StoreError::kConflict);
  EXPECT_FALSE(find(client));
}

TEST_P(AccountsTest, keeps_one_consent_for_each_client_and_when_it_began) {
  const auto app = insert_client("app").id;
  const auto other = insert_client("other").id;
  ASSERT_TRUE(
      write([&](Tx& tx) { return repos().consents.put(tx, consent(app, {ScopeId("a"), ScopeId("b")}, now_)); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().consents.put(tx, consent(other, {}, now_)); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().consents.put(tx, consent(app, {ScopeId("c")}, now_ + seconds(9))); }));
  const auto found = find(app);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->scopes, std::vector<ScopeId>{ScopeId("c")});
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->updated_at, now_ + seconds(9));
  EXPECT_EQ(read([&](Rows& rows) { return repos().consents.list(rows, user_); }).value().size(), 2U);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().consents.remove(tx, user_, app); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().consents.remove(tx, user_, app); }).value());
  EXPECT_FALSE(find(app));
  EXPECT_TRUE(find(other));
}

TEST_P(AccountsTest, counts_each_of_parallel_failures) {
  const auto fail = [&] {
    for (int i = 0; i < 10; ++i) {
      const auto done = write([&](Tx& tx) -> Stored<void> {
        auto found = repos().login_failures.find_to_change(tx, realm_, user_);
        if (!found) return refuse(found.error());
        ++found->failures;
        return repos().login_failures.put(tx, *found);
      });
      EXPECT_TRUE(done) << describe(done.error());
    }
  };
  std::thread other(fail);
  fail();
  other.join();
  EXPECT_EQ(failures().failures, 20);
}

TEST_P(AccountsTest, keeps_and_clears_failures) {
  const LoginFailures kept{.realm = realm_,
                           .user = user_,
                           .failures = 3,
                           .temporary_lockouts = 1,
                           .locked_until = now_ + seconds(60),
                           .last_failure_at = now_,
                           .last_ip = "192.0.2.1"};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, kept); }));
  EXPECT_EQ(failures(), kept);
  EXPECT_FALSE(read([&](Rows& rows) { return repos().login_failures.find(rows, RealmId("other"), user_); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().login_failures.remove(tx, realm_, user_); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().login_failures.remove(tx, realm_, user_); }).value());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, kept); }));
  EXPECT_EQ(write([&](Tx& tx) { return repos().login_failures.remove_all(tx, realm_); }).value(), 1);
}

// Names that nobody has are counted, too, so rows are not tied to users: they go with them all the same.
TEST_P(AccountsTest, failures_may_be_of_nobody_and_go_with_their_user) {
  LoginFailures row{.realm = realm_, .user = user_, .failures = 3, .last_ip = "192.0.2.1"};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, row); }));
  row.user = UserId("00000000-0000-0000-0000-000000000001");
  const auto put = write([&](Tx& tx) { return repos().login_failures.put(tx, row); });
  ASSERT_TRUE(put) << describe(put.error());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, user_); }).value());
  EXPECT_EQ(failures(), LoginFailures{});
  EXPECT_EQ(write([&](Tx& tx) { return repos().login_failures.remove_all(tx, realm_); }).value(), 1);
}

FederatedIdentity identity_of(const RealmId& realm, const UserId& user, std::string id, TimePoint at) {
  FederatedIdentity out;
  out.realm = realm;
  out.user = user;
  out.provider = "entra-id";
  out.upstream_id = std::move(id);
  out.upstream_name = "uma@contoso.example";
  out.token = SecretBytes::copy_of("upstream-token");
  out.created_at = at;
  out.last_login_at = at;
  return out;
}

TEST_P(AccountsTest, refuses_a_second_user_for_an_identity_and_a_second_identity_at_a_provider) {
  auto& repo = repos().federated_identities;
  const auto insert = [&](const FederatedIdentity& identity) {
    return write([&](Tx& tx) { return repo.insert(tx, identity); });
  };
  const auto other = insert_user("bob").id;
  ASSERT_TRUE(insert(identity_of(realm_, user_, "t/1", now_)));
  EXPECT_EQ(insert(identity_of(realm_, other, "t/1", now_)).error(), StoreError::kConflict);
  EXPECT_EQ(insert(identity_of(realm_, user_, "t/2", now_)).error(), StoreError::kConflict);
  EXPECT_EQ(insert(identity_of(realm_, UserId("gone"), "t/3", now_)).error(), StoreError::kConflict);
  EXPECT_TRUE(insert(identity_of(realm_, other, "T/1", now_)));  // ids have case
  EXPECT_EQ(write([&](Tx& tx) { return repo.update(tx, identity_of(realm_, user_, "t/9", now_)); }).error(),
            StoreError::kConflict);
}

TEST_P(AccountsTest, refuses_to_replace_the_issuer_that_proved_an_identity) {
  auto& repo = repos().federated_identities;
  auto link = identity_of(realm_, user_, "t/1", now_);
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, link); }));
  const auto issuer_after = [&](const std::string& issuer) {
    link.issuer = issuer;
    EXPECT_TRUE(write([&](Tx& tx) { return repo.update(tx, link); }));
    return read([&](Rows& rows) { return repo.find(rows, realm_, "entra-id", "t/1"); }).value()->issuer;
  };
  EXPECT_EQ(issuer_after("https://first.example"), "https://first.example");
  EXPECT_EQ(issuer_after("https://first.example"), "https://first.example");
  EXPECT_EQ(issuer_after("https://first.example/"), "https://first.example") << "a slash makes nobody else of it";
  for (const auto* other : {"https://evil.example", ""}) {
    link.issuer = other;
    link.upstream_name = "of another";
    link.token = SecretBytes::copy_of("of another");
    EXPECT_EQ(write([&](Tx& tx) { return repo.update(tx, link); }).error(), StoreError::kConflict) << other;
  }
  const auto after = read([&](Rows& rows) { return repo.find(rows, realm_, "entra-id", "t/1"); }).value();
  EXPECT_EQ(after->issuer, "https://first.example");
  EXPECT_EQ(after->upstream_name, "uma@contoso.example");
  EXPECT_EQ(after->token.reveal(), "upstream-token");
}

TEST_P(AccountsTest, finds_people_by_what_a_provider_calls_them) {
  auto& repo = repos().federated_identities;
  auto link = identity_of(realm_, user_, "t/1", now_);
  link.upstream_name = "Uma@Contoso.example";
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, link); }));
  const auto found = [&](std::string_view provider, std::string_view name) {
    return read([&](Rows& rows) { return repo.find_by_name(rows, realm_, provider, name); }).value();
  };
  EXPECT_EQ(found("entra-id", "uma@contoso.EXAMPLE"), std::vector{user_});
  EXPECT_TRUE(found("entra-id", "uma@contoso").empty());
  EXPECT_TRUE(found("okta", "uma@contoso.example").empty());
  EXPECT_TRUE(found("entra-id", "").empty());
}

TEST_P(AccountsTest, keeps_what_a_provider_said_of_groups_and_who_is_to_be_asked_about) {
  auto& repo = repos().federated_identities;
  const auto other = insert_user("bob").id;
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, user_, "t/1", now_)); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, other, "t/2", now_)); }));
  const auto link = [&] {
    return *read([&](Rows& rows) { return repo.find(rows, realm_, "entra-id", "t/1"); }).value();
  };
  const auto due = [&] {
    return read([&](Rows& rows) { return repo.list_groups_due(rows, realm_, "entra-id", "", 9); }).value();
  };
  EXPECT_EQ(link().groups_known, "");
  EXPECT_TRUE(due().empty());
  const auto mark = [&](const std::vector<std::string>& ids, TimePoint at) {
    return write([&](Tx& tx) { return repo.mark_groups_due(tx, realm_, "entra-id", ids, at); }).value();
  };
  EXPECT_EQ(mark({"t/1", "t/9", "T/2"}, now_), 1);
  EXPECT_EQ(mark({}, now_), 0);
  ASSERT_EQ(due().size(), 1U);
  EXPECT_EQ(due()[0].user, user_);
  EXPECT_EQ(due()[0].upstream_id, "t/1");
  const auto set = [&](std::string_view known, TimePoint at) {
    ASSERT_TRUE(write([&](Tx& tx) { return repo.set_groups(tx, user_, "entra-id", known, at); }));
  };
  set("early", now_ - seconds{1});
  EXPECT_EQ(due().size(), 1U) << "asked before they changed";
  set("known", now_);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(link().groups_known, "known");
  EXPECT_EQ(link().groups_at, now_);
  // Whoever writes the link itself leaves that alone.
  ASSERT_TRUE(write([&](Tx& tx) { return repo.update(tx, identity_of(realm_, user_, "t/1", now_)); }));
  EXPECT_EQ(link().groups_known, "known");
  const auto linked = [&](std::string_view after, int max) {
    return read([&](Rows& rows) { return repo.list_linked(rows, realm_, "entra-id", after, max); }).value();
  };
  EXPECT_EQ(linked("", 9).size(), 2U);
  EXPECT_EQ(linked("", 1).at(0).groups_known, "known");
  EXPECT_EQ(linked("t/1", 9).at(0).user, other);
  const auto found =
      read([&](Rows& rows) { return repo.find_linked(rows, realm_, "entra-id", {"t/2", "t/3"}); }).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].user, other);
}

TEST_P(AccountsTest, gives_a_synchronisation_to_one_holder_until_its_lease_is_over) {
  auto& repo = repos().directory_syncs;
  const auto lease = [&](std::string_view holder, TimePoint at) {
    return write([&](Tx& tx) { return repo.lease(tx, realm_, "entra-id", holder, at, at + seconds{60}); }).value();
  };
  auto row = lease("one", now_);
  ASSERT_TRUE(row);
  EXPECT_FALSE(lease("two", now_ + seconds{59}));
  const auto save = [&](const DirectorySync& sync) {
    return write([&](Tx& tx) { return repo.save(tx, sync); }).value();
  };
  row->users_link = "https://graph.example/users?a=\"b\"";
  row->groups_link = "g";
  row->directory = "d";
  row->marks_all = true;
  row->marked_to = "t/1";
  row->synced_at = now_;
  row->leased_until = now_ + seconds{120};
  EXPECT_TRUE(save(*row));
  EXPECT_FALSE(lease("two", now_ + seconds{119}));
  const auto taken = lease("two", now_ + seconds{120});
  ASSERT_TRUE(taken);
  EXPECT_FALSE(save(*row)) << "it is another's by now";
  EXPECT_EQ(taken->users_link, row->users_link);
  EXPECT_EQ(taken->groups_link, "g");
  EXPECT_EQ(taken->directory, "d");
  EXPECT_EQ(taken->marked_to, "t/1");
  EXPECT_TRUE(taken->marks_all);
  EXPECT_EQ(taken->synced_at, now_);
  auto done = *taken;
  done.due_at = now_ + seconds{500};
  done.leased_until = now_ + seconds{120};
  EXPECT_TRUE(save(done));
  EXPECT_FALSE(lease("one", now_ + seconds{499})) << "not due";
  EXPECT_TRUE(lease("one", now_ + seconds{500}));
  EXPECT_TRUE(write([&](Tx& tx) { return repo.remove(tx, realm_, "entra-id"); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repo.find(rows, realm_, "entra-id"); }).value());
}

TEST_P(AccountsTest, stamps_links_of_unknown_issuer_with_the_one_that_the_provider_leaves) {
  auto& repo = repos().federated_identities;
  const std::string tenant = "11111111-2222-3333-4444-555555555555";
  const auto insert = [&](const UserId& user, const std::string& provider, const std::string& id,
                          const std::string& issuer) {
    auto link = identity_of(realm_, user, id, now_);
    link.provider = provider;
    link.issuer = issuer;
    ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, link); })) << id;
  };
  const auto other = insert_user("bob").id;
  insert(user_, "entra-id", tenant + "/1", "");
  insert(other, "entra-id", tenant + "/2", "https://known.example");
  insert(user_, "up", "1", "");
  insert(user_, "far", "1", "");
  const auto stamp = [&](const RealmId& realm, const std::string& provider, const std::string& issuer) {
    return write([&](Tx& tx) { return repo.stamp_issuer(tx, realm, provider, issuer); }).value();
  };
  const auto issuer_of = [&](const std::string& provider, const std::string& id) {
    return read([&](Rows& rows) { return repo.find(rows, realm_, provider, id); }).value()->issuer;
  };
  EXPECT_EQ(stamp(RealmId("other"), "entra-id", "https://old.example"), 0);
  EXPECT_EQ(stamp(realm_, "entra-id", "https://login.example/{tenantid}/v2.0"), 1);
  EXPECT_EQ(issuer_of("entra-id", tenant + "/1"), "https://login.example/" + tenant + "/v2.0");
  EXPECT_EQ(issuer_of("entra-id", tenant + "/2"), "https://known.example");
  EXPECT_EQ(stamp(realm_, "up", "https://old.example"), 1);
  EXPECT_EQ(issuer_of("up", "1"), "https://old.example");
  EXPECT_EQ(issuer_of("far", "1"), "");
  EXPECT_EQ(stamp(realm_, "up", "https://newer.example"), 0);
  const auto after = read([&](Rows& rows) { return repo.find(rows, realm_, "up", "1"); }).value();
  EXPECT_EQ(after->upstream_name, "uma@contoso.example");
  EXPECT_EQ(after->token.reveal(), "upstream-token");
}

// Groups of a source are found by its id for them, and their names compared with those of ours.
TEST_P(AccountsTest, finds_groups_by_their_source) {
  auto& groups = repos().groups;
  const auto insert = [&](const std::string& id, const std::string& name, const std::string& source_id) {
    Group group;
    group.id = GroupId(id);
    group.realm = realm_;
    group.name = name;
    if (source_id != "-") group.attributes["upstream.provider"] = {"entra-id"};
    if (source_id != "-" && !source_id.empty()) group.attributes["upstream.id"] = {source_id};
    if (source_id != "-" && !source_id.empty()) group.parent = GroupId("top");
    ASSERT_TRUE(write([&](Tx& tx) { return groups.insert(tx, group); })) << id;
  };
  insert("top", "entra-id", "");
  insert("g1", "sales", "s-1");
  insert("g2", "staff", "s-2");
  insert("g3", "sales", "-");
  const auto find = [&](std::string_view provider, std::string_view id) {
    return read([&](Rows& rows) { return groups.find_sourced(rows, realm_, provider, id); }).value();
  };
  EXPECT_FALSE(find("entra-id", "s-3"));
  EXPECT_FALSE(find("other", "s-1"));
  EXPECT_EQ(find("entra-id", "")->id.str(), "top");
  EXPECT_EQ(find("entra-id", "s-1")->name, "sales");
  EXPECT_TRUE(find("entra-id", "s-1")->shares_name);
  EXPECT_FALSE(find("entra-id", "s-2")->shares_name);
  EXPECT_TRUE(read([&](Rows& rows) { return groups.has_name(rows, realm_, "staff"); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return groups.has_name(rows, realm_, "Staff"); }).value());
  for (const char* id : {"top", "g2", "g3"}) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, user_, GroupId(id)); }));
  }
  const auto mine = read([&](Rows& rows) { return groups.list_sourced(rows, realm_, "entra-id", user_); }).value();
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine.front().source_id, "s-2");
  EXPECT_EQ(read([&](Rows& rows) { return groups.list_of_source(rows, realm_, "entra-id"); }).value().size(), 2U);
  execute("UPDATE realm_groups SET source = NULL, source_id = NULL");  // as written by an older release
  EXPECT_FALSE(find("entra-id", "s-1"));
  ASSERT_TRUE(write([&](Tx& tx) { return groups.note_sources(tx, realm_); }));
  EXPECT_EQ(find("entra-id", "s-1")->id.str(), "g1");
  EXPECT_EQ(find("entra-id", "")->id.str(), "top");
  EXPECT_TRUE(find("entra-id", "s-1")->shares_name);
  auto renamed = *read([&](Rows& rows) { return groups.find(rows, realm_, GroupId("g2")); }).value();
  renamed.attributes.clear();
  ASSERT_TRUE(write([&](Tx& tx) { return groups.update(tx, renamed); }));
  EXPECT_FALSE(find("entra-id", "s-2"));  // an administrator made it a group of ours
}

TEST_P(AccountsTest, keeps_identities_with_sealed_tokens_until_they_go) {
  auto& repo = repos().federated_identities;
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, user_, "t/1", now_)); }));
  const auto find = [&](std::string_view provider, std::string_view id) {
    return read([&](Rows& rows) { return repo.find(rows, realm_, provider, id); }).value();
  };
  for (const auto& bytes : raw("SELECT token FROM federated_identities")) {
    EXPECT_EQ(bytes.find("upstream-token"), std::string::npos);
  }
  auto changed = identity_of(realm_, user_, "t/1", now_ + seconds(9));
  changed.upstream_name = "new";
  changed.token = SecretBytes();
  EXPECT_EQ(find("entra-id", "t/1")->token.reveal(), "upstream-token");
  ASSERT_TRUE(write([&](Tx& tx) { return repo.update(tx, changed); }));
  const auto found = find("entra-id", "t/1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, user_);
  EXPECT_EQ(found->upstream_name, "new");
  EXPECT_TRUE(found->token.empty());
  EXPECT_EQ(found->issuer, "");
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->last_login_at, now_ + seconds(9));
  EXPECT_FALSE(find("other", "t/1"));
  EXPECT_EQ(read([&](Rows& rows) { return repo.list(rows, user_); }).value().size(), 1U);
  EXPECT_FALSE(write([&](Tx& tx) { return repo.remove(tx, user_, "other"); }).value());
  EXPECT_EQ(write([&](Tx& tx) { return repo.remove_all(tx, realm_, "entra-id"); }).value(), 1);
  EXPECT_FALSE(find("entra-id", "t/1"));
  ASSERT_TRUE(write([&](Tx& tx) { return repo.insert(tx, identity_of(realm_, user_, "t/1", now_)); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, user_); }).value());
  EXPECT_FALSE(find("entra-id", "t/1"));
}

}  // namespace
}  // namespace cardea
