#include "broker/secret_rotation.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/uri.h"
#include "broker/addresses.h"
#include "broker/secret_end.h"
#include "crypto/hash.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::broker {

struct SecretRotation::Site {
  const Realm& realm;
  const IdentityProvider& provider;
  Addresses addresses;
  std::string key;  // of added_
  upstream::ClientAuthentication method = upstream::ClientAuthentication::kSecretPost;

  [[nodiscard]] std::string_view secret() const { return provider.setting("clientSecret"); }
  /// What our secrets are called at Entra ID.
  [[nodiscard]] std::string name() const { return "Cardea " + realm.name + "/" + provider.alias; }
  [[nodiscard]] std::string application() const {
    return addresses.graph + "/v1.0/applications(appId='" + percent_encode(provider.setting("clientId")) + "')";
  }
};

namespace {

struct Password {
  std::string key_id, name, hint, ends, starts;
};

std::vector<Password> read_passwords(const json::object& body) {
  std::vector<Password> out;
  const auto* list = body.if_contains("passwordCredentials");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& each : list->get_array()) {
    if (!each.is_object() || out.size() == kPasswordsMax) continue;
    const auto& row = each.get_object();
    out.push_back({.key_id = std::string(string_or(row, "keyId", "")),
                   .name = std::string(string_or(row, "displayName", "")),
                   .hint = std::string(string_or(row, "hint", "")),
                   .ends = std::string(string_or(row, "endDateTime", "")),
                   .starts = std::string(string_or(row, "startDateTime", ""))});
  }
  return out;
}

/// Graph tells the first letters of a secret. By them alone only when no other begins so: it will be taken away.
const Password* find_current(const std::vector<Password>& passwords, std::string_view id, std::string_view secret) {
  const auto fits = [secret](const Password& each) { return !each.hint.empty() && secret.starts_with(each.hint); };
  const Password* found = nullptr;
  for (const auto& each : passwords) {
    if (!fits(each)) continue;
    if (each.key_id == id) return &each;
    if (found != nullptr) return nullptr;
    found = &each;
  }
  return found;
}

bool was_made_today(const Password& password, TimePoint now) {
  const auto day = parse_day(password.starts);
  return day && *day >= std::chrono::floor<std::chrono::days>(now - kOneRotationEach);
}

json::object* config_of(Realm& realm, std::string_view alias) {
  auto* list = realm.extra.if_contains("identityProviders");
  if (list == nullptr || !list->is_array()) return nullptr;
  for (auto& each : list->get_array()) {
    if (!each.is_object() || string_or(each.get_object(), "alias", "") != alias) continue;
    auto* config = each.get_object().if_contains("config");
    return config != nullptr && config->is_object() ? &config->get_object() : nullptr;
  }
  return nullptr;
}

web::FetchRequest post_json(web::ConfiguredUrl url, const std::string& token, std::string body) {
  auto request = upstream::bearer_request(std::move(url), token);
  request.method = web::Method::kPost;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

}  // namespace

bool SecretRotation::is_on(const IdentityProvider& provider) {
  return provider.enabled && provider.is_on(kSecretRotationSetting) &&
         (provider.kind == "entra" || provider.kind == "microsoft");
}

bool SecretRotation::is_under_way() {
  // Of providers that nobody looks at any more.
  std::erase_if(added_, [&](const auto& each) { return clock_.now() > each.second.give_up_at + kTryNewSecretFor; });
  return !added_.empty();
}

void SecretRotation::failed(const Site& site, std::string_view step, std::string_view reason) {
  const bool lacks_permission = reason == "status_403";
  log_.warning("upstream_secret_rotation_failed",
               {{"realm", site.realm.name},
                {"provider", site.provider.alias},
                {"step", step},
                {"reason", reason},
                {"hint", lacks_permission ? "the application must own itself and have Application.ReadWrite.OwnedBy"
                                          : std::string_view()}});
}

Result<std::string, std::string> SecretRotation::graph_token(const Site& site, std::string_view secret) {
  auto url = outbound_url(site.addresses, site.addresses.token);
  if (!url) return refuse(std::string("bad_token_url"));
  std::string form;
  web::append_form(form, "grant_type", "client_credentials");
  web::append_form(form, "scope", site.addresses.graph + "/.default");
  const upstream::ClientProof proof{.method = site.method,
                                    .client_id = std::string(site.provider.setting("clientId")),
                                    .secret = std::string(secret),
                                    .assertion = {}};
  auto answer = upstream::read_token_answer(call_(upstream::token_request(std::move(*url), std::move(form), proof)));
  if (!answer) return refuse(std::move(answer.error().error));
  return std::move(answer->access_token);
}

bool SecretRotation::remove_password(const Site& site, const std::string& token, const std::string& key_id) {
  auto url = web::ConfiguredUrl::parse(site.application() + "/removePassword");
  if (!url) return false;
  std::string body;
  JsonWriter(body).begin_object().member("keyId", key_id).end_object();
  const auto answer = call_(post_json(std::move(*url), token, std::move(body)));
  // 404: somebody took it away.
  return answer && (answer->status == 204 || answer->status == 200 || answer->status == 404);
}

/// One node rotates at a time, and none more often than that.
bool SecretRotation::take_turn(const Site& site) {
  const auto now = clock_.now();
  const auto period = epoch_seconds(now) / kOneRotationEach.count();
  const auto hash = crypto::sha256_base64url("secret-rotation." + site.provider.alias + "." + std::to_string(period));
  const auto taken = write_to(repositories_.store, [&](Tx& tx) {
    return repositories_.used_ids.take(tx, site.realm.id, hash, now + 2 * kOneRotationEach);
  });
  return taken && *taken;
}

SecretRotation::Changed SecretRotation::change_record(const Site& site, const Change& change) {
  bool is_same = false;
  const auto stored = write_to(repositories_.store, [&](Tx& tx) -> Stored<void> {
    is_same = false;
    // First: it keeps others from writing the realm until this is done.
    if (auto raised = repositories_.realms.raise_version(tx, site.realm.id); !raised) return raised;
    auto realm = repositories_.realms.find_by_name(tx, site.realm.name);
    if (!realm) return refuse(realm.error());
    if (!*realm || (*realm)->id != site.realm.id) return {};
    auto* config = config_of(**realm, site.provider.alias);
    if (config == nullptr || string_or(*config, "clientSecret", "") != site.secret() ||
        string_or(*config, "clientId", "") != site.provider.setting("clientId")) {
      return {};
    }
    is_same = true;
    change(*config);
    return repositories_.realms.update(tx, **realm);
  });
  if (!stored) {
    failed(site, "store", describe(stored.error()));
    return Changed::kFailed;
  }
  return is_same ? Changed::kDone : Changed::kOther;
}

void SecretRotation::add(const Site& site, const std::string& token, const std::string& before) {
  const auto now = clock_.now();
  const auto ends = day_text(std::chrono::floor<std::chrono::days>(now + kNewSecretLife));
  auto url = web::ConfiguredUrl::parse(site.application() + "/addPassword");
  if (!url) return failed(site, "add", "bad_graph_url");
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("passwordCredential").begin_object();
  writer.member("displayName", site.name()).member("endDateTime", ends + "T00:00:00Z").end_object().end_object();
  const auto answer = upstream::read_object(call_(post_json(std::move(*url), token, std::move(body))));
  if (!answer) return failed(site, "add", answer.error());
  Added added{.key_id = std::string(string_or(*answer, "keyId", "")),
              .secret = SecretBytes(std::string(string_or(*answer, "secretText", ""))),
              .instead_of = SecretBytes::copy_of(site.secret()),
              .ends = ends,
              .before = before,
              .give_up_at = now + kTryNewSecretFor};
  // A tenant's policy may shorten it.
  if (const auto said = parse_day(string_or(*answer, "endDateTime", ""))) added.ends = day_text(*said);
  if (added.key_id.empty() || added.secret.empty()) return failed(site, "add", "bad_answer");
  auto& kept = added_.insert_or_assign(site.key, std::move(added)).first->second;
  try_out(site, kept);
}

/// The new secret goes, the one in use stays.
void SecretRotation::give_up(const Site& site, std::string_view step, std::string_view reason) {
  failed(site, step, reason);
  const auto key_id = added_.at(site.key).key_id;
  added_.erase(site.key);
  const auto token = graph_token(site, site.secret());
  if (!token || !remove_password(site, *token, key_id)) failed(site, "remove", token ? "not_removed" : token.error());
}

/// Nobody signs in by a secret that was not seen to work.
void SecretRotation::try_out(const Site& site, Added& added) {
  if (site.secret() == added.secret.reveal()) {  // the store failed to say so: it is in use
    added_.erase(site.key);
    return;
  }
  if (site.secret() != added.instead_of.reveal()) return give_up(site, "store", "the_record_changed_meanwhile");
  const auto token = graph_token(site, added.secret.reveal());
  if (!token && clock_.now() < added.give_up_at) return;  // the next tick tries again
  if (!token) return give_up(site, "try", token.error());
  const auto until = epoch_seconds(clock_.now() + kOldSecretGrace);
  const auto stored = change_record(site, [&](json::object& config) {
    config["clientSecret"] = added.secret.reveal();
    config["clientSecretId"] = added.key_id;
    config[kSecretEndsSetting] = added.ends;
    config["clientSecretBefore"] = added.before;
    config["clientSecretBeforeUntil"] = std::to_string(until);
  });
  if (stored == Changed::kFailed) return;  // the next tick reads the record and sees which secret is in it
  if (stored == Changed::kOther) return give_up(site, "store", "the_record_changed_meanwhile");
  log_.info("upstream_secret_rotated",
            {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"ends", added.ends}});
  added_.erase(site.key);
}

void SecretRotation::remove_old(const Site& site) {
  const auto token = graph_token(site, site.secret());
  if (!token) return failed(site, "remove", token.error());
  const std::string before(site.provider.setting("clientSecretBefore"));
  if (!remove_password(site, *token, before)) return failed(site, "remove", "not_removed");
  const auto stored = change_record(site, [](json::object& config) {
    config.erase("clientSecretBefore");
    config.erase("clientSecretBeforeUntil");
  });
  if (stored != Changed::kDone) return;
  log_.info("upstream_secret_removed",
            {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"key_id", before}});
}

void SecretRotation::look_at(const Realm& realm, const IdentityProvider& provider) {
  Site site{.realm = realm,
            .provider = provider,
            .addresses = addresses_of(provider),
            .key = realm.id.str() + "/" + provider.alias};
  const auto method = upstream::parse_client_authentication(provider.setting("clientAuthMethod"));
  const bool has_secret = method && (*method == upstream::ClientAuthentication::kSecretPost ||
                                     *method == upstream::ClientAuthentication::kSecretBasic);
  if (!has_secret || site.secret().empty()) return failed(site, "read", "no_client_secret");
  site.method = *method;
  if (const auto added = added_.find(site.key); added != added_.end()) return try_out(site, added->second);
  if (const auto until = parse_integer<std::int64_t>(provider.setting("clientSecretBeforeUntil"))) {
    if (epoch_seconds(clock_.now()) >= *until) remove_old(site);
    return;
  }
  if (const auto left = secret_days_left(provider, clock_.now()); left && *left > kRotateDaysAhead) return;
  const auto token = graph_token(site, site.secret());
  if (!token) return failed(site, "read", token.error());
  auto url = web::ConfiguredUrl::parse(site.application() + "?$select=passwordCredentials");
  if (!url) return failed(site, "read", "bad_graph_url");
  const auto answer = upstream::read_object(call_(upstream::bearer_request(std::move(*url), *token)));
  if (!answer) return failed(site, "read", answer.error());
  const auto passwords = read_passwords(*answer);
  const auto* current = find_current(passwords, provider.setting("clientSecretId"), site.secret());
  const auto ends = current == nullptr ? std::nullopt : parse_day(current->ends);
  if (!ends) return failed(site, "read", "which_secret_it_is_cannot_be_told");
  const auto says = day_text(*ends);
  if (*ends - std::chrono::floor<std::chrono::days>(clock_.now()) > std::chrono::days(kRotateDaysAhead)) {
    // Known from now on, so that Graph is not asked again before it is time.
    (void)change_record(site, [&](json::object& config) { config[kSecretEndsSetting] = says; });
    return;
  }
  const bool somebody_is_at_it = std::ranges::any_of(passwords, [&](const Password& each) {
    return &each != current && each.name == site.name() && was_made_today(each, clock_.now());
  });
  if (somebody_is_at_it || !take_turn(site)) return;
  add(site, *token, current->key_id);
}

}  // namespace cardea::broker
