// The rows of the smaller documents of a realm (keycloak.md section 6.3).
#include "admin/seam/operation.h"
#include "admin/seam/permissions.h"
#include "admin/settings/setting_handlers.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define REALM "/admin/realms/{realm}"
#define TEXTS REALM "/localization"

constexpr Operation kRows[] = {
    {kGet, TEXTS, "listLocales", kAnyAdmin, kRead, &list_locales},
    {kGet, TEXTS "/{locale}", "getTexts", kAnyAdmin, kRead, &get_texts},
    {kPost, TEXTS "/{locale}", "mergeTexts", kChangeRealm, kWrite, &merge_texts, "REALM", "UPDATE"},
    {kDelete, TEXTS "/{locale}", "deleteTexts", kChangeRealm, kWrite, &delete_texts, "REALM", "UPDATE"},
    {kGet, TEXTS "/{locale}/{key}", "getText", kAnyAdmin, kRead, &get_text},
    {kPut, TEXTS "/{locale}/{key}", "setText", kChangeRealm, kWrite, &set_text, "REALM"},
    {kDelete, TEXTS "/{locale}/{key}", "deleteText", kChangeRealm, kWrite, &delete_text, "REALM", "UPDATE"},

    {kGet, REALM "/client-policies/policies", "getClientPolicies", kSeeRealm, kRead, &get_client_policies},
    {kPut, REALM "/client-policies/policies", "updateClientPolicies", kChangeRealm, kWrite, &update_client_policies,
     "REALM"},
    {kGet, REALM "/client-policies/profiles", "getClientProfiles", kSeeRealm, kRead, &get_client_profiles},
    {kPut, REALM "/client-policies/profiles", "updateClientProfiles", kChangeRealm, kWrite, &update_client_profiles,
     "REALM"},

    {kGet, REALM "/events/config", "getEventsConfig", needs({kViewEvents, kManageEvents}), kRead, &get_events_config},
    {kPut, REALM "/events/config", "updateEventsConfig", needs({kManageEvents}), kWrite, &update_events_config,
     "REALM"},
};

#undef REALM
#undef TEXTS

}  // namespace

std::span<const Operation> setting_operations() { return kRows; }

}  // namespace cardea::admin
