// The first start: the realm master with its administrator (keycloak.md sections 3 and 7). Made in one staged import,
// so that there is never a master without its administrator, nor one with half its content.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "core/import/run_import.h"

namespace cardea {

struct FirstAdmin {
  std::string username = "admin";
  std::optional<SecretBytes> password;  // absent: a random one is made. There is no default password (attack class 33)
};

struct BootstrapReport {
  bool made = false;                         // false: master was there already, and nothing was changed
  std::string username;                      // set when made
  std::optional<SecretBytes> made_password;  // to be shown once; absent when one was given
};

/// Makes master unless it exists. The administrator is marked as temporary, as Keycloak does (attribute
/// is_temporary_admin), and has the role "admin". kInvalid: a username or password nobody may have. kInProgress:
/// another node is at it; ask again until master is there.
[[nodiscard]] Result<BootstrapReport, ImportFailure> bootstrap_master(const ImportTools& tools, FirstAdmin admin,
                                                                      const ImportOptions& options = {});

}  // namespace cardea
