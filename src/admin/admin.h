// The admin REST API. `add_routes` registers every operation of the table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/attempt_limit.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "core/login_guard.h"
#include "core/mail/mail_server.h"
#include "core/mail/mailer.h"
#include "core/settings.h"
#include "domain/identity_provider.h"
#include "domain/repository/repositories.h"
#include "web/base_url.h"
#include "web/fetch.h"
#include "web/router.h"

namespace cardea::admin {

// What other features do for this one; app/wire joins them. Without them the operations that need them answer 501.

/// What links in mails begin with, when the server knows its address (attack class 9). `login`'s rule.
using MailBase = std::function<std::optional<std::string>(const web::Request&, std::string_view realm)>;
/// Is the redirect URI one of the client's? `oidc`'s rule.
using IsRedirectAllowed =
    std::function<bool(const Client&, std::string_view redirect_uri, std::string_view server_base)>;
/// The text of a token of client registration whose ticket has this hash. Absent: the realm cannot sign. `oidc`'s.
struct RegistrationTokenOrder {
  TicketKind kind;
  std::string ticket;
  std::optional<TimePoint> expires_at{};
};
using MakeRegistrationToken = std::function<std::optional<std::string>(const RealmEntry&, std::string_view issuer,
                                                                       const RegistrationTokenOrder&, TimePoint now)>;
/// Puts the cookies of a session that was stored on an answer: the browser is signed in. `oidc`'s.
using AddSessionCookies =
    std::function<void(web::Response&, const web::Request&, const RealmEntry&, const UserSession&, TimePoint now)>;
/// Hands one message to a mail server and waits for what it says; for the admin lane. Empty: it took it.
using SendMail = std::function<std::string(MailServer server, std::string to, std::string content)>;

/// What a client is told at its admin URL (keycloak.md section 6.8), and whether the URL is its own or an
/// administrator's: that decides where it may lead.
struct ClientMessage {
  std::string url;
  bool is_self_registered = false;
  std::string body;
};
/// Sends all of them and waits for what the clients say; for the admin lane. In their order: whether each was taken.
using TellClients = std::function<std::vector<bool>(std::vector<ClientMessage>)>;
/// Where a client publishes its keys, and whether it says so itself, as for `ClientMessage`.
struct ClientKeysAddress {
  std::string url;
  bool is_self_registered = false;
};
/// Keys that were fetched: forgets those of these clients, and those of these providers at their `jwksUrl`. The next
/// use fetches them.
using ForgetKeys =
    std::function<void(const std::vector<ClientKeysAddress>& clients, const std::vector<IdentityProvider>& providers)>;
/// Takes a provider's key set that was fetched from `url`. False: it is none.
using KeepProviderKeys =
    std::function<bool(const IdentityProvider& provider, const web::OutboundUrl& url, std::string_view jwks_json)>;
/// Whose word the links of a provider with this record rest on. `broker`'s rule.
using IssuerOfLinks = std::function<std::string(const IdentityProvider& provider)>;

/// Mails of invitations. In an hour: of one inviter, and to one address.
inline constexpr int kInviterMailsMax = 300;
inline constexpr int kInvitedMailsMax = 5;
struct InvitationBrake {
  AttemptLimit inviters{kInviterMailsMax, seconds{3600}};
  AttemptLimit invited{kInvitedMailsMax, seconds{3600}};
};

struct Dependencies {
  Repositories repositories;
  Settings& settings;
  const web::BaseUrl& base_url;
  const Clock& clock;
  Random& random;
  Log& log;
  std::shared_ptr<const Mailer> mailer = nullptr;
  MailBase mail_base = {};
  IsRedirectAllowed is_redirect_allowed = {};
  bool production = true;  // not start-dev: what policies ask of redirect URIs is enforced
  MakeRegistrationToken make_registration_token = {};
  AddSessionCookies add_session_cookies = {};
  SendMail send_mail = {};
  TellClients tell_clients = {};
  ForgetKeys forget_keys = {};
  KeepProviderKeys keep_provider_keys = {};
  IssuerOfLinks issuer_of_links = {};
  /// "host[:port]" of an application behind the gate; empty: there is no gate here.
  std::function<bool(std::string_view host)> is_host_of_application = {};
  std::shared_ptr<InvitationBrake> invitation_brake = std::make_shared<InvitationBrake>();
};

/// Registers all operations, and the answers to preflight requests. `dependencies` must outlive the router.
void add_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::admin
