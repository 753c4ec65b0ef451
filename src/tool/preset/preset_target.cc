#include "tool/preset/preset_target.h"

#include "base/uri.h"
#include "tool/apply/apply_realm.h"
#include "tool/preset/check_discovery.h"

namespace cardea::tool {
namespace {

/// May this stand in a file that a shell reads, without quotes? A secret is whatever somebody set, and a settings file
/// must not run it.
bool is_plain(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=:@,%") ==
         std::string_view::npos;
}

/// The secret of a confidential client, as an administrator may read it.
std::optional<std::string> client_secret(AdminApi& api, const std::string& realm, std::string_view client) {
  const auto clients = "/admin/realms/" + percent_encode(realm) + "/clients";
  const auto found = api.get(clients + "?clientId=" + percent_encode(client));
  if (!found || !found->is_array()) return std::nullopt;
  const auto* one = find_by(found->as_array(), "clientId", client);
  if (one == nullptr) return std::nullopt;
  const auto secret = api.get(clients + "/" + string_or(*one, "id", "") + "/client-secret");
  if (!secret || !secret->is_object()) return std::nullopt;
  auto value = string_or(secret->as_object(), "value", "");
  if (!is_plain(value)) return std::nullopt;
  return value;
}

}  // namespace

Result<PresetTarget, PresetTarget::Refusal> PresetTarget::make(const Preset& preset,
                                                               const std::vector<std::string>& given,
                                                               const ServerOptions& server, const Dependencies& deps) {
  auto values = values_of(preset, given);
  if (!values) return refuse(Refusal{kExitRefused, std::move(values.error())});
  auto api = AdminApi::sign_in(server, deps);
  if (!api) return refuse(Refusal{kExitFailed, std::move(api.error())});
  const auto named = values->find("realm");
  auto realm = named == values->end() ? preset.name : named->second;
  PresetTarget target(std::make_unique<State>(
      State{std::move(*api), deps, std::move(*values), std::move(realm), std::string(), json::object()}));
  const auto document = expand_document(preset.realm, target.lookup());
  if (!document) return refuse(Refusal{kExitFailed, document.error()});
  if (auto problem = refusal(*document)) return refuse(Refusal{kExitFailed, std::move(*problem)});
  target.state_->document = document->as_object();
  return target;
}

std::string PresetTarget::realm_path() const { return "/admin/realms/" + percent_encode(state_->realm); }

std::string PresetTarget::realm_url() const {
  return state_->api.server() + "/realms/" + percent_encode(state_->realm);
}

std::optional<std::string> PresetTarget::discover() {
  auto issuer = check_discovery(realm_url(), state_->deps);
  if (!issuer) return std::move(issuer.error());
  state_->issuer = std::move(*issuer);
  return std::nullopt;
}

Lookup PresetTarget::lookup() const {
  return [state = state_.get()](std::string_view name) -> std::optional<std::string> {
    if (name == "server") return state->api.server();
    if (name == "issuer") return state->issuer.empty() ? std::nullopt : std::optional(state->issuer);
    if (name.starts_with("secret:")) return client_secret(state->api, state->realm, name.substr(7));
    const auto found = state->values.find(name);
    return found == state->values.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace cardea::tool
