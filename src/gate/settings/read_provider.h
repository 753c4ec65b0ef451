// One entry of `providers` in the gate's settings. Internal to read_gate.
#pragma once

#include "gate/settings/members.h"
#include "gate/settings/read_gate.h"

namespace cardea::gate {

/// Appends the provider, and where its keys are. Appends nothing when it told a problem.
void read_provider(Members members, const std::string& name, const GateFiles& files, GateSettings& settings);

/// "https://issuer" gives its discovery document (OpenID Connect Discovery 1.0 section 4).
[[nodiscard]] std::string discovery_url_of(std::string_view issuer);

}  // namespace cardea::gate
