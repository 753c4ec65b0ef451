#include "oidc/authorize/claims_parameter.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "core/level_of_assurance.h"

namespace cardea::oidc {
namespace {

constexpr JsonLimits kLimits{.bytes_max = 2048, .depth_max = 8};  // it travels sealed in the browser

OAuthError malformed(std::string note) {
  return {OAuthCode::kInvalidRequest, "Invalid parameter: claims", 0, std::move(note)};
}

/// `member` of `section`, when it asks for more than the claim itself (OpenID Connect Core section 5.5.1).
const json::object* demand(const json::object& claims, std::string_view section, std::string_view member) {
  const auto* found = claims.if_contains(section);
  if (found == nullptr || !found->is_object()) return nullptr;
  const auto* claim = found->get_object().if_contains(member);
  return claim != nullptr && claim->is_object() ? &claim->get_object() : nullptr;
}

/// The two members that mean something; others are not looked at (OpenID Connect Core section 5.5). Absent: one of the
/// two, or a claim in it, has no shape that means something.
std::optional<json::object> understood(const json::object& claims) {
  json::object out;
  for (const auto* name : {"id_token", "userinfo"}) {
    const auto* section = claims.if_contains(name);
    if (section == nullptr || section->is_null()) continue;
    if (!section->is_object()) return std::nullopt;
    const bool is_good = std::ranges::all_of(
        section->get_object(), [](const auto& claim) { return claim.value().is_null() || claim.value().is_object(); });
    if (!is_good) return std::nullopt;
    out.emplace(name, *section);
  }
  return out;
}

void add_level(std::string& names, std::string_view name, const LevelNames& levels) {
  if (levels.level_of(name) && !has_word(names, name)) names.append(names.empty() ? "" : " ").append(name);
}

/// True when the claim names levels, and one of them is known.
bool add_levels(const json::object& acr, const LevelNames& levels, std::string& names) {
  const auto before = names.size();
  if (const auto* value = find_string(acr, "value")) add_level(names, *value, levels);
  if (const auto* values = acr.if_contains("values"); values != nullptr && values->is_array()) {
    for (const auto& value : values->get_array()) {
      if (value.is_string()) add_level(names, value.get_string(), levels);
    }
  }
  return names.size() > before;
}

/// Attribute `default.acr.values`: what a request that names no level asks for.
void add_default_levels(const Client& client, const LevelNames& levels, std::string& names) {
  if (!names.empty()) return;
  for (const auto name : split(client.attribute("default.acr.values"), "##")) add_level(names, trim(name), levels);
}

/// Attribute `minimum.acr.value`: a request asks for no level below it, whatever it says. As in Keycloak it binds
/// requests of the authorization endpoint; grants without one (device, CIBA, password) reach level 1.
void raise_to_minimum(const Client& client, const LevelNames& levels, std::string& names) {
  const auto minimum = client.attribute("minimum.acr.value");
  const auto least = levels.level_of(minimum);
  if (minimum.empty() || !least) return;
  std::string enough;
  for (const auto name : split_words(names)) {
    if (levels.level_of(name).value_or(kNoLevel) >= *least) add_level(enough, name, levels);
  }
  if (enough.empty()) add_level(enough, minimum, levels);  // beside others it would be the lowest that is asked for
  names = std::move(enough);
}

}  // namespace

Result<void, ClaimsRefusal> check_claims_parameter(const web::Form& form, const ClientEntry& client,
                                                   AuthorizationRequest& request) {
  const LevelNames levels(client.realm->realm, client.client);
  const auto claims = form.value("claims");
  if (claims) {
    const auto document = parse_json(*claims, kLimits);
    if (!document || !document->is_object()) return refuse(ClaimsRefusal(malformed("claims_no_json")));
    const auto object = understood(document->get_object());
    if (!object) return refuse(ClaimsRefusal(malformed("claims_shape")));
    if (const auto* acr = demand(*object, "id_token", "acr")) {
      request.acr_essential = bool_or(*acr, "essential", false);
      const bool known = add_levels(*acr, levels, request.acr_values);
      if (!known && request.acr_essential) {
        return refuse(ClaimsRefusal(PageRefusal{400, "Invalid parameter: claims", "acr_unknown"}));
      }
    }
    request.claims = json::serialize(*object);
  }
  if (!request.acr_essential) {
    for (const auto name : split_words(form.value_or("acr_values", ""))) add_level(request.acr_values, name, levels);
    add_default_levels(client.client, levels, request.acr_values);
  }
  raise_to_minimum(client.client, levels, request.acr_values);
  return {};
}

std::string wanted_subject(const std::string& claims) {
  if (claims.empty()) return {};
  const auto document = parse_json(claims, kLimits);
  if (!document || !document->is_object()) return {};
  for (const auto* section : {"id_token", "userinfo"}) {
    if (const auto* sub = demand(document->get_object(), section, "sub")) {
      if (const auto* value = find_string(*sub, "value")) return std::string(*value);
    }
  }
  return {};
}

}  // namespace cardea::oidc
