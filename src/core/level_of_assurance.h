// Names of authentication levels (keycloak.md section 2.2, `acr`): attribute `acr.loa.map` of the client, else of the
// realm, a JSON object of name to number. A number that is no name stands for itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/authorization.h"
#include "domain/client.h"
#include "domain/flow/executor.h"
#include "domain/realm.h"
#include "domain/session.h"

namespace cardea {

class LevelNames {
 public:
  LevelNames(const Realm& realm, const Client& client);

  /// The level behind a name or a number.
  [[nodiscard]] std::optional<int> level_of(std::string_view name) const;
  /// What tokens say about a level that was reached: of `wanted` (space separated) the name of the highest level not
  /// above it, the first of several; else of all names. Without any its number.
  [[nodiscard]] std::string name_of(int level, std::string_view wanted) const;
  /// Every name, in order of level, for the metadata.
  [[nodiscard]] static std::vector<std::string> of_realm(const Realm& realm);

 private:
  std::map<std::string, int, std::less<>> levels_;
};

/// The level that `acr_values` asks for: of several the lowest, as Keycloak. kNoLevel: none.
[[nodiscard]] int requested_level(const LevelNames& names, std::string_view acr_values);

/// When each level was reached in this session: its note "loa-map", {"1":1767225600} (epoch seconds). What cannot be
/// read was not reached.
inline constexpr std::string_view kLevelNote = "loa-map";
[[nodiscard]] std::map<int, std::int64_t> levels_of(const UserSession& session);
/// Adds what a login reached.
void note_levels(UserSession& session, const Authentication& proven);

}  // namespace cardea
