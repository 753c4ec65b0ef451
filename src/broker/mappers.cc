#include "broker/mappers.h"

#include <algorithm>

#include "base/text.h"
#include "broker/property_mapping.h"
#include "core/changes/pattern.h"
#include "domain/provider_mapper_types.h"

namespace cardea::broker {
namespace {

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

// `claims`: a JSON list of {"key": claim, "value": wanted}; each must hold. Absent: it cannot be read, or asks nothing.
std::optional<bool> all_hold(const Scene& scene) {
  const auto document = parse_json(scene.mapper.setting("claims"));
  if (!document || !document->is_array() || document->get_array().empty()) return std::nullopt;
  const bool is_pattern = scene.mapper.setting("are.claim.values.regex") == "true";
  bool all = true;
  for (const auto& item : document->get_array()) {
    if (!item.is_object()) return std::nullopt;
    const auto key = string_or(item.get_object(), "key", "");
    if (key.empty()) return std::nullopt;
    all = all && has_value(scene.identity.claims, key, string_or(item.get_object(), "value", ""), is_pattern);
  }
  return all;
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
    if (!texts.empty()) scene.out.members[std::string(name)] = texts.front();
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
void hardcoded_role(const Scene& scene) { change_role(scene, true); }
void hardcoded_group(const Scene& scene) { change_group(scene, true); }
void hardcoded_attribute(const Scene& scene) {
  const std::string name(scene.mapper.setting("attribute"));
  if (scene.adds() && !name.empty()) {
    scene.out.attributes[name] = {std::string(scene.mapper.setting("attribute.value"))};
  }
}
void username_template(const Scene& scene) {
  const auto target = scene.mapper.setting("target");
  if (!target.empty() && target != "LOCAL") {
    fail(scene, "target_not_supported");
    return;
  }
  if (!scene.adds()) return;
  const auto text = scene.mapper.setting("template");
  scene.out.username = fill_template(text.empty() ? "${ALIAS}.${CLAIM.preferred_username}" : text, scene.identity);
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
    {"oidc-advanced-group-idp-mapper", claims_to_group},
    {"oidc-hardcoded-role-idp-mapper", hardcoded_role},
    {"oidc-hardcoded-group-idp-mapper", hardcoded_group},
    {"hardcoded-attribute-idp-mapper", hardcoded_attribute},
    {"oidc-username-idp-mapper", username_template},
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

std::string value_of(std::string_view expression, const UpstreamIdentity& identity) {
  const auto bar = expression.find('|');
  const auto name = trim(expression.substr(0, bar));
  std::string value;
  if (name == "ALIAS") value = identity.provider;
  if (name.starts_with("CLAIM.")) value = claim_text(identity.claims, name.substr(6));
  return bar == std::string_view::npos ? value : modified(std::move(value), expression.substr(bar + 1));
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

std::string fill_template(std::string_view text, const UpstreamIdentity& identity) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("${");
    const auto end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    out.append(text.substr(0, begin)).append(value_of(text.substr(begin + 2, end - begin - 2), identity));
    text = text.substr(end + 1);
  }
  return out.append(text);
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
