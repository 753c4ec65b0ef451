// Kestra's own YAML as settings of an application behind the gate (guides.md G3.4, G3.5): the client, the issuer, the
// scopes, the path of the groups, the default role and whether a GET logs out. Read as the guide prints it, also with
// `endpoints` below `oauth2` where it does not belong, and with names in camelCase or kebab-case.
#pragma once

#include <map>
#include <string>

#include "gate/settings/gate_settings.h"
#include "gate/settings/members.h"

namespace cardea::gate {

/// Fills in `application`. `file`: the whole YAML; `environment` is what its `${NAME}` are read from. Problems go to
/// `notes`, by the key's path in that file.
void read_kestra(const json::object& file, const std::map<std::string, std::string>& environment,
                 Application& application, std::vector<ConfigNote>& notes);

/// Kestra's managed roles and the requests of its API, with the permission each needs.
[[nodiscard]] std::vector<Role> kestra_managed_roles();
[[nodiscard]] std::vector<RequestRule> kestra_requests();

/// "FLOW" or the old "FLOWS" gives "flow". Absent: Kestra has no such resource.
[[nodiscard]] std::optional<std::string> kestra_resource(std::string_view name);

}  // namespace cardea::gate
