#include "broker/upstream_logout.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"
#include "broker/keys_of_provider.h"
#include "broker/mappers.h"
#include "broker/start.h"
#include "broker/upstream_check.h"
#include "core/logout/end_session.h"
#include "crypto/hash.h"
#include "upstream/logout_token.h"
#include "web/error_page.h"
#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPlace = "broker.logout";
constexpr seconds kReturnLife{600};
constexpr std::size_t kSidBytesMax = 255;
constexpr std::size_t kHintBytesMax = 6 * 1024;  // it travels in a URL

// The provider of the path; empty where the path names none (the realm's own address).
std::string_view alias_in(const web::Request& request) {
  const auto found = std::ranges::find(request.path_parameters, std::string_view("alias"),
                                       [](const auto& each) { return each.first; });
  return found == request.path_parameters.end() ? std::string_view() : std::string_view(found->second).substr(0, 64);
}

web::Response refuse_logout(const Dependencies& dependencies, const web::Request& request, std::string_view alias,
                            std::string_view reason, int status = 400) {
  dependencies.log.info("upstream_logout_refused", {{"reason", reason},
                                                    {"realm", request.path_parameter("realm")},
                                                    {"provider", alias},
                                                    {"ip", request.remote_address},
                                                    {"correlation_id", request.correlation_id}});
  auto response = web::json_error(status, status == 503 ? "temporarily_unavailable" : "invalid_request");
  if (status == 503) response.set("Retry-After", "1");
  return response;
}

struct Ending {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ProviderPtr provider;
  std::string token = {};  // of the back channel
  Addresses addresses = {};
};
using EndingPtr = std::shared_ptr<Ending>;

web::Response refuse_logout(const Ending& ending, std::string_view reason, int status = 400) {
  return refuse_logout(ending.dependencies, ending.request, ending.provider->alias, reason, status);
}

// Whom the provider signs out there.
struct SignedOut {
  std::string issuer;  // empty: not said
  std::string subject;
  std::string sid;
};

bool is_meant(const UserSession& session, std::string_view alias, const SignedOut& who) {
  if (session.note(kProviderNote) != alias) return false;
  if (!who.issuer.empty() && session.note(kUpstreamIssuerNote) != who.issuer) return false;
  if (!who.sid.empty() && session.note(kUpstreamSidNote) != who.sid) return false;
  return who.subject.empty() || session.note(kUpstreamSubjectNote) == who.subject;
}

Stored<std::vector<UserSession>> candidates(Rows& rows, const Ending& ending, const SignedOut& who) {
  const auto& repositories = ending.dependencies.repositories;
  const auto& realm = ending.realm->realm.id;
  if (!who.sid.empty()) {
    return repositories.sessions.list_of_upstream(rows, realm, ending.provider->alias, who.sid);
  }
  const auto link = repositories.federated_identities.find(rows, realm, ending.provider->alias, who.subject);
  if (!link) return refuse(link.error());
  if (!*link) return std::vector<UserSession>();
  return repositories.sessions.list_of_user(rows, realm, (*link)->user);
}

Stored<std::int64_t> end_sessions(Tx& tx, const Ending& ending, const SignedOut& who) {
  auto sessions = candidates(tx, ending, who);
  if (!sessions) return refuse(sessions.error());
  std::int64_t ended = 0;
  const auto& dependencies = ending.dependencies;
  const auto issuer = dependencies.base_url.issuer(ending.request, ending.realm->realm.name);
  for (const auto& session : *sessions) {
    if (!is_meant(session, ending.provider->alias, who)) continue;
    const auto done = end_session(
        tx, dependencies.repositories, dependencies.random,
        {.realm = ending.realm->realm, .session = session.id, .issuer = issuer, .now = dependencies.clock.now()});
    if (!done) return refuse(done.error());
    ++ended;
  }
  return ended;
}

web::Response signed_out(const Ending& ending, const SignedOut& who, std::int64_t ended) {
  ending.dependencies.log.info("upstream_logout", {{"realm", ending.realm->realm.name},
                                                   {"provider", ending.provider->alias},
                                                   {"upstream_sub", who.subject},
                                                   {"ended", ended},
                                                   {"ip", ending.request.remote_address},
                                                   {"correlation_id", ending.request.correlation_id}});
  auto response = web::empty_response(200);
  response.set("Cache-Control", "no-store");
  return response;
}

// ---- back channel

web::Outcome end_once(const EndingPtr& ending, const upstream::LogoutToken& token) {
  return web::then(web::Lane::kStore, [ending, token]() -> web::Outcome {
    const auto& dependencies = ending->dependencies;
    const SignedOut who{.issuer = token.issuer, .subject = token.subject, .sid = token.sid};
    // People are found by their links, whose key the token does not say then: nobody would be signed out, and the
    // provider told that they are.
    if (who.sid.empty() && has_key_of_its_own(mappers_of(ending->realm->realm, *ending->provider))) {
      return refuse_logout(*ending, "no_sid");
    }
    bool is_new = false;
    const auto ended = write_to(dependencies.repositories.store, [&](Tx& tx) -> Stored<std::int64_t> {
      const auto hash = crypto::sha256_base64url("logout-token." + token.issuer + "." + token.id);
      const auto taken = dependencies.repositories.used_ids.take(
          tx, ending->realm->realm.id, hash,
          dependencies.clock.now() + upstream::kLogoutTokenLifeMax + upstream::kClockLeeway);
      if (!taken) return refuse(taken.error());
      is_new = *taken;
      return is_new ? end_sessions(tx, *ending, who) : Stored<std::int64_t>(0);
    });
    if (!ended) return refuse_logout(*ending, describe(ended.error()), 503);
    if (!is_new) return refuse_logout(*ending, "logout_token_used_before");
    return signed_out(*ending, who, *ended);
  });
}

web::Outcome judge(const EndingPtr& ending, const Result<upstream::SharedKeys, std::string>& keys) {
  if (!keys) return refuse_logout(*ending, keys.error(), is_fault_of_record(keys.error()) ? 400 : 503);
  const auto token = upstream::check_logout_token(ending->token, **keys,
                                                  {.issuer = ending->addresses.issuer,
                                                   .client_id = std::string(ending->provider->setting("clientId")),
                                                   .nonce = {},
                                                   .access_token = {},
                                                   .algorithms = algorithms_of(ending->addresses),
                                                   .now = ending->dependencies.clock.now()});
  if (!token) return refuse_logout(*ending, describe(token.error()));
  return end_once(ending, *token);
}

web::Outcome check(const EndingPtr& ending) {
  return with_addresses(
      ending->dependencies, *ending->provider, [ending](Result<Addresses, std::string> addresses) -> web::Outcome {
        if (!addresses) return refuse_logout(*ending, addresses.error(), 503);
        ending->addresses = std::move(*addresses);
        return with_keys_of(
            ending->dependencies, *ending->provider, ending->addresses, ending->token,
            [ending](const Result<upstream::SharedKeys, std::string>& keys) { return judge(ending, keys); });
      });
}

// The one whose record says that its tokens are from this issuer; null: none, or several.
ProviderPtr provider_of_issuer(const Realm& realm, std::string_view issuer) {
  ProviderPtr out;
  for (auto& provider : login_providers(realm)) {
    if (issuer.empty() || addresses_of(provider).issuer.issuer != issuer) continue;
    if (out != nullptr) return nullptr;
    out = std::make_shared<const IdentityProvider>(std::move(provider));
  }
  return out;
}

template <class FindProvider>
web::Outcome take_token(const Dependencies& dependencies, const web::Request& request, FindProvider find) {
  return with_named_realm(
      dependencies, request, request.path_parameter("realm"),
      [&dependencies, &request, find](RealmPtr realm) -> web::Outcome {
        const auto form = web::Form::parse(request.has_form() ? std::string_view(request.body) : std::string_view());
        auto token = form && !form->first_repeated() ? std::string(form->value_or("logout_token", "")) : std::string();
        const auto jws = jose::UnverifiedJws::parse(token);
        if (!jws) return refuse_logout(dependencies, request, alias_in(request), "no_logout_token");
        auto provider = find(realm->realm, jws->claimed_issuer());
        if (provider == nullptr) return refuse_logout(dependencies, request, alias_in(request), "no_such_provider");
        return check(
            std::make_shared<Ending>(dependencies, request, std::move(realm), std::move(provider), std::move(token)));
      });
}

// ---- to the provider and back

std::string seal_return(const crypto::Sealer& sealer, const std::string& realm, const std::string& target,
                        TimePoint until) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("r", realm).member("t", target).member("e", epoch_seconds(until)).end_object();
  return sealer.seal_text(text, kPlace);
}

// Absent: not ours, or too old.
std::optional<std::string> open_return(const Dependencies& dependencies, std::string_view text,
                                       std::string_view realm) {
  const auto plain = dependencies.sealer.open_text(text, kPlace);
  if (!plain) return std::nullopt;
  const auto document = parse_json(plain->reveal());
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  const bool is_over = from_epoch_seconds(int_or(object, "e", 0)) <= dependencies.clock.now();
  if (is_over || string_or(object, "r", "") != realm) return std::nullopt;
  return string_or(object, "t", "");
}

// On the way to the provider.
struct Leaving {
  const Dependencies& dependencies;
  const web::Request& request;
  RealmPtr realm;
  ProviderPtr provider;
  UserSession session;
  std::string target;
  UpstreamLogoutNext next;
};
using LeavingPtr = std::shared_ptr<Leaving>;

// The ID token that was kept of the sign-in which this session stands on (OpenID Connect RP-Initiated Logout 1.0
// section 2); one of another session or person would sign them out. Empty: none. It was checked when it came.
std::string hint_of(const UserSession& session, const SecretBytes& kept) {
  const auto answer = parse_json(kept.reveal(), {.bytes_max = 2 * 1024 * 1024, .depth_max = 48});
  if (!answer || !answer->is_object()) return {};
  auto token = string_or(answer->get_object(), "id_token", "");
  const auto parts = token.find('.');
  const auto end = token.rfind('.');
  if (parts == std::string::npos || end <= parts) return {};
  const auto payload = base64url_decode(std::string_view(token).substr(parts + 1, end - parts - 1));
  const auto claims = payload ? parse_json(*payload, {.bytes_max = 2 * 1024 * 1024, .depth_max = 48})
                              : Result<json::value, JsonError>(refuse(JsonError::kMalformed));
  if (!claims || !claims->is_object()) return {};
  const auto is_same = [&](std::string_view claim, std::string_view note) {
    return string_or(claims->get_object(), claim, "") == session.note(note);
  };
  // Without the note it is not this browser's session (broker.h).
  const bool is_its = !session.note(kUpstreamSubjectNote).empty() && token.size() <= kHintBytesMax &&
                      is_same("iss", kUpstreamIssuerNote) && is_same("sub", kUpstreamSubjectNote) &&
                      is_same("sid", kUpstreamSidNote);
  return is_its ? std::move(token) : std::string();
}

// Who we are is said where the hint does not say it, or where the record wants both.
void append_identity(std::string& query, const IdentityProvider& provider, std::string_view hint) {
  if (!hint.empty()) web::append_form(query, "id_token_hint", hint);
  const bool hides_client = provider.setting("sendClientIdOnLogout") == "false" &&
                            (!hint.empty() || provider.setting("sendIdTokenOnLogout") == "false");
  if (!hides_client) web::append_form(query, "client_id", provider.setting("clientId"));
}

std::string with_query(std::string url, std::string_view query) {
  return url.append(url.contains('?') ? "&" : "?").append(query);
}

std::string logout_url(const Leaving& leaving, std::string url, std::string_view hint) {
  const auto& dependencies = leaving.dependencies;
  const auto& request = leaving.request;
  const auto& realm = leaving.realm->realm;
  const auto& provider = *leaving.provider;
  const auto back = dependencies.base_url.of(request) + "/realms/" + percent_encode(realm.name) + "/broker/" +
                    percent_encode(provider.alias) + "/endpoint/logout_response";
  std::string query;
  append_identity(query, provider, hint);
  web::append_form(query, "post_logout_redirect_uri", back);
  web::append_form(
      query, "state",
      seal_return(dependencies.sealer, realm.name, leaving.target, dependencies.clock.now() + kReturnLife));
  return with_query(std::move(url), query);
}

// The person is signed out here all the same, and goes on.
void log_left_out(const Leaving& leaving, std::string_view reason) {
  leaving.dependencies.log.warning("upstream_logout_left_out", {{"realm", leaving.realm->realm.name},
                                                                {"provider", leaving.provider->alias},
                                                                {"reason", reason},
                                                                {"correlation_id", leaving.request.correlation_id}});
}

// The query is ours: who chose the address decides where it may lead.
std::optional<web::OutboundUrl> with_query_of_ours(const Addresses& addresses, const std::string& url,
                                                   std::string_view query) {
  const auto address = outbound_url(addresses, url);
  if (!address) return std::nullopt;
  const auto full = with_query(url, query);
  if (std::holds_alternative<web::ClientUrl>(*address)) return web::ClientUrl::parse(full);
  return web::ConfiguredUrl::parse(full);
}

// The provider is told beside the request, by ourselves (`backchannelSupported`): no page of its own stands between
// the person and the application. False: there is no place for it, and the browser is sent.
bool tells_behind(const Leaving& leaving, const Addresses& addresses, const std::string& url, std::string_view hint) {
  const auto& dependencies = leaving.dependencies;
  if (hint.empty() || !leaving.provider->is_on("backchannelSupported") || !dependencies.in_background) return false;
  std::string query;
  append_identity(query, *leaving.provider, hint);
  auto full = with_query_of_ours(addresses, url, query);
  if (!full) return false;
  return dependencies.in_background([&log = dependencies.log, url = std::move(*full), realm = leaving.realm->realm.name,
                                     alias = leaving.provider->alias,
                                     correlation_id = leaving.request.correlation_id]() mutable -> web::Outcome {
    return web::fetch(
        web::get_request(std::move(url), "*/*"), web::Lane::kInline,
        [&log, realm, alias, correlation_id](const web::Fetched& fetched) -> web::Outcome {
          if (fetched && fetched->status < 400) return web::Response(204);
          const auto reason =
              fetched ? "status_" + std::to_string(fetched->status) : std::string(web::describe(fetched.error()));
          log.warning("upstream_logout_left_out",
                      {{"realm", realm}, {"provider", alias}, {"reason", reason}, {"correlation_id", correlation_id}});
          return web::Response(204);
        });
  });
}

web::Outcome lead_to(const LeavingPtr& leaving, const Addresses& addresses, const std::string& url) {
  if (!web::ConfiguredUrl::parse(url)) {
    log_left_out(*leaving, url.empty() ? "no_logout_url" : "bad_logout_url");
    return leaving->next({});
  }
  const bool hints = keeps_token(*leaving->provider) && leaving->provider->setting("sendIdTokenOnLogout") != "false";
  if (!hints) return leaving->next(logout_url(*leaving, url, {}));
  return then_read(leaving->dependencies, [leaving, addresses, url]() -> web::Outcome {
    const auto& repositories = leaving->dependencies.repositories;
    const auto links = read_from(repositories.store, [&](Rows& rows) {
      return repositories.federated_identities.list(rows, leaving->session.user);
    });
    std::string hint;
    if (!links) log_left_out(*leaving, describe(links.error()));  // its hint alone
    if (links) {
      const auto link = std::ranges::find(*links, leaving->provider->alias, &FederatedIdentity::provider);
      if (link != links->end()) hint = hint_of(leaving->session, link->token);
    }
    if (tells_behind(*leaving, addresses, url, hint)) return leaving->next({});
    return leaving->next(logout_url(*leaving, url, hint));
  });
}

}  // namespace

web::Outcome take_backchannel_logout(const Dependencies& dependencies, const web::Request& request) {
  return take_token(dependencies, request, [&request](const Realm& realm, std::string_view) {
    return enabled_provider(realm, request.path_parameter("alias"));
  });
}

web::Outcome take_realms_backchannel_logout(const Dependencies& dependencies, const web::Request& request) {
  return take_token(dependencies, request, &provider_of_issuer);
}

web::Outcome take_frontchannel_logout(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(
      dependencies, request, request.path_parameter("realm"),
      [&dependencies, &request](RealmPtr realm) -> web::Outcome {
        auto provider = enabled_provider(realm->realm, request.path_parameter("alias"));
        if (provider == nullptr)
          return refuse_logout(dependencies, request, alias_in(request), "no_such_provider", 404);
        const auto form = web::Form::parse(request.query);
        SignedOut who;
        if (form && !form->first_repeated()) {
          who.issuer = form->value_or("iss", "");
          who.sid = form->value_or("sid", "");
        }
        if (who.sid.empty() || who.sid.size() > kSidBytesMax)
          return refuse_logout(dependencies, request, alias_in(request), "no_sid");
        auto ending = std::make_shared<Ending>(dependencies, request, std::move(realm), std::move(provider));
        // Most of what strangers send ends nothing, and a look costs no write.
        return then_read(dependencies, [ending, who]() -> web::Outcome {
          auto& store = ending->dependencies.repositories.store;
          const auto found = read_from(store, [&](Rows& rows) { return candidates(rows, *ending, who); });
          if (!found) return refuse_logout(*ending, describe(found.error()), 503);
          const bool ends = std::ranges::any_of(
              *found, [&](const UserSession& session) { return is_meant(session, ending->provider->alias, who); });
          if (!ends) return signed_out(*ending, who, 0);
          return web::then(web::Lane::kStore, [ending, who]() -> web::Outcome {
            const auto ended = write_to(ending->dependencies.repositories.store,
                                        [&](Tx& tx) { return end_sessions(tx, *ending, who); });
            if (!ended) return refuse_logout(*ending, describe(ended.error()), 503);
            return signed_out(*ending, who, *ended);
          });
        });
      });
}

web::Outcome take_logout_response(const Dependencies& dependencies, const web::Request& request) {
  return with_named_realm(dependencies, request, request.path_parameter("realm"),
                          [&dependencies, &request](const RealmPtr& realm) -> web::Outcome {
                            const auto form = web::Form::parse(request.query);
                            auto target =
                                form && !form->first_repeated()
                                    ? open_return(dependencies, form->value_or("state", ""), realm->realm.name)
                                    : std::nullopt;
                            if (target && !target->empty()) return web::redirect(std::move(*target));
                            return web::info_page(dependencies.pages, dependencies.frame(request, realm->realm),
                                                  "You are logged out", "You are logged out", nullptr);
                          });
}

web::Outcome upstream_logout_url(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                 const UserSession& session, std::string target, UpstreamLogoutNext next) {
  auto provider = enabled_provider(realm->realm, session.note(kProviderNote));
  if (provider == nullptr) return next({});
  const std::string url(provider->setting("logoutUrl"));
  const bool asks_document = url.empty() && provider->is_on("logoutAtProvider");
  if (url.empty() && !asks_document) return next({});
  const auto leaving = std::make_shared<Leaving>(Leaving{.dependencies = dependencies,
                                                         .request = request,
                                                         .realm = std::move(realm),
                                                         .provider = std::move(provider),
                                                         .session = session,
                                                         .target = std::move(target),
                                                         .next = std::move(next)});
  if (!asks_document) return lead_to(leaving, addresses_of(*leaving->provider), url);
  return with_addresses(dependencies, *leaving->provider,
                        [leaving](const Result<Addresses, std::string>& addresses) -> web::Outcome {
                          if (addresses) return lead_to(leaving, *addresses, addresses->end_session);
                          log_left_out(*leaving, addresses.error());
                          return leaving->next({});
                        });
}

}  // namespace cardea::broker
