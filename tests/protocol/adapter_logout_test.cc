// What Keycloak's adapters hear at a client's Admin URL (keycloak.md sections 1.14, 6.8 and 9.4): that a session ended,
// by the name they gave it, and that all of them did.
#include <gtest/gtest.h>

#include <set>

#include "core/logout/end_session.h"
#include "core/logout/logout_delivery.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class FakeSender final : public LogoutSender {
 public:
  struct Sent {
    std::string url;
    bool is_self_registered;
    json::object said;
  };
  void post_form(std::string url, bool, std::string, std::function<void(int status)> done) override {
    forms.push_back(std::move(url));
    done(200);
  }
  void post_text(std::string url, bool is_self_registered, std::string body,
                 std::function<void(int status)> done) override {
    sent.push_back({std::move(url), is_self_registered, payload_of(body)});
    done(status);
  }
  std::vector<std::string> forms;
  std::vector<Sent> sent;
  int status = 200;
};

class AdapterLogout : public testing::TestWithParam<Engine> {
 protected:
  AdapterLogout() { add("rp", "https://rp.example/k/"); }
  void add(const std::string& name, const std::string& admin_url, const std::function<void(Client&)>& more = {}) {
    server_.add_client(name, [&](Client& client) {
      client.admin_url = admin_url;
      if (more) more(client);
    });
  }
  json::object sign_in_at(const std::string& client, const Pairs& said) {
    const auto url = "https://" + client + ".example/cb";
    auto answer = browser_.get(authorize_url({{"client_id", client}, {"redirect_uri", url}}));
    if (answer.status == 200) {
      answer = browser_.submit(answer, {{"username", "ada"}, {"password", "correct-horse"}});
    }
    Pairs changes{{"client_id", client}, {"redirect_uri", url}};
    changes.insert(changes.end(), said.begin(), said.end());
    return redeem(server_, location_parameter(answer, "code"), changes);
  }
  void log_out(const json::object& tokens) {
    EXPECT_EQ(browser_.get(std::string(kP) + "/logout?id_token_hint=" + string_or(tokens, "id_token", "")).status, 200);
  }
  void end_all() {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      return tell_adapters(tx, server_.repositories, server_.random, server_.realm()->realm, kIssuer,
                           server_.clock.now());
    }));
  }
  /// Delivers until nothing is due, as the seconds would.
  void deliver() {
    while (delivery_.deliver_due() > 0) {
    }
  }
  static std::string list(const json::object& said, std::string_view name) {
    return said.contains(name) ? json::serialize(said.at(name)) : "";
  }

  Server server_{GetParam()};
  Browser browser_{server_};
  FakeSender sender_;
  LogoutDelivery delivery_{server_.repositories, server_.settings(), server_.clock, server_.log, sender_};
};

TEST_P(AdapterLogout, refuses_to_tell_adapters_that_named_no_session) {
  log_out(sign_in_at("rp", {}));
  deliver();
  EXPECT_TRUE(sender_.sent.empty());
}

TEST_P(AdapterLogout, refuses_names_of_sessions_that_are_too_long) {
  log_out(sign_in_at("rp", {{"client_session_state", std::string(256, 'x')}}));
  deliver();
  EXPECT_TRUE(sender_.sent.empty());
}

TEST_P(AdapterLogout, refuses_to_be_led_to_the_host_that_a_public_client_names) {  // attack class 10
  add("spread", "https://${application.session.host}/k");
  log_out(sign_in_at("spread", {{"client_session_state", "js-1"}, {"client_session_host", "inner.example"}}));
  deliver();
  EXPECT_TRUE(sender_.sent.empty());
  EXPECT_TRUE(server_.log.contains("no_url"));
}

TEST_P(AdapterLogout, refuses_addresses_that_a_request_would_complete) {  // attack classes 9 and 10
  for (const std::string_view url : {"/k", "${authBaseUrl}/k"}) {
    const std::string name = url.starts_with('/') ? "relative" : "based";
    add(name, std::string(url));
    log_out(sign_in_at(name, {{"client_session_state", "js-1"}}));
    deliver();
    EXPECT_TRUE(sender_.sent.empty()) << url;
  }
}

TEST_P(AdapterLogout, refuses_hosts_that_no_administrator_registered) {
  const auto confidential = [](Client& client) {
    client.public_client = false;
    client.extra["registeredNodes"] = json::object{{"node-1.example:8443", 1}};
    client.secret = SecretBytes::copy_of("spread-secret");
  };
  add("spread", "https://${application.session.host}/k", confidential);
  for (const std::string_view host : {"evil.example/x?", "u@evil.example", "a b", "10.0.0.5:6379", "node-1.example"}) {
    log_out(sign_in_at("spread", {{"client_secret", "spread-secret"},
                                  {"client_session_state", "js-1"},
                                  {"client_session_host", std::string(host)}}));
    deliver();
    EXPECT_TRUE(sender_.sent.empty()) << host;
  }
  log_out(sign_in_at("spread", {{"client_secret", "spread-secret"},
                                {"client_session_state", "js-1"},
                                {"client_session_host", "node-1.example:8443"}}));
  deliver();
  ASSERT_EQ(sender_.sent.size(), 1U);
  EXPECT_EQ(sender_.sent[0].url, "https://node-1.example:8443/k/k_logout");
}

TEST_P(AdapterLogout, a_client_with_an_address_for_logout_tokens_hears_there_alone) {
  add("both", "https://both.example/k",
      [](Client& client) { client.attributes["backchannel.logout.url"] = "https://both.example/bye"; });
  log_out(sign_in_at("both", {{"client_session_state", "js-1"}}));
  deliver();
  EXPECT_TRUE(sender_.sent.empty());
  EXPECT_EQ(sender_.forms, std::vector<std::string>{"https://both.example/bye"});
}

TEST_P(AdapterLogout, an_adapter_hears_that_its_session_ended_by_the_name_it_gave) {
  const auto tokens = sign_in_at("rp", {{"client_session_state", "js-1"}, {"client_session_host", "rp-node"}});
  EXPECT_EQ(server_
                .post("/token", {{"grant_type", "refresh_token"},
                                 {"client_id", "rp"},
                                 {"refresh_token", string_or(tokens, "refresh_token", "")}})
                .status,
            200);
  (void)sign_in_at("rp", {});  // neither takes the name away
  log_out(tokens);
  deliver();
  ASSERT_EQ(sender_.sent.size(), 1U);
  const auto& [url, is_self_registered, said] = sender_.sent[0];
  EXPECT_EQ(url, "https://rp.example/k/k_logout");
  EXPECT_FALSE(is_self_registered);
  EXPECT_EQ(string_or(said, "action", ""), "LOGOUT");
  EXPECT_EQ(string_or(said, "resource", ""), "rp");
  EXPECT_EQ(list(said, "adapterSessionIds"), R"(["js-1"])");
  EXPECT_EQ(list(said, "keycloakSessionIds"), "[\"" + string_or(tokens, "session_state", "") + "\"]");
  EXPECT_EQ(int_or(said, "notBefore", -1), 0);
  EXPECT_EQ(int_or(said, "expiration", 0), epoch_seconds(server_.clock.now()) + 30);
  server_.clock.advance(std::chrono::minutes{10});
  EXPECT_EQ(delivery_.deliver_due(), 0) << "told once";
}

TEST_P(AdapterLogout, an_adapter_that_fails_is_told_again) {
  sender_.status = 500;
  log_out(sign_in_at("rp", {{"client_session_state", "js-1"}}));
  deliver();
  server_.clock.advance(std::chrono::minutes{1});
  sender_.status = 204;
  deliver();
  ASSERT_EQ(sender_.sent.size(), 2U);
  EXPECT_NE(sender_.sent[0].said.at("id"), sender_.sent[1].said.at("id"));
}

TEST_P(AdapterLogout, every_node_of_every_client_hears_that_all_sessions_ended) {
  add("off", "https://off.example/k", [](Client& client) { client.enabled = false; });
  add("nodes", "https://nodes.example:8443/k", [](Client& client) {
    client.extra["registeredNodes"] = json::object{{"one.example", 1}, {"two.example:9443", 1}, {"a/b", 1}};
  });
  end_all();
  deliver();
  std::set<std::string> urls;
  for (const auto& sent : sender_.sent) {
    urls.insert(sent.url);
    EXPECT_FALSE(sent.said.contains("adapterSessionIds"));
    EXPECT_EQ(int_or(sent.said, "notBefore", 0), epoch_seconds(server_.clock.now()));
  }
  EXPECT_EQ(sender_.sent.size(), 3U);
  EXPECT_EQ(urls, (std::set<std::string>{"https://rp.example/k/k_logout", "https://one.example:8443/k/k_logout",
                                         "https://two.example:9443/k/k_logout"}));
}

INSTANTIATE_ON_EVERY_ENGINE(AdapterLogout);

}  // namespace
}  // namespace cardea::protocol
