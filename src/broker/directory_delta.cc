#include "broker/directory_delta.h"

#include "base/text.h"
#include "base/uri.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kUserType = "#microsoft.graph.user";
constexpr std::string_view kGroupType = "#microsoft.graph.group";

const json::array* list_in(const json::object& body, std::string_view name) {
  const auto* list = body.if_contains(name);
  return list == nullptr ? nullptr : list->if_array();
}

// An id becomes part of a URL and of a batch.
std::optional<std::string> id_in(const json::value& item) {
  const auto* object = item.if_object();
  if (object == nullptr) return std::nullopt;
  auto id = string_or(*object, "id", "");
  if (id.empty() || id.size() > 64) return std::nullopt;
  return id;
}

bool is_removed(const json::object& object) { return object.contains("@removed"); }

void read_members(const json::object& group, GroupDelta& out) {
  const auto* members = list_in(group, "members@delta");
  if (members == nullptr) return;
  for (const auto& member : *members) {
    auto id = id_in(member);
    if (!id) continue;
    const auto type = string_or(member.get_object(), "@odata.type", kUserType);
    if (type == kUserType) out.people.push_back(std::move(*id));
    if (type == kGroupType) out.nested.push_back(std::move(*id));
  }
}

void read_links(const json::object& body, std::string& next, std::string& delta) {
  next = string_or(body, "@odata.nextLink", "");
  delta = string_or(body, "@odata.deltaLink", "");
}

BatchAnswer read_answer(const json::object& entry, bool direct) {
  BatchAnswer out;
  const auto* status = entry.if_contains("status");
  if (status != nullptr && status->is_int64()) out.status = static_cast<int>(status->get_int64());
  if (const auto* headers = entry.if_contains("headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, value] : headers->get_object()) {
      if (ascii_lower(name) != "retry-after" || !value.is_string()) continue;
      const auto wait = parse_integer<std::int64_t>(std::string_view(value.get_string()));
      if (wait && *wait >= 0) out.retry_after = seconds(*wait);
    }
  }
  const auto* body = entry.if_contains("body");
  if (body == nullptr || !body->is_object()) return out;
  const auto& object = body->get_object();
  if (out.status != 200) {
    out.error = graph_error_code(object);
  } else if (!direct) {
    out.groups = read_member_ids(object);
  } else if (auto page = read_group_page(object)) {
    out.groups = std::move(page->groups);
    out.next = std::move(page->next);
  }
  return out;
}

}  // namespace

std::optional<UsersPage> read_users_page(const json::object& body) {
  const auto* list = list_in(body, "value");
  if (list == nullptr) return std::nullopt;
  UsersPage out;
  for (const auto& item : *list) {
    auto id = id_in(item);
    if (!id) return std::nullopt;
    const auto& object = item.get_object();
    UserChange change{.id = ascii_lower(*id), .is_gone = is_removed(object), .is_enabled = {}};
    if (const auto* enabled = object.if_contains("accountEnabled"); enabled != nullptr && enabled->is_bool()) {
      change.is_enabled = enabled->get_bool();
    }
    out.users.push_back(std::move(change));
  }
  read_links(body, out.next, out.delta);
  return out;
}

std::optional<GroupsPage> read_groups_page(const json::object& body) {
  const auto* list = list_in(body, "value");
  if (list == nullptr) return std::nullopt;
  GroupsPage out;
  for (const auto& item : *list) {
    auto id = id_in(item);
    if (!id) return std::nullopt;
    const auto& object = item.get_object();
    GroupDelta group;
    group.id = std::move(*id);
    group.name = string_or(object, "displayName", "");
    group.is_gone = is_removed(object);
    read_members(object, group);
    out.groups.push_back(std::move(group));
  }
  read_links(body, out.next, out.delta);
  return out;
}

std::optional<IdsPage> read_ids_page(const json::object& body) {
  const auto* list = list_in(body, "value");
  if (list == nullptr) return std::nullopt;
  IdsPage out;
  for (const auto& item : *list) {
    auto id = id_in(item);
    if (!id) return std::nullopt;
    out.ids.push_back(std::move(*id));
  }
  out.next = string_or(body, "@odata.nextLink", "");
  return out;
}

std::string groups_batch(std::span<const std::string> object_ids, bool direct) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("requests").begin_array();
  for (std::size_t i = 0; i < object_ids.size(); ++i) {
    const auto user = "/users/" + percent_encode(object_ids[i]);
    writer.begin_object().member("id", std::to_string(i));
    if (direct) {
      writer.member("method", "GET");
      writer.member("url", user + "/memberOf/microsoft.graph.group?$select=id,displayName&$top=999");
    } else {
      writer.member("method", "POST").member("url", user + "/getMemberObjects");
      writer.key("headers").begin_object().member("Content-Type", "application/json").end_object();
      writer.key("body").begin_object().member("securityEnabledOnly", false).end_object();
    }
    writer.end_object();
  }
  writer.end_array().end_object();
  return body;
}

std::optional<std::vector<BatchAnswer>> read_groups_batch(const json::object& body, std::size_t count, bool direct) {
  const auto* list = list_in(body, "responses");
  if (list == nullptr) return std::nullopt;
  std::vector<BatchAnswer> out(count);
  for (const auto& item : *list) {
    const auto* entry = item.if_object();
    if (entry == nullptr) return std::nullopt;
    const auto place = parse_integer<std::size_t>(string_or(*entry, "id", ""));
    if (place && *place < count) out[*place] = read_answer(*entry, direct);
  }
  return out;
}

std::string graph_error_code(const json::object& body) {
  const auto* error = body.if_contains("error");
  return error == nullptr || !error->is_object() ? std::string() : string_or(error->get_object(), "code", "");
}

bool wants_resync(int status, std::string_view code) {
  if (status == 410) return true;
  const auto word = ascii_lower(code);
  return status == 400 && (word == "syncstatenotfound" || word == "resyncrequired" || word == "syncstateinvalid");
}

}  // namespace cardea::broker
