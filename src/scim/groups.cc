#include "scim/groups.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "core/changes/admin_power.h"
#include "core/changes/check_values.h"
#include "core/changes/default_groups.h"
#include "core/changes/source_groups.h"
#include "scim/body.h"
#include "scim/list.h"
#include "scim/patch.h"
#include "scim/reach.h"

namespace cardea::scim {
namespace {

/// The id at the source of a group whose client says none.
constexpr std::string_view kOwnId = "scim:";
/// Rows read at once while all members of a group are gone through.
constexpr std::int64_t kScanStep = 250;

struct GroupWish {
  std::string name;
  std::optional<std::string> external_id;  // absent or empty: not said
};

std::string path_of(const GroupId& group) { return "groups/" + group.str(); }

std::string external_id_of(std::string_view source_id) {
  return source_id.starts_with(kOwnId) ? std::string() : std::string(source_id);
}

/// What the client may write, without members.
json::object attributes_of(const SourcedGroup& group) {
  json::object out{{"displayName", name_at_source(group.name, group.source_id)}};
  if (auto id = external_id_of(group.source_id); !id.empty()) out["externalId"] = std::move(id);
  return out;
}

json::object group_json(const Call& call, const SourcedGroup& group) {
  json::object out{{"schemas", json::array{kGroupUrn}}, {"id", group.id.str()}};
  for (auto& [name, value] : attributes_of(group)) out[name] = value;
  out["meta"] = json::object{{"resourceType", "Group"}, {"location", call.base + "/Groups/" + group.id.str()}};
  return out;
}

/// `left`: how many members the answer may still show; an answer that would leave some out without saying so is
/// refused.
Or<void> add_members(Rows& rows, const Call& call, const GroupId& group, json::object& out, std::int64_t& left) {
  const auto ids = call.repositories().provisioned_users.list_reached(rows, call.realm().id, call.provider.alias,
                                                                      {.group = group, .max = left + 1});
  if (!ids) return refuse(ids.error());
  if (std::ssize(*ids) > left) {
    return refuse(ScimError{400, "tooMany", "Ask with excludedAttributes=members: there are too many members"});
  }
  left -= std::ssize(*ids);
  json::array members;
  for (const auto& id : *ids) {
    members.push_back(json::object{{"value", id.str()}, {"$ref", call.base + "/Users/" + id.str()}, {"type", "User"}});
  }
  if (!members.empty()) out["members"] = std::move(members);
  return {};
}

SourcedGroup sourced(const Group& group) {
  return {.id = group.id, .source_id = std::string(group.attribute(kSourceIdAttribute)), .name = group.name};
}

/// 404: it is not one of this provider's.
Or<Group> load_group(Rows& rows, const Call& call) {
  auto group = call.repositories().groups.find(rows, call.realm().id, GroupId(call.request.path_parameter("id")));
  if (!group) return refuse(group.error());
  const bool is_ours = *group && (*group)->attribute(kSourceAttribute) == call.provider.alias &&
                       !(*group)->attribute(kSourceIdAttribute).empty();
  if (!is_ours) return refuse(not_found());
  return std::move(**group);
}

Or<Group> load_group_to_change(Tx& tx, const Call& call) {
  auto group = load_group(tx, call);
  if (!group) return group;
  if (auto allowed = refuse_admin_group(tx, call, *group); !allowed) return refuse(allowed.error());
  return group;
}

Answer answer_with(Rows& rows, const Call& call, const GroupId& id, int status) {
  const auto group = call.repositories().groups.find(rows, call.realm().id, id);
  if (!group) return refuse(group.error());
  if (!*group) return refuse(not_found());
  const auto selection = read_selection(group_type(), call.request);
  if (!selection) return refuse(selection.error());
  auto shown = group_json(call, sourced(**group));
  if (wants(*selection, "members")) {
    std::int64_t left = kMembersShownMax;
    if (auto done = add_members(rows, call, id, shown, left); !done) return refuse(done.error());
  }
  auto response = answer(status, selected(*selection, shown));
  response.add("Location", call.base + "/Groups/" + id.str());
  return response;
}

/// An answer names every member. Where that cannot be, nothing is done and the client hears how to ask, before a
/// transaction of many rows is made for nothing.
Or<void> refuse_unshowable(Rows& rows, const Call& call, const GroupId& group) {
  const auto selection = read_selection(group_type(), call.request);
  if (!selection) return refuse(selection.error());
  if (!wants(*selection, "members")) return {};
  json::object shown;
  std::int64_t left = kMembersShownMax;
  return add_members(rows, call, group, shown, left);
}

Result<GroupWish, ScimError> read_group_wish(const json::object& attributes) {
  GroupWish out;
  out.name = trim(string_or(attributes, "displayName", ""));
  if (check_name(out.name)) return refuse(bad_value("displayName is missing, too long or cannot be kept"));
  if (const auto* id = find_string(attributes, "externalId")) out.external_id = std::string(*id);
  if (out.external_id && (out.external_id->size() > kSourceIdBytesMax || out.external_id->starts_with(kOwnId))) {
    return refuse(bad_value("externalId cannot be kept"));
  }
  return out;
}

Or<void> refuse_filtered(const Call& call, const SourceGroup& group) {
  if (SourceGroupFilter(call.provider).lets_in(group)) return {};
  return refuse(ScimError{403, {}, "groupsAllow and groupsDeny of the provider do not let this group in"});
}

/// Everybody who joins is within reach. Administrators neither join nor leave.
Or<void> write_members(Tx& tx, const Call& call, const GroupId& group, MemberChange change) {
  const auto& repositories = call.repositories();
  if (change.replaces) {
    // One more than could change in a request: of those beyond it nobody needs to know.
    const auto before = repositories.provisioned_users.list_reached(
        tx, call.realm().id, call.provider.alias,
        {.group = group, .max = static_cast<std::int64_t>(2 * kMembersOfRequestMax + 1)});
    if (!before) return refuse(before.error());
    for (const auto& id : *before) {
      if (change.added.erase(id.str()) == 0) change.removed.insert(id.str());
    }
  }
  if (change.added.size() + change.removed.size() > kMembersOfRequestMax) {
    return refuse(ScimError{413, {}, "Too many members change in one request"});
  }
  for (const auto& id : change.added) {
    const auto person = find_person(tx, call, UserId(id));
    if (!person) return refuse(person.error());
    if (!*person) return refuse(bad_value("There is no user " + id + " to be a member"));
    const auto is_admin = has_admin_power(tx, repositories, call.realm(), UserId(id));
    if (!is_admin) return refuse(is_admin.error());
    if (*is_admin) return refuse(ScimError{403, {}, "Administrators of the realm are not put into groups by SCIM"});
    if (auto done = repositories.users.add_group(tx, UserId(id), group); !done) return refuse(done.error());
  }
  for (const auto& id : change.removed) {
    const auto person = find_person(tx, call, UserId(id));
    if (!person) return refuse(person.error());
    if (!*person) continue;  // gone already, or never the client's
    const auto is_admin = has_admin_power(tx, repositories, call.realm(), UserId(id));
    if (!is_admin) return refuse(is_admin.error());
    if (*is_admin) continue;  // an administrator stays
    if (auto done = repositories.users.remove_group(tx, UserId(id), group); !done) return refuse(done.error());
  }
  return {};
}

/// For an event: bounded, as a request's members are.
json::array names_of(const std::set<std::string>& ids) { return json::array(ids.begin(), ids.end()); }

/// With the group its members would leave it, those among them, too, whom SCIM does not see.
Or<void> refuse_admin_members(Rows& rows, const Call& call, const GroupId& group) {
  UserQuery query{.group = group, .with_service_accounts = true, .max = kScanStep};
  while (true) {
    const auto members = call.repositories().users.search(rows, call.realm().id, query);
    if (!members) return refuse(members.error());
    for (const auto& member : *members) {
      const auto is_admin = has_admin_power(rows, call.repositories(), call.realm(), member.id);
      if (!is_admin) return refuse(is_admin.error());
      if (*is_admin) return refuse(ScimError{403, {}, "An administrator of the realm is a member of this group"});
    }
    if (std::ssize(*members) < kScanStep) return {};
    query.first += kScanStep;
  }
}

Or<void> change_group(Tx& tx, const Call& call, const Group& group, const GroupWish& wish,
                      const MemberChange& members) {
  const auto& repositories = call.repositories();
  if (auto noted = repositories.groups.note_sources(tx, call.realm().id); !noted) return refuse(noted.error());
  SourceGroupWriter writer(tx, repositories, call.dependencies.random, call.realm(), call.provider.alias);
  auto known = sourced(group);
  const bool has_new_id = wish.external_id && !wish.external_id->empty() && *wish.external_id != known.source_id;
  const SourceGroup wanted{has_new_id ? *wish.external_id : known.source_id, wish.name};
  const bool has_new_name = name_at_source(known.name, known.source_id) != wish.name;
  if (has_new_id || has_new_name) {
    if (auto allowed = refuse_filtered(call, wanted); !allowed) return allowed;
  }
  if (has_new_id) {
    const auto moved = writer.change_source_id(known, *wish.external_id);
    if (!moved && moved.error() == StoreError::kConflict) return refuse(taken("externalId"));
    if (!moved) return refuse(moved.error());
    known.source_id = *wish.external_id;
  }
  if (has_new_name) {
    if (auto named = writer.keep_named(known, wanted); !named) return refuse(named.error());
  }
  if (auto written = write_members(tx, call, group.id, members); !written) return written;
  if (!has_new_id && !has_new_name && members.is_empty()) return {};
  auto recorded = record_change(tx, call,
                                {.operation = "UPDATE",
                                 .resource = "GROUP",
                                 .path = path_of(group.id),
                                 .after = {{"name", wish.name},
                                           {"added", names_of(members.added)},
                                           {"removed", names_of(members.removed)},
                                           {"replaced", members.replaces}}});
  if (!recorded) return refuse(recorded.error());
  return {};
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
bool asks_for_members(const Filter& filter) {
  if (filter.target.attribute != nullptr && filter.target.attribute->name == "members") return true;
  return std::ranges::any_of(filter.parts, asks_for_members);
}

/// Groups that may fit.
Or<std::vector<SourcedGroup>> candidates(Rows& rows, const Call& call, const ListQuery& query) {
  if (query.filter && asks_for_members(*query.filter) && !equal_in(*query.filter, "id")) {
    return refuse(ScimError{400, "tooMany", "Members are asked for of one group, by id"});
  }
  auto all = call.repositories().groups.list_of_source(rows, call.realm().id, call.provider.alias);
  if (!all) return refuse(all.error());
  std::ranges::sort(*all, {}, [](const SourcedGroup& group) { return group.id.str(); });
  return std::move(*all);
}

}  // namespace

Answer list_groups(Rows& rows, const Call& call) {
  const auto query = read_list_query(group_type(), call.request);
  if (!query) return refuse(query.error());
  const auto all = candidates(rows, call, *query);
  if (!all) return refuse(all.error());
  const bool filters_members = query->filter && asks_for_members(*query->filter);
  std::int64_t total = 0;
  std::int64_t left = kMembersShownMax;
  json::array page;
  for (const auto& group : *all) {
    if (filters_members && group.id.str() != *equal_in(*query->filter, "id")) continue;
    auto shown = group_json(call, group);
    const bool is_on_page = total >= query->first && std::ssize(page) < query->count;
    if (filters_members) {
      if (auto done = add_members(rows, call, group.id, shown, left); !done) return refuse(done.error());
    }
    if (query->filter && !matches(*query->filter, shown)) continue;
    ++total;
    if (!is_on_page) continue;
    if (!filters_members && wants(query->selection, "members")) {
      if (auto done = add_members(rows, call, group.id, shown, left); !done) return refuse(done.error());
    }
    page.push_back(selected(query->selection, shown));
  }
  return answer(200, list_json(*query, total, std::move(page)));
}

Answer get_group(Rows& rows, const Call& call) {
  const auto group = load_group(rows, call);
  if (!group) return refuse(group.error());
  return answer_with(rows, call, group->id, 200);
}

Answer create_group(Tx& tx, const Call& call) {
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  auto attributes = read_resource(group_type(), *body);
  if (!attributes) return refuse(attributes.error());
  const auto wish = read_group_wish(*attributes);
  if (!wish) return refuse(wish.error());
  MemberChange members;
  if (const auto* listed = attributes->if_contains("members")) {
    auto ids = member_ids(*listed);
    if (!ids) return refuse(ids.error());
    members.added = std::move(*ids);
  }
  const auto& repositories = call.repositories();
  if (auto noted = repositories.groups.note_sources(tx, call.realm().id); !noted) return refuse(noted.error());
  const bool has_id = wish->external_id && !wish->external_id->empty();
  const SourceGroup wanted{has_id ? *wish->external_id : std::string(kOwnId) + random_uuid(call.dependencies.random),
                           wish->name};
  if (auto allowed = refuse_filtered(call, wanted); !allowed) return refuse(allowed.error());
  const auto known = repositories.groups.find_sourced(tx, call.realm().id, call.provider.alias, wanted.id);
  if (!known) return refuse(known.error());
  if (*known) return refuse(taken("externalId"));
  SourceGroupWriter writer(tx, repositories, call.dependencies.random, call.realm(), call.provider.alias);
  const auto id = writer.ensure(wanted);
  if (!id) return refuse(id.error());
  if (!*id) return refuse(taken("displayName"));
  const auto made = repositories.groups.find(tx, call.realm().id, **id);
  if (!made) return refuse(made.error());
  if (!*made) return refuse(not_found());
  // Roles of the provider's own group reach it.
  if (auto allowed = refuse_admin_group(tx, call, **made); !allowed) return refuse(allowed.error());
  if (auto written = write_members(tx, call, **id, std::move(members)); !written) return refuse(written.error());
  auto recorded = record_change(
      tx, call,
      {.operation = "CREATE", .resource = "GROUP", .path = path_of(**id), .after = {{"name", (*made)->name}}});
  if (!recorded) return refuse(recorded.error());
  return answer_with(tx, call, **id, 201);
}

Answer replace_group(Tx& tx, const Call& call) {
  const auto group = load_group_to_change(tx, call);
  if (!group) return refuse(group.error());
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  const auto attributes = read_resource(group_type(), *body);
  if (!attributes) return refuse(attributes.error());
  const auto wish = read_group_wish(*attributes);
  if (!wish) return refuse(wish.error());
  MemberChange members;
  members.replace();
  if (const auto* listed = attributes->if_contains("members")) {
    auto ids = member_ids(*listed);
    if (!ids) return refuse(ids.error());
    members.added = std::move(*ids);
  } else if (find_member(*body, "members") == nullptr) {
    members = {};  // not said: as they are
    if (auto can = refuse_unshowable(tx, call, group->id); !can) return refuse(can.error());
  }
  if (auto changed = change_group(tx, call, *group, *wish, members); !changed) return refuse(changed.error());
  return answer_with(tx, call, group->id, 200);
}

Answer patch_group(Tx& tx, const Call& call) {
  const auto group = load_group_to_change(tx, call);
  if (!group) return refuse(group.error());
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  const auto patched = apply_patch(group_type(), attributes_of(sourced(*group)), *body);
  if (!patched) return refuse(patched.error());
  const auto wish = read_group_wish(patched->resource);
  if (!wish) return refuse(wish.error());
  if (auto changed = change_group(tx, call, *group, *wish, patched->members); !changed) return refuse(changed.error());
  return web::empty_response(204);
}

Answer delete_group(Tx& tx, const Call& call) {
  const auto group = load_group_to_change(tx, call);
  if (!group) return refuse(group.error());
  const auto& repositories = call.repositories();
  const auto all = repositories.groups.list(tx, call.realm().id);
  if (!all) return refuse(all.error());
  const bool has_below = std::ranges::any_of(*all, [&](const Group& each) { return each.parent == group->id; });
  if (has_below) return refuse(ScimError{409, {}, "Groups of the realm stand below this one"});
  if (auto without = refuse_admin_members(tx, call, group->id); !without) return refuse(without.error());
  const auto removed = repositories.groups.remove(tx, call.realm().id, group->id);
  if (!removed) return refuse(removed.error());
  auto realm = repositories.realms.find_by_name(tx, call.realm().name);
  if (!realm) return refuse(realm.error());
  if (*realm) {
    const auto followed = follow_default_groups(tx, repositories, **realm, group->path, "");
    if (!followed) return refuse(followed.error());
  }
  auto recorded = record_change(tx, call, {.operation = "DELETE", .resource = "GROUP", .path = path_of(group->id)});
  if (!recorded) return refuse(recorded.error());
  return web::empty_response(204);
}

}  // namespace cardea::scim
