#include "scim/users.h"

#include <algorithm>

#include "base/text.h"
#include "core/changes/directory_address.h"
#include "core/changes/new_user.h"
#include "scim/body.h"
#include "scim/list.h"
#include "scim/patch.h"
#include "scim/reach.h"

namespace cardea::scim {
namespace {

/// Rows read at once while a list is gone through.
constexpr std::int64_t kScanStep = 250;

std::string path_of(const UserId& user) { return "users/" + user.str(); }

Stored<json::object> show(Rows& rows, const Call& call, const Person& person, bool with_groups = true) {
  std::vector<SourcedGroup> groups;
  if (with_groups) {
    auto found = call.repositories().groups.list_sourced(rows, call.realm().id, call.provider.alias, person.user.id);
    if (!found) return refuse(found.error());
    groups = std::move(*found);
  }
  return user_json(person, call.provider, groups, call.base);
}

Answer answer_with(Rows& rows, const Call& call, const UserId& id, int status) {
  const auto person = find_person(rows, call, id);
  if (!person) return refuse(person.error());
  if (!*person) return refuse(not_found());
  const auto shown = show(rows, call, **person);
  if (!shown) return refuse(shown.error());
  const auto selection = read_selection(user_type(), call.request);
  if (!selection) return refuse(selection.error());
  auto response = answer(status, selected(*selection, *shown));
  response.add("Location", call.base + "/Users/" + id.str());
  return response;
}

// ---- lists

/// Who may fit a filter, when an index says so. Absent: everybody within reach.
Stored<std::optional<std::vector<UserId>>> candidates(Rows& rows, const Call& call, const Filter& filter) {
  using Ids = std::optional<std::vector<UserId>>;
  const auto& repositories = call.repositories();
  const auto& realm = call.realm().id;
  const auto& alias = call.provider.alias;
  std::vector<UserId> out;
  const auto by_row = [&](ProvisionedBy by, std::string_view value) -> Stored<void> {
    const auto row = repositories.provisioned_users.find(rows, realm, alias, by, value);
    if (!row) return refuse(row.error());
    if (*row) out.push_back((*row)->user);
    return {};
  };
  const auto by_user = [&](const Stored<std::optional<User>>& user) -> Stored<void> {
    if (!user) return refuse(user.error());
    if (*user && std::ranges::find(out, (*user)->id) == out.end()) out.push_back((*user)->id);
    return {};
  };
  if (const auto id = equal_in(filter, "id")) return Ids({UserId(*id)});
  if (const auto name = equal_in(filter, "userName")) {
    if (auto done = by_row(ProvisionedBy::kUserName, *name); !done) return refuse(done.error());
    auto username = ascii_lower(*name);
    std::ranges::replace(username, '#', '_');
    if (auto done = by_user(repositories.users.find_by_username(rows, realm, username)); !done) {
      return refuse(done.error());
    }
    const auto linked = repositories.federated_identities.find_by_name(rows, realm, alias, *name);
    if (!linked) return refuse(linked.error());
    for (const auto& user : *linked) {
      if (std::ranges::find(out, user) == out.end()) out.push_back(user);
    }
    return Ids(std::move(out));
  }
  if (const auto id = equal_in(filter, "externalId")) {
    if (auto done = by_row(ProvisionedBy::kExternalId, *id); !done) return refuse(done.error());
    const auto link = link_for(call, {}, {.user_name = "?", .external_id = *id});
    if (!link) return Ids(std::move(out));
    const auto found = repositories.federated_identities.find(rows, realm, alias, link->upstream_id);
    if (!found) return refuse(found.error());
    if (*found && std::ranges::find(out, (*found)->user) == out.end()) out.push_back((*found)->user);
    return Ids(std::move(out));
  }
  const auto email = call.realm().duplicate_emails_allowed ? std::nullopt : equal_in(filter, "emails");
  if (!email) return Ids();
  if (auto done = by_user(repositories.users.find_by_email(rows, realm, ascii_lower(*email))); !done) {
    return refuse(done.error());
  }
  return Ids(std::move(out));
}

/// Gathers one page of those that fit, and counts all.
struct Gathering {
  const ListQuery& query;
  std::int64_t total = 0;
  json::array page{};

  Stored<void> look_at(Rows& rows, const Call& call, const std::vector<UserId>& ids) {
    for (const auto& id : ids) {
      const auto person = find_person(rows, call, id);
      if (!person) return refuse(person.error());
      if (!*person) continue;
      // A filter may ask for groups, too.
      const auto shown = show(rows, call, **person, query.filter || wants(query.selection, "groups"));
      if (!shown) return refuse(shown.error());
      if (query.filter && !matches(*query.filter, *shown)) continue;
      if (total++ < query.first || std::ssize(page) >= query.count) continue;
      page.push_back(selected(query.selection, *shown));
    }
    return {};
  }
};

Answer list_all(Rows& rows, const Call& call, const ListQuery& query) {
  auto& repo = call.repositories().provisioned_users;
  const auto total = repo.count_reached(rows, call.realm().id, call.provider.alias, {});
  if (!total) return refuse(total.error());
  Gathering gathering{.query = query, .total = query.first};
  if (query.count > 0) {
    const auto ids =
        repo.list_reached(rows, call.realm().id, call.provider.alias, {.first = query.first, .max = query.count});
    if (!ids) return refuse(ids.error());
    if (auto done = gathering.look_at(rows, call, *ids); !done) return refuse(done.error());
  }
  return answer(200, list_json(query, *total, std::move(gathering.page)));
}

Answer list_matching(Rows& rows, const Call& call, const ListQuery& query) {
  Gathering gathering{.query = query};
  const auto found = candidates(rows, call, *query.filter);
  if (!found) return refuse(found.error());
  if (*found) {
    if (auto done = gathering.look_at(rows, call, **found); !done) return refuse(done.error());
    return answer(200, list_json(query, gathering.total, std::move(gathering.page)));
  }
  auto& repo = call.repositories().provisioned_users;
  const auto reached = repo.count_reached(rows, call.realm().id, call.provider.alias, {});
  if (!reached) return refuse(reached.error());
  if (*reached > kScanMax) {
    return refuse(
        ScimError{400, "tooMany", "Ask for userName, externalId or emails.value with eq: there are too many"});
  }
  for (std::int64_t first = 0; first < *reached; first += kScanStep) {
    const auto ids = repo.list_reached(rows, call.realm().id, call.provider.alias, {.first = first, .max = kScanStep});
    if (!ids) return refuse(ids.error());
    if (auto done = gathering.look_at(rows, call, *ids); !done) return refuse(done.error());
  }
  return answer(200, list_json(query, gathering.total, std::move(gathering.page)));
}

// ---- changes

Or<void> refuse_taken(Rows& rows, const Call& call, const User& user) {
  const auto problems = find_taken(rows, call.repositories(), call.realm(), user);
  if (!problems) return refuse(problems.error());
  if (problems->empty()) return {};
  return refuse(taken(problems->front().attribute == "email" ? "e-mail address" : "userName"));
}

/// Somebody who came by the provider itself, before SCIM wrote them, has the name: they are found by it, and changed.
Or<void> refuse_linked_name(Rows& rows, const Call& call, std::string_view user_name) {
  const auto& repositories = call.repositories();
  const auto linked =
      repositories.federated_identities.find_by_name(rows, call.realm().id, call.provider.alias, user_name);
  if (!linked) return refuse(linked.error());
  for (const auto& user : *linked) {
    const auto row = repositories.provisioned_users.find(rows, call.realm().id, call.provider.alias,
                                                         ProvisionedBy::kUser, user.str());
    if (!row) return refuse(row.error());
    if (!*row) return refuse(taken("userName"));
  }
  return {};
}

/// With passwords that are reset by mail, an address is a way into the account (core/changes/directory_address.h).
Or<void> check_new_address(const Call& call, const User& before, const User& after) {
  if (after.email == before.email || after.email.empty() || !call.realm().reset_password_allowed) return {};
  if (is_own_address(call.provider, after.email)) return {};
  return refuse(ScimError{400, "mutability",
                          "The realm resets passwords by mail: addresses are taken of domains in emailDomains alone"});
}

/// What SCIM may do to `enabled`: switch off, and on again what it switched off. Once somebody else has started the
/// account, whoever stops it next is not SCIM.
void take_active(const UserWish& wish, User& user, ProvisionedUser& row) {
  if (user.enabled) {
    row.is_stopped = wish.active && !*wish.active;
    user.enabled = !row.is_stopped;
  } else if (wish.active && *wish.active && row.is_stopped) {
    user.enabled = true;
    row.is_stopped = false;
  }
}

ProvisionedUser new_row(const Call& call, const UserId& user) {
  ProvisionedUser row;
  row.realm = call.realm().id;
  row.user = user;
  row.provider = call.provider.alias;
  row.created_at = call.now;
  row.changed_at = call.now;
  return row;
}

Or<void> or_taken(Stored<void> done, std::string_view what) {
  if (done) return {};
  if (done.error() == StoreError::kConflict) return refuse(taken(what));
  return refuse(done.error());
}

bool has_same_words(const ProvisionedUser& row, const UserWish& wish) {
  return row.user_name == wish.user_name && (!wish.external_id || row.external_id == *wish.external_id) &&
         row.document == wish.document;
}

bool is_same_account(const User& a, const User& b) {
  return a.username == b.username && a.email == b.email && a.first_name == b.first_name && a.last_name == b.last_name &&
         a.enabled == b.enabled && a.attributes == b.attributes;
}

/// Does the wish stop somebody? Then it is met whatever else of the request would be refused: that keeps its old value.
bool stops(const Person& person, const UserWish& wish) { return wish.active && !*wish.active && person.user.enabled; }

void log_left_out(const Call& call, const UserId& user, std::string_view attribute, std::string_view reason) {
  call.dependencies.log.warning("scim_value_left_out", {{"attribute", attribute},
                                                        {"reason", reason},
                                                        {"path", path_of(user)},
                                                        {"realm", call.realm().name},
                                                        {"provider", call.provider.alias},
                                                        {"correlation_id", call.request.correlation_id}});
}

/// The account as the wish has it. `said`: the document until now.
Or<User> account_of(const Call& call, const User& before, const json::object& said, UserWish& wish) {
  auto wished = wished_user(before, said, wish, call.realm(), *call.entry->profile);
  if (!wished) return refuse(wished.error());
  for (const auto& problem : wished->left_out) {
    log_left_out(call, before.id, problem.attribute, problem.key);
    keep_left_out(wish, problem.attribute);
  }
  return std::move(wished->user);
}

/// The same of somebody whom SCIM made, with names and addresses that may be theirs. In `wish` stays what is met.
Or<User> allowed_account(Rows& rows, const Call& call, const Person& person, UserWish& wish) {
  const auto& before = person.user;
  const bool goes_on = stops(person, wish);
  auto after = account_of(call, before, person.row->document, wish);
  if (!after) {
    if (!goes_on || after.error().store_error() != nullptr) return after;
    log_left_out(call, before.id, "userName", after.error().scim_error().detail);
    wish.user_name = person.row->user_name;
    wish.document = person.row->document;
    return before;
  }
  const auto keep = [&](bool is_address, std::string_view reason) {
    log_left_out(call, before.id, is_address ? "emails" : "userName", reason);
    const bool is_both = call.realm().registration_email_as_username;
    if (is_address || is_both) {
      after->email = before.email;
      after->email_verified = before.email_verified;
    }
    if (is_address && !is_both) return;
    after->username = before.username;
    wish.user_name = person.row->user_name;
  };
  if (auto good = check_new_address(call, before, *after); !good) {
    if (!goes_on) return refuse(good.error());
    keep(true, good.error().scim_error().detail);
  }
  const auto problems = find_taken(rows, call.repositories(), call.realm(), *after);
  if (!problems) return refuse(problems.error());
  for (const auto& problem : *problems) {
    const auto error = taken(problem.attribute == "email" ? "e-mail address" : "userName");
    if (!goes_on) return refuse(error);
    keep(problem.attribute == "email", error.detail);
  }
  return after;
}

/// Names and external ids that are another row's.
Or<void> check_row(Rows& rows, const Call& call, const Person& person, UserWish& wish) {
  const auto is_anothers = [&](ProvisionedBy by, std::string_view value) -> Stored<bool> {
    const auto row = call.repositories().provisioned_users.find(rows, call.realm().id, call.provider.alias, by, value);
    if (!row) return refuse(row.error());
    return *row && (*row)->user != person.user.id;
  };
  auto is_taken = is_anothers(ProvisionedBy::kUserName, wish.user_name);
  if (!is_taken) return refuse(is_taken.error());
  if (*is_taken) {
    const auto error = taken("userName");
    if (!stops(person, wish)) return refuse(error);
    log_left_out(call, person.user.id, "userName", error.detail);
    // Who has no row yet is called by something that can be nobody else's.
    wish.user_name = person.row ? person.row->user_name : person.user.id.str();
  }
  if (!wish.external_id) return {};
  is_taken = is_anothers(ProvisionedBy::kExternalId, *wish.external_id);
  if (!is_taken) return refuse(is_taken.error());
  if (!*is_taken) return {};
  const auto error = taken("externalId");
  if (!stops(person, wish)) return refuse(error);
  log_left_out(call, person.user.id, "externalId", error.detail);
  wish.external_id.reset();
  return {};
}

/// The link of the wish, or the old one where a stop goes on without it.
Or<void> take_link(Tx& tx, const Call& call, const Person& person, UserWish& wish) {
  auto linked = write_link(tx, call, person, wish);
  if (linked || !stops(person, wish) || linked.error().store_error() != nullptr) return linked;
  log_left_out(call, person.user.id, "externalId", linked.error().scim_error().detail);
  wish.external_id.reset();
  return {};
}

/// Brings a person to what the client wishes. Of an account that SCIM did not make only `active` is the client's: its
/// name, address and attributes are its owner's.
Or<void> change_person(Tx& tx, const Call& call, const Person& person, UserWish wish) {
  const auto& repositories = call.repositories();
  auto row = person.row.value_or(new_row(call, person.user.id));
  auto after = person.user;
  if (person.is_made()) {
    auto allowed = allowed_account(tx, call, person, wish);
    if (!allowed) return refuse(allowed.error());
    after = std::move(*allowed);
  }
  take_active(wish, after, row);
  if (auto free = check_row(tx, call, person, wish); !free) return free;
  if (auto linked = take_link(tx, call, person, wish); !linked) return linked;
  const bool is_same = is_same_account(person.user, after);
  if (person.row && is_same && has_same_words(row, wish) && row.is_stopped == person.row->is_stopped) return {};
  row.user_name = wish.user_name;
  if (wish.external_id) row.external_id = *wish.external_id;
  row.document = wish.document;
  row.changed_at = call.now;
  auto kept =
      person.row ? repositories.provisioned_users.update(tx, row) : repositories.provisioned_users.insert(tx, row);
  if (auto done = or_taken(std::move(kept), "userName or externalId"); !done) return done;
  if (after.enabled != person.user.enabled) {
    auto set = repositories.users.set_enabled(tx, after.id, after.enabled);
    if (!set) return refuse(set.error());
  }
  if (!is_same) {
    auto updated = repositories.users.update(tx, after, call.realm().duplicate_emails_allowed);
    if (auto done = or_taken(std::move(updated), "userName or e-mail address"); !done) return done;
  }
  if (person.user.enabled && !after.enabled) {
    if (auto ended = end_all_sessions(tx, call, person.user.id); !ended) return refuse(ended.error());
  }
  auto recorded = record_change(tx, call,
                                {.operation = "UPDATE",
                                 .resource = "USER",
                                 .path = path_of(person.user.id),
                                 .after = {{"username", after.username}, {"enabled", after.enabled}}});
  if (!recorded) return refuse(recorded.error());
  return {};
}

}  // namespace

Answer list_users(Rows& rows, const Call& call) {
  const auto query = read_list_query(user_type(), call.request);
  if (!query) return refuse(query.error());
  return query->filter ? list_matching(rows, call, *query) : list_all(rows, call, *query);
}

Answer get_user(Rows& rows, const Call& call) {
  return answer_with(rows, call, UserId(call.request.path_parameter("id")), 200);
}

Answer create_user(Tx& tx, const Call& call) {
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  const auto attributes = read_resource(user_type(), *body);
  if (!attributes) return refuse(attributes.error());
  auto wish = read_wish(*attributes);
  if (!wish) return refuse(wish.error());
  const auto& repositories = call.repositories();
  User user;
  user.id = UserId(random_uuid(call.dependencies.random));
  user.realm = call.realm().id;
  user.created_at = call.now;
  user.required_actions = default_required_actions(call.realm());
  auto wished = account_of(call, user, {}, *wish);
  if (!wished) return refuse(wished.error());
  if (auto good = check_new_address(call, user, *wished); !good) return refuse(good.error());
  user = std::move(*wished);
  if (auto free = refuse_taken(tx, call, user); !free) return refuse(free.error());
  if (auto free = refuse_linked_name(tx, call, wish->user_name); !free) return refuse(free.error());
  auto row = new_row(call, user.id);
  row.is_made = true;
  row.user_name = wish->user_name;
  row.external_id = wish->external_id.value_or("");
  row.document = wish->document;
  take_active(*wish, user, row);
  auto inserted = insert_new_user(tx, repositories, call.realm(), user);
  if (auto done = or_taken(std::move(inserted), "userName or e-mail address"); !done) return refuse(done.error());
  auto kept = repositories.provisioned_users.insert(tx, row);
  if (auto done = or_taken(std::move(kept), "userName or externalId"); !done) return refuse(done.error());
  if (const auto link = link_for(call, user, *wish)) {
    auto linked = repositories.federated_identities.insert(tx, *link);
    if (auto done = or_taken(std::move(linked), "externalId"); !done) return refuse(done.error());
  }
  auto recorded = record_change(tx, call,
                                {.operation = "CREATE",
                                 .resource = "USER",
                                 .path = path_of(user.id),
                                 .after = {{"username", user.username}, {"enabled", user.enabled}}});
  if (!recorded) return refuse(recorded.error());
  return answer_with(tx, call, user.id, 201);
}

Answer replace_user(Tx& tx, const Call& call) {
  const auto person = load_person_to_change(tx, call, call.request.path_parameter("id"));
  if (!person) return refuse(person.error());
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  const auto attributes = read_resource(user_type(), *body);
  if (!attributes) return refuse(attributes.error());
  auto wish = read_wish(*attributes);
  if (!wish) return refuse(wish.error());
  if (auto changed = change_person(tx, call, *person, std::move(*wish)); !changed) return refuse(changed.error());
  return answer_with(tx, call, person->user.id, 200);
}

Answer patch_user(Tx& tx, const Call& call) {
  const auto person = load_person_to_change(tx, call, call.request.path_parameter("id"));
  if (!person) return refuse(person.error());
  const auto body = parse_body(call.request.body);
  if (!body) return refuse(body.error());
  auto patched = apply_patch(user_type(), user_attributes(*person, call.provider), *body);
  if (!patched) return refuse(patched.error());
  // An id that was taken away was not left out: it is gone.
  if (!patched->resource.contains("externalId")) patched->resource["externalId"] = "";
  auto wish = read_wish(patched->resource);
  if (!wish) return refuse(wish.error());
  if (auto changed = change_person(tx, call, *person, std::move(*wish)); !changed) return refuse(changed.error());
  return answer_with(tx, call, person->user.id, 200);
}

Answer delete_user(Tx& tx, const Call& call) {
  const auto person = load_person_to_change(tx, call, call.request.path_parameter("id"));
  if (!person) return refuse(person.error());
  const auto& repositories = call.repositories();
  const auto& id = person->user.id;
  if (auto ended = end_all_sessions(tx, call, id); !ended) return refuse(ended.error());
  if (person->is_made()) {
    const auto removed = repositories.users.remove(tx, call.realm().id, id);
    if (!removed) return refuse(removed.error());
  } else {
    // Not the client's to remove: it is stopped, and out of reach from now on.
    if (auto stopped = repositories.users.set_enabled(tx, id, false); !stopped) return refuse(stopped.error());
    const auto row = repositories.provisioned_users.remove(tx, id, call.provider.alias);
    if (!row) return refuse(row.error());
    const auto link = repositories.federated_identities.remove(tx, id, call.provider.alias);
    if (!link) return refuse(link.error());
  }
  auto recorded = record_change(tx, call, {.operation = "DELETE", .resource = "USER", .path = path_of(id)});
  if (!recorded) return refuse(recorded.error());
  return web::empty_response(204);
}

}  // namespace cardea::scim
