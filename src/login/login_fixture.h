// A login module with everything real but the store (in memory), the clock, the random source and the end of a login,
// which is recorded. The browser below keeps cookies as one would. For login's tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "login/login.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"
#include "web/router.h"

namespace cardea::login {

inline constexpr std::string_view kPassword = "correct horse battery staple";
inline constexpr std::string_view kRedirectUri = "https://app.example.com/cb";

/// The part of a URL after '?', and the value of one of its parameters, decoded.
[[nodiscard]] std::string query_of(std::string_view url);
[[nodiscard]] std::string query_value(std::string_view url, std::string_view name);
/// The first `attribute="..."` after `marker`, HTML-unescaped.
[[nodiscard]] std::string attribute_after(std::string_view html, std::string_view marker, std::string_view attribute);

class LoginTest : public testing::Test {
 protected:
  LoginTest();

  /// A person's browser: cookies by name, and where it is.
  struct Browser {
    std::map<std::string, std::string> cookies;
    std::string scheme = "https";
    std::map<std::string, std::string> headers;  // sent with every request
  };
  struct Completed {
    std::string realm;
    AuthorizationRequest request;
    Authentication proven;
  };

  /// What oidc hands over.
  [[nodiscard]] static AuthorizationRequest authorization();
  web::Response start(Browser& browser, AuthorizationRequest request = authorization(),
                      std::string username_shown = {});
  web::Response get(Browser& browser, std::string_view url);
  web::Response post(Browser& browser, std::string_view url, std::string body);
  /// Posts name and password to the form of `page`.
  web::Response submit(Browser& browser, const web::Response& page, std::string_view username,
                       std::string_view password, std::string_view more = {});
  [[nodiscard]] static std::string form_action(const web::Response& page);
  [[nodiscard]] static std::string text(const web::Response& response) { return std::string(response.body_text()); }
  [[nodiscard]] static std::string location(const web::Response& response);
  web::Response run_in(Browser& browser, web::Request& request, web::Outcome outcome);
  [[nodiscard]] web::Request make_request(const Browser& browser, web::Method method, std::string_view url) const;

  /// Writes the changed realm and makes the settings see it.
  void save_realm();
  User add_user(std::string username, std::string_view password, std::vector<std::string> actions = {},
                bool enabled = true, std::string email = {});
  template <class F>
  void write(F function) {
    const auto done = store_.write([&](Tx& tx) -> Stored<void> { return function(tx); });
    ASSERT_TRUE(done.has_value()) << describe(done.error());
  }
  [[nodiscard]] std::optional<User> find_user(const UserId& id);

  FakeClock clock_;
  SeededRandom random_;
  MemoryLog log_;
  MemoryStore store_;
  Repositories repositories_ = store_.repositories();
  Settings settings_{repositories_, log_};
  LoginGuard login_guard_{clock_, random_};
  crypto::Sealer sealer_;
  web::Pages pages_{random_};
  web::BaseUrl base_url_{"", ""};
  std::vector<Completed> completed_;
  int complete_status_ = 302;
  int denied_ = 0;
  std::string allowed_redirect_{kRedirectUri};
  std::optional<std::string> client_may_not_;  // oidc's rule, told at each step
  Realm realm_;
  Login login_;
  web::Router router_;
};

}  // namespace cardea::login
