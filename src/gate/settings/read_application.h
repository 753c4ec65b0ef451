// One entry of `applications` in the gate's settings. Internal to read_gate.
#pragma once

#include "gate/settings/members.h"
#include "gate/settings/read_gate.h"

namespace cardea::gate {

/// `providers` of `settings` are read already.
void read_application(Members members, const GateFiles& files, GateSettings& settings);

/// One entry of `introspection`.
void read_lookup(Members members, const std::string& provider, const GateFiles& files, GateSettings& settings);

}  // namespace cardea::gate
