// Keep's environment variables as settings of an application behind the gate (guides.md G0.3 to G0.7): who signs people
// in, whose tokens count, which group is which role, and what Keep's API asks for. Read as Keep's guide prints them.
#pragma once

#include <map>
#include <string>

#include "gate/settings/gate_settings.h"
#include "gate/settings/members.h"

namespace cardea::gate {

using Variables = std::map<std::string, std::string>;

/// NAME=value lines, with "export", quotes around values, and comments; what is no such line is passed over.
[[nodiscard]] Variables parse_env_file(std::string_view text);

/// What Keep has built in and the gate lets an operator set: national clouds, tests.
struct KeepHosts {
  std::string authority = "https://login.microsoftonline.com";
  std::string version_1_issuer = "https://sts.windows.net";
  std::string graph = "https://graph.microsoft.com";
  std::optional<TimePoint> secret_ends;  // when Entra ID takes the client secret no more
  std::vector<std::string> tenants;      // who may sign in when KEEP_AZUREAD_TENANT_ID names no tenant
  AddressList vouching;                  // whose headers AUTH_TYPE=OAUTH2PROXY believes
};

/// Fills in `application` and appends its provider to `settings`. Problems go to the notes, by variable. Never tells a
/// value.
void read_keep(const Variables& variables, const KeepHosts& hosts, Application& application, GateSettings& settings);

}  // namespace cardea::gate
