// The piece of a proxy's configuration that puts the gate in front of an application (`cardea gate config nginx`). Each
// sets every header of the gate anew on each request, so that nothing of the kind gets through from a browser (attack
// class 19).
#pragma once

#include <string>
#include <string_view>

#include "gate/settings/gate_settings.h"

namespace cardea::gate {

/// `proxy`: nginx, caddy, traefik or envoy. `gate_address`: "127.0.0.1:8080". The application itself stands in it as
/// APPLICATION, to be replaced. `other_hosts`: those of the gate's other applications, for nginx alone. There the
/// server block of an application whose only host is "*" gets requests for them too when they have no block of their
/// own: the gate would judge them by the other's rules, and nginx would send them here, so the piece refuses them.
[[nodiscard]] std::string proxy_snippet(std::string_view proxy, const Application& application,
                                        std::string_view gate_address,
                                        const std::vector<std::string>& other_hosts = {});

/// Every header that a 200 of the gate may carry for this application.
[[nodiscard]] std::vector<std::string> identity_headers(const Application& application);

}  // namespace cardea::gate
