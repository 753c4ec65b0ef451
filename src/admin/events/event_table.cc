// The rows of kept events (keycloak.md section 6.3).
#include "admin/events/event_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"

constexpr Operation kRows[] = {
    {kGet, REALM "/events", "listEvents", needs({kViewEvents, kManageEvents}), kRead, &list_user_events},
    {kDelete, REALM "/events", "clearEvents", needs({kManageEvents}), kLong, &clear_user_events},
    {kGet, REALM "/admin-events", "listAdminEvents", needs({kViewEvents, kManageEvents}), kRead, &list_admin_events},
    {kDelete, REALM "/admin-events", "clearAdminEvents", needs({kManageEvents}), kLong, &clear_admin_events},
};

#undef REALM

}  // namespace

std::span<const Operation> event_operations() { return kRows; }

}  // namespace cardea::admin
