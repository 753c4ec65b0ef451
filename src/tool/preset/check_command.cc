#include "tool/preset/check_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "tool/apply/apply_realm.h"
#include "tool/preset/check_redirect.h"
#include "tool/preset/preset_target.h"

namespace cardea::tool {
namespace {

struct Findings {
  std::FILE* out;
  int count = 0;

  void tell(std::string_view step, std::string_view text) {
    ++count;
    fmt::print(out, "! {}\n", text);
    if (!step.empty()) fmt::print(out, "    {}\n", step);
  }
};

/// The text of a preset with its parameters; as it stands when one has no value.
std::string expanded(const std::string& text, const PresetTarget& target) {
  const auto value = expand(text, target.lookup());
  return value ? *value : text;
}

/// What differs from the preset, with the step of the guide that makes it so.
std::optional<std::string> check_set_up(const Preset& preset, PresetTarget& target, Findings& findings) {
  Run run(target.api(), {.dry_run = true}, [&](const Change& change) {
    std::string step;
    for (const auto& row : preset.steps) {
      if (step.empty() && change.subject.starts_with(expanded(row.of, target))) step = row.step;
    }
    if (change.sign == '+') return findings.tell(step, change.subject + " is missing");
    if (change.details.empty()) return findings.tell(step, change.subject + " is missing");
    for (const auto& detail : change.details) findings.tell(step, change.subject + ": " + detail);
  });
  apply_realm(run, target.document());
  return run.failed() ? std::optional(run.failure()) : std::nullopt;
}

/// The keys as token checks read them: some take every certificate beside a key for one of an RSA key.
void check_keys(PresetTarget& target, const Dependencies& deps, Findings& findings) {
  const auto address = target.realm_url() + "/protocol/openid-connect/certs";
  const auto url = web::ConfiguredUrl::parse(address);
  const auto answer = url ? deps.call(web::get_request(*url, "application/json")) : web::Fetched();
  const auto document = answer ? parse_json(answer->body) : refuse(JsonError::kMalformed);
  if (!document || !document->is_object()) return findings.tell("", address + " has no keys");
  bool has_signing_key = false;
  for (const auto& item : array_of(document->as_object(), "keys")) {
    const auto& key = item.as_object();
    has_signing_key = has_signing_key || string_or(key, "use", "sig") == "sig";
    if (string_or(key, "kid", "").empty()) findings.tell("", "a key has no kid; tokens are checked by it");
    if (string_or(key, "kty", "") == "EC" && key.contains("x5c"))
      findings.tell("", "key " + string_or(key, "kid", "") + ": an EC key with x5c is read as an RSA certificate");
  }
  if (!has_signing_key) findings.tell("", address + " has no key for signatures");
}

bool claim_contains(const json::value* claim, std::string_view wanted) {
  if (claim == nullptr) return false;
  if (claim->is_string()) return wanted.empty() || has_word(std::string_view(claim->as_string()), wanted);
  if (!claim->is_array()) return wanted.empty();
  return wanted.empty() || std::ranges::any_of(claim->as_array(), [wanted](const json::value& item) {
           return item.is_string() && std::string_view(item.as_string()) == wanted;
         });
}

/// An example token, made by the server for the first person of the realm.
std::optional<std::string> check_token(const TokenCheck& check, PresetTarget& target, const std::string& user,
                                       Findings& findings) {
  const auto client_id = expanded(check.client, target);
  const auto clients = target.api().get(target.realm_path() + "/clients?clientId=" + percent_encode(client_id));
  if (!clients) return clients.error().text;
  const auto* client = clients->is_array() ? find_by(clients->as_array(), "clientId", client_id) : nullptr;
  if (client == nullptr) return std::nullopt;  // told as missing already
  const auto example = target.api().get(target.realm_path() + "/clients/" + string_or(*client, "id", "") +
                                        "/evaluate-scopes/generate-example-" + check.token +
                                        "-token?scope=" + percent_encode(expanded(check.scope, target)) +
                                        "&userId=" + percent_encode(user));
  if (!example) return example.error().text;
  const auto wanted = expanded(check.contains, target);
  const auto* claim = example->is_object() ? example->as_object().if_contains(check.claim) : nullptr;
  if (claim_contains(claim, wanted)) return std::nullopt;
  findings.tell(check.step, "the " + check.token + " token's claim " + check.claim + " is " +
                                (claim == nullptr ? "missing" : json::serialize(*claim)) +
                                (wanted.empty() ? "" : ", without " + wanted));
  return std::nullopt;
}

std::optional<std::string> check_tokens(const Preset& preset, PresetTarget& target, Findings& findings,
                                        const Dependencies& deps) {
  if (preset.tokens.empty()) return std::nullopt;
  const auto users = target.api().find(target.realm_path() + "/users?max=1");
  if (!users) return users.error().text;
  if (!users->has_value() || !(*users)->is_array() || (*users)->as_array().empty()) {
    fmt::print(deps.out, "The realm has no people yet: what tokens carry was not looked at.\n");
    return std::nullopt;
  }
  const auto user = string_or((*users)->as_array().front().as_object(), "id", "");
  for (const auto& check : preset.tokens) {
    if (auto problem = check_token(check, target, user, findings)) return problem;
  }
  return std::nullopt;
}

/// The providers that the preset made, asked whether they know the way back.
std::optional<std::string> check_redirects(const Preset& preset, PresetTarget& target, const Dependencies& deps,
                                           Findings& findings) {
  for (const auto& item : array_of(target.document(), "identityProviders")) {
    const auto alias = string_or(item.as_object(), "alias", "");
    const auto found = target.api().find(target.realm_path() + "/identity-provider/instances/" + percent_encode(alias));
    if (!found) return found.error().text;
    if (!found->has_value() || !(*found)->is_object()) continue;  // told as missing already
    const auto& provider = (*found)->as_object();
    fmt::print(deps.out, "The redirect URI to register at {}: {}\n", alias,
               redirect_uri_of(provider, target.realm_url()));
    const auto problem = check_redirect(provider, target.realm_url(), deps);
    if (problem) findings.tell("The guide, " + preset.guide + ": what is registered ends in the alias", *problem);
  }
  return std::nullopt;
}

int fail(const Dependencies& deps, std::string_view text, int code) {
  fmt::print(deps.err, "cardea check: {}\n", text);
  return code;
}

int check(const Preset& preset, const std::vector<std::string>& sets, const ServerOptions& server,
          const Dependencies& deps) {
  auto target = PresetTarget::make(preset, sets, server, deps);
  if (!target) return fail(deps, target.error().text, target.error().code);
  Findings findings{deps.out};
  if (const auto problem = check_set_up(preset, *target, findings)) return fail(deps, *problem, kExitFailed);
  if (const auto failure = check_redirects(preset, *target, deps, findings)) return fail(deps, *failure, kExitFailed);
  if (const auto problem = target->discover()) {
    findings.tell("", *problem);
  } else {
    check_keys(*target, deps, findings);
    if (const auto failure = check_tokens(preset, *target, findings, deps)) return fail(deps, *failure, kExitFailed);
  }
  if (findings.count == 0) {
    fmt::print(deps.out, "{}: everything is as the application needs it.\n", preset.name);
    return kExitDone;
  }
  fmt::print(deps.out,
             "{} finding{}; `cardea preset {}` with the same --set mends what the preset made. The guide: {}\n",
             findings.count, findings.count == 1 ? "" : "s", preset.name, preset.guide);
  return kExitFailed;
}

}  // namespace

int run_check(std::vector<std::string> arguments, const Dependencies& deps) {
  ServerOptions server;
  std::string name;
  std::vector<std::string> sets;
  CLI::App app{"Find what stands between an application and its first sign-in.", "cardea check"};
  add_server_options(app, server);
  app.add_option("name", name, "The preset; `cardea preset` lists all.")->required();
  app.add_option("--set", sets, "A parameter, as `cardea preset` was given it.")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  if (const auto code = parse_arguments(app, std::move(arguments), deps)) return *code;
  const auto preset = find_preset(name);
  if (!preset) return fail(deps, "there is no preset " + name + "; `cardea preset` lists all", kExitRefused);
  return check(*preset, sets, server, deps);
}

}  // namespace cardea::tool
