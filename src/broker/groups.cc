#include "broker/groups.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "core/changes/federated_links.h"
#include "core/changes/source_groups.h"
#include "crypto/hash.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kGroupType = "#microsoft.graph.group";

std::optional<SourceGroups> ids_in(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr || list->size() > kSourceGroupsMax) return std::nullopt;
  SourceGroups out;
  for (const auto& item : *list) {
    const auto* id = item.if_string();
    if (id == nullptr || id->empty()) return std::nullopt;
    out.push_back({.id = std::string(*id), .name = {}});
  }
  return out;
}

// What decides which groups come in, and how they are asked for.
std::string record_part(const IdentityProvider& provider) {
  std::string text;
  for (const std::string_view setting : {"groupsMode", "groupsAllow", "groupsDeny", "groupsByName"}) {
    text.append(provider.setting(setting)).push_back('\0');
  }
  return crypto::sha256_base64url(text).substr(0, 16);
}

}  // namespace

std::optional<GroupsMode> groups_mode_of(const IdentityProvider& provider) {
  const auto mode = provider.setting("groupsMode");
  if (mode.empty() || mode == "none") return GroupsMode::kNone;
  if (mode == "token") return GroupsMode::kToken;
  if (mode == "transitive") return GroupsMode::kTransitive;
  if (mode == "direct") return GroupsMode::kDirect;
  return std::nullopt;
}

bool is_directory_synced(const IdentityProvider& provider) {
  const bool is_entra = provider.kind == "entra" || provider.kind == "microsoft";
  return is_entra && provider.enabled && provider.is_on("directorySync") && !home_tenant(provider).empty();
}

std::optional<SourceGroups> groups_in_token(const json::object& claims) {
  // More than fit, or not all of them: what is there is not the whole.
  if (const auto* names = claims.if_contains("_claim_names")) {
    if (!names->is_object() || names->get_object().contains("groups")) return std::nullopt;
  }
  if (claims.contains("hasgroups")) return std::nullopt;
  const auto* groups = claims.if_contains("groups");
  return groups == nullptr ? std::nullopt : ids_in(*groups);
}

std::optional<GroupPage> read_group_page(const json::object& body) {
  const auto* list = body.if_contains("value");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  GroupPage out;
  for (const auto& item : list->get_array()) {
    if (!item.is_object()) return std::nullopt;
    const auto& object = item.get_object();
    if (string_or(object, "@odata.type", kGroupType) != kGroupType) continue;  // directory roles and the like
    auto id = string_or(object, "id", "");
    if (id.empty()) return std::nullopt;
    out.groups.push_back({.id = std::move(id), .name = string_or(object, "displayName", "")});
  }
  out.next = string_or(body, "@odata.nextLink", "");
  return out;
}

void add_names(const json::object& body, SourceGroups& groups) {
  const auto page = read_group_page(body);
  if (!page) return;
  std::map<std::string_view, std::string_view> names;
  for (const auto& each : page->groups) names.emplace(each.id, each.name);
  for (auto& group : groups) {
    const auto found = names.find(group.id);
    if (found != names.end() && group.name.empty()) group.name = found->second;
  }
}

std::optional<SourceGroups> read_member_ids(const json::object& body) {
  const auto* list = body.if_contains("value");
  return list == nullptr ? std::nullopt : ids_in(*list);
}

SourceGroups filtered(const IdentityProvider& provider, const SourceGroups& groups) {
  const SourceGroupFilter filter(provider);
  SourceGroups out;
  std::ranges::copy_if(groups, std::back_inserter(out),
                       [&](const SourceGroup& group) { return filter.lets_in(group); });
  return out;
}

std::string known_groups(const IdentityProvider& provider, const SourceGroups& groups) {
  std::vector<std::string_view> ids;
  std::vector<std::string> names;
  ids.reserve(groups.size());
  for (const auto& group : groups) {
    ids.push_back(group.id);
    if (!group.name.empty()) names.push_back(group.id + '\n' + group.name);
  }
  std::ranges::sort(ids);
  std::ranges::sort(names);
  std::string text;
  for (const auto id : ids) text.append(id).push_back('\0');
  auto known = record_part(provider) + '.' + crypto::sha256_base64url(text) + '.';
  if (names.empty()) return known;
  text.clear();
  for (const auto& name : names) text.append(name).push_back('\0');
  return known + crypto::sha256_base64url(text);
}

bool has_same_groups(std::string_view known, std::string_view said) {
  return !known.empty() && known.substr(0, known.rfind('.')) == said.substr(0, said.rfind('.'));
}

bool is_known_by_record(const IdentityProvider& provider, std::string_view known) {
  return !known.empty() && known.substr(0, known.find('.')) == record_part(provider);
}

GroupsFreshness groups_freshness(const IdentityProvider& provider) {
  const auto number = [&](std::string_view setting) { return parse_integer<std::int64_t>(provider.setting(setting)); };
  const auto bounded = [](std::optional<std::int64_t> value, seconds fallback) {
    return value ? std::clamp(seconds(*value), seconds{0}, kGroupsAgeLongest) : fallback;
  };
  const auto failure = provider.setting("groupsOnFailure");
  const bool keeps = failure.empty() || failure == "keep";
  return {.age_max = bounded(number("groupsMaxAge"), keeps ? kGroupsAgeMax : seconds{0}),
          .refresh_after = bounded(number("groupsRefreshSeconds"), kGroupsRefreshAfter)};
}

GroupsPlan plan_groups(const IdentityProvider& provider, const FederatedIdentity& link,
                       std::optional<TimePoint> synced_at, TimePoint now) {
  const bool is_due = link.groups_due != TimePoint{};
  if (is_due || !is_known_by_record(provider, link.groups_known)) return GroupsPlan::kWait;
  const auto freshness = groups_freshness(provider);
  const auto as_of = std::max(link.groups_at, synced_at.value_or(TimePoint{}));
  if (now - as_of >= freshness.age_max) return GroupsPlan::kWait;
  const bool is_looked_after = synced_at && as_of == *synced_at;
  const bool asks = !is_looked_after && now - as_of >= freshness.refresh_after;
  return asks ? GroupsPlan::kUseAndAskLater : GroupsPlan::kUse;
}

GroupsFailure on_groups_failure(const IdentityProvider& provider, std::string_view reason) {
  const auto chosen = provider.setting("groupsOnFailure");
  if (chosen.empty()) return reason == "status_401" ? GroupsFailure::kDrop : GroupsFailure::kKeep;
  if (chosen == "keep") return GroupsFailure::kKeep;
  return chosen == "drop" ? GroupsFailure::kDrop : GroupsFailure::kRefuse;
}

}  // namespace cardea::broker
