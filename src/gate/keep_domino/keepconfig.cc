#include "gate/keep_domino/keepconfig.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/uri.h"
#include "gate/keep_domino/without_effect.h"
#include "jose/jwk.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kAudience = "Domino";
constexpr std::string_view kDiscoveryPath = "/.well-known/openid-configuration";
constexpr std::int64_t kMinutesMax = 525'600;         // a year
constexpr std::int64_t kMinutesPlausible = 7 * 1440;  // beyond it the value was meant as seconds, as in later products
constexpr std::size_t kEntriesMax = 20'000;

/// One entry of `jwt` or `oidc-idpcat` on its way to a provider. A member of the wrong type says nothing, and saying
/// nothing is weaker than what was meant in most of them: such an entry is left out, with a note for each.
class Entry {
 public:
  Entry(std::string path, const json::object& members, std::vector<ConfigNote>& notes)
      : path_(std::move(path)), members_(members), notes_(notes) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_good() const { return is_good_; }

  std::string text(std::string_view member, std::string_view fallback = {}) {
    const auto* value = members_.if_contains(member);
    if (value == nullptr) return std::string(fallback);
    if (const auto* text = value->if_string(); text != nullptr && !text->empty()) return std::string(*text);
    wrong(member, "must be a text");
    return std::string(fallback);
  }
  bool flag(std::string_view member) {
    const auto* value = members_.if_contains(member);
    if (value == nullptr) return false;
    if (!value->is_bool()) wrong(member, "must be true or false, without quotes");
    return value->is_bool() && value->get_bool();
  }
  /// One text, or a list of some.
  std::vector<std::string> texts(std::string_view member) {
    const auto* value = members_.if_contains(member);
    if (value == nullptr) return {};
    if (value->is_string()) return {text(member)};
    std::vector<std::string> result;
    const auto* list = value->if_array();
    for (const auto& item : list == nullptr ? json::array() : *list)
      if (const auto* text = item.if_string(); text != nullptr && !text->empty()) result.emplace_back(*text);
    if (list == nullptr || list->empty() || result.size() != list->size())
      wrong(member, "must be a text or a list of some");
    return result;
  }

 private:
  void wrong(std::string_view member, std::string text) {
    is_good_ = false;
    notes_.push_back(
        {NoteLevel::kError, path_ + "." + std::string(member), std::move(text) + ": the entry is left out"});
  }

  std::string path_;
  const json::object& members_;
  std::vector<ConfigNote>& notes_;
  bool is_good_ = true;
};

class Reader {
 public:
  Reader(Overlay overlay, const ReadKeyFile& read_key_file, seconds leeway)
      : settings_(std::move(overlay.settings)), read_key_file_(read_key_file), leeway_(leeway) {
    config_.notes = std::move(overlay.notes);
  }

  KeepConfig read() {
    read_top();
    for_each_entry("jwt", [this](Entry& entry) { read_jwt(entry); });
    for_each_entry("oidc-idpcat", [this](Entry& entry) { read_catalog(entry); });
    for_each_entry("oidc", [this](Entry& entry) {
      warn(entry.path(), "entries of oidc sign people in at Domino's web server; the gate does not read them");
    });
    warn_of_what_does_nothing(settings_, config_.notes);
    config_.shown = masked(settings_);
    return std::move(config_);
  }

 private:
  void warn(std::string where, std::string text) {
    config_.notes.push_back({NoteLevel::kWarning, std::move(where), std::move(text)});
  }
  void error(std::string where, std::string text) {
    config_.notes.push_back({NoteLevel::kError, std::move(where), std::move(text)});
  }

  void read_top() {
    config_.jwt_duration = minutes_or("JwtDuration", config_.jwt_duration);
    config_.jwt_duration_max = minutes_or("maxJwtDuration", config_.jwt_duration_max);
    config_.is_login_disabled = flag_or("disableDominoLogin", true);
    is_expiry_ignored_ = flag_or("disableJwtExpiryCheck", false);
    if (!is_expiry_ignored_) return;
    config_.is_insecure = true;
    warn("disableJwtExpiryCheck", "INSECURE: expired tokens are accepted from every provider");
  }

  /// False when it is not there; what is neither true nor false is `strict`.
  bool flag_or(std::string_view member, bool strict) {
    const auto* value = settings_.if_contains(member);
    if (value == nullptr) return false;
    if (value->is_bool()) return value->get_bool();
    error(std::string(member),
          std::string("must be true or false, without quotes: read as ") + (strict ? "true" : "false"));
    return strict;
  }

  seconds minutes_or(std::string_view member, seconds fallback) {
    const auto* value = settings_.if_contains(member);
    if (value == nullptr) return fallback;
    const auto number = int_or(settings_, member, 0);
    if (number <= 0 || number > kMinutesMax) {
      error(std::string(member), "must be a number of minutes from 1 to " + std::to_string(kMinutesMax));
      return fallback;
    }
    if (number > kMinutesPlausible)
      warn(std::string(member), "read as minutes, as KEEP does; was it meant as seconds?");
    return std::chrono::minutes(number);
  }

  template <class Read>
  void for_each_entry(std::string_view kind, Read read) {
    const auto* entries = settings_.if_contains(kind);
    if (entries == nullptr) return;
    if (!entries->is_object()) return error(std::string(kind), "must be an object of entries");
    std::size_t count = 0;
    for (const auto& [name, value] : entries->get_object()) {
      const auto path = std::string(kind) + "." + std::string(name);
      if (!value.is_object()) {
        error(path, "must be an object");
        continue;
      }
      Entry entry(path, value.get_object(), config_.notes);
      if (!entry.flag("active")) continue;
      if (++count > kEntriesMax) return error(path, "too many entries: this and later ones are left out");
      read(entry);
    }
  }

  /// Absent: told already.
  std::optional<jose::Algorithm> algorithm_of(Entry& entry) {
    const auto text = entry.text("algorithm", entry.text("alg", "RS256"));
    const auto algorithm = jose::parse_algorithm(text);
    if (!algorithm) {
      error(entry.path(), "algorithm " + text + " is not known");
      return std::nullopt;
    }
    if (jose::is_hmac(*algorithm)) {
      error(entry.path(), text + " is refused: whoever can check such a token could make it; use RS256 or ES256");
      return std::nullopt;
    }
    return algorithm;
  }

  ProviderSettings settings_of(Entry& entry, jose::Algorithm algorithm, bool is_discovered) {
    ProviderSettings settings{
        .name = entry.path(), .issuers = entry.texts("iss"), .algorithms = {algorithm}, .rules = {}};
    auto& rules = settings.rules;
    rules.audiences = entry.texts("aud");
    if (rules.audiences.empty()) rules.audiences.emplace_back(kAudience);
    rules.check_expiry = !is_expiry_ignored_;
    rules.leeway = leeway_;
    rules.lifetime_max = config_.jwt_duration_max;
    rules.scope_claims = {"scope", "scp", "scopes"};  // the guide's own sample says scopes (G1-04)
    const auto identifier = entry.text("userIdentifier");
    const bool is_ldap = entry.flag("userIdentifierInLdapFormat");
    if (!identifier.empty()) {
      rules.name_claims = {identifier};
    } else if (is_discovered) {
      rules.name_claims = {"CN", "upn", "preferred_username", "email", "sub"};
    } else {
      rules.name_claims = {"sub"};
      rules.name_form = NameForm::kNotes;
    }
    if (is_ldap) rules.name_form = NameForm::kLdapToNotes;
    return settings;
  }

  void read_jwt(Entry& entry) {
    const auto algorithm = algorithm_of(entry);
    if (!algorithm) return;
    const auto url = entry.text("providerUrl");
    auto settings = settings_of(entry, *algorithm, !url.empty());
    auto pem = entry.text("key");
    const auto file = entry.text("keyFile"), kid = entry.text("kid");
    if (!entry.is_good()) return;
    if (!url.empty()) return add_discovered(entry, std::move(settings), url);
    if (pem.empty() && file.empty()) return error(entry.path(), "has neither keyFile, key nor providerUrl");
    if (pem.empty()) {
      auto text = read_key_file_(file);
      if (!text) return error(entry.path() + ".keyFile", "cannot be read: " + file);
      pem = std::move(*text);
    }
    add_with_key(entry, std::move(settings), {pem, kid});
  }

  struct KeyText {
    const std::string& pem;
    const std::string& kid;
  };
  void add_with_key(const Entry& entry, ProviderSettings settings, const KeyText& text) {
    if (text.pem.find("PRIVATE KEY") != std::string::npos) {
      return error(entry.path(), "holds a private key where the public one belongs; consider it known to others now");
    }
    auto key = crypto::PublicKey::from_pem(text.pem);
    if (!key) return error(entry.path(), "the key cannot be used: " + std::string(crypto::describe(key.error())));
    const auto algorithm = settings.algorithms.front();
    auto verification = jose::VerificationKey::make(std::move(*key), text.kid, algorithm);
    if (!verification) return error(entry.path(), "the key does not fit " + std::string(jose::name(algorithm)));
    config_.providers.push_back(
        std::make_shared<TokenProvider>(std::move(settings), std::vector{std::move(*verification)}));
  }

  /// `url`: the issuer, or its whole discovery document. Neither tells whether the issuer ends in "/" (Auth0's and
  /// authentik's do): both are it, and whose keys are at the one address are at the other.
  void add_discovered(const Entry& entry, ProviderSettings settings, std::string url) {
    while (url.ends_with('/')) url.pop_back();
    auto issuer = url;
    if (url.ends_with(kDiscoveryPath)) {
      issuer.resize(url.size() - kDiscoveryPath.size());
    } else {
      url += kDiscoveryPath;
    }
    const auto parsed = parse_uri(url);
    if (!parsed || !parsed->is_http()) return error(entry.path() + ".providerUrl", "is no http or https URL");
    if (settings.issuers.empty()) settings.issuers = {issuer, issuer + "/"};
    auto provider = std::make_shared<TokenProvider>(std::move(settings));
    config_.providers.push_back(provider);
    config_.discovered.push_back({std::move(provider), std::move(url)});
  }

  void read_catalog(Entry& entry) {
    const auto url = entry.text("providerUrl");
    const auto algorithm = algorithm_of(entry);
    if (!algorithm) return;
    auto settings = settings_of(entry, *algorithm, true);
    settings.rules.authorized_parties = entry.texts("additionalClientIds");
    const bool allows_expired = entry.flag("allowExpired");
    if (!entry.is_good()) return;
    if (url.empty()) return error(entry.path(), "has no providerUrl");
    if (allows_expired) {
      settings.rules.check_expiry = false;
      config_.is_insecure = true;
      warn(entry.path() + ".allowExpired", "INSECURE: expired tokens of this provider are accepted");
    }
    add_discovered(entry, std::move(settings), url);
  }

  json::object settings_;
  const ReadKeyFile& read_key_file_;
  const seconds leeway_;
  KeepConfig config_;
  bool is_expiry_ignored_ = false;
};

}  // namespace

KeepConfig read_keepconfig(std::vector<ConfigFile> files, const std::map<std::string, std::string>& environment,
                           const ReadKeyFile& read_key_file, seconds leeway) {
  return Reader(merge_overlays(std::move(files), environment), read_key_file, leeway).read();
}

}  // namespace cardea::gate
