// The interaction that a browser holds before a login is proven whole: from its row, or from the sealed text in the
// query, and only with the cookie it is bound to. Internal to login.
#pragma once

#include <optional>
#include <string>

#include "core/sealed_interaction.h"
#include "login/endpoint.h"
#include "login/flow_cookie.h"
#include "login/required_action.h"

namespace cardea::login {

using Opened = Result<Interaction, Refusal>;

inline Opened check_held(Interaction interaction, std::string_view cookie) {
  if (!is_same_browser(interaction.browser_hash, cookie)) return refuse(Refusal::kGone);
  if (std::holds_alternative<AwaitingActions>(interaction.stage)) return refuse(Refusal::kGone);
  return interaction;
}

/// A page that stood open too long, in the browser that it was made for and that has not signed in since (its cookie is
/// another one then): its request, to be begun anew as Keycloak does, and not the errand of the client. Nothing was
/// proven there, so nothing is taken over but who alone may sign in.
inline std::optional<Interaction> find_timed_out(const Dependencies& dependencies, const Realm& realm,
                                                 std::string_view text, std::string_view cookie) {
  auto late = open_timed_out_interaction(dependencies.sealer, realm.id, text, dependencies.clock.now());
  if (!late || !is_same_browser(late->browser_hash, cookie)) return std::nullopt;
  if (!late->request.pushed_hash.empty()) return std::nullopt;  // it is gone by now (RFC 9126 section 4)
  auto& stage = std::get<AwaitingLogin>(late->stage);
  stage.typed_name.clear();
  stage.named_by.clear();
  return late;
}

/// Shows the first page of its flow and says why. Logs a refusal of what was sent. In authenticate.cc.
[[nodiscard]] web::Outcome begin_anew(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                      Interaction interaction);

/// Calls `next(LoginLink, Interaction)`, begins anew what is over, or refuses.
template <class Next>
[[nodiscard]] web::Outcome with_held(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                     LoginLink link, Next next) {
  const auto cookie = read_flow_cookie(request, realm->realm);
  if (!cookie) return refuse_login(dependencies, request, realm, link, Refusal::kNoCookie);
  auto hand_on = [&dependencies, &request, realm, link, next = std::move(next)](Opened held) mutable {
    if (!held) return refuse_login(dependencies, request, realm, link, held.error());
    return next(std::move(link), std::move(*held));
  };
  if (link.session_code.size() != kHandleLength) {
    if (auto late = find_timed_out(dependencies, realm->realm, link.session_code, *cookie)) {
      return begin_anew(dependencies, request, realm, std::move(*late));
    }
    auto opened = open_interaction(dependencies.sealer, realm->realm.id, link.session_code, dependencies.clock.now());
    auto held = opened ? check_held(std::move(*opened), *cookie) : Opened(refuse(Refusal::kGone));
    return hand_on(std::move(held));
  }
  return then_read(dependencies,
                   [&dependencies, &request, realm, hash = handle_hash(link.session_code), cookie = *cookie,
                    hand_on]() mutable -> web::Outcome {
                     auto found = read_from(dependencies.repositories.store, [&](Rows& rows) {
                       return dependencies.repositories.interactions.find(rows, realm->realm.id, hash,
                                                                          dependencies.clock.now());
                     });
                     if (!found) return store_failed(dependencies, request, realm.get(), found.error());
                     return hand_on(*found ? check_held(std::move(**found), cookie) : Opened(refuse(Refusal::kGone)));
                   });
}

}  // namespace cardea::login
