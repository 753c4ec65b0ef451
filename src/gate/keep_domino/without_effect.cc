#include "gate/keep_domino/without_effect.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace cardea::gate {
namespace {

struct Reason {
  std::string_view name, why;
};

constexpr std::string_view kOwnKey = "tokens of /api/v1/auth are signed by a key of the gate's own";
constexpr Reason kTop[] = {
    {"JwtUsePubPrivKey", kOwnKey},
    {"JwtUsePemFile", kOwnKey},
    {"JwtIssuer", kOwnKey},
    {"JwtPrivateKeyFile", kOwnKey},
    {"JwtPublicKeyFile", kOwnKey},
    {"JwtCertFile", kOwnKey},
    {"JwtAlgorithm", kOwnKey},
    {"TokenCookie", "no token stands in a cookie here; sign-in has sessions of its own"},
    {"oauth", "/oauth/authorization and /oauth/token are those of sign-in's provider"},
    {"PORT", "the gate listens where http-port says"},
};

constexpr Reason kOfEntries[] = {
    {"adminui", "people sign in by sign-in of the application, with callback-path /admin/ui/callback"},
    {"ofba", "Office's sign-in is not served"},
    {"scope", "scopes are limited by requests of the application"},
    {"microsoft", "algorithm, aud and userIdentifier say it all"},
};

constexpr std::string_view kOfAll[] = {
    "active", "algorithm", "alg", "aud", "iss", "providerUrl", "userIdentifier", "userIdentifierInLdapFormat"};
constexpr std::string_view kOfJwt[] = {"keyFile", "key", "kid"};
constexpr std::string_view kOfCatalog[] = {"additionalClientIds", "allowExpired"};

bool is_off(const json::value& value) {
  if (value.is_null() || (value.is_bool() && !value.get_bool())) return true;
  const auto* object = value.if_object();
  const auto* active = object == nullptr ? nullptr : object->if_contains("active");
  return active != nullptr && active->is_bool() && !active->get_bool();
}

/// Empty: it has an effect.
std::string why_not(std::string_view kind, const json::object& entry, std::string_view name) {
  const auto is_in = [&](const auto& list) { return std::ranges::find(list, name) != std::end(list); };
  if (name == "alg" && entry.contains("algorithm")) return "algorithm stands beside it";
  if (kind == "jwt" && is_in(kOfJwt)) {
    if (entry.contains("providerUrl")) return "keys come from providerUrl";
    return name == "keyFile" && entry.contains("key") ? "key stands beside it" : "";
  }
  if (is_in(kOfAll) || (kind == "oidc-idpcat" && is_in(kOfCatalog))) return {};
  const auto* known = std::ranges::find(kOfEntries, name, &Reason::name);
  return std::string(known == std::end(kOfEntries) ? "it is not known here" : known->why);
}

void look_at_entries(std::string_view kind, const json::object& settings, std::vector<ConfigNote>& notes) {
  const auto* entries = settings.if_contains(kind);
  if (entries == nullptr || !entries->is_object()) return;
  for (const auto& [entry_name, value] : entries->get_object()) {
    const auto* entry = value.if_object();
    if (entry == nullptr || !entry->contains("active") || is_off(value)) continue;
    for (const auto& [name, member] : *entry) {
      auto why = is_off(member) ? std::string() : why_not(kind, *entry, name);
      if (why.empty()) continue;
      const auto where = std::string(kind) + "." + std::string(entry_name) + "." + std::string(name);
      notes.push_back({NoteLevel::kWarning, where, "has no effect: " + std::move(why)});
    }
  }
}

}  // namespace

void warn_of_what_does_nothing(const json::object& settings, std::vector<ConfigNote>& notes) {
  for (const auto& [name, why] : kTop) {
    const auto* value = settings.if_contains(name);
    if (value != nullptr && !is_off(*value))
      notes.push_back({NoteLevel::kWarning, std::string(name), "has no effect: " + std::string(why)});
  }
  for (const auto* kind : {"jwt", "oidc-idpcat"}) look_at_entries(kind, settings, notes);
}

}  // namespace cardea::gate
