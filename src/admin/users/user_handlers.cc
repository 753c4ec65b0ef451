#include "admin/users/user_handlers.h"

#include <algorithm>
#include <map>

#include "admin/roles/role_rights.h"
#include "admin/seam/moment.h"
#include "admin/users/new_password.h"
#include "admin/users/profile.h"
#include "admin/users/user_view.h"
#include "base/text.h"
#include "core/changes/federated_links.h"
#include "core/changes/new_user.h"
#include "domain/representation/user_json.h"

namespace cardea::admin {
namespace {

constexpr std::int64_t kUsersAtOnce = 100;  // Keycloak's default for a list that says no `max`

/// Words of a search: "in quotes" exactly, else from the beginning; '*' is any run of characters.
std::vector<std::string> search_words(std::string_view search, bool exact) {
  std::vector<std::string> words;
  while (!(search = trim(search)).empty()) {
    if (search.front() == '"' && search.find('"', 1) != std::string_view::npos) {
      const auto end = search.find('"', 1);
      words.emplace_back(search.substr(1, end - 1));
      search.remove_prefix(end + 1);
      continue;
    }
    const auto end = std::min(search.find(' '), search.size());
    std::string word(search.substr(0, end));
    if (!exact && !word.ends_with('*')) word += '*';
    words.push_back(std::move(word));
    search.remove_prefix(end);
  }
  return words;
}

/// `q=key:value "other key":"other value"`.
std::vector<std::pair<std::string, std::string>> attribute_pairs(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const auto take = [&](char stop) {
    std::string part;
    if (text.starts_with('"')) {
      const auto end = text.find('"', 1);
      part = text.substr(1, end == std::string_view::npos ? end : end - 1);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (text.starts_with(stop)) text.remove_prefix(1);
      return part;
    }
    const auto end = std::min(text.find(stop), text.size());
    part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
  };
  while (!(text = trim(text)).empty()) {
    if (!text.contains(':')) break;  // a name alone asks for nothing
    auto key = take(':');
    auto value = take(' ');
    if (!key.empty()) pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

/// What a user has beside attributes may be asked for in `q`, too; it goes before the parameter of that name. Of a name
/// that comes twice the last counts.
Or<void> add_pairs(UserQuery& query, std::vector<std::pair<std::string, std::string>> pairs) {
  if (pairs.size() > kUserQueryPartsMax) return refuse(error_message(400, "Too many attributes"));
  std::map<std::string, std::string> last;
  for (auto& [name, value] : pairs) last.insert_or_assign(std::move(name), std::move(value));
  const std::pair<std::string_view, std::string*> texts[] = {{"username", &query.username},
                                                             {"email", &query.email},
                                                             {"firstName", &query.first_name},
                                                             {"lastName", &query.last_name}};
  const std::pair<std::string_view, std::optional<bool>*> flags[] = {{"enabled", &query.enabled},
                                                                     {"emailVerified", &query.email_verified}};
  for (auto& [name, value] : last) {
    const auto* text = std::ranges::find(texts, name, [](const auto& each) { return each.first; });
    const auto* flag = std::ranges::find(flags, name, [](const auto& each) { return each.first; });
    if (text != std::end(texts)) {
      *text->second = text->second == &query.username || text->second == &query.email ? ascii_lower(value) : value;
    } else if (flag != std::end(flags)) {
      *flag->second = equal_ignoring_ascii_case(value, "true");
    } else {
      query.attributes.emplace_back(name, std::move(value));
    }
  }
  return {};
}

/// Strict, as Keycloak is with this representation: a misspelt member is not lost in silence.
Or<void> refuse_unknown_members(const json::object& body, const std::string& text) {
  for (const auto& [name, value] : body) {
    if (is_user_member(name)) continue;
    const auto at = text.find("\"" + std::string(name) + "\"");
    const auto column = at == std::string::npos ? 1 : at + name.size() + 5;
    return refuse(error(400, "Invalid json representation for UserRepresentation. Unrecognized field \"" +
                                 std::string(name) + "\" at line 1 column " + std::to_string(column) + "."));
  }
  return {};
}

/// Members of a representation that this API never takes from outside.
void take_nothing_foreign(User& user, const User* before) {
  if (before == nullptr) {
    user.service_account_client.reset();
    user.not_before = 0;
  } else {
    user.id = before->id;
    user.created_at = before->created_at;
    user.service_account_client = before->service_account_client;
    user.not_before = before->not_before;
  }
  const auto* old_identities = before == nullptr ? user.extra.if_contains("federatedIdentities")
                                                 : before->extra.if_contains("federatedIdentities");
  const auto identities = old_identities == nullptr ? json::value() : *old_identities;
  for (const auto name :
       {"federatedIdentities", "clientConsents", "self", "origin", "applicationRoles", "socialLinks"}) {
    user.extra.erase(name);
  }
  if (!identities.is_null()) user.extra["federatedIdentities"] = identities;
}

Or<void> refuse_taken_names(Call& call, const User& user) {
  auto& users = call.repositories().users;
  CARDEA_TRY(named, users.find_by_username(call.rows(), call.realm().id, user.username));
  if (named && named->id != user.id) return refuse(error_message(409, "User exists with same username"));
  if (user.email.empty() || call.realm().duplicate_emails_allowed) return {};
  UserQuery query;
  query.email = user.email;
  query.exact = true;
  query.with_service_accounts = true;
  CARDEA_TRY(addressed, users.search(call.rows(), call.realm().id, query));
  for (const auto& other : addressed) {
    if (other.id != user.id) return refuse(error_message(409, "User exists with same email"));
  }
  return {};
}

Or<UserRepresentation> parse_body(Call& call, const json::object& body, const User* before) {
  CARDEA_DO(refuse_unknown_members(body, call.request().body));
  RepresentationProblems problems;
  UserRepresentation base;
  if (before != nullptr) base.user = *before;
  auto object = body;
  object.erase("credentials");  // `prepare` has read them
  object.erase("id");
  if (call.realm().registration_email_as_username) {
    object.erase("username");
    if (const auto* email = find_string(object, "email")) object["username"] = *email;
  }
  if (before == nullptr && string_or(object, "username", "").empty()) {
    return refuse(error_message(400, "User name is missing"));
  }
  auto read = parse_user(object, JsonPath(), problems, std::move(base));
  if (!problems.empty()) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
  take_nothing_foreign(read.user, before);
  return read;
}

Or<void> link_identities(Call& call, const std::vector<FederatedIdentity>& links) {
  for (const auto& link : links) {
    const auto inserted = call.repositories().federated_identities.insert(call.tx(), link);
    if (!inserted && inserted.error() == StoreError::kConflict) {
      return refuse(error_message(409, "User is already linked with provider"));
    }
    CARDEA_DO(inserted);
  }
  return {};
}

Or<void> join_groups(Call& call, const User& user, const std::vector<std::string>& paths) {
  if (paths.empty()) return {};
  CARDEA_TRY(groups, call.repositories().groups.list(call.rows(), call.realm().id));
  for (const auto& path : paths) {
    const auto group = std::ranges::find(groups, path, &Group::path);
    if (group == groups.end()) return refuse(error_message(400, "Unable to find group specified by path"));
    CARDEA_DO(require_group_covered(call, *group));
    CARDEA_DO(call.repositories().users.add_group(call.tx(), user.id, group->id));
  }
  return {};
}

/// Only where the request says something new: a stop that came meanwhile stands.
Or<void> store_enabled(Call& call, const User& before, const User& user) {
  if (user.enabled == before.enabled) return {};
  CARDEA_DO(call.repositories().users.set_enabled(call.tx(), user.id, user.enabled));
  CARDEA_DO(call.repositories().provisioned_users.forget_stops(call.tx(), user.id));
  if (user.enabled) {  // or a lock for good would outlive the administrator's word
    CARDEA_DO(call.repositories().login_failures.remove(call.tx(), call.realm().id, user.id));
  }
  return {};
}

bool has_providers(const Realm& realm) {
  const auto* list = realm.extra.if_contains("identityProviders");
  return list != nullptr && list->is_array() && !list->get_array().empty();
}

}  // namespace

Or<UserQuery> read_user_query(const Call& call) {
  UserQuery query;
  query.exact = call.flag("exact");
  if (call.has_query("enabled")) query.enabled = call.flag("enabled");
  if (call.has_query("emailVerified")) query.email_verified = call.flag("emailVerified");
  CARDEA_TRY(from, query_moment(call, "createdAfter", SpanEnd::kFrom));
  CARDEA_TRY(to, query_moment(call, "createdBefore", SpanEnd::kTo));
  query.created_from = from;
  query.created_to = to;
  query.provider = call.query("idpAlias");
  query.upstream_id = call.query("idpUserId");
  // An id says nothing without who gave it; passed over, it would look as if every user had it.
  if (query.provider.empty() && !query.upstream_id.empty())
    return refuse(error_message(400, "idpUserId needs idpAlias"));
  if (call.has_query("search")) {  // and nothing else of what follows, as in Keycloak
    query.words = search_words(call.query("search"), query.exact);
    if (query.words.size() > kUserQueryPartsMax) return refuse(error_message(400, "Too many words"));
  } else {
    query.username = ascii_lower(call.query("username"));
    query.email = ascii_lower(call.query("email"));
    query.first_name = call.query("firstName");
    query.last_name = call.query("lastName");
    CARDEA_DO(add_pairs(query, attribute_pairs(call.query("q"))));
  }
  CARDEA_TRY(page, call.page(kUsersAtOnce));
  query.first = page.first;
  query.max = page.max;
  return query;
}

Answer list_users(Call& call) {
  // query-users alone
  if (!call.may_any({AdminRole::kViewUsers, AdminRole::kManageUsers})) return ok(json::array());
  const auto search = call.query("search");
  CARDEA_TRY(query, read_user_query(call));
  std::vector<User> users;
  if (search.starts_with("id:")) {
    std::vector<UserId> ids;
    for (const auto id : split_words(search.substr(3))) ids.emplace_back(id);
    CARDEA_TRY(found, call.repositories().users.find_all(call.rows(), call.realm().id, ids));
    for (const auto& id : ids) {  // in this order
      if (const auto at = std::ranges::find(found, id, &User::id); at != found.end()) users.push_back(*at);
    }
  } else {
    CARDEA_TRY(found, call.repositories().users.search(call.rows(), call.realm().id, query));
    users = std::move(found);
  }
  CARDEA_TRY(list, user_rows(call, users, call.flag("briefRepresentation") ? UserView::kBrief : UserView::kRow));
  return ok(list);
}

Answer count_users(Call& call) {
  if (!call.may_any({AdminRole::kViewUsers, AdminRole::kManageUsers})) return ok_text("0");
  CARDEA_TRY(query, read_user_query(call));
  CARDEA_TRY(count, call.repositories().users.count(call.rows(), call.realm().id, query));
  return ok_text(std::to_string(count));
}

Answer create_user(Call& call) {
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(read, parse_body(call, *body, nullptr));
  auto& user = read.user;
  user.id = UserId(call.new_id());
  user.realm = call.realm().id;
  if (!body->contains("createdTimestamp")) user.created_at = call.now();
  if (!body->contains("enabled")) user.enabled = false;
  if (!body->contains("requiredActions")) user.required_actions = default_required_actions(call.realm());
  CARDEA_DO(apply_profile(call.realm(), nullptr, user));
  CARDEA_DO(refuse_taken_names(call, user));
  const auto links = take_federated_links(user, call.realm(), call.now());
  user.extra.erase("federatedIdentities");  // what is no link
  CARDEA_DO(insert_new_user(call.tx(), call.repositories(), call.realm(), user));
  CARDEA_DO(join_groups(call, user, read.groups));
  CARDEA_DO(store_credentials(call, user));
  CARDEA_DO(link_identities(call, links));
  CARDEA_TRY(shown, user_json(call, user, UserView::kRow));
  call.note_after(std::move(shown));
  return call.created(user.id.str());
}

Answer get_user(Call& call) {
  CARDEA_TRY(user, load_user(call));
  CARDEA_TRY(shown, user_json(call, user, UserView::kSingle));
  if (has_providers(call.realm())) {
    CARDEA_TRY(links, identities_of(call, user.id));
    shown["federatedIdentities"] = std::move(links);
  }
  if (call.flag("userProfileMetadata")) {
    json::object sorted;
    for (auto& [name, value] : shown) {
      sorted.emplace(name, std::move(value));
      if (name == "emailVerified") sorted["userProfileMetadata"] = profile_metadata(call.realm(), false);
    }
    return ok(sorted);
  }
  return ok(shown);
}

Answer update_user(Call& call) {
  // Who else writes this account waits, or has written before it is read.
  CARDEA_DO(call.repositories().users.lock(call.tx(), UserId(call.path("userId", "id"))));
  CARDEA_TRY(before, load_user_to_change(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(read, parse_body(call, *body, &before));
  auto& user = read.user;
  if (user.email != before.email && !body->contains("emailVerified")) user.email_verified = false;
  CARDEA_DO(apply_profile(call.realm(), &before, user));
  CARDEA_DO(refuse_taken_names(call, user));
  CARDEA_TRY(shown_before, user_json(call, before, UserView::kRow));
  CARDEA_TRY(shown_after, user_json(call, user, UserView::kRow));
  call.note_before(std::move(shown_before));
  call.note_after(std::move(shown_after));
  CARDEA_DO(call.repositories().users.update(call.tx(), user, call.realm().duplicate_emails_allowed));
  CARDEA_DO(store_enabled(call, before, user));
  CARDEA_DO(store_credentials(call, user));
  return no_content();
}

Answer delete_user(Call& call) {
  CARDEA_TRY(user, load_user_to_change(call));
  CARDEA_TRY(shown, user_json(call, user, UserView::kRow));
  call.note_before(std::move(shown));
  CARDEA_DO(call.repositories().users.remove(call.tx(), call.realm().id, user.id));
  return no_content();
}

Answer get_unmanaged_attributes(Call& call) {
  CARDEA_TRY(user, load_user(call));
  return ok(to_json(unmanaged_attributes(call.realm(), user)));
}

}  // namespace cardea::admin
