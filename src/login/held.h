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

/// Calls `next(LoginLink, Interaction)`, or refuses.
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
