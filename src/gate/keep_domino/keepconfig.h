// HCL KEEP's `keepconfig.d` as providers of the gate: the members of guides.md G1.3, read as the guide prints them, its
// contradictions accepted and told. Durations are minutes, as in KEEP. Entries that cannot work are left out with a
// reason; the others work.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "gate/keep_domino/overlay.h"
#include "gate/token/provider_set.h"

namespace cardea::gate {

/// Gives the text of a key file, by the path in the settings: relative to `keepconfig.d`, or absolute. Absent: it
/// cannot be read.
using ReadKeyFile = std::function<std::optional<std::string>(const std::string& path)>;

/// A provider whose keys come from its discovery document.
struct DiscoveredProvider {
  ProviderPtr provider;
  std::string discovery_url;
};

struct KeepConfig {
  std::vector<ProviderPtr> providers;  // all that are active, those below among them
  std::vector<DiscoveredProvider> discovered;
  seconds jwt_duration{std::chrono::minutes(60)};  // of tokens we issue
  seconds jwt_duration_max{std::chrono::minutes(360)};
  bool is_login_disabled = false;  // disableDominoLogin
  bool is_insecure = false;        // expiry is not checked somewhere: health says so
  std::vector<ConfigNote> notes;
  json::object shown;  // what `/config` shows
};

/// `leeway`: on the times in tokens; KEEP's files do not say it.
[[nodiscard]] KeepConfig read_keepconfig(std::vector<ConfigFile> files,
                                         const std::map<std::string, std::string>& environment,
                                         const ReadKeyFile& read_key_file, seconds leeway = seconds{30});

}  // namespace cardea::gate
