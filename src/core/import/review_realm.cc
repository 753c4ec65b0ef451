#include "core/import/review_realm.h"

#include <algorithm>

#include "base/text.h"
#include "core/changes/check_client.h"
#include "core/changes/check_values.h"
#include "core/client_policies.h"
#include "core/expression/expression.h"
#include "core/frontend_url.h"
#include "core/password_policy.h"
#include "core/realm_look.h"
#include "core/token/token_plan.h"
#include "crypto/password.h"
#include "domain/provider_kinds.h"
#include "domain/provider_mapper_types.h"
#include "domain/representation/mapper_json.h"
#include "domain/representation/realm_file.h"

namespace cardea {
namespace {

bool says_nothing(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::int64:
      return value.get_int64() == 0;
    case json::kind::uint64:
      return value.get_uint64() == 0;
    case json::kind::double_:
      return value.get_double() == 0;
    case json::kind::string:
      return value.get_string().empty();
    case json::kind::array:
      return value.get_array().empty();
    case json::kind::object:
      return std::ranges::all_of(value.get_object(), [](const auto& member) { return says_nothing(member.value()); });
  }
  return false;
}

/// A text that is equal for two values that say the same.
void write_canonical(const json::value& value, std::string& out) {
  if (const auto* list = value.if_array()) {
    std::vector<std::string> items(list->size());
    for (std::size_t i = 0; i < items.size(); ++i) write_canonical((*list)[i], items[i]);
    std::ranges::sort(items);
    out += '[' + join(items, ",") + ']';
  } else if (const auto* object = value.if_object()) {
    std::vector<std::string> members;
    for (const auto& [name, member] : *object) {
      if (name == "id" || member.is_null()) continue;
      append_json_string(members.emplace_back(), name);
      members.back() += ':';
      write_canonical(member, members.back());
    }
    std::ranges::sort(members);
    out += '{' + join(members, ",") + '}';
  } else {
    out += json::serialize(value);
  }
}

std::string meant_instead(std::string_view name, const std::vector<std::string_view>& known) {
  const auto found = nearest(name, known);
  return found ? "did you mean " + std::string(*found) + "?" : std::string{};
}

/// Members of Keycloak's that are kept, exported again, and change nothing here. All others are run, or have a reader
/// of their own.
bool is_kept_only(std::string_view member) {
  static constexpr std::string_view kKeptOnly[] = {"userCacheEnabled",
                                                   "realmCacheEnabled",
                                                   "maxSecondaryAuthFailures",
                                                   "requiredCredentials",
                                                   "otpSupportedApplications",
                                                   "federatedUsers",
                                                   "loginTheme",
                                                   "accountTheme",
                                                   "adminTheme",
                                                   "emailTheme",
                                                   "eventsListeners",
                                                   "clientAuthenticationFlow",
                                                   "dockerAuthenticationFlow"};
  return std::ranges::find(kKeptOnly, member) != std::end(kKeptOnly);
}

void review_members(const json::object& object, const json::object& defaults, ImportReview& review) {
  const JsonPath root;
  for (const auto& [key, value] : object) {
    const std::string_view name(key);
    if (says_nothing(value)) continue;
    const JsonPath at(root, name);
    if (!is_realm_member(name)) {
      review.add(ReviewReason::kUnknown, name, at, meant_instead(name, realm_members()));
      continue;
    }
    if (!is_kept_only(name)) continue;
    const auto* usual = defaults.if_contains(name);
    if (usual == nullptr || !says_the_same(value, *usual)) review.add(ReviewReason::kNotRun, name, at);
  }
}

void review_components(const json::object& object, const json::object& defaults, ImportReview& review) {
  const auto* components = object.if_contains("components");
  if (components == nullptr || !components->is_object()) return;
  const JsonPath root;
  const JsonPath here(root, "components");
  const auto* usual = defaults.if_contains("components");
  for (const auto& [type, list] : components->get_object()) {
    const JsonPath at(here, type);
    const auto* same = usual == nullptr ? nullptr : usual->get_object().if_contains(type);
    if (says_nothing(list) || (same != nullptr && says_the_same(list, *same))) continue;
    if (type != kKeyProviderType) {
      review.add(ReviewReason::kNotRun, type, at);
      continue;
    }
    for (std::size_t i = 0; list.is_array() && i < list.get_array().size(); ++i) {
      const auto* component = list.get_array()[i].if_object();
      const auto provider = component == nullptr ? std::string{} : string_or(*component, "providerId", "");
      if (!is_key_provider(provider)) review.add(ReviewReason::kNotRun, type, JsonPath(at, i));
    }
  }
}

void review_password_policy(const json::object& object, ImportReview& review) {
  const auto policy = PasswordPolicy::parse(string_or(object, "passwordPolicy", ""));
  const JsonPath root;
  const JsonPath at(root, "passwordPolicy");
  if (!policy.rules_not_enforced().empty()) {
    review.add(ReviewReason::kNotRun, "passwordPolicy", at, join(policy.rules_not_enforced(), " and "));
  }
  if (!policy.broken_rules().empty()) {
    review.add(ReviewReason::kUnknown, "passwordPolicy", at,
               join(policy.broken_rules(), " and ") + ": no new password passes until this is mended");
  }
}

void review_client_policies(const json::object& object, ImportReview& review) {
  const JsonPath root;
  const JsonPath at(root, "clientPolicies");
  for (const auto& problem : unenforced_policies(object)) {
    review.add(ReviewReason::kNotRun, "clientPolicies", at, problem);
  }
}

void review_mappers(const json::object& object, std::string_view kind, const JsonPath& at, ImportReview& review) {
  const auto* list = object.if_contains("protocolMappers");
  if (list == nullptr || !list->is_array()) return;
  const JsonPath here(at, "protocolMappers");
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const auto* item = list->get_array()[i].if_object();
    if (item == nullptr) continue;
    RepresentationProblems unread;
    const auto mapper = parse_mapper(*item, here, unread);
    if (!unread.empty() || mapper.protocol != "openid-connect" || compile_mapper(mapper)) continue;
    review.add(ReviewReason::kNotRun, std::string(kind) + mapper.provider, JsonPath(here, i), mapper.provider);
  }
}

/// Members of a client that are stored and change nothing yet.
constexpr std::string_view kClientMembersNotRun[] = {"surrogateAuthRequired",
                                                     "authorizationServicesEnabled",
                                                     "authorizationSettings",
                                                     "registeredNodes",
                                                     "clientTemplate",
                                                     "useTemplateConfig",
                                                     "useTemplateMappers",
                                                     "useTemplateScope",
                                                     "claims"};

/// Attributes of Keycloak's clients that change nothing here: themes of single clients, and grants that this
/// release does not have. What a client would believe to protect it is refused when it is written
/// (core/changes/check_client.h). All others of keycloak.md section 5.2 do what they say.
constexpr std::string_view kClientAttributesNotRun[] = {
    "request.uris", "x509.casubjectdn", "always.display.consent", "login_theme", "external.token.enabled",
};

/// What an attribute says when it asks for nothing.
bool asks_for_nothing(std::string_view value) {
  return value.empty() || value == "false" || value == "any" || value == "0";
}

/// What the check of encryption goes by.
Client encryption_of(const json::object& attributes) {
  Client read;
  for (const auto& [name, value] : attributes) {
    const std::string_view key(name);
    if (value.is_string() && key.find("encrypt") != std::string_view::npos) {
      read.attributes.emplace(key, value.get_string());
    }
  }
  return read;
}

constexpr std::string_view kPostLogoutUris = "post.logout.redirect.uris";

/// What the redirect check goes by.
Client policy_of(const json::object& client) {
  Client read;
  read.root_url = string_or(client, "rootUrl", "");
  const auto* attributes = client.if_contains("attributes");
  if (attributes != nullptr && attributes->is_object())
    read.attributes["cardea.policy"] = string_or(attributes->get_object(), "cardea.policy", "");
  return read;
}

void review_redirects(const json::object& client, const JsonPath& at, ImportReview& review) {
  const auto* uris = client.if_contains("redirectUris");
  if (uris == nullptr || !uris->is_array()) return;
  const auto name = string_or(client, "clientId", "");
  const auto policy = policy_of(client);
  const JsonPath here(at, "redirectUris");
  for (std::size_t i = 0; i < uris->get_array().size(); ++i) {
    const auto* uri = uris->get_array()[i].if_string();
    if (uri == nullptr) continue;
    const auto note = [&](ReviewReason reason) {
      review.add(reason, name + " " + std::string(*uri), JsonPath(here, i), name + ": " + std::string(*uri));
    };
    if (is_redirect_refused_by_policy(policy, *uri)) note(ReviewReason::kInsecure);
    if (is_redirect_wildcard(*uri) && !uri->starts_with('/')) note(ReviewReason::kWildcard);  // not a path of ours
  }
}

void review_attributes(const json::object& client, const JsonPath& at, ImportReview& review) {
  const auto name = string_or(client, "clientId", "");
  if (const auto* attributes = client.if_contains("attributes"); attributes != nullptr && attributes->is_object()) {
    const JsonPath there(at, "attributes");
    for (const auto attribute : kClientAttributesNotRun) {
      if (asks_for_nothing(string_or(attributes->get_object(), attribute, ""))) continue;
      review.add(ReviewReason::kNotRun, "clients.attributes." + std::string(attribute), JsonPath(there, attribute));
    }
    for (const auto& attribute : unknown_encryption(encryption_of(attributes->get_object()))) {
      review.add(ReviewReason::kNotRun, "clients.attributes." + attribute, JsonPath(there, attribute));
    }
    const auto after_logout = string_or(attributes->get_object(), kPostLogoutUris, "");
    for (const auto uri : split(after_logout, "##")) {
      if (!is_redirect_wildcard(uri) || uri.starts_with('/')) continue;
      review.add(ReviewReason::kWildcard, name + " after logout " + std::string(uri), JsonPath(there, kPostLogoutUris),
                 name + ": " + std::string(uri));
    }
  }
  review_redirects(client, at, review);
}

void review_client(const json::object& client, const JsonPath& at, ImportReview& review) {
  for (const auto& [key, value] : client) {
    const std::string_view name(key);
    if (is_client_member(name) || says_nothing(value)) continue;
    review.add(ReviewReason::kUnknown, "clients." + std::string(name), JsonPath(at, name),
               meant_instead(name, client_members()));
  }
  for (const auto name : kClientMembersNotRun) {
    const auto* value = client.if_contains(name);
    if (value == nullptr || says_nothing(*value)) continue;
    review.add(ReviewReason::kNotRun, "clients." + std::string(name), JsonPath(at, name));
  }
  if (const auto protocol = string_or(client, "protocol", ""); !protocol.empty() && protocol != "openid-connect") {
    review.add(ReviewReason::kNotRun, "clients.protocol", JsonPath(at, "protocol"), protocol);
  }
  review_mappers(client, "clients.", at, review);
  review_attributes(client, at, review);
}

template <class Each>
void for_each_object(const json::object& object, std::string_view name, Each&& each) {
  const auto* list = object.if_contains(name);
  if (list == nullptr || !list->is_array()) return;
  const JsonPath root;
  const JsonPath here(root, name);
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    if (const auto* item = list->get_array()[i].if_object()) each(*item, JsonPath(here, i));
  }
}

/// An expression that cannot be read fails at every login, by the mapping's policy.
void review_provider_mapper(const json::object& mapper, const JsonPath& at, ImportReview& review) {
  if (string_or(mapper, "identityProviderMapper", "") != kPropertyMapping) return;
  const auto* config = mapper.if_contains("config");
  const auto* settings = config == nullptr ? nullptr : config->if_object();
  const auto source = settings == nullptr ? std::string() : string_or(*settings, "expression", "");
  if (const auto failure = why_not_readable(source)) {
    review.add(ReviewReason::kNotRun, "identityProviderMappers.expression", JsonPath(at, "config"), failure->message);
  }
}

/// People would be shown a way to sign in that fails, or one that does less than the file says. A login is
/// refused where less would let in more (broker/decide.h).
void review_provider(const json::object& provider, const JsonPath& at, ImportReview& review) {
  const auto kind = string_or(provider, "providerId", "");
  const auto add = [&](const std::string& what, std::string detail) {
    review.add(ReviewReason::kNotRun, "identityProviders." + what, at, std::move(detail));
  };
  if (std::ranges::find(kProviderKinds, kind, &ProviderKind::id) == std::end(kProviderKinds)) add("providerId", kind);
  const auto* config = provider.if_contains("config");
  if (config == nullptr || !config->is_object()) return;
  for (const auto name : kProviderSwitchesNotRun) {
    if (string_or(config->get_object(), name, "") == "true") add(std::string(name), std::string(name));
  }
  const auto method = string_or(config->get_object(), "clientAuthMethod", "");
  if (std::ranges::find(kProviderClientAuthentications, method) == std::end(kProviderClientAuthentications)) {
    add("clientAuthMethod", method);
  }
}

/// A kind that nobody knows is left out at every login.
void review_provider_mapper_kind(const json::object& mapper, const JsonPath& at, ImportReview& review) {
  const auto kind = string_or(mapper, "identityProviderMapper", "");
  if (std::ranges::find(kProviderMapperTypes, kind, &ProviderMapperType::id) != std::end(kProviderMapperTypes)) return;
  review.add(ReviewReason::kNotRun, "identityProviderMappers." + kind, at, kind);
}

/// The providers of a scope's mappers.
std::vector<std::string> mapper_providers(const json::object& scope) {
  std::vector<std::string> providers;
  const auto* list = scope.if_contains("protocolMappers");
  for (std::size_t i = 0; list != nullptr && list->is_array() && i < list->get_array().size(); ++i) {
    const auto* mapper = list->get_array()[i].if_object();
    providers.push_back(mapper == nullptr ? "" : string_or(*mapper, "protocolMapper", ""));
  }
  std::ranges::sort(providers);
  return providers;
}

/// True for a default scope with no other mappers than it has by default.
bool has_default_mappers(const json::object& scope, const json::object& defaults) {
  bool is_usual = false;
  for_each_object(defaults, "clientScopes", [&](const json::object& usual, const JsonPath&) {
    if (string_or(usual, "name", "") != string_or(scope, "name", "?")) return;
    is_usual = mapper_providers(usual) == mapper_providers(scope);
  });
  return is_usual;
}

void review_credential(const CredentialRepresentation& item, const json::object& object, const JsonPath& at,
                       ImportReview& review) {
  for (const auto& [key, value] : object) {
    if (is_credential_member(key) || says_nothing(value)) continue;
    review.add(ReviewReason::kUnknown, "users.credentials." + std::string(key), JsonPath(at, key), "dropped");
  }
  const auto& credential = item.credential;
  if (item.plain) return;
  if (credential.type != "password") {
    return review.add(ReviewReason::kUnverified, "users.credentials." + credential.type, at, credential.type);
  }
  const auto read = crypto::parse_keycloak_credential(credential.secret_data.reveal(), credential.credential_data);
  if (read) return;
  const auto why = crypto::describe(read.error());
  review.add(ReviewReason::kUnverified, "users.credentials: " + std::string(why), at, std::string(why));
}

}  // namespace

bool says_the_same(const json::value& left, const json::value& right) {
  std::string a, b;
  write_canonical(left, a);
  write_canonical(right, b);
  return a == b;
}

/// Attributes of a realm that change nothing here: second factors count among failed logins.
constexpr std::string_view kRealmAttributesNotRun[] = {"maxSecondaryAuthFailures"};

void review_attributes(const json::object& realm, ImportReview& review) {
  const auto* attributes = realm.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_object()) return;
  const JsonPath root;
  const JsonPath here(root, "attributes");
  for (const auto attribute : kRealmAttributesNotRun) {
    if (asks_for_nothing(string_or(attributes->get_object(), attribute, ""))) continue;
    review.add(ReviewReason::kNotRun, "attributes." + std::string(attribute), JsonPath(here, attribute));
  }
  if (const auto bad = bad_look_attribute(attributes->get_object()); !bad.empty()) {
    review.add(ReviewReason::kNotRun, "attributes." + std::string(bad), JsonPath(here, bad),
               "no logo or colour that can be used");
  }
  const auto own_address = string_or(attributes->get_object(), kFrontendUrl, "");
  if (own_address.empty() || parse_frontend_url(own_address)) return;
  review.add(ReviewReason::kNotRun, "attributes." + std::string(kFrontendUrl), JsonPath(here, kFrontendUrl),
             "no absolute http address");
}

void review_realm(const json::object& object, const json::object& defaults, ImportReview& review) {
  review_members(object, defaults, review);
  review_attributes(object, review);
  review_components(object, defaults, review);
  review_password_policy(object, review);
  review_client_policies(object, review);
  for_each_object(object, "identityProviders",
                  [&](const json::object& provider, const JsonPath& at) { review_provider(provider, at, review); });
  for_each_object(object, "identityProviderMappers", [&](const json::object& mapper, const JsonPath& at) {
    review_provider_mapper_kind(mapper, at, review);
    review_provider_mapper(mapper, at, review);
  });
  for_each_object(object, "clients", [&](const json::object& c, const JsonPath& at) { review_client(c, at, review); });
  for_each_object(object, "clientScopes", [&](const json::object& scope, const JsonPath& at) {
    if (!has_default_mappers(scope, defaults)) review_mappers(scope, "clientScopes.", at, review);
  });
}

void review_user(const json::object& object, const UserRepresentation& user, const JsonPath& at, ImportReview& review) {
  for (const auto& [key, value] : object) {
    const std::string_view name(key);
    if (says_nothing(value)) continue;
    if (!is_user_member(name)) {
      review.add(ReviewReason::kUnknown, "users." + std::string(name), JsonPath(at, name),
                 meant_instead(name, user_members()));
    } else if (name == "federationLink" || name == "socialLinks") {
      review.add(ReviewReason::kNotRun, "users." + std::string(name), JsonPath(at, name));
    }
  }
  if (!object.contains("enabled")) {
    review.add(ReviewReason::kCompleted, "users.enabled", JsonPath(at, "enabled"), "not given: the user is disabled");
  }
  const auto* list = object.if_contains("credentials");
  if (list == nullptr || !list->is_array()) return;
  const JsonPath here(at, "credentials");
  for (std::size_t i = 0; i < user.credentials.size() && i < list->get_array().size(); ++i) {
    if (const auto* item = list->get_array()[i].if_object()) {
      review_credential(user.credentials[i], *item, JsonPath(here, i), review);
    }
  }
}

}  // namespace cardea
