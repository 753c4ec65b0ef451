// Sign-ins do not wait for Graph where what it said before is young enough, and what it says is written beside them
// (docs/adr/0025; guides.md G2.8): refusals first.
#include "broker/group_call.h"
#include "tests/broker/directory_world.h"

namespace cardea::protocol {
namespace {

class LoginGroups : public Directory {
 protected:
  LoginGroups() {
    configure({});
    server_.broker().in_background = [this](std::move_only_function<web::Outcome()> work) {
      if (is_full_) return false;
      later_.push_back(std::move(work));
      return true;
    };
    add_group("g-1", {"o-1"});
    add_group("g-2", {"o-1"});
  }
  void configure(const json::object& more) {
    json::object config{{"directorySync", "false"}};
    for (const auto& [name, value] : more) config[name] = value;
    set_up(config);
  }
  /// What waits beside the requests.
  void work() {
    for (auto& each : std::exchange(later_, {})) {
      auto outcome = each();
      while (!outcome.is_response()) {
        if (outcome.is_fetch()) {
          auto next = std::move(outcome.fetch().next);
          outcome = next(call_(std::move(outcome.fetch().request)));
        } else {
          auto step = std::move(outcome.then().step);
          outcome = step();
        }
      }
    }
  }

  std::vector<std::move_only_function<web::Outcome()>> later_;
  bool is_full_ = false;
};

TEST_F(LoginGroups, refuses_groups_older_than_the_record_allows) {
  sign_in_as("o-1");
  groups_.at("g-2").members.clear();
  server_.clock.advance(broker::kGroupsAgeMax);
  const auto before = calls_to("getMemberObjects");
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("getMemberObjects"), before + 1) << "the login waited";
  EXPECT_EQ(paths(), Paths{"/up/Group g-1"});
}

TEST_F(LoginGroups, refuses_a_login_when_it_fails_closed_and_graph_is_down) {
  configure({{"groupsOnFailure", "refuse"}});
  sign_in_as("o-1");
  graph_status_ = 503;
  Browser browser(server_);
  who_ = "o-1";
  const auto answer = sign_in_upstream(browser);
  EXPECT_NE(answer.status, 302);
  EXPECT_TRUE(server_.log.contains("groups_status_503"));
}

TEST_F(LoginGroups, refuses_to_keep_for_long_what_graph_does_not_confirm) {
  sign_in_as("o-1");
  graph_status_ = 401;  // the person's own doing, maybe: they lose what they cannot show
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"}));
  work();
  EXPECT_EQ(paths(), Paths{});
}

TEST_F(LoginGroups, asks_graph_after_the_login_and_writes_what_it_says) {
  sign_in_as("o-1");
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"})) << "the first login waits";
  EXPECT_TRUE(later_.empty());
  groups_.at("g-2").members.clear();
  groups_.at("g-1").name = "Renamed";
  const auto before = calls_to("getMemberObjects");
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("getMemberObjects"), before) << "nobody waits for Graph";
  EXPECT_EQ(later_.size(), 1U);
  work();
  EXPECT_EQ(calls_to("getMemberObjects"), before + 1);
  EXPECT_EQ(paths(), Paths{"/up/Renamed"});
  sign_in_as("o-1");  // a moment later nobody asks again
  EXPECT_TRUE(later_.empty());
}

TEST_F(LoginGroups, keeps_the_groups_of_before_while_graph_is_down_and_asks_again) {
  sign_in_as("o-1");
  server_.clock.advance(seconds{60});
  graph_status_ = 503;
  sign_in_as("o-1");
  work();
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"}));
  expect_logged_with_request("upstream_groups_kept");
  graph_status_ = 200;
  groups_.at("g-1").members.clear();
  server_.clock.advance(seconds{120});  // Graph's Retry-After
  sign_in_as("o-1");
  work();
  EXPECT_EQ(paths(), Paths{"/up/Group g-2"});
}

TEST_F(LoginGroups, takes_the_groups_of_a_token_at_once_and_writes_nothing_for_the_same_ones) {
  is_overage_ = false;
  sign_in_as("o-1");
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"}));
  const auto names = calls_to("getByIds");
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("getByIds"), names) << "the same set costs no call";
  EXPECT_TRUE(later_.empty());
  groups_.at("g-2").members.clear();
  sign_in_as("o-1");
  EXPECT_EQ(paths(), Paths{"/up/Group g-1"}) << "another set counts at once";
  groups_.at("g-1").name = "Renamed";
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  work();
  EXPECT_EQ(paths(), Paths{"/up/Renamed"});
}

TEST_F(LoginGroups, puts_right_beside_the_login_what_somebody_changed_here) {
  is_overage_ = false;
  sign_in_as("o-1");
  const auto user = user_named("o-1@contoso.example")->id;
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto group = server_.repositories.groups.find_sourced(tx, RealmId("realm-demo"), "up", "g-1");
    return server_.repositories.users.remove_group(tx, user, (*group)->id);
  }));
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  work();
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"}));
}

TEST_F(LoginGroups, makes_more_groups_than_one_transaction_has_time_for_beside_the_login) {
  for (int i = 10; i < 1'100; ++i) add_group("n-" + std::to_string(i), {"o-1"});
  sign_in_as("o-1");
  EXPECT_EQ(paths().size(), 500U);
  work();
  EXPECT_EQ(paths().size(), 1'092U);
  server_.clock.advance(seconds{60});
  const auto before = calls_to("getMemberObjects");
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("getMemberObjects"), before) << "they are known now";
}

TEST_F(LoginGroups, waits_for_graph_when_there_is_no_place_beside_the_requests) {
  server_.broker().in_background = {};
  sign_in_as("o-1");
  groups_.at("g-2").members.clear();
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  EXPECT_EQ(paths(), Paths{"/up/Group g-1"});
  // Too many wait: the login goes on with what is known, and the next one asks.
  server_.broker().in_background = [](auto) { return false; };
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  EXPECT_TRUE(server_.log.contains("too_many_wait"));
}

// A link that went meanwhile, or is another's, gets nothing; nor does an old answer overtake a newer one.
TEST_F(LoginGroups, refuses_to_write_for_a_link_that_is_gone) {
  sign_in_as("o-1");
  server_.clock.advance(seconds{60});
  sign_in_as("o-1");
  groups_.at("g-1").members.clear();
  const auto user = user_named("o-1@contoso.example")->id;
  ASSERT_TRUE(*write_to(server_.repositories.store,
                        [&](Tx& tx) { return server_.repositories.federated_identities.remove(tx, user, "up"); }));
  work();
  EXPECT_EQ(paths(), (Paths{"/up/Group g-1", "/up/Group g-2"}));
}

}  // namespace
}  // namespace cardea::protocol
