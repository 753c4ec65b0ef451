#include "admin/admin.h"
#include "admin/seam/cors.h"
#include "admin/seam/dispatch.h"
#include "admin/seam/operation.h"

#include <set>
#include <string>

namespace cardea::admin {

const std::vector<Operation>& operations() {
  static const auto table = [] {
    std::vector<Operation> rows;
    for (const auto group :
         {realm_operations(), user_operations(), client_operations(), scope_operations(), role_operations(),
          group_operations(), setting_operations(), provider_operations(), flow_operations(), server_operations(),
          event_operations(), mail_operations(), access_token_operations(), partial_operations(),
          certificate_operations(), not_offered_operations(), organization_operations()}) {
      rows.insert(rows.end(), group.begin(), group.end());
    }
    return rows;
  }();
  return table;
}

void add_routes(web::Router& router, const Dependencies& dependencies) {
  std::set<std::string_view> paths;
  for (const auto& operation : operations()) {
    router.add(operation.method, operation.path, [&operation, &dependencies](const web::Request& request) {
      return dispatch(dependencies, operation, request);
    });
    if (!paths.insert(operation.path).second) continue;
    router.options(operation.path, [](const web::Request& request) -> web::Outcome { return preflight(request); });
  }
}

}  // namespace cardea::admin
