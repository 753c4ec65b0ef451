// The part of the program that answers: settings cache, pages, login, endpoints and the router over them, joined
// without a socket. The server runs it behind http; tests call `handle` and run the steps in a loop.
#pragma once

#include <string>
#include <vector>

#include "account/account.h"
#include "admin/admin.h"
#include "admin/console/console.h"
#include "broker/broker.h"
#include "core/events/event_log.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "domain/repository/repositories.h"
#include "login/login.h"
#include "oidc/oidc.h"
#include "scim/scim.h"
#include "web/base_url.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::app {

/// Where the provider is seen: by browsers, and by us.
struct ProviderAddress {
  std::string frontend;      // full URL that every link starts with; empty: follow the request
  std::string served_under;  // path in front of ours in requests as they reach us: "" or "/auth"
};

class Provider {
 public:
  struct Parts {
    Repositories repositories;
    const crypto::Sealer& sealer;
    const Clock& clock;
    Random& random;
    Log& log;
    bool client_certificates = false;  // oidc::Dependencies
    bool legacy_logout = false;        // the same
    std::string ciba_channel{};        // oidc::AuthenticationChannel
  };

  /// Keeps the references. `development`: start-dev, which also serves the playground.
  Provider(const Parts& parts, ProviderAddress address, bool development);
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  /// Takes the relative path off and routes. Safe from any thread.
  [[nodiscard]] web::Outcome handle(web::Request& request) const;

  [[nodiscard]] Settings& settings() { return settings_; }
  /// User events on their way to the database: to be flushed every second, and at the end.
  [[nodiscard]] EventLog& events() { return event_log_; }
  /// How mail is tried out at once. Before the first request.
  void send_mail_by(admin::SendMail send) { admin_.send_mail = std::move(send); }
  /// Which hosts are applications' behind the gate. Before the first request.
  void ask_gate_by(std::function<bool(std::string_view)> is_host_of_application) {
    admin_.is_host_of_application = std::move(is_host_of_application);
  }
  /// How clients are told something at once. Before the first request.
  void tell_clients_by(admin::TellClients tell) { admin_.tell_clients = std::move(tell); }
  /// How work is done beside the requests (broker::Dependencies). Before the first request.
  void work_in_background_by(std::function<bool(std::move_only_function<web::Outcome()>)> work) {
    broker_.in_background = std::move(work);
  }
  /// For jobs of the broker; lives as long as this.
  [[nodiscard]] const broker::Dependencies& broker() const { return broker_; }
  /// For the generated reference.
  [[nodiscard]] std::vector<std::string> routes() const { return router_.routes(); }

 private:
  [[nodiscard]] oidc::Dependencies oidc_dependencies(const Parts& parts, bool development);
  [[nodiscard]] login::Dependencies login_dependencies(const Parts& parts);
  [[nodiscard]] broker::Dependencies broker_dependencies(const Parts& parts);
  [[nodiscard]] account::Dependencies account_dependencies(const Parts& parts, bool development);
  [[nodiscard]] scim::Dependencies scim_dependencies(const Parts& parts);
  [[nodiscard]] admin::Dependencies admin_dependencies(const Parts& parts);

  EventLog event_log_;  // what sign-in and protocol endpoints log to
  ProviderAddress address_;
  FrontendUrls frontends_;  // of realms that have an address of their own
  web::BaseUrl base_url_;
  web::Pages pages_;
  Settings settings_;
  LoginGuard login_guard_;
  oidc::Dependencies oidc_;
  login::Login login_;
  broker::Dependencies broker_;
  account::Dependencies account_;
  scim::Dependencies scim_;
  admin::ConsoleDependencies admin_console_;
  admin::Dependencies admin_;
  web::Router router_;
};

}  // namespace cardea::app
