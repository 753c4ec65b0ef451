#include "app/wire/login_side.h"

#include <utility>

namespace cardea::app {

broker::LoginSide login_side(login::Login& login) {
  broker::LoginSide out;
  out.pause = [&login](const web::Request& request, broker::RealmPtr realm, broker::PausedNext next) {
    return login.pause(request, std::move(realm), std::move(next));
  };
  out.check_paused = [&login](const web::Request& request, broker::RealmPtr realm, PausedLogin paused,
                              broker::PausedNext next) {
    return login.check_paused(request, std::move(realm), std::move(paused), std::move(next));
  };
  out.resume = [&login](const web::Request& request, broker::RealmPtr realm, PausedLogin paused,
                        UpstreamSignIn signed_in) {
    return login.resume(request, std::move(realm), std::move(paused), std::move(signed_in));
  };
  out.show = [&login](const web::Request& request, broker::RealmPtr realm, PausedLogin paused, std::string reason,
                      std::string message) {
    return login.show_paused(request, std::move(realm), std::move(paused),
                             {.reason = std::move(reason), .message = std::move(message)});
  };
  out.start = [&login](const web::Request& request, broker::RealmPtr realm, AuthorizationRequest authorization,
                       std::string username) {
    return login.start(request, std::move(realm), std::move(authorization), std::move(username));
  };
  return out;
}

}  // namespace cardea::app
