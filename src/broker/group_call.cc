#include "broker/group_call.h"

#include "base/uri.h"
#include "upstream/code_flow.h"

namespace cardea::broker {
namespace {

struct Asking {
  ArrivalPtr arrival;
  std::string graph;
  std::string access_token;
  GroupsNext next;
  SourceGroups groups = {};
  int pages = 0;
};
using AskingPtr = std::shared_ptr<Asking>;

void log_failure(const Arrival& arrival, std::string_view event, std::string_view reason) {
  std::string_view hint = "";
  if (reason == "status_403") hint = "the application lacks GroupMember.Read.All with admin consent";
  arrival.dependencies.log.warning(event, {{"provider", arrival.provider->alias},
                                           {"upstream_id", arrival.identity.id},
                                           {"reason", reason},
                                           {"hint", hint},
                                           {"correlation_id", arrival.request.correlation_id}});
}

web::Outcome give_up(const AskingPtr& asking, std::string_view reason) {
  const auto& arrival = *asking->arrival;
  switch (on_groups_failure(*arrival.provider, reason)) {
    case GroupsFailure::kKeep:
      log_failure(arrival, "upstream_groups_kept", reason);
      return asking->next(std::nullopt);
    case GroupsFailure::kDrop:
      log_failure(arrival, "upstream_groups_dropped", reason);
      return asking->next(SourceGroups());
    case GroupsFailure::kRefuse:
      break;
  }
  return fail_arrival(arrival, "groups_" + std::string(reason),
                      "The provider did not say which groups you are in. Try again later.");
}

web::Outcome finish(const AskingPtr& asking) {
  return asking->next(filtered(*asking->arrival->provider, asking->groups));
}

web::Outcome ask(const AskingPtr& asking, web::FetchRequest request,
                 std::move_only_function<web::Outcome(const AskingPtr&, const json::object&)> take,
                 std::move_only_function<web::Outcome(const AskingPtr&, std::string_view reason)> fail = give_up) {
  const auto& dependencies = asking->arrival->dependencies;
  if (!dependencies.graph_pause->is_over(asking->graph, dependencies.clock.steady())) {
    return fail(asking, "told_to_wait");
  }
  request.timeout = kGroupsTimeout;
  request.headers.push_back({"x-ms-throttle-priority", "high"});
  return web::fetch(
      std::move(request), web::Lane::kInline,
      [asking, take = std::move(take), fail = std::move(fail)](const web::Fetched& fetched) mutable -> web::Outcome {
        const auto& broker = asking->arrival->dependencies;
        if (fetched) broker.graph_pause->note(asking->graph, *fetched, broker.clock.steady());
        const auto body = upstream::read_object(fetched);
        if (!body) return fail(asking, body.error());
        return take(asking, *body);
      });
}

std::optional<web::FetchRequest> post_json(const Asking& asking, std::string_view path, std::string body) {
  auto url = web::ConfiguredUrl::parse(asking.graph + std::string(path));
  if (!url) return std::nullopt;
  auto request = upstream::bearer_request(std::move(*url), asking.access_token);
  request.method = web::Method::kPost;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

// Names of groups of which the token or getMemberObjects gave ids alone. Without the permission they stay unknown.
web::Outcome ask_names(const AskingPtr& asking) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("ids").begin_array();
  std::size_t asked = 0;
  for (const auto& group : asking->groups) {
    if (group.name.empty() && asked < kNamesAskedMax) {
      writer.string(group.id);
      ++asked;
    }
  }
  writer.end_array().key("types").begin_array().string("group").end_array().end_object();
  if (asked == 0) return finish(asking);
  auto request = post_json(*asking, "/v1.0/directoryObjects/getByIds", std::move(body));
  if (!request) return finish(asking);
  return ask(
      asking, std::move(*request),
      [](const AskingPtr& done, const json::object& answer) {
        add_names(answer, done->groups);
        return finish(done);
      },
      [](const AskingPtr& done, std::string_view) { return finish(done); });
}

web::Outcome ask_member_ids(const AskingPtr& asking) {
  auto request = post_json(*asking, "/v1.0/me/getMemberObjects", R"({"securityEnabledOnly":false})");
  if (!request) return give_up(asking, "bad_graph_url");
  return ask(asking, std::move(*request), [](const AskingPtr& done, const json::object& answer) -> web::Outcome {
    auto ids = read_member_ids(answer);
    if (!ids) return give_up(done, "bad_answer");
    done->groups = std::move(*ids);
    return ask_names(done);
  });
}

// `@odata.nextLink` is the whole address; it carries our token, so it must be Graph's (entra.md section 12).
web::Outcome ask_page(const AskingPtr& asking, const std::string& address) {
  auto url = web::ConfiguredUrl::parse(address);
  if (!url || url->origin() != asking->graph) return give_up(asking, "next_page_elsewhere");
  if (++asking->pages > kGroupPagesMax) return give_up(asking, "too_many_groups");
  return ask(asking, upstream::bearer_request(std::move(*url), asking->access_token),
             [](const AskingPtr& done, const json::object& answer) -> web::Outcome {
               auto page = read_group_page(answer);
               if (!page) return give_up(done, "bad_answer");
               done->groups.insert(done->groups.end(), page->groups.begin(), page->groups.end());
               return page->next.empty() ? finish(done) : ask_page(done, page->next);
             });
}

}  // namespace

web::Outcome with_source_groups(const ArrivalPtr& arrival, const Addresses& addresses, const json::object& claims,
                                const std::string& access_token, GroupsNext next) {
  const auto mode = groups_mode_of(*arrival->provider);
  if (!mode) log_failure(*arrival, "upstream_groups_kept", "unknown_groups_mode");
  if (!mode || *mode == GroupsMode::kNone) return next(std::nullopt);
  auto asking = std::make_shared<Asking>(arrival, addresses.graph, access_token, std::move(next));
  auto in_token = groups_in_token(claims);
  const bool asks_graph = addresses.dialect == Dialect::kEntra && !addresses.graph.empty();
  if (*mode == GroupsMode::kDirect && asks_graph) {
    return ask_page(asking,
                    addresses.graph + "/v1.0/me/memberOf?$select=id,displayName&$top=" + std::string(kGroupPageSize));
  }
  if (!in_token) {
    if (*mode == GroupsMode::kTransitive && asks_graph) return ask_member_ids(asking);
    return give_up(asking, "not_in_token");
  }
  asking->groups = std::move(*in_token);
  return asks_graph && *mode == GroupsMode::kTransitive ? ask_names(asking) : finish(asking);
}

}  // namespace cardea::broker
