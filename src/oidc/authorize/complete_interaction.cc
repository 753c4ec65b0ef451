// The end of an interaction, the last steps of the person's POST: session and code on the store lane, cookies and
// answer inline, since tokens may be signed for it.
#include "core/authentication_methods.h"
#include "core/client_urls.h"
#include "core/level_of_assurance.h"
#include "core/logout/end_session.h"
#include "core/post_login_flow.h"
#include "core/proof_holds.h"
#include "core/second_factor.h"
#include "core/session.h"
#include "core/session_limits.h"
#include "core/verify_credential.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/check_request.h"
#include "oidc/authorize/grant_answer.h"
#include "oidc/authorize/log_refusal.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/session_cookies.h"
#include "web/error_page.h"

namespace cardea::oidc {
namespace {

struct Completion {
  Grantable grant;
  const web::Request& http;
};

bool is_of_device(const Completion& completion) { return !completion.grant.request.device_user_code.empty(); }

/// What the flows of this login say of one session more: its client's, and that of the provider who vouched. Those that
/// refuse come first, so that no session ends for one that is not made.
std::vector<SessionLimits> limits_of(const Grantable& grant) {
  std::vector<SessionLimits> limits;
  const auto add = [&limits](const Flow* flow) {
    if (auto found = flow == nullptr ? std::nullopt : session_limits(*flow)) limits.push_back(std::move(*found));
  };
  add(grant.realm->flows.browser_flow(grant.client->client));
  if (grant.proven.upstream) add(post_login_flow(*grant.realm, grant.proven.upstream->provider).flow);
  const auto& linked = grant.request.link_provider;
  if (!linked.empty()) add(post_login_flow(*grant.realm, linked).flow);
  std::ranges::sort(limits, {}, &SessionLimits::ends_oldest);
  return limits;
}

/// Absent: the person has as many sessions as they may.
Stored<std::optional<UserSession>> insert_session(Tx& tx, const Completion& completion, const UserSession& fresh) {
  const auto& grant = completion.grant;
  for (const auto& limits : limits_of(grant)) {
    const auto fits = make_room(tx, grant.dependencies.repositories, grant.dependencies.random, limits,
                                {.realm = grant.realm->realm,
                                 .user = fresh.user,
                                 .client = grant.client->client.id,
                                 .issuer = grant.issuer,
                                 .now = grant.now});
    if (!fits) return refuse(fits.error());
    if (!*fits) return std::optional<UserSession>();
  }
  const auto stored =
      grant.dependencies.repositories.sessions.insert(tx, fresh, session_end(grant.realm->realm, fresh));
  if (!stored) return refuse(stored.error());
  return std::optional(fresh);
}

/// New proof for a session that lives. The first statement locks its row, so that the notes are those of now: they are
/// written as a whole, and the check of an upstream session writes them, too.
Stored<UserSession> confirm_session(Tx& tx, const Completion& completion, UserSession known) {
  const auto& grant = completion.grant;
  auto& sessions = grant.dependencies.repositories.sessions;
  known.auth_time = grant.proven.auth_time;
  known.last_seen = grant.now;
  if (auto done = sessions.reauthenticate(tx, known.id, known.auth_time, known.last_seen); !done) {
    return refuse(done.error());
  }
  auto current = sessions.find(tx, known.realm, known.id);
  if (!current) return refuse(current.error());
  if (!*current) return refuse(StoreError::kConflict);
  known.notes = std::move((*current)->notes);
  const bool is_of_upstream = grant.proven.upstream || !known.note(kProviderNote).empty();
  const bool says_more =
      !grant.proven.levels.empty() || !grant.proven.methods.empty() || grant.proven.has_second_factor;
  if (!says_more && !is_of_upstream) return known;
  // A step-up by a factor of ours leaves the session on what it stood on.
  if (grant.proven.upstream || !grant.proven.session) note_upstream(known, grant.proven.upstream);
  note_levels(known, grant.proven);
  note_methods(known, grant.proven);
  note_second_factor(known, grant.proven);
  if (auto done = sessions.set_notes(tx, known.id, known.notes); !done) return refuse(done.error());
  return known;
}

/// The session of this login. A live one of the same user in this browser is confirmed and kept, so that its other
/// clients stay signed in; one of somebody else ends; one that was proven anew elsewhere since stays as it is; else a
/// new one is made. A run that stands on a session pays out in that one alone: absent when the browser has another.
Stored<std::optional<UserSession>> settle_session(Tx& tx, const Completion& completion, const UserSession& fresh) {
  using Answer = std::optional<UserSession>;
  const auto& grant = completion.grant;
  const auto& realm = grant.realm->realm;
  const auto cookie = read_identity_cookie(completion.http, *grant.realm, grant.issuer, grant.now);
  Answer known;
  if (cookie) {
    auto found = grant.dependencies.repositories.sessions.find(tx, realm.id, cookie->session);
    if (!found) return refuse(found.error());
    known = std::move(*found);
  }
  const bool is_live = known && cookie->user == known->user && is_session_alive(realm, *known, grant.now);
  const bool is_current = is_live && is_cookie_of(*cookie, *known);
  if (grant.proven.session && !(is_current && known->id == *grant.proven.session)) return Answer();
  if (is_current && known->user == grant.proven.user) return confirm_session(tx, completion, std::move(*known));
  if (known && (is_current || !is_live)) {
    const auto ended = end_session(tx, grant.dependencies.repositories, grant.dependencies.random,
                                   {.realm = realm, .session = known->id, .issuer = grant.issuer, .now = grant.now});
    if (!ended) return refuse(ended.error());
  }
  return insert_session(tx, completion, fresh);
}

/// Why the login ends without a session.
struct NobodySignedIn {
  std::string_view reason;  // for the log
  bool has_too_many_sessions = false;
};

/// Who is signed in, and what that gave the client.
struct SignedIn {
  UserSession session;
  std::optional<Granted> granted;  // absent for a device's login: it ends on our own page
};
using Settled = Result<SignedIn, NobodySignedIn>;

/// Is the proof as good as when it was brought? A run that stands on a live session pays out in that session alone.
Stored<std::optional<std::string_view>> why_over(Tx& tx, const Completion& completion) {
  using Answer = std::optional<std::string_view>;
  const auto& grant = completion.grant;
  const auto& repositories = grant.dependencies.repositories;
  const auto user = repositories.users.find(tx, grant.realm->realm.id, grant.proven.user);
  if (!user) return refuse(user.error());
  if (!*user) return Answer("user_gone");
  if (!(*user)->is_active()) return Answer("user_disabled");
  const auto locked = is_locked_meanwhile(tx, repositories, grant.realm->realm, (*user)->id, grant.now);
  if (!locked) return refuse(locked.error());
  if (*locked) return Answer("user_temporarily_disabled");
  return why_proof_is_over(tx, repositories, grant.realm->realm, **user, basis_of(grant.proven), grant.now);
}

Stored<Settled> settle(Tx& tx, const Completion& completion, const UserSession& fresh) {
  const auto over = why_over(tx, completion);
  if (!over) return refuse(over.error());
  if (*over) return Settled(refuse(NobodySignedIn{**over}));
  auto session = settle_session(tx, completion, fresh);
  if (!session) return refuse(session.error());
  if (!*session && completion.grant.proven.session) return Settled(refuse(NobodySignedIn{"session_ended"}));
  if (!*session) return Settled(refuse(NobodySignedIn{"user_session_limit_exceeded", true}));
  if (is_of_device(completion)) return Settled(SignedIn{std::move(**session), std::nullopt});
  auto granted = store_grant(tx, completion.grant, **session);
  if (!granted) return refuse(granted.error());
  return Settled(SignedIn{std::move(**session), std::move(*granted)});
}

web::Response unavailable(const Completion& completion, StoreError error) {
  const auto& grant = completion.grant;
  if (is_of_device(completion))
    return store_failed_on_page(grant.dependencies, completion.http, grant.realm.get(), error);
  return send_error({grant.dependencies, completion.http, *grant.realm, grant.client->client, grant.issuer, grant.now},
                    target_of(grant.request), store_failed_for_client(grant.dependencies, completion.http, error));
}

web::Response too_many_sessions(const Completion& completion) {
  const auto& grant = completion.grant;
  const auto limits = limits_of(grant);
  const auto said = std::ranges::find_if(limits, [](const SessionLimits& each) { return !each.message.empty(); });
  return web::error_page(
      grant.dependencies.pages, 403, grant.dependencies.frame(completion.http, grant.realm->realm),
      said != limits.end() ? said->message : "You are signed in too many times. Sign out somewhere else first.",
      completion.http);
}

/// Nobody is signed in by it: no session was stored, and no cookie is set.
web::Response answer_refused(const Completion& completion, const NobodySignedIn& nobody) {
  const auto& grant = completion.grant;
  if (!is_of_device(completion) && !nobody.has_too_many_sessions) {
    return answer_nobody(grant, completion.http, nobody.reason);
  }
  log_grant(grant, completion.http, {}, nobody.reason);
  if (nobody.has_too_many_sessions) return too_many_sessions(completion);
  return web::error_page(grant.dependencies.pages, 400, grant.dependencies.frame(completion.http, grant.realm->realm),
                         "Your login has ended. Please enter the code again.", completion.http);
}

/// A device's login: the code it shows goes on in the page that asked for it.
web::Response answer_device(const Completion& completion, const UserSession& session) {
  log_grant(completion.grant, completion.http, session.id, "");
  return web::redirect(completion.grant.request.redirect_uri);
}

web::Response answer(const Completion& completion, Settled settled) {
  if (!settled) return answer_refused(completion, settled.error());
  const auto& grant = completion.grant;
  const auto& session = settled->session;
  auto response = settled->granted ? answer_grant(grant, completion.http, session, std::move(*settled->granted))
                                   : answer_device(completion, session);
  add_session_cookies(response, completion.http, *grant.realm, session, grant.issuer, grant.dependencies.base_url,
                      random_handle(grant.dependencies.random), grant.now);
  return response;
}

web::Outcome finish(const std::shared_ptr<const Completion>& completion) {
  const auto& grant = completion->grant;
  auto fresh = make_session(grant.realm->realm, grant.proven, completion->http.remote_address, grant.now,
                            grant.dependencies.random);
  note_user_agent(fresh, completion->http.header("User-Agent"));
  auto settled =
      write_to(grant.dependencies.repositories.store, [&](Tx& tx) { return settle(tx, *completion, fresh); });
  if (!settled) return unavailable(*completion, settled.error());
  return web::then(answer_lane(*grant.realm, *grant.client),
                   [completion, settled = std::move(*settled)]() mutable -> web::Outcome {
                     return answer(*completion, std::move(settled));
                   });
}

/// What the client's relative URLs stand behind.
std::string base_for(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                     const ClientEntry* client) {
  const std::string_view name = realm.realm.name;
  return dependencies.base_url.of_realm(request, client == nullptr ? name : address_realm(client->client, name));
}

web::Response settings_changed(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                               const AuthorizationRequest& authorization, std::string_view reason) {
  log_refusal(dependencies, request, realm, {authorization.client_id, authorization.redirect_uri}, reason);
  return web::error_page(dependencies.pages, 400, dependencies.frame(request, realm.realm),
                         "The application's settings have changed. Please start again from there.", request);
}

}  // namespace

web::Outcome complete_interaction(const Dependencies& dependencies, const web::Request& request,
                                  std::shared_ptr<const RealmEntry> realm, const AuthorizationRequest& authorization,
                                  const Authentication& proven) {
  return cardea::with_client(
      asking_for_page(dependencies, request, realm), realm, authorization.client_id,
      [&dependencies, &request, realm, authorization,
       proven](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
        if (const auto reason =
                why_client_may_not(client.get(), authorization, base_for(dependencies, request, *realm, client.get()),
                                   dependencies.production)) {
          return settings_changed(dependencies, request, *realm, authorization, *reason);
        }
        auto completion = std::make_shared<const Completion>(
            Grantable{dependencies, realm, std::move(client), authorization, proven,
                      dependencies.base_url.issuer(request, realm->realm.name), dependencies.clock.now()},
            request);
        return with_encryption_keys(dependencies, *completion->grant.client, [completion]() -> web::Outcome {
          return web::then(web::Lane::kStore, [completion] { return finish(completion); });
        });
      });
}

web::Outcome deny_interaction(const Dependencies& dependencies, const web::Request& request,
                              std::shared_ptr<const RealmEntry> realm, const AuthorizationRequest& authorization) {
  return cardea::with_client(
      asking_for_page(dependencies, request, realm), realm, authorization.client_id,
      [&dependencies, &request, realm, authorization](std::shared_ptr<const ClientEntry> client) -> web::Outcome {
        if (const auto reason =
                why_client_may_not(client.get(), authorization, base_for(dependencies, request, *realm, client.get()),
                                   dependencies.production)) {
          return settings_changed(dependencies, request, *realm, authorization, *reason);
        }
        log_refusal(dependencies, request, *realm, {authorization.client_id, authorization.redirect_uri},
                    "access_denied");
        if (!authorization.device_user_code.empty()) {  // a device's login: there is no client to answer
          return web::error_page(dependencies.pages, 403, dependencies.frame(request, realm->realm), "Access denied",
                                 request);
        }
        return with_encryption_keys(dependencies, *client,
                                    [&dependencies, &request, realm, client, authorization]() -> web::Outcome {
                                      return answer_with_error(dependencies, request, *realm, client->client,
                                                               authorization, "access_denied", "");
                                    });
      });
}

}  // namespace cardea::oidc
