#include <array>

#include "account/api.h"
#include "account/applications.h"
#include "account/consents.h"
#include "account/credentials.h"
#include "account/linked_accounts.h"
#include "account/memberships.h"
#include "account/profile.h"
#include "account/sessions.h"

namespace cardea::account {
namespace {

using enum web::Method;
using Roles = std::span<const std::string_view>;

constexpr std::string_view kView[] = {"view-profile", "manage-account"};
constexpr std::string_view kManage[] = {"manage-account"};
constexpr std::string_view kApplications[] = {"view-applications", "manage-account"};
constexpr std::string_view kGroups[] = {"view-groups", "manage-account"};
constexpr std::string_view kViewConsent[] = {"view-consent", "manage-consent", "manage-account"};
constexpr std::string_view kManageConsent[] = {"manage-consent", "manage-account"};
constexpr std::string_view kLinks[] = {"manage-account-links", "manage-account"};

// Measured on a live Keycloak 26.7: each role alone, against each path.
constexpr Operation kOperations[] = {
    {kGet, "", kView, show_profile},
    {kPost, "", kManage, nullptr, change_profile},
    {kGet, "/supportedLocales", Roles{}, list_locales},
    {kGet, "/credentials", kView, list_credentials},
    {kDelete, "/credentials/{id}", kManage, nullptr, remove_credential},
    {kPut, "/credentials/{id}/label", kManage, nullptr, change_label},
    {kGet, "/sessions", kView, list_sessions},
    {kGet, "/sessions/devices", kView, list_devices},
    {kDelete, "/sessions", kManage, nullptr, end_sessions},
    {kDelete, "/sessions/{id}", kManage, nullptr, end_one_session},
    {kGet, "/applications", kApplications, list_applications},
    {kGet, "/applications/{clientId}/consent", kViewConsent, show_consent},
    {kPost, "/applications/{clientId}/consent", kManageConsent, nullptr, grant_consent},
    {kPut, "/applications/{clientId}/consent", kManageConsent, nullptr, grant_consent},
    {kDelete, "/applications/{clientId}/consent", kManageConsent, nullptr, revoke_consent},
    {kGet, "/groups", kGroups, list_groups},
    {kGet, "/organizations", kView, list_organizations},
    {kGet, "/linked-accounts", kView, list_linked_accounts},
    {kGet, "/linked-accounts/{alias}", kLinks, refuse_old_linking},
    {kDelete, "/linked-accounts/{alias}", kLinks, nullptr, unlink_account},
    {kGet, "/resources", kView, refuse_resources},
};

}  // namespace

std::span<const Operation> operations() { return kOperations; }

}  // namespace cardea::account
