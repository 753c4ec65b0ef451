// What the gate knows of the applications it stands in front of: plain values, made by read_gate and then only read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "gate/access/path_pattern.h"
#include "gate/access/role_rules.h"
#include "gate/keep_domino/keepconfig.h"
#include "gate/settings/address_list.h"
#include "gate/token/provider_set.h"

namespace cardea::gate {

/// Whose words a refusal is told in: what the application's own clients know.
enum class AnswerForm {
  kOAuth,       // {"error":...,"error_description":...}, RFC 6750
  kKeepDomino,  // {"status":401,"message":...,"details":...} (guides.md G1.6)
  kKeep,        // {"detail":...} (G0.3)
  kNetbird,     // {"message":...,"code":401} (G4.4)
};

/// What a request to an application needs. The first rule that fits decides.
struct RequestRule {
  std::vector<std::string> methods;  // upper case; empty: all
  PathPattern path;
  bool is_open = false;                  // anybody, without a look at who it is
  bool is_once = false;                  // a token passes once; again it is refused as used
  std::optional<Permission> permission;  // the caller's role must hold it
  std::vector<std::string> scopes;       // the caller's token must carry one of them; empty: not asked
  std::vector<std::string> people;       // names, or "*" and the end of one ("*/O=Plant"); empty: everybody
};

/// A header for the application: "name", "subject", "provider", "role", "scopes", or the path of a claim.
struct HeaderRule {
  std::string name;
  std::string source;
};

enum class ClaimsFrom { kIdToken, kAccessToken };

/// Signing people in at a provider by the code flow (standards.md on relying parties).
struct SignInSettings {
  std::string issuer;                // exact, or with {tenantid} (upstream/issuer.h)
  std::vector<std::string> tenants;  // whose people may come in, where the issuer has {tenantid}
  std::string discovery_url;
  std::string client_id;
  SecretBytes client_secret;             // empty: a public client
  std::optional<TimePoint> secret_ends;  // when the provider takes it no more: told before in the log
  std::vector<std::string> scopes;
  ClaimsFrom claims_from = ClaimsFrom::kIdToken;
  std::vector<std::string> name_claims;
  std::string login_path;
  std::string callback_path;
  std::string logout_path;
  std::string logout_return_path;  // where the provider sends people back to
  std::string backchannel_path;
  std::string frontchannel_path;
  bool is_logout_by_get = true;
  seconds idle{std::chrono::minutes(30)};
  seconds lifetime{std::chrono::hours(10)};
  seconds leeway{30};
};

/// What KEEP itself serves beside its resources (guides.md G1.6).
struct KeepDominoSettings {
  bool is_login_disabled = false;
  seconds token_lifetime{std::chrono::minutes(60)};
  std::string scopes = "MAIL $DATA";  // of tokens of /api/v1/auth, in words; a client may ask for fewer
  std::string organization;           // for people whose provider knows no X.500 name: CN=<user name>/O=<this>
};

/// Where groups are asked that a token cannot carry (keep/overage.h).
struct OverageSettings {
  std::string token_url;  // with {tenant}
  std::string graph;      // base URL
  std::string client_id;
  SecretBytes client_secret;
};

/// A proxy in front of the gate has signed the person in and says who it is (guides.md G0.7, OAUTH2PROXY). Whoever asks
/// the gate is trusted to tell addresses, and passes on headers that anyone may have sent: so it counts only when
/// the request came to it from one of `from` (attack class 19).
struct TrustedHeaders {
  std::string user;
  std::string roles;  // a list with commas between
  AddressList from;   // who may vouch; compared with web::Request::remote_address
};

/// A JWT that says who it is, for applications that check it (front/identity_token.h).
struct IdentityTokenSettings {
  std::string header;
  std::string issuer;
  std::string audience;
  seconds lifetime{60};
};

/// For machines: X-API-KEY with a text whose SHA-256 stands here, in hexadecimal.
struct ApiKey {
  std::string name;
  std::string sha256;
  std::string role;
};

/// Groups that tokens name and the gate remembers (people/people.h).
struct PeopleSettings {
  ClaimPath groups;
  std::vector<std::string> allowed_groups;  // whoever is in none of them is refused; empty: everybody may come
  std::vector<std::string> local_groups;    // that the application manages itself: no token gives them
};

struct Application {
  std::string name;
  std::vector<std::string> hosts;      // lower case, with the port if it is not the usual one; "*": every other
  std::vector<std::string> providers;  // whose bearer tokens count; empty: everybody's
  AnswerForm answers = AnswerForm::kOAuth;
  bool takes_tokens = true;
  std::optional<SignInSettings> sign_in;
  KeepDominoSettings keep_domino;  // of kKeepDomino
  std::optional<OverageSettings> overage;
  std::optional<PeopleSettings> people;
  std::optional<TrustedHeaders> trusted_headers;
  std::vector<ApiKey> api_keys;
  seconds leeway{30};                 // on times in tokens of providers that the application's own file names
  RoleRules access;                   // without roles: whoever is known may pass
  std::string owner_role;             // of the first person who comes in (people/owner.h); empty: nobody's
  std::vector<RequestRule> requests;  // empty: every request needs somebody who is known
  std::vector<HeaderRule> headers;
  bool passes_authorization = false;  // whether it gets the Authorization header that the gate has judged
  bool passes_api_key = false;        // whether it gets the X-API-KEY header that the gate has judged
  std::optional<IdentityTokenSettings> identity_token;
  std::vector<std::string> own_paths;  // besides those of sign_in: paths the gate answers itself

  /// Where the gate knows no keys, X-API-KEY is the application's own affair.
  [[nodiscard]] bool keeps_api_key() const { return !api_keys.empty() && !passes_api_key; }
  [[nodiscard]] bool has_roles() const { return !access.roles.empty(); }
  [[nodiscard]] bool takes_tokens_of(std::string_view provider) const;
};

/// Where a provider's keys are read from while the gate runs. One of the two is set.
struct KeyAddress {
  ProviderPtr provider;
  std::string discovery_url;
  std::string jwks_url;
};

/// A provider that is asked whether its tokens are still good.
struct LookupSettings {
  static constexpr std::chrono::minutes kEveryMax{10};
  std::string provider;
  std::string discovery_url;
  std::string client_id;
  SecretBytes client_secret;
  seconds every{5};
  bool takes_opaque = false;  // tokens that are no JWT are shown to it
};

/// As hosts are compared: in lower case, without dots at the end and without :80 and :443.
[[nodiscard]] std::string canonical_host(std::string_view host);

struct GateSettings {
  std::vector<ProviderPtr> providers;
  std::vector<KeyAddress> key_addresses;
  std::vector<Application> applications;
  std::vector<LookupSettings> lookups;
  std::vector<ConfigNote> notes;  // one that is fatal: the settings are not to be used
  json::object document;          // the file, without its secrets (changes.h)
  json::object shown;             // what /config shows of keepconfig.d
  std::string realms_host;        // of the realms beside the gate: "*" does not reach it; empty: there are none
  bool is_insecure = false;
  bool is_keep_login_disabled = false;  // of keepconfig.d: disableDominoLogin
  seconds keep_token_lifetime{std::chrono::minutes(60)};

  [[nodiscard]] bool has_fatal() const;
  /// By the host of a request; null: there is none for it. A listed name with another port is nobody's, and never falls
  /// to the application of every other host: a proxy may well have taken it for the listed one.
  [[nodiscard]] const Application* find_application(std::string_view host) const;
};

}  // namespace cardea::gate
