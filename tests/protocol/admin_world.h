// The admin API in process: realms "master" and "demo" as an import makes them, oidc for tokens, and the admin routes
// over one store. No socket, a fake clock.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin/admin.h"
#include "base/json.h"
#include "core/events/event_log.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "oidc/oidc.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"
#include "web/router.h"

namespace cardea::protocol {

/// master: root (every right), demo: people of whom each has the admin roles of its `add_admin`.
class AdminWorld {
 public:
  AdminWorld();
  ~AdminWorld();

  struct Sent {
    int status = 0;
    std::string body;
    std::string location;
    /// The body as JSON; a test fails when it is none.
    [[nodiscard]] json::value parsed() const;
    [[nodiscard]] json::object object() const;
    [[nodiscard]] json::array array() const;
    /// Last segment of the Location.
    [[nodiscard]] std::string made_id() const;
  };

  /// Sends a request with `token` as bearer (empty: none). The path may have a query; a body is sent as JSON.
  Sent send(web::Method method, std::string_view path, std::string_view token, std::string_view body = {},
            std::string_view content_type = "application/json");
  // The same as root of master, below /admin/realms/demo unless the path begins with "/admin".
  Sent get(std::string_view path) { return send(web::Method::kGet, full(path), root_); }
  Sent post(std::string_view path, std::string_view body) { return send(web::Method::kPost, full(path), root_, body); }
  Sent put(std::string_view path, std::string_view body) { return send(web::Method::kPut, full(path), root_, body); }
  Sent remove(std::string_view path, std::string_view body = {}) {
    return send(web::Method::kDelete, full(path), root_, body);
  }

  /// An access token by the password grant of admin-cli; the password is "correct-horse".
  std::string token(std::string_view realm, std::string_view username, std::string_view client = "admin-cli",
                    std::string_view scope = "openid");
  /// A person of demo with these roles of realm-management, and a token of theirs.
  std::string admin_token(const std::vector<std::string>& roles);
  [[nodiscard]] const std::string& root() const { return root_; }
  /// Internal id of a client of demo.
  std::string client_uuid(std::string_view client_id);
  std::string user_id(std::string_view username);
  /// As after `start-dev`.
  void start_for_development() { admin_->production = false; }

  FakeClock clock;
  SeededRandom random{20'261'126};
  MemoryLog log;
  EventLog events{log, clock, random};
  MemoryStore store;
  Repositories repositories{store.repositories()};
  std::vector<admin::ClientMessage> told;   // what clients were told at their admin URLs; all of them took it
  std::vector<std::string> keys_forgotten;  // where clients have them

 private:
  static std::string full(std::string_view path);
  void import(std::string_view text);

  FrontendUrls frontends_;
  web::BaseUrl base_url_{"https://id.example", "", &frontends_};
  web::Pages pages_{random};
  Settings settings_{repositories, log};
  LoginGuard login_guard_{clock, random};
  std::unique_ptr<oidc::Dependencies> oidc_;
  std::unique_ptr<admin::Dependencies> admin_;
  web::Router router_;
  std::string root_;
  int people_ = 0;
};

/// The whole answer.
void expect(const AdminWorld::Sent& sent, int status, std::string_view body);

}  // namespace cardea::protocol
