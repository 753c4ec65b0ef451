#include "account/start_page.h"

namespace cardea::account {

web::Response show_start_page(const Dependencies& dependencies, const web::Request& request) {
  web::PageData data;
  data.text("title", "Cardea").flag("playground", dependencies.development);
  data.text("server", dependencies.base_url.of(request));
  return dependencies.pages.render("start", 200, data);
}

}  // namespace cardea::account
