#include "core/changes/check_realm.h"

#include <algorithm>

#include "jose/algorithm.h"

namespace cardea {
namespace {

constexpr std::string_view kUsualReset = "reset credentials";  // FlowSet has it where the realm has none
/// Each with the flow that it is bound to where nobody says. A file that brings flows of its own may have none of that
/// name: what hangs on it is not offered then.
constexpr std::pair<std::string_view, std::string_view> kBindings[] = {{"browserFlow", "browser"},
                                                                       {"registrationFlow", "registration"},
                                                                       {"directGrantFlow", "direct grant"},
                                                                       {"resetCredentialsFlow", kUsualReset},
                                                                       {"firstBrokerLoginFlow", "first broker login"}};
constexpr std::string_view kLimits[] = {
    "failureFactor",        "maxTemporaryLockouts",        "maxFailureWaitSeconds", "minimumQuickLoginWaitSeconds",
    "waitIncrementSeconds", "quickLoginCheckMilliSeconds", "maxDeltaTimeSeconds"};

using Problems = std::vector<RealmProblem>;

void check_algorithm(const Realm& realm, Problems& problems) {
  const auto algorithm = jose::parse_algorithm(realm.default_signature_algorithm);
  if (algorithm && !jose::is_hmac(*algorithm)) return;
  problems.push_back({"defaultSignatureAlgorithm", "expected an RS, PS, ES or EdDSA algorithm"});
}

/// They are added to moments: what cannot be a time is refused.
void check_lifespans(const Realm& realm, Problems& problems) {
  const auto& life = realm.lifespans;
  constexpr seconds kMax{INT32_MAX};
  for (const auto span :
       {life.access_token, life.access_token_implicit, life.sso_session_idle, life.sso_session_max,
        life.sso_session_idle_remember_me, life.sso_session_max_remember_me, life.client_session_idle,
        life.client_session_max, life.offline_session_idle, life.offline_session_max, life.client_offline_session_idle,
        life.client_offline_session_max, life.access_code, life.access_code_user_action, life.access_code_login,
        life.device_code, life.device_polling_interval}) {
    if (span >= seconds{0} && span <= kMax) continue;
    return problems.push_back({"", "expected lifespans and timeouts of 0 to 2147483647 seconds"});
  }
}

void check_flows(const Realm& realm, Problems& problems) {
  for (const auto& [binding, usual] : kBindings) {
    const auto* value = realm.extra.if_contains(binding);
    if (value == nullptr || value->is_null()) continue;
    if (value->is_string() && std::string_view(value->get_string()) == usual) continue;
    if (!value->is_string() || !has_flow(realm, value->get_string())) {
      problems.push_back({binding, "expected the alias of a flow of the realm"});
    }
  }
}

void check_failed_logins(const Realm& realm, Problems& problems) {
  for (const auto limit : kLimits) {
    const auto* value = realm.extra.if_contains(limit);
    if (value == nullptr || value->is_null()) continue;
    const auto* number = value->if_int64();
    if (number == nullptr || *number < 0 || *number > INT32_MAX) {
      problems.push_back({limit, "expected a number of 0 to 2147483647"});
    }
  }
  const auto* strategy = realm.extra.if_contains("bruteForceStrategy");
  if (strategy == nullptr || strategy->is_null()) return;
  if (strategy->is_string() && (strategy->get_string() == "LINEAR" || strategy->get_string() == "MULTIPLE")) return;
  problems.push_back({"bruteForceStrategy", "expected LINEAR or MULTIPLE"});
}

void check_headers(const Realm& realm, Problems& problems) {
  const auto has_newline = [](const auto& header) {
    return header.second.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
  };
  if (std::ranges::none_of(realm.browser_security_headers, has_newline)) return;
  problems.push_back({"browserSecurityHeaders", "Newline not allowed."});
}

void check_types(const Realm& realm, Problems& problems) {
  if (const auto* smtp = realm.extra.if_contains("smtpServer");
      smtp != nullptr && !smtp->is_null() && !smtp->is_object()) {
    problems.push_back({"smtpServer", "expected an object"});
  }
  const auto* locales = realm.extra.if_contains("supportedLocales");
  if (locales == nullptr || locales->is_null()) return;
  const auto is_text = [](const json::value& item) { return item.is_string(); };
  if (locales->is_array() && std::ranges::all_of(locales->get_array(), is_text)) return;
  problems.push_back({"supportedLocales", "expected a list of strings"});
}

}  // namespace

bool has_flow(const Realm& realm, std::string_view alias_or_id) {
  if (alias_or_id == kUsualReset) return true;
  const auto* flows = realm.extra.if_contains("authenticationFlows");
  if (flows == nullptr || !flows->is_array()) return false;
  return std::ranges::any_of(flows->get_array(), [&](const json::value& item) {
    const auto* flow = item.if_object();
    return flow != nullptr && bool_or(*flow, "topLevel", false) && !alias_or_id.empty() &&
           (string_or(*flow, "alias", "") == alias_or_id || string_or(*flow, "id", "") == alias_or_id);
  });
}

std::vector<RealmProblem> realm_problems(const Realm& realm) {
  Problems problems;
  check_algorithm(realm, problems);
  check_lifespans(realm, problems);
  check_flows(realm, problems);
  check_failed_logins(realm, problems);
  check_headers(realm, problems);
  check_types(realm, problems);
  return problems;
}

}  // namespace cardea
