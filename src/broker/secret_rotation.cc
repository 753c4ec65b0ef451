#include "broker/secret_rotation.h"

#include <algorithm>
#include <utility>

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

constexpr std::string_view kBefore = "clientSecretBefore", kBeforeUntil = "clientSecretBeforeUntil";
constexpr std::string_view kPending = "clientSecretPending", kPendingUntil = "clientSecretPendingUntil";
constexpr std::string_view kCannotTell = "which_secret_it_is_cannot_be_told";

struct Password {
  std::string key_id, name, hint, ends, starts;
  /// Graph tells the first letters of a secret.
  [[nodiscard]] bool fits(std::string_view secret) const { return !hint.empty() && secret.starts_with(hint); }
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

/// The one whose id the record has, where its letters fit; else by its letters alone, when no other begins so: the
/// others will be taken away.
const Password* find_current(const std::vector<Password>& passwords, std::string_view id, std::string_view secret) {
  const Password* found = nullptr;
  bool is_alone = true;
  for (const auto& each : passwords) {
    if (!each.fits(secret)) continue;
    if (each.key_id == id) return &each;
    is_alone = found == nullptr;
    found = &each;
  }
  return is_alone ? found : nullptr;
}

/// A tenant's policy may make secrets short-lived: ours are renewed in the last third of their life at most.
bool is_early(const Password& current, std::string_view our_name, std::chrono::days left) {
  const auto starts = parse_day(current.starts), ends = parse_day(current.ends);
  return starts && ends && current.name.starts_with(our_name) && left * 3 > *ends - *starts;
}

std::optional<std::int64_t> number_of(const IdentityProvider& provider, std::string_view setting) {
  return parse_integer<std::int64_t>(provider.setting(setting));
}

/// Nothing came to be: Graph has said no.
bool is_refusal(std::string_view reason) { return reason.starts_with("status_4"); }

std::string key_of(const Realm& realm, const IdentityProvider& provider) {
  return realm.id.str() + "/" + provider.alias;
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

struct SecretRotation::Listed {
  std::string token;  // for more calls
  std::vector<Password> passwords;
  const Password* current = nullptr;  // the secret in use; null: it cannot be told

  /// Certain to be another than the one in use.
  [[nodiscard]] bool is_unused(const Password& password, std::string_view secret) const {
    return current != nullptr && &password != current && !password.fits(secret);
  }
};

bool SecretRotation::is_on(const IdentityProvider& provider) {
  return provider.enabled && provider.is_on(kSecretRotationSetting) &&
         (provider.kind == "entra" || provider.kind == "microsoft");
}

std::set<std::string> SecretRotation::realms_under_way() {
  // Of providers that nobody looks at any more.
  std::erase_if(added_, [&](const auto& each) { return clock_.now() > each.second.give_up_at + kTryNewSecretFor; });
  std::set<std::string> names;
  for (const auto& [key, added] : added_) names.insert(added.realm);
  return names;
}

bool SecretRotation::is_under_way(const Realm& realm, const IdentityProvider& provider) const {
  return added_.contains(key_of(realm, provider));
}

void SecretRotation::failed(const Site& site, std::string_view step, std::string_view reason) {
  if (reason.ends_with(web::describe(web::FetchError::kStopping))) return;  // the next start goes on
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
    is_same = change(*config);
    if (!is_same) return {};
    return repositories_.realms.update(tx, **realm);
  });
  if (!stored) {
    failed(site, "store", describe(stored.error()));
    return Changed::kFailed;
  }
  return is_same ? Changed::kDone : Changed::kOther;
}

/// Written before the secret is made: whoever finds it after its time takes that secret away.
bool SecretRotation::write_pending(const Site& site, const std::string& name) {
  const auto now = epoch_seconds(clock_.now());
  std::string left_over;
  const auto stored = change_record(site, [&](json::object& config) {
    const auto until = parse_integer<std::int64_t>(string_or(config, kPendingUntil, ""));
    if (until && now < *until) return false;  // another node's
    left_over = string_or(config, kPending, "");
    config[kPending] = name;
    config[kPendingUntil] = std::to_string(now + kPendingFor.count());
    return true;
  });
  if (stored == Changed::kDone && !left_over.empty())
    log_.warning("upstream_secret_left_over",
                 {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"name", left_over}});
  return stored == Changed::kDone;
}

void SecretRotation::erase_pending(const Site& site, const std::string& name) {
  (void)change_record(site, [&](json::object& config) {
    if (string_or(config, kPending, "") != name) return false;
    config.erase(kPending);
    config.erase(kPendingUntil);
    return true;
  });
}

void SecretRotation::add(const Site& site, const Listed& listed, const std::string& name) {
  const auto now = clock_.now();
  const auto ends = day_text(std::chrono::floor<std::chrono::days>(now + kNewSecretLife));
  auto url = web::ConfiguredUrl::parse(site.application() + "/addPassword");
  if (!url) return failed(site, "add", "bad_graph_url");
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("passwordCredential").begin_object();
  writer.member("displayName", name).member("endDateTime", ends + "T00:00:00Z").end_object().end_object();
  const auto answer = upstream::read_object(call_(post_json(std::move(*url), listed.token, std::move(body))));
  if (!answer) {
    failed(site, "add", answer.error());
    if (is_refusal(answer.error())) erase_pending(site, name);
    return;
  }
  Added added{.realm = site.realm.name,
              .name = name,
              .key_id = std::string(string_or(*answer, "keyId", "")),
              .secret = SecretBytes(std::string(string_or(*answer, "secretText", ""))),
              .instead_of = SecretBytes::copy_of(site.secret()),
              .ends = ends,
              .before = listed.current->key_id,
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
  const auto added = std::move(added_.at(site.key));
  added_.erase(site.key);
  const auto token = graph_token(site, site.secret());
  if (token && remove_password(site, *token, added.key_id)) return erase_pending(site, added.name);
  failed(site, "remove", token ? "not_removed" : token.error());  // whoever finds the note takes it away
}

/// Nobody signs in by a secret that was not seen to work, at several ticks on end.
void SecretRotation::try_out(const Site& site, Added& added) {
  if (site.secret() == added.secret.reveal()) {  // the store failed to say so: it is in use
    added_.erase(site.key);
    return;
  }
  if (site.secret() != added.instead_of.reveal()) return give_up(site, "store", "the_record_changed_meanwhile");
  const auto token = graph_token(site, added.secret.reveal());
  if (!token) {
    added.proofs = 0;
    if (clock_.now() < added.give_up_at) return;  // the next tick tries again
    return give_up(site, "try", token.error());
  }
  if (++added.proofs < kProofsNeeded) return;
  const auto until = epoch_seconds(clock_.now() + kOldSecretGrace);
  const auto stored = change_record(site, [&](json::object& config) {
    if (string_or(config, kPending, "") != added.name) return false;  // taken for dead: the secret is gone, or will be
    config["clientSecret"] = added.secret.reveal();
    config["clientSecretId"] = added.key_id;
    config[kSecretEndsSetting] = added.ends;
    config[kBefore] = added.before;
    config[kBeforeUntil] = std::to_string(until);
    config.erase(kPending);
    config.erase(kPendingUntil);
    return true;
  });
  if (stored == Changed::kFailed) return;  // the next tick reads the record and sees which secret is in it
  if (stored == Changed::kOther) return give_up(site, "store", "the_record_changed_meanwhile");
  log_.info("upstream_secret_rotated",
            {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"ends", added.ends}});
  added_.erase(site.key);
  proofs_.erase(site.key);
}

/// What a node left behind that died between making a secret and storing it.
void SecretRotation::remove_pending(const Site& site, const Listed& listed) {
  const std::string name(site.provider.setting(kPending));
  for (const auto& each : listed.passwords) {
    if (each.name != name) continue;
    if (!listed.is_unused(each, site.secret())) return failed(site, "remove", kCannotTell);
    if (!remove_password(site, listed.token, each.key_id)) return failed(site, "remove", "not_removed");
    log_.info("upstream_secret_removed",
              {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"key_id", each.key_id}});
  }
  erase_pending(site, name);
}

void SecretRotation::forget_old(const Site& site, const Change& more) {
  const auto before = site.provider.setting(kBefore);
  const auto stored = change_record(site, [&](json::object& config) {
    if (string_or(config, kBefore, "") != before) return false;
    config.erase(kBefore);
    config.erase(kBeforeUntil);
    return more(config);
  });
  if (stored == Changed::kDone) proofs_.erase(site.key);
}

void SecretRotation::remove_old(const Site& site, const Listed& listed) {
  const std::string before(site.provider.setting(kBefore));
  const auto old = std::ranges::find(listed.passwords, before, &Password::key_id);
  const auto nothing_more = [](json::object&) { return true; };
  if (old == listed.passwords.end()) return forget_old(site, nothing_more);  // somebody took it away
  if (listed.current == &*old) {
    // An administrator put it back, and what the record says is of the other one.
    log_.warning("upstream_secret_put_back", {{"realm", site.realm.name}, {"provider", site.provider.alias}});
    return forget_old(site, [&](json::object& config) {
      config["clientSecretId"] = before;
      if (const auto ends = parse_day(old->ends)) config[kSecretEndsSetting] = day_text(*ends);
      return true;
    });
  }
  if (!listed.is_unused(*old, site.secret())) return failed(site, "remove", kCannotTell);
  if (!remove_password(site, listed.token, before)) return failed(site, "remove", "not_removed");
  forget_old(site, nothing_more);
  log_.info("upstream_secret_removed",
            {{"realm", site.realm.name}, {"provider", site.provider.alias}, {"key_id", before}});
}

void SecretRotation::renew(const Site& site, const Listed& listed) {
  const auto* current = listed.current;
  const auto ends = current == nullptr ? std::nullopt : parse_day(current->ends);
  if (!ends) return failed(site, "read", kCannotTell);
  const auto left = *ends - std::chrono::floor<std::chrono::days>(clock_.now());
  if (left > std::chrono::days(kRotateDaysAhead)) {
    // Known from now on, so that Graph is not asked again before it is time.
    (void)change_record(site, [&](json::object& config) {
      config[kSecretEndsSetting] = day_text(*ends);
      return true;
    });
    return;
  }
  if (is_early(*current, site.name(), left) || !take_turn(site)) return;
  const auto name = site.name() + " " + std::to_string(epoch_seconds(clock_.now()));
  if (write_pending(site, name)) add(site, listed, name);
}

std::optional<SecretRotation::Listed> SecretRotation::list(const Site& site, std::string token) {
  auto url = web::ConfiguredUrl::parse(site.application() + "?$select=passwordCredentials");
  if (!url) {
    failed(site, "read", "bad_graph_url");
    return std::nullopt;
  }
  const auto answer = upstream::read_object(call_(upstream::bearer_request(std::move(*url), token)));
  if (!answer) {
    failed(site, "read", answer.error());
    return std::nullopt;
  }
  Listed listed{.token = std::move(token), .passwords = read_passwords(*answer)};
  listed.current = find_current(listed.passwords, site.provider.setting("clientSecretId"), site.secret());
  return listed;  // moved or not, `current` stays: a vector keeps its elements where they are
}

void SecretRotation::look_at(const Realm& realm, const IdentityProvider& provider) {
  Site site{.realm = realm, .provider = provider, .addresses = addresses_of(provider), .key = key_of(realm, provider)};
  const auto method = upstream::parse_client_authentication(provider.setting("clientAuthMethod"));
  const bool has_secret = method && (*method == upstream::ClientAuthentication::kSecretPost ||
                                     *method == upstream::ClientAuthentication::kSecretBasic ||
                                     *method == upstream::ClientAuthentication::kSecretBasicUnencoded);
  if (!has_secret || site.secret().empty()) return failed(site, "read", "no_client_secret");
  site.method = *method;
  if (const auto added = added_.find(site.key); added != added_.end()) return try_out(site, added->second);

  const auto now = epoch_seconds(clock_.now());
  const auto pending_until = number_of(provider, kPendingUntil), before_until = number_of(provider, kBeforeUntil);
  if (pending_until && now < *pending_until) return;  // another node is at it
  const bool is_in_grace = before_until && now < *before_until;
  const auto left = secret_days_left(provider, clock_.now());
  const bool is_due = !is_in_grace && (!left || *left <= kRotateDaysAhead);
  if (!pending_until && !before_until && !is_due) return;
  auto token = graph_token(site, site.secret());
  if (!token) {
    proofs_.erase(site.key);
    return failed(site, "read", token.error());
  }
  const bool removes = before_until && ++proofs_[site.key] >= kProofsNeeded && !is_in_grace;
  if (!pending_until && !removes && !is_due) return;
  const auto listed = list(site, std::move(*token));
  if (!listed) return;
  if (pending_until) remove_pending(site, *listed);
  if (removes) remove_old(site, *listed);
  if (is_due) renew(site, *listed);  // whether that went well or not
}

}  // namespace cardea::broker
