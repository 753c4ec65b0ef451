// A directory at Entra ID and its Graph, as functions: deltas with tokens, $batch, transitive members, and what goes
// wrong (entra.md section 12). For tests of what the hub does beside sign-ins.
#pragma once

#include <map>
#include <set>

#include "broker/directory_sync.h"
#include "tests/broker/broker_world.h"

namespace cardea::protocol {

inline constexpr auto kDirectoryTenant = "6f0d1d0e-1111-4222-8333-444455556666";
inline constexpr auto kDirectoryGraph = "https://graph.microsoft.com";

class Directory : public Broker {
 protected:
  explicit Directory(Engine engine = Engine::kMemory) : Broker(engine) {
    set_up({});
    const auto login = "https://login.microsoftonline.com/" + std::string(kDirectoryTenant);
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
    server_.fetcher.serve_json(login + "/discovery/v2.0/keys", jose::jwks_json({&key, 1}));
    server_.fetcher.serve(login + "/oauth2/v2.0/token", [this](const web::FetchRequest& request) {
      const auto form = *web::Form::parse(request.body);
      const bool is_app = form.value_or("grant_type", "") == "client_credentials";
      json::object answer{{"access_token", is_app ? "app-token" : "own-token"}, {"token_type", "Bearer"}};
      if (!is_app) answer["id_token"] = token_of_entra();
      return json_answer(200, answer);
    });
    serve("/v1.0/me", [this](const auto&) {
      return json_answer(200,
                         {{"id", who_}, {"givenName", "Uma"}, {"surname", "Udo"}, {"mail", who_ + "@contoso.example"}});
    });
    serve("/v1.0/me/getMemberObjects", [this](const auto&) {
      if (graph_status_ != 200) return graph_fault();
      return json_answer(200, {{"value", ids_of(who_)}});
    });
    serve("/v1.0/directoryObjects/getByIds", [this](const auto& request) { return names(request); });
    serve("/v1.0/$batch", [this](const auto& request) { return batch(request); });
    serve("/v1.0/users/delta?$select=id,accountEnabled", [this](const auto& r) { return users_from(r, 0); });
    serve("/v1.0/groups/delta?$select=displayName,members&$deltatoken=latest", [this](const auto& request) {
      if (!is_app(request)) return json_answer(401, {});
      return json_answer(200, {{"value", json::array()}, {"@odata.deltaLink", link("groups", group_log_.size())}});
    });
  }

  // ---- the directory
  struct Entry {
    std::string name;
    std::set<std::string> members;  // people and groups
  };
  std::map<std::string, Entry> groups_;
  std::map<std::string, bool> people_{{"o-1", true}};  // enabled
  std::vector<json::object> user_log_, group_log_;     // what deltas are made of
  std::string who_ = "o-1";                            // signs in
  bool is_overage_ = true;
  int graph_status_ = 200, batch_status_ = 200, users_status_ = 200;
  std::size_t page_size_ = 100;

  void add_group(const std::string& id, const std::set<std::string>& members) {
    groups_[id] = {.name = "Group " + id, .members = {}};
    serve("/v1.0/groups/" + id + "/transitiveMembers/microsoft.graph.user?$select=id&$top=999",
          [this, id](const auto&) {
            if (!groups_.contains(id)) return json_answer(404, {{"error", {{"code", "Request_ResourceNotFound"}}}});
            json::array out;
            for (const auto& [person, enabled] : people_) {
              if (groups_of(person).contains(id)) out.push_back({{"id", person}});
            }
            return json_answer(200, {{"value", out}});
          });
    for (const auto& member : members) join(id, member);
  }
  void join(const std::string& group, const std::string& member) {
    groups_[group].members.insert(member);
    log_member(group, member, false);
  }
  void leave_group(const std::string& group, const std::string& member) {
    groups_[group].members.erase(member);
    log_member(group, member, true);
  }
  void remove_group(const std::string& id) {
    groups_.erase(id);
    group_log_.push_back({{"id", id}, {"@removed", {{"reason", "changed"}}}});
    for (auto& [other, entry] : groups_) {
      if (entry.members.erase(id) > 0) log_member(other, id, true);
    }
  }
  void rename_group(const std::string& id, const std::string& name) {
    groups_[id].name = name;
    group_log_.push_back({{"id", id}, {"displayName", name}});
  }
  void set_enabled(const std::string& person, bool enabled) {
    people_[person] = enabled;
    user_log_.push_back({{"id", person}, {"accountEnabled", enabled}});
  }
  void remove_person(const std::string& person) {
    people_.erase(person);
    user_log_.push_back({{"id", person}, {"@removed", {{"reason", "deleted"}}}});
  }

  // ---- the hub
  void set_up(const json::object& config) {
    json::object settings{{"clientId", "hub"},
                          {"clientSecret", "s"},
                          {"tenantId", kDirectoryTenant},
                          {"syncMode", "FORCE"},
                          {"groupsMode", "transitive"},
                          {"directorySync", "true"},
                          {"clientAuthMethod", "client_secret_post"}};
    for (const auto& [name, value] : config) settings[name] = value;
    use({json::object{{"alias", "up"}, {"providerId", "entra"}, {"enabled", true}, {"config", settings}}});
  }
  web::Response sign_in(Browser& browser, const std::string& person = "o-1") {
    who_ = person;
    people_.emplace(person, true);
    claims_ = {{"tid", kDirectoryTenant}, {"oid", person}, {"preferred_username", person + "@contoso.example"}};
    if (is_overage_) {
      claims_["_claim_names"] = json::object{{"groups", "src1"}};
    } else {
      claims_["groups"] = ids_of(person);
    }
    auto answer = sign_in_upstream(browser);
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    return answer;
  }
  void sign_in_as(const std::string& person) {
    Browser browser(server_);
    (void)sign_in(browser, person);
  }
  /// A run of the synchronisation, after this long.
  void sync(seconds after = seconds{300}) {
    server_.clock.advance(after);
    watch_.tick();
  }
  std::set<std::string> paths(const std::string& person = "o-1") { return paths_of(person + "@contoso.example"); }
  using Paths = std::set<std::string>;
  [[nodiscard]] bool is_enabled(const std::string& person) { return user_named(person + "@contoso.example")->enabled; }

  static web::Fetched json_answer(int status, const json::value& body, std::vector<web::Header> headers = {}) {
    return web::FetchResponse{.status = status, .headers = std::move(headers), .body = json::serialize(body)};
  }
  void serve(const std::string& path, std::function<web::Fetched(const web::FetchRequest&)> answer) {
    server_.fetcher.serve(kDirectoryGraph + path, std::move(answer));
  }

  broker::DirectoryRun::Call call_ = [this](web::FetchRequest request) {
    std::optional<web::Fetched> out;
    server_.fetcher.fetch(std::move(request), [&](web::Fetched done) { out = std::move(done); });
    return std::move(*out);
  };
  broker::DirectoryWatch watch_{server_.broker(), call_};

 private:
  static bool is_app(const web::FetchRequest& request) {
    return std::ranges::any_of(request.headers, [](const web::Header& header) {
      return header.name == "Authorization" && header.value == "Bearer app-token";
    });
  }
  [[nodiscard]] std::set<std::string> groups_of(const std::string& member) const {
    std::set<std::string> out;
    for (const auto& [id, group] : groups_) {
      if (!group.members.contains(member) || !out.insert(id).second) continue;
      for (const auto& above : groups_of(id)) out.insert(above);
    }
    return out;
  }
  [[nodiscard]] json::array ids_of(const std::string& person) const {
    json::array out;
    for (const auto& id : groups_of(person)) out.push_back(json::value(id));
    return out;
  }
  void log_member(const std::string& group, const std::string& member, bool is_removed) {
    json::object entry{{"@odata.type", groups_.contains(member) || !people_.contains(member) ? "#microsoft.graph.group"
                                                                                             : "#microsoft.graph.user"},
                       {"id", member}};
    if (is_removed) entry["@removed"] = json::object{{"reason", "deleted"}};
    group_log_.push_back({{"id", group}, {"members@delta", json::array{entry}}});
  }
  [[nodiscard]] web::Fetched graph_fault() const {
    return json_answer(graph_status_, {{"error", {{"code", "Fault"}}}}, {{"Retry-After", "120"}});
  }
  std::string link(const std::string& kind, std::size_t at) {
    const auto path = "/v1.0/" + kind + "/delta?$deltatoken=" + std::to_string(at);
    serve(path, [this, kind, at](const auto& request) {
      return kind == "users" ? users_from(request, at) : page(request, group_log_, kind, at);
    });
    return kDirectoryGraph + path;
  }
  web::Fetched page(const web::FetchRequest& request, const std::vector<json::object>& log, const std::string& kind,
                    std::size_t at) {
    if (!is_app(request)) return json_answer(401, {});
    if (graph_status_ != 200) return graph_fault();
    json::array value;
    const auto until = std::min(log.size(), at + page_size_);
    for (auto i = at; i < until; ++i) value.push_back(log[i]);
    return json_answer(
        200, {{"value", value}, {until < log.size() ? "@odata.nextLink" : "@odata.deltaLink", link(kind, until)}});
  }
  web::Fetched users_from(const web::FetchRequest& request, std::size_t at) {
    if (users_status_ != 200) return json_answer(users_status_, {{"error", {{"code", "syncStateNotFound"}}}});
    return page(request, user_log_, "users", at);
  }
  web::Fetched names(const web::FetchRequest& request) {
    json::array out;
    const auto asked = parse_json(request.body)->as_object();
    EXPECT_LE(asked.at("ids").as_array().size(), 1'000U);
    for (const auto& id : asked.at("ids").as_array()) {
      const auto found = groups_.find(std::string(id.as_string()));
      if (found != groups_.end()) out.push_back({{"id", found->first}, {"displayName", found->second.name}});
    }
    return json_answer(200, {{"value", out}});
  }
  web::Fetched batch(const web::FetchRequest& request) {
    if (!is_app(request)) return json_answer(401, {});
    json::array responses;
    const auto body = parse_json(request.body)->as_object();
    EXPECT_LE(body.at("requests").as_array().size(), 20U);
    for (const auto& each : body.at("requests").as_array()) {
      const auto& one = each.as_object();
      const auto url = string_or(one, "url", "");
      const auto person = url.substr(7, url.find('/', 7) - 7);
      json::object answer{{"id", one.at("id")}, {"headers", json::object()}};
      if (batch_status_ != 200) {
        answer["status"] = batch_status_;
        answer["headers"] = json::object{{"Retry-After", "120"}};
        answer["body"] = json::object{{"error", {{"code", "TooManyRequests"}}}};
      } else if (!people_.contains(person)) {
        answer["status"] = 404;
        answer["body"] = json::object{{"error", {{"code", "Request_ResourceNotFound"}}}};
      } else {
        answer["status"] = 200;
        answer["body"] = json::object{{"value", ids_of(person)}};
      }
      responses.insert(responses.begin(), answer);  // in any order
    }
    return json_answer(200, {{"responses", responses}});
  }
  std::string token_of_entra() {
    auto claims = claims_;
    claims.emplace("iss", "https://login.microsoftonline.com/" + std::string(kDirectoryTenant) + "/v2.0");
    claims.emplace("aud", "hub");
    claims.emplace("sub", "pairwise-" + who_);
    claims.emplace("nonce", nonce_);
    claims.emplace("iat", epoch_seconds(server_.clock.now()));
    claims.emplace("exp", epoch_seconds(server_.clock.now()) + 300);
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kRS256), R"({"alg":"RS256","kid":"k1"})",
                              json::serialize(claims));
  }
};

}  // namespace cardea::protocol
