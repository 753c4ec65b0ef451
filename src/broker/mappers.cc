#include "broker/mappers.h"

#include <algorithm>

#include "base/text.h"
#include "broker/property_mapping.h"
#include "core/changes/pattern.h"
#include "domain/provider_mapper_types.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kBrokerId = kBrokerIdTarget;
constexpr std::string_view kBrokerUsername = "BROKER_USERNAME";

struct Scene {
  const IdentityProviderMapper& mapper;
  const UpstreamIdentity& identity;
  bool is_first;
  Mapped& out;

  [[nodiscard]] bool adds() const { return is_first || mapper.sync == SyncMode::kForce; }
  [[nodiscard]] bool takes() const { return !is_first && mapper.sync != SyncMode::kImport; }
};

void fail(const Scene& scene, std::string_view what) {
  scene.out.problems.push_back({scene.mapper.name, std::string(what), scene.mapper.setting("onError") == "refuse"});
}

bool has_value(const json::object& claims, std::string_view claim, std::string_view value, bool is_pattern) {
  return std::ranges::any_of(claim_texts(claims, claim), [&](const std::string& each) {
    return is_pattern ? matches_pattern(value, each) : each == value;
  });
}

struct WantedClaim {
  std::string claim;
  std::string value;
};

// `claims`: a JSON list of {"key": claim, "value": wanted}. Absent: it cannot be read, or asks nothing.
std::optional<std::vector<WantedClaim>> wanted_claims(const Scene& scene) {
  const auto document = parse_json(scene.mapper.setting("claims"));
  if (!document || !document->is_array() || document->get_array().empty()) return std::nullopt;
  std::vector<WantedClaim> out;
  for (const auto& item : document->get_array()) {
    if (!item.is_object()) return std::nullopt;
    out.push_back({string_or(item.get_object(), "key", ""), string_or(item.get_object(), "value", "")});
    if (out.back().claim.empty()) return std::nullopt;
  }
  return out;
}

bool wants_patterns(const Scene& scene) { return scene.mapper.setting("are.claim.values.regex") == "true"; }

std::optional<bool> all_hold(const Scene& scene) {
  const auto wanted = wanted_claims(scene);
  if (!wanted) return std::nullopt;
  return std::ranges::all_of(*wanted, [&](const WantedClaim& each) {
    return has_value(scene.identity.claims, each.claim, each.value, wants_patterns(scene));
  });
}

// Notes stay as long as the session, which many have: together they are bounded.
void put_note(const Scene& scene, std::string name, std::string_view value) {
  auto& notes = scene.out.notes;
  std::size_t bytes = name.size() + value.size();
  for (const auto& [other, kept] : notes) bytes += other == name ? 0 : other.size() + kept.size();
  if (bytes > kNotesBytesMax) return fail(scene, "notes_too_large");
  notes.insert_or_assign(std::move(name), std::string(value));
}

void change_role(const Scene& scene, bool holds) {
  const std::string role(scene.mapper.setting("role"));
  if (role.empty()) {
    fail(scene, "no_role");
  } else if (holds && scene.adds()) {
    scene.out.roles.push_back({role, true});
  } else if (!holds && scene.takes()) {
    scene.out.roles.push_back({role, false});
  }
}

void change_group(const Scene& scene, bool holds) {
  const std::string path(scene.mapper.setting("group"));
  if (path.empty()) {
    fail(scene, "no_group");
  } else if (holds && scene.adds()) {
    scene.out.groups.push_back({path, true});
  } else if (!holds && scene.takes()) {
    scene.out.groups.push_back({path, false});
  }
}

bool is_imported_before(const Scene& scene) { return !scene.is_first && scene.mapper.sync == SyncMode::kImport; }

void put_attribute(const Scene& scene, std::string_view name, std::vector<std::string> texts) {
  if (name == "email" || name == "firstName" || name == "lastName") {
    const bool may_clear = scene.mapper.setting("allow.nullable.property") == "true";
    if (!texts.empty() || may_clear) scene.out.members[std::string(name)] = texts.empty() ? "" : texts.front();
    return;
  }
  if (name.empty() || name == "username") {
    fail(scene, "no_user_attribute");
    return;
  }
  scene.out.attributes[std::string(name)] = std::move(texts);
}

void attribute(const Scene& scene, std::string_view claim, std::string_view name) {
  if (!is_imported_before(scene)) put_attribute(scene, name, claim_texts(scene.identity.claims, claim));
}

void property_mapping(const Scene& scene) {
  if (is_imported_before(scene)) return;
  auto mapped =
      map_properties(scene.mapper.setting("expression"), scene.mapper.setting("user.attribute"), scene.identity);
  if (!mapped.problem.empty()) return fail(scene, mapped.problem);
  for (auto& [name, texts] : mapped.values) {
    if (name == "username" && scene.mapper.setting("user.attribute").empty()) {
      if (scene.adds() && !texts.empty()) scene.out.username = std::move(texts.front());
    } else {
      put_attribute(scene, name, std::move(texts));
    }
  }
}

void attribute_importer(const Scene& scene) {
  attribute(scene, scene.mapper.setting("claim"), scene.mapper.setting("user.attribute"));
}
void json_importer(const Scene& scene) {
  attribute(scene, scene.mapper.setting("jsonField"), scene.mapper.setting("userAttribute"));
}
void claim_to_role(const Scene& scene) {
  change_role(scene, has_value(scene.identity.claims, scene.mapper.setting("claim"),
                               scene.mapper.setting("claim.value"), false));
}
void claims_to_role(const Scene& scene) {
  const auto hold = all_hold(scene);
  if (!hold) return fail(scene, "bad_claims");
  change_role(scene, *hold);
}
void claims_to_group(const Scene& scene) {
  const auto hold = all_hold(scene);
  if (!hold) return fail(scene, "bad_claims");
  change_group(scene, *hold);
}
// "role" of the realm there, or "client.role"; the name of a role may hold no dot, that of a client may.
void external_role(const Scene& scene) {
  const auto wanted = scene.mapper.setting("external.role");
  if (wanted.empty()) return fail(scene, "no_external_role");
  const auto dot = wanted.rfind('.');
  std::vector<std::string> roles;
  if (dot == std::string_view::npos) {
    roles = claim_texts(scene.identity.claims, "realm_access.roles");
  } else if (const auto* access = scene.identity.claims.if_contains("resource_access"); access != nullptr) {
    const auto* client = access->is_object() ? access->get_object().if_contains(wanted.substr(0, dot)) : nullptr;
    if (client != nullptr && client->is_object()) roles = claim_texts(client->get_object(), "roles");
  }
  change_role(scene, std::ranges::find(roles, wanted.substr(dot + 1)) != roles.end());
}
void hardcoded_role(const Scene& scene) { change_role(scene, true); }
void hardcoded_group(const Scene& scene) { change_group(scene, true); }
void hardcoded_attribute(const Scene& scene) {
  const std::string name(scene.mapper.setting("attribute"));
  if (scene.adds() && !name.empty()) {
    scene.out.attributes[name] = {std::string(scene.mapper.setting("attribute.value"))};
  }
}
// At every login, whatever its sync mode: the session is new each time.
void hardcoded_note(const Scene& scene) {
  const std::string name(scene.mapper.setting("attribute"));
  if (name.empty()) return fail(scene, "no_user_session_attribute");
  put_note(scene, name, scene.mapper.setting("attribute.value"));
}
// Each for itself, and texts alone: as Keycloak 26.7.4 does it.
void claims_to_notes(const Scene& scene) {
  if (!scene.adds()) return;
  const auto wanted = wanted_claims(scene);
  if (!wanted) return fail(scene, "bad_claims");
  for (const auto& [claim, value] : *wanted) {
    const auto* found = find_claim(scene.identity.claims, claim);
    if (found == nullptr || !found->is_string()) continue;
    const std::string_view text = found->get_string();
    if (text.contains('\0')) continue;  // no database takes one
    if (wants_patterns(scene) ? matches_pattern(value, text) : text == value) put_note(scene, claim, text);
  }
}

std::string_view template_of(const IdentityProviderMapper& mapper) {
  const auto text = mapper.setting("template");
  return text.empty() ? "${ALIAS}.${CLAIM.preferred_username}" : text;
}

void username_template(const Scene& scene) {
  const auto target = scene.mapper.setting("target");
  if (target == kBrokerId || target == kBrokerUsername) return;  // rename_identity
  if (!target.empty() && target != "LOCAL") return fail(scene, "target_not_supported");
  if (scene.adds()) scene.out.username = fill_template(template_of(scene.mapper), scene.identity);
}

struct Kind {
  std::string_view name;
  void (*run)(const Scene&);
};
constexpr Kind kKinds[] = {
    {kPropertyMapping, property_mapping},
    {"oidc-user-attribute-idp-mapper", attribute_importer},
    {"google-user-attribute-mapper", json_importer},
    {"github-user-attribute-mapper", json_importer},
    {"microsoft-user-attribute-mapper", json_importer},
    {"oidc-role-idp-mapper", claim_to_role},
    {"oidc-advanced-role-idp-mapper", claims_to_role},
    {"keycloak-oidc-role-to-role-idp-mapper", external_role},
    {"oidc-advanced-group-idp-mapper", claims_to_group},
    {"oidc-hardcoded-role-idp-mapper", hardcoded_role},
    {"oidc-hardcoded-group-idp-mapper", hardcoded_group},
    {"hardcoded-attribute-idp-mapper", hardcoded_attribute},
    {"hardcoded-user-session-attribute-idp-mapper", hardcoded_note},
    {"oidc-user-session-note-idp-mapper", claims_to_notes},
    {kUsernameMapper, username_template},
};
static_assert(std::size(kKinds) == std::size(kProviderMapperTypes));

std::string modified(std::string value, std::string_view how) {
  how = trim(how);
  if (how == "lowercase") return ascii_lower(value);
  if (how == "localpart") return value.substr(0, value.find('@'));
  if (how == "uppercase") {
    std::ranges::transform(value, value.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  return value;
}

struct Filled {
  std::string text;
  bool has_claim = false;
  bool misses_claim = false;  // one has no value
};

std::string value_of(std::string_view expression, const UpstreamIdentity& identity, Filled& out) {
  const auto bar = expression.find('|');
  const auto name = trim(expression.substr(0, bar));
  std::string value;
  if (name == "ALIAS") value = identity.provider;
  const bool is_claim = name.starts_with("CLAIM.");
  if (is_claim) value = claim_text(identity.claims, name.substr(6));
  if (bar != std::string_view::npos) value = modified(std::move(value), expression.substr(bar + 1));
  if (is_claim) (value.empty() ? out.misses_claim : out.has_claim) = true;
  return value;
}

Filled fill(std::string_view text, const UpstreamIdentity& identity) {
  Filled out;
  while (!text.empty()) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    out.text.append(text.substr(0, begin)).append(value_of(text.substr(begin + 2, end - begin - 2), identity, out));
    text = text.substr(end + 1);
  }
  out.text.append(text);
  return out;
}

}  // namespace

std::string shown_input(const json::object& claims) {
  constexpr std::string_view kSecretWords[] = {"secret", "password", "token", "nonce",    "hash",
                                               "key",    "code",     "jwt",   "assertion"};
  json::object shown;
  for (const auto& [name, value] : claims) {
    const auto lower = ascii_lower(name);
    const bool is_secret =
        std::ranges::any_of(kSecretWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
    const bool is_plain = !value.is_object() && !value.is_array();
    const bool has_plain_items = value.is_array() && std::ranges::all_of(value.get_array(), [](const auto& item) {
                                   return item.is_string() || item.is_number() || item.is_bool();
                                 });
    // What stands deeper may be a token under any name (OpenID Connect Core section 5.6.2), and is not shown.
    if (is_secret) {
      shown[name] = "**********";
    } else {
      shown[name] = is_plain || has_plain_items ? value : json::value("...");
    }
  }
  auto text = json::serialize(shown);
  if (text.size() > kShownInputBytesMax) text.resize(kShownInputBytesMax);
  return text;
}

std::string fill_template(std::string_view text, const UpstreamIdentity& identity) { return fill(text, identity).text; }

Result<void, std::string_view> rename_identity(const std::vector<IdentityProviderMapper>& mappers,
                                               const Addresses& addresses, UpstreamIdentity& identity) {
  for (const auto& mapper : mappers) {
    if (mapper.kind != kUsernameMapper) continue;
    const auto target = mapper.setting("target");
    if (target != kBrokerId && target != kBrokerUsername) continue;
    auto filled = fill(template_of(mapper), identity);
    if (target == kBrokerUsername) {
      if (!filled.misses_claim && !filled.text.empty()) identity.username = ascii_lower(filled.text);
      continue;
    }
    // There the key is what the directory knows people by, and their groups come by it.
    if (addresses.dialect == Dialect::kEntra) return refuse(std::string_view("broker_id_of_entra"));
    // One key for everybody of whom the provider does not say enough would be one account for them all.
    if (!filled.has_claim || filled.misses_claim) return refuse(std::string_view("broker_id_without_claim"));
    if (filled.text.size() > kUpstreamIdBytesMax) return refuse(std::string_view("broker_id_too_long"));
    identity.id = std::move(filled.text);
  }
  return {};
}

bool has_key_of_its_own(const std::vector<IdentityProviderMapper>& mappers) {
  return std::ranges::any_of(mappers, [](const IdentityProviderMapper& mapper) {
    return mapper.kind == kUsernameMapper && mapper.setting("target") == kBrokerId;
  });
}

bool runs_expressions(const std::vector<IdentityProviderMapper>& mappers) {
  return std::ranges::any_of(mappers, [](const auto& mapper) { return mapper.kind == kPropertyMapping; });
}

bool is_mapper_known(std::string_view kind) { return std::ranges::find(kKinds, kind, &Kind::name) != std::end(kKinds); }

Mapped run_mappers(const std::vector<IdentityProviderMapper>& mappers, const UpstreamIdentity& identity,
                   bool is_first) {
  Mapped out;
  for (const auto& mapper : mappers) {
    const auto* kind = std::ranges::find(kKinds, mapper.kind, &Kind::name);
    if (kind == std::end(kKinds)) {
      fail({mapper, identity, is_first, out}, "unknown_mapper");
      continue;
    }
    kind->run({mapper, identity, is_first, out});
  }
  return out;
}

}  // namespace cardea::broker
