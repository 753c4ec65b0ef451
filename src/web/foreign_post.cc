#include "web/foreign_post.h"

#include "base/uri.h"

namespace cardea::web {

bool is_foreign_post(const Request& request, std::string_view own_base) {
  const auto site = request.header("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none") return true;
  const auto origin = request.header("Origin");
  if (!origin || *origin == "null") return false;
  const auto own = parse_uri(own_base);
  const auto sender = parse_uri(*origin);
  return !own || !sender || own->origin().empty() || sender->origin() != own->origin();
}

}  // namespace cardea::web
