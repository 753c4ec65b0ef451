#include "gate/signin/session_cookie.h"

#include <utility>

#include "web/cookie.h"

namespace cardea::gate {

void set_cookie(web::Response& response, const web::Request& request, std::string name, std::string value,
                std::optional<seconds> life) {
  web::SetCookie cookie;
  cookie.name = std::move(name);
  cookie.value = std::move(value);
  cookie.max_age = life;
  cookie.secure = request.is_https();
  cookie.same_site = web::SameSite::kLax;
  web::add_cookie(response, cookie);
}

}  // namespace cardea::gate
