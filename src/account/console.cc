#include "account/console.h"

#include "account/languages.h"
#include "base/json.h"
#include "base/uri.h"
#include "core/profile/check_profile.h"
#include "domain/identity_provider.h"
#include "web/console_page.h"

namespace cardea::account {
namespace {

constexpr std::string_view kClientId = "account-console";

/// What the realm allows. What the person may do besides is in the token, and the console looks there.
void write_features(JsonWriter& json, const Realm& realm) {
  json.key("features").begin_object();
  json.member("isRegistrationEmailAsUsername", realm.registration_email_as_username);
  json.member("isEditUserNameAllowed", realm.edit_username_allowed);
  json.member("isInternationalizationEnabled", realm.internationalization_enabled);
  json.member("isLinkedAccountsEnabled", !identity_providers(realm).empty());
  json.member("isMyResourcesEnabled", false);
  json.member("isViewOrganizationsEnabled", bool_or(realm.extra, "organizationsEnabled", false));
  json.member("deleteAccountAllowed", false);
  json.member("updateEmailFeatureEnabled", true);
  json.member("updateEmailActionEnabled", has_address_action(realm));
  json.member("isViewApplicationsEnabled", true);
  json.member("isViewGroupsEnabled", true);
  json.member("isOid4VciEnabled", false);
  json.end_object();
}

}  // namespace

web::Outcome show_console(const Dependencies& dependencies, const web::Request& request, RealmPtr entry) {
  const auto& realm = entry->realm;
  const auto server = dependencies.base_url.of(request);
  const auto base_path = dependencies.base_url.relative_path(request);
  const auto language = console_language(realm, request);
  std::string environment;
  JsonWriter json(environment);
  json.begin_object().member("serverBaseUrl", server).member("authUrl", server).member("authServerUrl", server);
  json.member("realm", realm.name).member("clientId", kClientId);
  json.member("resourceUrl", base_path + dependencies.consoles.base_url() + "/account");
  json.member("logo", "").member("logoUrl", "").member("darkMode", true);
  json.member("baseUrl", server + "/realms/" + percent_encode(realm.name) + "/account/");
  json.member("locale", language).member("referrerName", "").member("referrerUrl", "");
  write_features(json, realm);
  json.member("scope", "").end_object();
  return web::console_page(dependencies.consoles, {.console = "account",
                                                   .title = "Account",
                                                   .language = language,
                                                   .environment = environment,
                                                   .base_path = base_path,
                                                   .server_base = server});
}

}  // namespace cardea::account
