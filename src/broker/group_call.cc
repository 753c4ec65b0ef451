#include "broker/group_call.h"

#include "base/uri.h"
#include "upstream/code_flow.h"

namespace cardea::broker {
namespace {

struct Asking {
  GroupsQuestion question;
  GroupsNext next;
  SourceGroups groups = {};
  int pages = 0;
  std::size_t names_asked = 0;  // of the groups before this one
};
using AskingPtr = std::shared_ptr<Asking>;

web::Outcome give_up(const AskingPtr& asking, std::string_view reason) {
  return asking->next(refuse(std::string(reason)));
}

web::Outcome finish(const AskingPtr& asking) { return asking->next(std::move(asking->groups)); }

web::Outcome ask(const AskingPtr& asking, web::FetchRequest request,
                 std::move_only_function<web::Outcome(const AskingPtr&, const json::object&)> take,
                 std::move_only_function<web::Outcome(const AskingPtr&, std::string_view reason)> fail = give_up) {
  const auto& question = asking->question;
  if (!question.dependencies.graph_pause->is_over(question.graph, question.dependencies.clock.steady())) {
    return fail(asking, "told_to_wait");
  }
  if (question.somebody_waits) request.timeout = kGroupsTimeout;
  request.headers.push_back({"x-ms-throttle-priority", question.somebody_waits ? "high" : "low"});
  return web::fetch(
      std::move(request), web::Lane::kInline,
      [asking, take = std::move(take), fail = std::move(fail)](const web::Fetched& fetched) mutable -> web::Outcome {
        const auto& dependencies = asking->question.dependencies;
        if (fetched) dependencies.graph_pause->note(asking->question.graph, *fetched, dependencies.clock);
        const auto body = upstream::read_object(fetched);
        if (!body) return fail(asking, body.error());
        return take(asking, *body);
      });
}

std::optional<web::FetchRequest> post_json(const Asking& asking, std::string_view path, std::string body) {
  auto url = web::ConfiguredUrl::parse(asking.question.graph + std::string(path));
  if (!url) return std::nullopt;
  auto request = upstream::bearer_request(std::move(*url), asking.question.access_token);
  request.method = web::Method::kPost;
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

// Names of groups of which the token or getMemberObjects gave ids alone. Without the permission they stay unknown;
// while a person waits they are the first ones.
web::Outcome ask_names(const AskingPtr& asking) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("ids").begin_array();
  std::size_t asked = 0;
  auto& groups = asking->groups;
  for (; asking->names_asked < groups.size() && asked < kNamesAskedMax; ++asking->names_asked) {
    const auto& group = groups[asking->names_asked];
    if (!group.name.empty()) continue;
    writer.string(group.id);
    ++asked;
  }
  writer.end_array().key("types").begin_array().string("group").end_array().end_object();
  if (asked == 0) return finish(asking);
  auto request = post_json(*asking, "/v1.0/directoryObjects/getByIds", std::move(body));
  if (!request) return finish(asking);
  return ask(
      asking, std::move(*request),
      [](const AskingPtr& done, const json::object& answer) {
        add_names(answer, done->groups);
        return done->question.somebody_waits ? finish(done) : ask_names(done);
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
  if (!url || url->origin() != asking->question.graph) return give_up(asking, "next_page_elsewhere");
  const int pages_max = asking->question.somebody_waits ? kGroupPagesMax : kGroupPagesMaxLater;
  if (++asking->pages > pages_max) return give_up(asking, "too_many_groups");
  return ask(asking, upstream::bearer_request(std::move(*url), asking->question.access_token),
             [](const AskingPtr& done, const json::object& answer) -> web::Outcome {
               auto page = read_group_page(answer);
               if (!page) return give_up(done, "bad_answer");
               done->groups.insert(done->groups.end(), page->groups.begin(), page->groups.end());
               return page->next.empty() ? finish(done) : ask_page(done, page->next);
             });
}

}  // namespace

web::Outcome ask_groups(GroupsQuestion question, GroupsNext next) {
  const auto mode = groups_mode_of(*question.provider);
  auto asking = std::make_shared<Asking>(std::move(question), std::move(next));
  if (mode == GroupsMode::kDirect) {
    return ask_page(asking, asking->question.graph +
                                "/v1.0/me/memberOf?$select=id,displayName&$top=" + std::string(kGroupPageSize));
  }
  if (!asking->question.has_token_groups) return ask_member_ids(asking);
  asking->groups = std::move(asking->question.in_token);
  return ask_names(asking);
}

std::string_view groups_hint(std::string_view reason) {
  return reason == "status_403" ? "the application lacks GroupMember.Read.All with admin consent" : "";
}

}  // namespace cardea::broker
