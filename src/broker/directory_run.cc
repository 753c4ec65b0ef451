#include "broker/directory_run.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/uri.h"
#include "broker/client_proof.h"
#include "broker/retry_after.h"
#include "core/changes/federated_links.h"
#include "core/changes/source_groups.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kResync = "resync";
constexpr std::string_view kElsewhere = "next_page_elsewhere";
constexpr int kResyncsMax = 2;  // in one run
constexpr JsonLimits kLimits{.bytes_max = kDirectoryBytesMax, .depth_max = 48};
constexpr seconds kTokenSlack{300};

DirectoryDone stop(std::string_view step, std::string_view reason, seconds wait = seconds{0}) {
  return refuse(DirectoryStop{std::string(step), std::string(reason), wait});
}

DirectoryDone or_stop(std::string_view step, const Stored<void>& stored) {
  return stored ? DirectoryDone() : stop(step, describe(stored.error()));
}

std::string_view object_id_of(const LinkedPerson& person) {
  return std::string_view(person.upstream_id).substr(person.upstream_id.find('/') + 1);
}

}  // namespace

std::string_view directory_hint(std::string_view reason) {
  if (reason == "status_403") {
    return "the application lacks the application permissions User.Read.All and GroupMember.Read.All with admin "
           "consent";
  }
  return reason == "no_hostname_configured" ? "set hostname, or prove the client otherwise" : "";
}

DirectoryRun::DirectoryRun(const Dependencies& dependencies, const Call& call, RealmPtr realm, ProviderPtr provider,
                           DirectorySync row)
    : dependencies_(dependencies),
      call_(call),
      realm_(std::move(realm)),
      provider_(std::move(provider)),
      row_(std::move(row)),
      addresses_(addresses_of(*provider_)),
      tenant_(home_tenant(*provider_)),
      is_direct_(groups_mode_of(*provider_) == GroupsMode::kDirect),
      has_groups_(is_direct_ || groups_mode_of(*provider_) == GroupsMode::kTransitive),
      began_(dependencies.clock.steady()) {}

GroupsPlace DirectoryRun::place_of(const UserId& user) const {
  return {.dependencies = dependencies_, .realm = realm_->realm, .provider = *provider_, .user = user};
}

std::string DirectoryRun::issuer() const {
  static const web::Request kNobody;
  return dependencies_.base_url.issuer(kNobody, realm_->realm.name);
}

DirectoryDone DirectoryRun::run(seconds interval) {
  const auto now = dependencies_.clock.now();
  auto done = all();
  if (done) row_.synced_at = now;
  const auto wait = done ? interval : std::max(done.error().wait, kDirectoryRetry);
  row_.due_at = dependencies_.clock.now() + wait;
  row_.leased_until = dependencies_.clock.now();
  const auto kept = write_to(dependencies_.repositories.store,
                             [&](Tx& tx) { return dependencies_.repositories.directory_syncs.save(tx, row_); });
  if (done && !(kept && *kept)) return stop("store", kept ? "lease_lost" : describe(kept.error()));
  return done;
}

DirectoryDone DirectoryRun::all() {
  const auto directory = addresses_.graph + "/" + tenant_ + "/" + std::string(provider_->setting("clientId"));
  if (row_.directory != directory) {
    row_.directory = directory;
    row_.users_link.clear();
    row_.groups_link.clear();
  }
  if (auto done = get_token(); !done) return done;
  if (auto done = follow_users(); !done) return done;
  if (!has_groups_) return {};
  if (auto done = follow_groups(); !done) return done;
  if (auto done = mark_everybody(); !done) return done;
  return ask_everybody_due();
}

// ---- the deltas

DirectoryDone DirectoryRun::follow_users() {
  for (bool is_last = false; !is_last;) {
    const bool begins = row_.users_link.empty();
    // What is gone is not in a delta from the beginning: everybody is asked about instead.
    if (begins) begin_to_mark();
    const auto body =
        get("users", begins ? addresses_.graph + "/v1.0/users/delta?$select=id,accountEnabled" : row_.users_link);
    if (!body && body.error().reason == kResync && !begins && resyncs_++ < kResyncsMax) {
      row_.users_link.clear();
      continue;
    }
    if (!body) return refuse(body.error());
    const auto page = read_users_page(*body);
    if (!page || (page->next.empty() && page->delta.empty())) return stop("users", "bad_answer");
    if (auto done = apply_users(page->users); !done) return done;
    is_last = page->next.empty();
    if (!take_link(row_.users_link, is_last ? page->delta : page->next)) return stop("users", kElsewhere);
    if (auto done = save(); !done) return done;
  }
  return {};
}

DirectoryDone DirectoryRun::follow_groups() {
  for (bool is_last = false; !is_last;) {
    const bool begins = row_.groups_link.empty();
    // From now on: what was before is asked of everybody who is linked, after this link is known.
    if (begins) begin_to_mark();
    const auto body =
        get("groups", begins ? addresses_.graph + "/v1.0/groups/delta?$select=displayName,members&$deltatoken=latest"
                             : row_.groups_link);
    if (!body && body.error().reason == kResync && !begins && resyncs_++ < kResyncsMax) {
      row_.groups_link.clear();
      continue;
    }
    if (!body) return refuse(body.error());
    const auto page = read_groups_page(*body);
    if (!page || (page->next.empty() && page->delta.empty())) return stop("groups", "bad_answer");
    if (auto done = apply_groups(page->groups); !done) return done;
    is_last = page->next.empty();
    if (!take_link(row_.groups_link, is_last ? page->delta : page->next)) return stop("groups", kElsewhere);
    if (auto done = save(); !done) return done;
  }
  return {};
}

// One that leads elsewhere is not kept, or nothing would ever come of the next runs either.
bool DirectoryRun::take_link(std::string& kept, const std::string& link) const {
  const auto url = web::ConfiguredUrl::parse(link);
  if (!url || url->origin() != addresses_.graph) return false;
  kept = link;
  return true;
}

DirectoryDone DirectoryRun::apply_users(const std::vector<UserChange>& users) {
  counts_.users += std::ssize(users);
  std::unordered_map<std::string, const UserChange*> by_id;
  std::vector<std::string> ids;
  for (const auto& user : users) {
    ids.push_back(link_id(user.id));
    by_id[ids.back()] = &user;  // the last word of the page
  }
  const auto& repositories = dependencies_.repositories;
  std::unordered_map<std::string, bool> enabled;
  const auto linked = read_from(repositories.store, [&](Rows& rows) -> Stored<std::vector<LinkedPerson>> {
    auto found = repositories.federated_identities.find_linked(rows, realm_->realm.id, provider_->alias, ids);
    if (!found || found->empty()) return found;
    std::vector<UserId> accounts;
    for (const auto& person : *found) accounts.push_back(person.user);
    const auto all = repositories.users.find_all(rows, realm_->realm.id, accounts);
    if (!all) return refuse(all.error());
    for (const auto& user : *all) enabled[user.id.str()] = user.enabled;
    return found;
  });
  if (!linked) return stop("users", describe(linked.error()));
  for (const auto& person : *linked) {
    const auto& change = *by_id.at(person.upstream_id);
    const bool is_away = change.is_gone || change.is_enabled == false;
    const bool is_back = !change.is_gone && change.is_enabled == true;
    const bool differs = enabled[person.user.str()] ? is_away : is_back;
    if (!differs) continue;
    if (auto done = change_person(person, is_back); !done) return done;
  }
  return {};
}

DirectoryDone DirectoryRun::change_person(const LinkedPerson& person, bool is_there) {
  const auto changed = write_to(dependencies_.repositories.store, [&](Tx& tx) {
    const auto place = place_of(person.user);
    return is_there ? start_person(tx, place, person) : stop_person(tx, place, person, issuer());
  });
  if (!changed) return stop("users", describe(changed.error()));
  if (*changed == PersonChange::kNothing) return {};
  (*changed == PersonChange::kStarted ? counts_.started : counts_.stopped) += 1;
  const auto event = *changed == PersonChange::kStarted   ? std::string_view("upstream_person_started")
                     : *changed == PersonChange::kStopped ? std::string_view("upstream_person_stopped")
                                                          : std::string_view("upstream_administrator_gone");
  dependencies_.log.info(event, {{"realm", realm_->realm.name},
                                 {"provider", provider_->alias},
                                 {"upstream_id", person.upstream_id},
                                 {"user_id", person.user.str()}});
  return {};
}

DirectoryDone DirectoryRun::apply_groups(const std::vector<GroupDelta>& groups) {
  counts_.groups += std::ssize(groups);
  const bool by_name = provider_->is_on("groupsByName");
  std::vector<std::string> people;
  std::set<std::string> nested;
  for (const auto& group : groups) {
    people.insert(people.end(), group.people.begin(), group.people.end());
    if (!is_direct_) nested.insert(group.nested.begin(), group.nested.end());
    if (group.is_gone) {
      if (auto done = empty_group(group); !done) return done;
    } else if (!group.name.empty()) {
      if (by_name) nested.insert(group.id);  // it may be let in by this name, or not any more
      if (auto done = rename_group(group); !done) return done;
    }
  }
  if (auto done = mark(people); !done) return done;
  for (const auto& group : nested) {
    if (row_.marks_all) break;
    if (auto done = mark_members(group); !done) return done;
  }
  return {};
}

DirectoryDone DirectoryRun::rename_group(const GroupDelta& group) {
  names_.erase(group.id);
  const auto& repositories = dependencies_.repositories;
  const auto known = read_from(repositories.store, [&](Rows& rows) {
    return repositories.groups.find_sourced(rows, realm_->realm.id, provider_->alias, group.id);
  });
  if (!known) return stop("groups", describe(known.error()));
  if (!*known) return {};
  return or_stop("groups", repositories.store.write([&](Tx& tx) {
    SourceGroupWriter writer(tx, repositories, dependencies_.random, realm_->realm, provider_->alias);
    return writer.keep_named(**known, {.id = group.id, .name = group.name});
  }));
}

// The group stays, with the roles that it has here: a deleted one can come back there for a month. Nobody is in it.
DirectoryDone DirectoryRun::empty_group(const GroupDelta& group) {
  const auto& repositories = dependencies_.repositories;
  for (bool is_empty = false; !is_empty;) {
    const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
      const auto known = repositories.groups.find_sourced(tx, realm_->realm.id, provider_->alias, group.id);
      if (!known) return refuse(known.error());
      is_empty = !*known;
      if (is_empty) return {};
      const auto members = repositories.provisioned_users.list_reached(
          tx, realm_->realm.id, provider_->alias, {.group = (*known)->id, .first = 0, .max = kLinkedAtOnce});
      if (!members) return refuse(members.error());
      is_empty = members->empty();
      for (const auto& user : *members) {
        if (auto done = repositories.users.remove_group(tx, user, (*known)->id); !done) return done;
      }
      return {};
    });
    if (!stored) return or_stop("groups", stored);
  }
  return {};
}

// A group came into another, or left it: for everybody in it that changes what they are in.
DirectoryDone DirectoryRun::mark_members(const std::string& group) {
  auto address = addresses_.graph + "/v1.0/groups/" + percent_encode(group) +
                 "/transitiveMembers/microsoft.graph.user?$select=id&$top=999";
  while (!address.empty()) {
    const auto body = get("members", address);
    if (!body && body.error().reason == "status_404") {
      begin_to_mark();  // who was in it nobody can tell
      return {};
    }
    if (!body) return refuse(body.error());
    auto page = read_ids_page(*body);
    if (!page) return stop("members", "bad_answer");
    if (auto done = mark(page->ids); !done) return done;
    address = std::move(page->next);
  }
  return {};
}

DirectoryDone DirectoryRun::mark(const std::vector<std::string>& object_ids) {
  const auto& repositories = dependencies_.repositories;
  for (std::size_t from = 0; from < object_ids.size(); from += kLinkedAtOnce) {
    std::vector<std::string> ids;
    const auto until = std::min(object_ids.size(), from + kLinkedAtOnce);
    for (auto i = from; i < until; ++i) ids.push_back(link_id(ascii_lower(object_ids[i])));
    const auto marked = write_to(repositories.store, [&](Tx& tx) {
      return repositories.federated_identities.mark_groups_due(tx, realm_->realm.id, provider_->alias, ids,
                                                               dependencies_.clock.now());
    });
    if (!marked) return stop("store", describe(marked.error()));
  }
  return {};
}

void DirectoryRun::begin_to_mark() {
  row_.marks_all = true;
  row_.marked_to.clear();
}

DirectoryDone DirectoryRun::mark_everybody() {
  const auto& repositories = dependencies_.repositories;
  while (row_.marks_all) {
    const auto linked = read_from(repositories.store, [&](Rows& rows) {
      return repositories.federated_identities.list_linked(rows, realm_->realm.id, provider_->alias, row_.marked_to,
                                                           kLinkedAtOnce);
    });
    if (!linked) return stop("store", describe(linked.error()));
    std::vector<std::string> ids;
    for (const auto& person : *linked) {
      if (person.upstream_id.starts_with(tenant_ + "/")) ids.emplace_back(object_id_of(person));
    }
    if (auto done = mark(ids); !done) return done;
    row_.marks_all = !linked->empty();
    row_.marked_to = linked->empty() ? std::string() : linked->back().upstream_id;
    if (auto done = save(); !done) return done;
  }
  return {};
}

// ---- what people are in now

DirectoryDone DirectoryRun::ask_everybody_due() {
  const auto& repositories = dependencies_.repositories;
  std::string after;
  while (true) {
    const auto due = read_from(repositories.store, [&](Rows& rows) {
      return repositories.federated_identities.list_groups_due(rows, realm_->realm.id, provider_->alias, after,
                                                               static_cast<int>(kBatchMax));
    });
    if (!due) return stop("store", describe(due.error()));
    if (due->empty()) return {};
    after = due->back().user.str();
    if (auto done = ask(*due); !done) return done;
    if (auto done = save(); !done) return done;
  }
}

DirectoryDone DirectoryRun::ask(const std::vector<LinkedPerson>& people) {
  std::vector<std::string> ids;
  for (const auto& person : people) ids.emplace_back(object_id_of(person));
  const auto asked_at = dependencies_.clock.now();
  const auto body = post("batch", "/v1.0/$batch", groups_batch(ids, is_direct_));
  if (!body) return refuse(body.error());
  auto answers = read_groups_batch(*body, people.size(), is_direct_);
  if (!answers) return stop("batch", "bad_answer");
  for (auto& answer : *answers) {
    if (auto done = ask_more(answer); !done) return done;
  }
  if (auto done = add_names(*answers); !done) return done;
  DirectoryDone result;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto& answer = (*answers)[i];
    counts_.asked += 1;
    if (answer.groups) {
      if (auto done = write(people[i], *answer.groups, asked_at); !done) return done;
    } else if (answer.status == 404) {
      if (auto done = change_person(people[i], false); !done) return done;
      if (auto done = write(people[i], {}, asked_at); !done) return done;
    } else if (answer.status == 429 || answer.status == 403) {
      // The others of the batch are written all the same; this one stays due.
      result = stop("batch", "status_" + std::to_string(answer.status), answer.retry_after.value_or(seconds{0}));
    } else {
      dependencies_.log.warning("upstream_groups_kept", {{"provider", provider_->alias},
                                                         {"upstream_id", people[i].upstream_id},
                                                         {"reason", "status_" + std::to_string(answer.status)},
                                                         {"code", answer.error}});
    }
  }
  return result;
}

// Whoever is in more groups than one page of a batch has.
DirectoryDone DirectoryRun::ask_more(BatchAnswer& answer) {
  while (answer.groups && !answer.next.empty()) {
    const auto body = get("batch", std::exchange(answer.next, {}));
    if (!body) return refuse(body.error());
    auto page = read_group_page(*body);
    if (!page) return stop("batch", "bad_answer");
    answer.groups->insert(answer.groups->end(), page->groups.begin(), page->groups.end());
    if (answer.groups->size() > kSourceGroupsMax) return stop("batch", "too_many_groups");
    answer.next = std::move(page->next);
  }
  return {};
}

// Names by id, each asked for once in a run: what is renamed meanwhile is in the next delta.
DirectoryDone DirectoryRun::add_names(std::vector<BatchAnswer>& answers) {
  if (names_.size() > kNamesKept) names_.clear();
  std::set<std::string> unknown;
  for (const auto& answer : answers) {
    if (!answer.groups) continue;
    for (const auto& group : *answer.groups) {
      if (!group.name.empty()) {
        names_[group.id] = group.name;
      } else if (!names_.contains(group.id)) {
        unknown.insert(group.id);
      }
    }
  }
  while (!unknown.empty()) {
    SourceGroups asked;
    std::string body;
    JsonWriter writer(body);
    writer.begin_object().key("ids").begin_array();
    while (!unknown.empty() && asked.size() < 1'000) {  // of one getByIds
      auto id = unknown.extract(unknown.begin());
      writer.string(id.value());
      asked.push_back({.id = std::move(id.value()), .name = {}});
    }
    writer.end_array().key("types").begin_array().string("group").end_array().end_object();
    const auto answer = post("names", "/v1.0/directoryObjects/getByIds", std::move(body));
    if (!answer) return refuse(answer.error());
    cardea::broker::add_names(*answer, asked);
    for (auto& group : asked) names_[group.id] = std::move(group.name);  // empty: it has none, or it is no group
  }
  for (auto& answer : answers) {
    if (!answer.groups) continue;
    for (auto& group : *answer.groups) group.name = names_[group.id];
  }
  return {};
}

DirectoryDone DirectoryRun::write(const LinkedPerson& person, const SourceGroups& groups, TimePoint asked_at) {
  const auto& repositories = dependencies_.repositories;
  const auto place = place_of(person.user);
  const auto known = known_groups(*provider_, groups);
  if (known == person.groups_known) {
    return or_stop("store", repositories.store.write([&](Tx& tx) {
      return repositories.federated_identities.set_groups(tx, person.user, provider_->alias, known, asked_at);
    }));
  }
  counts_.changed += 1;
  for (bool has_more = true; has_more;) {
    const auto written = write_to(
        repositories.store, [&](Tx& tx) { return write_said_groups(tx, place, person.upstream_id, groups, asked_at); });
    if (!written) return stop("store", describe(written.error()));
    has_more = *written;
  }
  return {};
}

// ---- Graph

DirectoryDone DirectoryRun::get_token() {
  static const web::Request kNobody;
  auto url = outbound_url(addresses_, addresses_.token);
  if (!url || addresses_.graph.empty()) return stop("token", "bad_token_url");
  if (provider_->setting("clientAuthMethod") == "federated_credential" &&
      !dependencies_.base_url.is_configured(realm_->realm.name)) {
    return stop("token", "no_hostname_configured");
  }
  const auto proof = client_proof(dependencies_, kNobody, *realm_, *provider_, addresses_);
  if (!proof) return stop("token", proof.error());
  std::string form;
  web::append_form(form, "grant_type", "client_credentials");
  web::append_form(form, "scope", addresses_.graph + "/.default");
  counts_.calls += 1;
  auto answer = upstream::read_token_answer(call_(upstream::token_request(std::move(*url), std::move(form), *proof)));
  if (!answer) return stop("token", answer.error().error);
  token_ = std::move(answer->access_token);
  token_until_ =
      dependencies_.clock.steady() + std::max(seconds(answer->expires_in.value_or(3'600)) - kTokenSlack, seconds{60});
  return {};
}

Result<json::object, DirectoryStop> DirectoryRun::get(std::string_view step, const std::string& address) {
  auto url = web::ConfiguredUrl::parse(address);
  // It carries our token, so it must be Graph's (entra.md section 12).
  if (!url || url->origin() != addresses_.graph)
    return refuse(DirectoryStop{std::string(step), std::string(kElsewhere)});
  return send(step, upstream::bearer_request(std::move(*url), {}));
}

Result<json::object, DirectoryStop> DirectoryRun::post(std::string_view step, std::string_view path, std::string body) {
  auto url = web::ConfiguredUrl::parse(addresses_.graph + std::string(path));
  if (!url) return refuse(DirectoryStop{std::string(step), "bad_graph_url"});
  auto request = upstream::bearer_request(std::move(*url), {});
  request.method = web::Method::kPost;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return send(step, std::move(request));
}

Result<json::object, DirectoryStop> DirectoryRun::send(std::string_view step, web::FetchRequest request) {
  const auto refused = [&](std::string reason, seconds wait = seconds{0}) {
    return refuse(DirectoryStop{std::string(step), std::move(reason), wait});
  };
  const auto now = dependencies_.clock.steady();
  if (now - began_ > kDirectoryRunMax) return refused("takes_too_long");
  if (!dependencies_.graph_pause->is_over(addresses_.graph, now)) return refused("told_to_wait");
  if (now >= token_until_) {
    if (auto done = get_token(); !done) return refuse(done.error());
  }
  for (auto& header : request.headers) {
    if (header.name == "Authorization") header.value = "Bearer " + token_;
  }
  request.headers.push_back({"x-ms-throttle-priority", "low"});
  request.body_bytes_max = kDirectoryBytesMax;
  counts_.calls += 1;
  const auto answer = call_(std::move(request));
  if (!answer) return refused(std::string(web::describe(answer.error())));
  dependencies_.graph_pause->note(addresses_.graph, *answer, dependencies_.clock);
  auto document = parse_json(answer->body, kLimits);
  const bool is_object = document && document->is_object();
  if (answer->status == 200 && is_object) return std::move(document->get_object());
  if (answer->status == 200) return refused("not_json");
  const auto code = is_object ? graph_error_code(document->get_object()) : std::string();
  if (wants_resync(answer->status, code)) return refused(std::string(kResync));
  const bool is_busy = answer->status == 429 || answer->status == 503;
  const auto named = retry_after(answer->header("Retry-After").value_or(""), dependencies_.clock.now());
  return refused("status_" + std::to_string(answer->status),
                 is_busy && named ? std::min(*named, kGraphPauseMax) : seconds{0});
}

DirectoryDone DirectoryRun::save() {
  row_.leased_until = dependencies_.clock.now() + kDirectoryLease;
  const auto kept = write_to(dependencies_.repositories.store,
                             [&](Tx& tx) { return dependencies_.repositories.directory_syncs.save(tx, row_); });
  if (!kept) return stop("store", describe(kept.error()));
  return *kept ? DirectoryDone() : stop("store", "lease_lost");
}

}  // namespace cardea::broker
