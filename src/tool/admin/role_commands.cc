#include "tool/admin/role_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>

#include "base/uri.h"

namespace cardea::tool {
namespace {

constexpr std::size_t kHoldersMax = 1'000;  // roles below a role that --effective follows

using Text = Result<std::string, std::string>;

/// How entries of a list are named, and how else one says which is meant.
struct Kind {
  std::string_view what, member, otherwise;
};
constexpr Kind kUser{"user", "username", "--uid"};
constexpr Kind kGroup{"group", "name", "--gpath or --gid"};  // several may have one name, below different parents
constexpr Kind kClient{"client", "clientId", "--cid"};

/// The "id" of the one entry of a list that is called `value`.
Text id_in(AdminApi& api, const std::string& path, const Kind& kind, const std::string& value) {
  const auto list = api.get(path);
  if (!list) return refuse(list.error().text);
  std::optional<std::string> found;
  if (const auto* rows = list->if_array()) {
    for (const auto& row : *rows) {
      if (!row.is_object() || string_or(row.get_object(), kind.member, "") != value) continue;
      if (found)
        return refuse("more than one " + std::string(kind.what) + " is called " + value + "; say " +
                      std::string(kind.otherwise));
      found = string_or(row.get_object(), "id", "");
    }
  }
  if (!found) return refuse("there is no " + std::string(kind.what) + " " + value);
  return std::move(*found);
}

Text user_id(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  if (!flags.user_id.empty()) return flags.user_id;
  return id_in(api, realm + "/users?exact=true&username=" + percent_encode(flags.username), kUser, flags.username);
}

Text group_id(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  if (!flags.group_id.empty()) return flags.group_id;
  if (!flags.group_name.empty()) {
    return id_in(api, realm + "/groups?exact=true&populateHierarchy=false&search=" + percent_encode(flags.group_name),
                 kGroup, flags.group_name);
  }
  std::string path = realm + "/group-by-path";
  for (std::string_view rest = flags.group_path; !rest.empty();) {
    while (rest.starts_with('/')) rest.remove_prefix(1);
    const auto part = rest.substr(0, rest.find('/'));
    if (!part.empty()) path.append("/").append(percent_encode(part));
    rest.remove_prefix(part.size());
  }
  const auto group = api.get(path);
  if (!group) return refuse(group.error().status == 404 ? "there is no group " + flags.group_path : group.error().text);
  return group->is_object() ? string_or(group->get_object(), "id", "") : std::string();
}

/// The client whose roles are meant; empty: the realm's.
Text client_uuid(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  if (!flags.client_uuid.empty() || flags.client_id.empty()) return flags.client_uuid;
  return id_in(api, realm + "/clients?clientId=" + percent_encode(flags.client_id), kClient, flags.client_id);
}

/// Where the roles themselves are: "/roles", or "/clients/ID/roles".
Text role_folder(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const auto client = client_uuid(api, realm, flags);
  if (!client) return client;
  return client->empty() ? realm + "/roles" : realm + "/clients/" + percent_encode(*client) + "/roles";
}

Result<json::value, std::string> read(AdminApi& api, const std::string& path) {
  auto value = api.get(path);
  if (!value) return refuse(value.error().text);
  return std::move(*value);
}

enum class Holder { kNobody, kMappings, kRole };
struct HolderPath {
  Holder kind = Holder::kNobody;
  std::string path;  // "/admin/realms/demo/users/ID/role-mappings", or of a role its id's
};

Result<HolderPath, std::string> find_holder(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const bool of_user = !flags.username.empty() || !flags.user_id.empty();
  const bool of_group = !flags.group_name.empty() || !flags.group_path.empty() || !flags.group_id.empty();
  const bool of_role = !flags.role_name.empty() || !flags.role_id.empty();
  if (of_user + of_group + of_role > 1) return refuse(std::string("give one of a user, a group and a role"));
  if (of_user || of_group) {
    const auto id = of_user ? user_id(api, realm, flags) : group_id(api, realm, flags);
    if (!id) return refuse(id.error());
    const std::string folder = of_user ? "/users/" : "/groups/";
    return HolderPath{Holder::kMappings, realm + folder + percent_encode(*id) + "/role-mappings"};
  }
  if (!of_role) return HolderPath();
  auto id = flags.role_id;
  if (id.empty()) {
    const auto role = read(api, realm + "/roles/" + percent_encode(flags.role_name));
    if (!role) return refuse(role.error());
    if (role->is_object()) id = string_or(role->get_object(), "id", "");
  }
  return HolderPath{Holder::kRole, realm + "/roles-by-id/" + percent_encode(id)};
}

/// The part of a holder's roles that belongs to the client, or to the realm: "/realm" or "/clients/ID".
Text part_of(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const auto client = client_uuid(api, realm, flags);
  if (!client) return client;
  return client->empty() ? std::string("/realm") : "/clients/" + percent_encode(*client);
}

/// The roles that --rolename and --roleid name, as the server shows them.
Result<json::array, std::string> named_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  json::array roles;
  const auto folder = role_folder(api, realm, flags);
  if (!folder) return refuse(folder.error());
  for (const auto& name : flags.names) {
    auto role = read(api, *folder + "/" + percent_encode(name));
    if (!role) return refuse(role.error());
    roles.push_back(std::move(*role));
  }
  for (const auto& id : flags.ids) {
    auto role = read(api, realm + "/roles-by-id/" + percent_encode(id));
    if (!role) return refuse(role.error());
    roles.push_back(std::move(*role));
  }
  if (roles.empty()) return refuse(std::string("give --rolename or --roleid"));
  return roles;
}

/// What a role is composed of, and what that is composed of.
Result<json::value, std::string> all_composites(AdminApi& api, const std::string& realm, const std::string& path) {
  json::array found;
  std::set<std::string> seen;
  std::vector<std::string> next{path};
  while (!next.empty()) {
    const auto at = std::move(next.back());
    next.pop_back();
    auto list = read(api, at + "/composites");
    if (!list) return list;
    if (!list->is_array()) break;
    for (auto& role : list->get_array()) {
      const auto id = role.is_object() ? string_or(role.get_object(), "id", "") : std::string();
      if (id.empty() || !seen.insert(id).second || seen.size() > kHoldersMax) continue;
      if (bool_or(role.get_object(), "composite", false)) next.push_back(realm + "/roles-by-id/" + percent_encode(id));
      found.push_back(std::move(role));
    }
  }
  return json::value(std::move(found));
}

Result<json::value, std::string> roles_of_role(AdminApi& api, const std::string& realm, const RoleFlags& flags,
                                               const std::string& path, const ReadList& read_list) {
  if (flags.all) return read_list(path + "/composites");
  if (!flags.available && !flags.effective) {
    const auto part = part_of(api, realm, flags);
    return part ? read_list(path + "/composites" + *part) : refuse(part.error());
  }
  auto reached = all_composites(api, realm, path);
  if (!reached || flags.effective) return reached;
  std::set<std::string> ids;
  for (const auto& role : reached->as_array()) ids.insert(string_or(role.as_object(), "id", ""));
  ids.insert(path.substr(path.rfind('/') + 1));
  const auto folder = role_folder(api, realm, flags);
  if (!folder) return refuse(folder.error());
  auto all = read(api, *folder);
  if (!all || !all->is_array()) return all;
  json::array left;
  for (auto& role : all->get_array()) {
    if (role.is_object() && !ids.contains(string_or(role.get_object(), "id", ""))) left.push_back(std::move(role));
  }
  return json::value(std::move(left));
}

}  // namespace

void add_role_flags(CLI::App& verb, RoleFlags& flags, bool is_list) {
  verb.add_option("--uusername", flags.username, "The roles of this person.");
  verb.add_option("--uid", flags.user_id, "The same, by id.");
  verb.add_option("--gname", flags.group_name, "The roles of this group.");
  verb.add_option("--gpath", flags.group_path, "The same, by path: /staff/day.");
  verb.add_option("--gid", flags.group_id, "The same, by id.");
  verb.add_option("--rname", flags.role_name, "The roles that this realm role is composed of.");
  verb.add_option("--rid", flags.role_id, "The same of any role, by id.");
  verb.add_option("--cclientid", flags.client_id, "Roles of this client, and not of the realm.");
  verb.add_option("--cid", flags.client_uuid, "The same, by the client's internal id.");
  verb.add_option("--rolename", flags.names, "The role; may be given again.")->allow_extra_args(false);
  verb.add_option("--roleid", flags.ids, "The same, by id.")->allow_extra_args(false);
  if (!is_list) return;
  verb.add_flag("--available", flags.available, "Those that are left to be given.");
  verb.add_flag("--effective", flags.effective, "Those too that come by groups and composites.");
  verb.add_flag("--all", flags.all, "Of the realm and of every client.");
}

Result<json::value, std::string> get_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags,
                                           const ReadList& read_list) {
  if (flags.available + flags.effective + flags.all > 1)
    return refuse(std::string("give one of --available, --effective and --all"));
  const auto holder = find_holder(api, realm, flags);
  if (!holder) return refuse(holder.error());
  if (holder->kind == Holder::kRole) return roles_of_role(api, realm, flags, holder->path, read_list);
  if (holder->kind == Holder::kMappings) {
    if (flags.all) return read_list(holder->path);
    const auto part = part_of(api, realm, flags);
    if (!part) return refuse(part.error());
    return read_list(holder->path + *part + (flags.available ? "/available" : flags.effective ? "/composite" : ""));
  }
  if (flags.available || flags.effective || flags.all)
    return refuse(std::string("say whose roles: --uusername, --gname or --rname"));
  if (!flags.names.empty() || !flags.ids.empty()) {
    auto roles = named_roles(api, realm, flags);
    if (!roles) return refuse(roles.error());
    return roles->size() == 1 ? std::move(roles->front()) : json::value(std::move(*roles));
  }
  const auto folder = role_folder(api, realm, flags);
  return folder ? read_list(*folder) : refuse(folder.error());
}

namespace {

/// Where a list of roles is sent to be given or taken away.
Text target_of(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const auto holder = find_holder(api, realm, flags);
  if (!holder) return refuse(holder.error());
  if (holder->kind == Holder::kNobody) return refuse(std::string("say whose: --uusername, --gname or --rname"));
  if (holder->kind == Holder::kRole) return holder->path + "/composites";
  const auto part = part_of(api, realm, flags);
  return part ? Text(holder->path + *part) : part;
}

}  // namespace

Result<void, std::string> add_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const auto target = target_of(api, realm, flags);
  if (!target) return refuse(target.error());
  const auto roles = named_roles(api, realm, flags);
  if (!roles) return refuse(roles.error());
  const auto done = api.post(*target, *roles);
  if (!done) return refuse(done.error().text);
  return {};
}

Result<void, std::string> remove_roles(AdminApi& api, const std::string& realm, const RoleFlags& flags) {
  const auto target = target_of(api, realm, flags);
  if (!target) return refuse(target.error());
  const auto roles = named_roles(api, realm, flags);
  if (!roles) return refuse(roles.error());
  const auto done = api.remove(*target, json::serialize(*roles));
  if (!done) return refuse(done.error().text);
  return {};
}

}  // namespace cardea::tool
