// Names of nothing cost a read each, so whoever asks for too many is told to wait; what exists is never held up, and
// what was made a moment ago is found at once (core/unknown_names.h).
#include <gtest/gtest.h>

#include "core/unknown_names.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class UnknownNamesOnTheWire : public testing::TestWithParam<Engine> {
 protected:
  web::Response ask(const std::string& realm, const std::string& client, const std::string& address = "192.0.2.7") {
    web::Request request;
    request.method = web::Method::kGet;
    request.scheme = "https";
    request.host = "id.example";
    request.path = "/realms/" + realm + "/protocol/openid-connect/auth";
    request.query = "client_id=" + client;
    request.remote_address = address;
    return server_.handle(std::move(request));
  }
  void insert(const std::string& id) {
    auto client = make_test_client(server_.realm()->scopes);
    client.id = ClientId("client-" + id);
    client.client_id = id;
    ASSERT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.clients.insert(tx, RealmId("realm-demo"), client); }));
  }
  static bool is_unknown(const web::Response& response) {
    return response.body_text().find("Client not found") != std::string_view::npos;
  }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(UnknownNamesOnTheWire);

TEST_P(UnknownNamesOnTheWire, refuses_the_source_that_asks_for_too_many_and_no_other) {
  (void)ask("demo", "app");
  for (int i = 0; i < kUnknownNamesMax; ++i) {
    const auto answer = i % 2 == 0 ? ask("realm" + std::to_string(i), "app") : ask("demo", "x" + std::to_string(i));
    EXPECT_NE(answer.status, 503) << i;
  }
  for (const auto& answer : {ask("demo", "y"), ask("another", "app")}) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.find_header("Retry-After"), nullptr);
  }
  EXPECT_TRUE(server_.log.contains("names_refused"))
      << "the log says who asked for too much, not that the store is busy";
  EXPECT_FALSE(server_.log.contains(" error ")) << "what anyone can bring about is no error of ours";
  EXPECT_NE(ask("demo", "app").status, 503) << "what is in memory is answered";
  EXPECT_TRUE(is_unknown(ask("demo", "y", "198.51.100.4")));
  server_.clock.advance(kUnknownNamesWindow);
  EXPECT_TRUE(is_unknown(ask("demo", "y")));
}

// Any change of a realm drops it from memory. Whoever shares an address with a busy stranger must not lose it by that.
TEST_P(UnknownNamesOnTheWire, what_was_found_before_is_found_after_a_change_of_settings) {
  const auto page = ask("demo", "app").status;
  for (int i = 0; i < kUnknownNamesMax; ++i) (void)ask("demo", "x" + std::to_string(i));
  server_.change_realm([](Realm& realm) { realm.display_name = "Changed"; });
  EXPECT_EQ(ask("demo", "y").status, 503);
  EXPECT_EQ(ask("demo", "app").status, page);
  EXPECT_EQ(ask("demo", "web").status, 503) << "never asked for before: it could be a name of nothing";
}

TEST_P(UnknownNamesOnTheWire, refuses_on_a_page_where_a_browser_asks) {
  for (int i = 0; i < kUnknownNamesMax; ++i) (void)ask("demo", "x" + std::to_string(i));
  for (const auto& answer : {ask("demo", "y"), ask("another", "app")}) {
    EXPECT_EQ(answer.status, 503);
    ASSERT_NE(answer.find_header("Content-Type"), nullptr);
    EXPECT_TRUE(answer.find_header("Content-Type")->starts_with("text/html"));
  }
}

// Three modules ask for names; a source has one account with all of them.
TEST_P(UnknownNamesOnTheWire, refuses_the_source_wherever_it_asks) {
  for (int i = 0; i < kUnknownNamesMax; ++i) (void)ask("demo", "x" + std::to_string(i));
  for (const auto* path :
       {"/realms/other/account", "/realms/other/login-actions/authenticate", "/realms/other/broker/x/endpoint"}) {
    web::Request request;
    request.method = web::Method::kGet;
    request.scheme = "https";
    request.host = "id.example";
    request.path = path;
    request.remote_address = "192.0.2.7";
    EXPECT_EQ(server_.handle(std::move(request)).status, 503) << path;
  }
}

TEST_P(UnknownNamesOnTheWire, what_was_unknown_is_found_as_soon_as_it_is_made) {
  EXPECT_TRUE(is_unknown(ask("demo", "late")));
  insert("late");
  EXPECT_FALSE(is_unknown(ask("demo", "late")));
}

}  // namespace
}  // namespace cardea::protocol
