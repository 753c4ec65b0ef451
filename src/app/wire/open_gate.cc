#include "app/wire/open_gate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/settings/gate_file.h"
#include "base/secret.h"
#include "base/uri.h"
#include "gate/settings/changes.h"
#include "http/address.h"

namespace cardea::app {
namespace {

constexpr std::chrono::minutes kKeysEvery{10};

crypto::Sealer sealer_of(SecretBytes key) {
  std::vector<SecretBytes> keys;
  keys.push_back(std::move(key));
  return crypto::Sealer(std::move(keys));
}

std::string first_fatal(const gate::GateSettings& settings) {
  const auto found = std::ranges::find(settings.notes, gate::NoteLevel::kFatal, &gate::ConfigNote::level);
  return found == settings.notes.end() ? std::string() : found->where + ": " + found->text;
}

/// What a reload added and took away, by name, and what it changed, by path.
void log_difference(const gate::GateSettings& before, const gate::GateSettings& after, Log& log) {
  const auto names = [](const gate::GateSettings& settings) {
    std::vector<std::string> result;
    for (const auto& provider : settings.providers) result.push_back("provider " + provider->settings().name);
    for (const auto& application : settings.applications) result.push_back("application " + application.name);
    std::ranges::sort(result);
    return result;
  };
  const auto old_names = names(before), new_names = names(after);
  const auto tell = [&log](const auto& some, const auto& others, std::string_view change) {
    for (const auto& name : some)
      if (!std::ranges::binary_search(others, name))
        log.info("gate_settings_changed", {{"change", change}, {"what", name}});
  };
  tell(new_names, old_names, "added");
  tell(old_names, new_names, "removed");
  for (const auto& changed : gate::find_changes(before.document, after.document))
    log.info("gate_settings_changed",
             {{"change", "setting"}, {"what", changed.path}, {"before", changed.before}, {"after", changed.after}});
}

std::string problem_of(gate::GateSettings& settings, const ServerSettings& server, const gate::GateStore* store) {
  if (settings.has_fatal()) return first_fatal(settings);
  if (auto missing = missing_database(settings, store != nullptr); !missing.empty()) return missing;
  return keep_realms_reachable(settings, server);
}

}  // namespace

std::string keep_realms_reachable(gate::GateSettings& settings, const ServerSettings& server) {
  if (server.gate_only) return {};
  const auto url = parse_uri(server.frontend_url());
  if (!server.hostname.empty() && url)
    settings.realms_host =
        gate::canonical_host(url->host + (url->port ? ":" + std::to_string(*url->port) : std::string()));
  for (const auto& application : settings.applications) {
    for (const auto& host : application.hosts) {
      if (host == "*" && settings.realms_host.empty())
        return application.name + ": \"*\" takes every host, the realms' too: give hostname, which stays theirs";
      if (!settings.realms_host.empty() && host == settings.realms_host)
        return application.name + ": " + host + " is where the realms are (hostname)";
    }
  }
  return {};
}

namespace {

constexpr std::size_t kDecisionsShown = 100;

bool is_loopback(std::string_view remote_address) {
  const auto address = http::parse_address(remote_address);
  return address && (address->to_string().starts_with("127.") || address->to_string() == "::1");
}

/// The name by which the port was asked for: a page whose own name leads here (DNS rebinding) asks by that one, and so
/// does a proxy that hands on the name it was asked by.
bool is_loopback_host(std::string_view host) {
  const auto bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
  if (bracket != std::string_view::npos) return is_loopback(host.substr(1, bracket - 1));
  const auto name = host.substr(0, host.find(':'));
  return name == "localhost" || is_loopback(name);
}

/// X-Forwarded-For has been followed already (management_settings).
bool is_asked_here(const web::Request& request) {
  if (!is_loopback(request.remote_address) || !is_loopback_host(request.host)) return false;
  return std::ranges::none_of(std::array{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"},
                              [&](const char* sign) { return request.header(sign).has_value(); });
}

bool has_token(const web::Request& request, std::string_view token) {
  const auto sent = request.header("Authorization").value_or("");
  constexpr std::string_view kScheme = "Bearer ";
  return sent.starts_with(kScheme) && equal_secrets(sent.substr(kScheme.size()), token);
}

/// The management port asks nobody who they are, and these answers name callers and judge tokens.
web::Handler for_administrators(std::string_view token, web::Handler handler) {
  return [token, handler = std::move(handler)](const web::Request& request) -> web::Outcome {
    if (token.empty() && is_asked_here(request)) return handler(request);
    if (!token.empty() && has_token(request, token)) return handler(request);
    if (token.empty())
      return web::json_error(403, "only_from_this_machine",
                             "This is answered only to the machine that the gate runs on (127.0.0.1, ::1), and not "
                             "through a proxy; gate-management-token opens it to others");
    auto response = web::json_error(401, "token_needed", "Send the text of gate-management-token as bearer token");
    response.add("WWW-Authenticate", "Bearer");
    return response;
  };
}

web::Outcome show_decisions(const gate::Gate& gate, const web::Request& request) {
  const auto list = gate.decisions().list(kDecisionsShown);
  const auto accept = request.header("Accept");
  if (!accept || accept->find("text/html") == std::string_view::npos)
    return web::no_store_json(200, gate::decisions_json(list));
  auto response = web::html_response(200, gate::decisions_page(list));
  response.add("Cache-Control", "no-store").add("Content-Security-Policy", "default-src 'none'");
  return response;
}

/// A JSON body, which no page of another site can send without being asked first (attack class 13).
web::Outcome explain_token(gate::Gate& gate, const web::Request& request) {
  const auto body = parse_json(request.body);
  const auto type = request.header("Content-Type").value_or("");
  if (!type.starts_with("application/json") || !body || !body->is_object())
    return web::json_error(400, "invalid_request", "send JSON: request, token and, of several applications, host");
  const auto& members = body->get_object();
  const auto asked = string_or(members, "request", "");
  const auto space = asked.find(' ');
  const auto token = string_or(members, "token", "");
  if (space == std::string::npos || token.empty())
    return web::json_error(400, "invalid_request", "request is like \"POST /api/v1/flows\", and token is needed");
  return gate.explain({.host = string_or(members, "host", ""),
                       .method = asked.substr(0, space),
                       .target = asked.substr(space + 1),
                       .token = token,
                       .remote_address = request.remote_address});
}

}  // namespace

void add_gate_routes(web::Router& router, OpenGate& gate, const ServerSettings& settings) {
  const auto token = settings.gate_management_token.reveal();
  router.get("/gate/decisions", for_administrators(token, [&gate](const web::Request& request) {
               return show_decisions(gate.gate(), request);
             }));
  router.post("/gate/explain", for_administrators(token, [&gate](const web::Request& request) {
                return explain_token(gate.gate(), request);
              }));
  router.get("/config",
             [&gate](const web::Request&) -> web::Outcome { return web::no_store_json(200, gate.shown_keepconfig()); });
  router.get("/health/gate", [&gate](const web::Request&) -> web::Outcome {
    return web::no_store_json(200, gate.is_insecure() ? R"({"status":"UP","tokens":"insecure: expiry is not checked"})"
                                                      : R"({"status":"UP","tokens":"checked"})");
  });
}

/// Who came first must still be known after the next start.
std::string missing_database(const gate::GateSettings& settings, bool has_database) {
  if (has_database) return {};
  const auto found = std::ranges::find_if(
      settings.applications, [](const gate::Application& application) { return !application.owner_role.empty(); });
  return found == settings.applications.end()
             ? std::string()
             : found->name + ": owner-role needs a database: give data-dir, or db and db-url";
}

void log_notes(const gate::GateSettings& settings, Log& log) {
  for (const auto& note : settings.notes) log.warning("gate_settings", {{"where", note.where}, {"text", note.text}});
}

OpenGate::OpenGate(const Parts& parts, gate::GateSettings settings, gate::SharedSecrets secrets)
    : log_(parts.log),
      clock_(parts.clock),
      store_(parts.store),
      reach_{memory_, parts.clock, parts.log},
      keep_key_(std::move(secrets.keep_key)),
      identity_key_(std::move(secrets.identity_key)),
      sealer_(sealer_of(std::move(secrets.state_key))),
      pages_(parts.random, web::embedded_assets(), "/gate"),
      gate_({reach_, sealer_, pages_, parts.random, keep_key_, parts.store, &identity_key_}, std::move(settings)) {}

Result<std::unique_ptr<OpenGate>, std::string> OpenGate::open(const ServerSettings& settings,
                                                              const Environment& environment, const Parts& parts,
                                                              For what) {
  auto read = read_gate_settings(settings, environment);
  const auto problem = what == For::kQuestions ? first_fatal(read) : problem_of(read, settings, parts.store);
  if (!problem.empty()) return refuse("the gate's settings cannot be used: " + problem);
  log_notes(read, parts.log);
  const auto missing = what == For::kQuestions ? gate::Missing::kStaysSo : gate::Missing::kIsMade;
  auto secrets = parts.store == nullptr ? Stored<gate::SharedSecrets>(gate::make_secrets(parts.random))
                                        : gate::load_secrets(*parts.store, parts.random, missing);
  if (!secrets) return refuse("the gate's secrets cannot be read: " + std::string(describe(secrets.error())));
  auto made = std::unique_ptr<OpenGate>(new OpenGate(parts, std::move(read), std::move(*secrets)));
  if (!made->gate().synchronise()) return refuse("the tokens that were logged out cannot be read from the database");
  return made;
}

void OpenGate::reload(const ServerSettings& settings, const Environment& environment, const Check& check) {
  auto read = read_gate_settings(settings, environment);
  log_notes(read, log_);
  auto problem = problem_of(read, settings, store_);
  if (problem.empty() && check) problem = check(read);
  if (!problem.empty()) {
    log_.warning("gate_reload_refused", {{"reason", problem}});
    return;
  }
  log_difference(gate_.state()->settings, read, log_);
  gate_.replace(std::move(read));
  keys_due_ = {};
}

void OpenGate::tick(web::Fetcher& fetcher) {
  (void)gate_.synchronise();
  const auto now = clock_.steady();
  if (keys_due_.count() != 0 && now < keys_due_) return;
  keys_due_ = now + kKeysEvery;
  gate_.refresh_keys(fetcher);
  gate_.purge();
}

}  // namespace cardea::app
