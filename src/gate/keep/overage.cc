#include "gate/keep/overage.h"

#include <utility>

#include "base/uri.h"
#include "upstream/code_flow.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

std::string person_of(const json::object& claims) {
  return string_or(claims, "tid", "") + "/" + string_or(claims, "oid", "");
}

std::shared_ptr<const Caller> with_groups(const Caller& caller, json::array groups) {
  auto claims = caller.claims();
  claims["groups"] = std::move(groups);
  return with_claims(caller, std::move(claims));
}

}  // namespace

bool is_overage(const json::object& claims) {
  if (claims.contains("groups")) return false;
  if (const auto* flag = claims.if_contains("hasgroups"); flag != nullptr && flag->is_bool() && flag->get_bool())
    return true;
  const auto* names = claims.if_contains("_claim_names");
  const auto* object = names == nullptr ? nullptr : names->if_object();
  return object != nullptr && object->contains("groups");
}

web::Outcome Overage::ask(const OverageSettings& settings, CallerPtr caller, Next next) {
  const auto person = person_of(caller->claims());
  {
    const std::lock_guard lock(mutex_);
    const auto* known = known_.find(person);
    if (known != nullptr && reach_.clock.steady() - known->at < kFresh)
      return next(with_groups(*caller, known->groups));
  }
  if (person.size() < 3 || person.ends_with('/')) return next(refuse(OverageError::kRefused));
  return ask_token(std::make_shared<Asked>(Asked{settings, std::move(caller), std::move(next)}));
}

web::Outcome Overage::ask_token(const AskedPtr& asked) {
  auto text = asked->settings.token_url;
  constexpr std::string_view kPlace = "{tenant}";
  if (const auto at = text.find(kPlace); at != std::string::npos)
    text.replace(at, kPlace.size(), percent_encode(string_or(asked->caller->claims(), "tid", "")));
  const auto url = web::ConfiguredUrl::parse(text);
  if (!url) return asked->next(refuse(OverageError::kRefused));
  std::string form;
  web::append_form(form, "grant_type", "client_credentials");
  web::append_form(form, "scope", asked->settings.graph + "/.default");
  upstream::ClientProof proof;
  proof.client_id = asked->settings.client_id;
  proof.secret = asked->settings.client_secret.reveal();
  return web::fetch(upstream::token_request(*url, std::move(form), proof), web::Lane::kInline,
                    [this, asked](const web::Fetched& fetched) -> web::Outcome {
                      auto answer = upstream::read_token_answer(fetched);
                      if (!answer) {
                        reach_.log.warning("gate_overage_failed",
                                           {{"what", "token"}, {"reason", answer.error().error}});
                        const bool away = !fetched || fetched->status >= 500;
                        return asked->next(refuse(away ? OverageError::kUnavailable : OverageError::kRefused));
                      }
                      asked->access_token = std::move(answer->access_token);
                      const auto oid = percent_encode(string_or(asked->caller->claims(), "oid", ""));
                      return ask_page(asked, asked->settings.graph + "/v1.0/users/" + oid +
                                                 "/transitiveMemberOf/microsoft.graph.group?$select=id&$top=999");
                    });
}

web::Outcome Overage::ask_page(const AskedPtr& asked, const std::string& text) {
  const auto url = web::ConfiguredUrl::parse(text);
  // A next page elsewhere would get the token: Graph's are at Graph.
  if (!url || !text.starts_with(asked->settings.graph + "/") || ++asked->pages > kPagesMax)
    return asked->next(refuse(OverageError::kRefused));
  return web::fetch(upstream::bearer_request(*url, asked->access_token), web::Lane::kInline,
                    [this, asked](const web::Fetched& fetched) -> web::Outcome {
                      const auto page = upstream::read_object(fetched);
                      const auto* list = page ? page->if_contains("value") : nullptr;
                      if (list == nullptr || !list->is_array()) {
                        const bool away = !fetched || fetched->status >= 500;
                        reach_.log.warning(
                            "gate_overage_failed",
                            {{"what", "graph"}, {"reason", page ? std::string("no_value") : page.error()}});
                        return asked->next(refuse(away ? OverageError::kUnavailable : OverageError::kRefused));
                      }
                      for (const auto& item : list->get_array()) {
                        const auto* object = item.if_object();
                        const auto id = object == nullptr ? std::string() : string_or(*object, "id", "");
                        if (!id.empty() && asked->groups.size() < kGroupsMax) asked->groups.emplace_back(id);
                      }
                      const auto next = string_or(*page, "@odata.nextLink", "");
                      return next.empty() ? answered(asked) : ask_page(asked, next);
                    });
}

web::Outcome Overage::answered(const AskedPtr& asked) {
  {
    const std::lock_guard lock(mutex_);
    known_.put(person_of(asked->caller->claims()), {asked->groups, reach_.clock.steady()});
  }
  return asked->next(with_groups(*asked->caller, asked->groups));
}

}  // namespace cardea::gate
