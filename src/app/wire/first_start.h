// What is done between an open database and the first request: the realm master with its administrator, and the realm
// files of --import-realm. Both are repeated at every start and do nothing the second time.
#pragma once

#include <functional>
#include <string>

#include "app/settings/read_settings.h"
#include "base/log.h"
#include "core/import/run_import.h"

namespace cardea::app {

/// Shows the administrator's one-time password to a person. Empty: there is nobody to show it to, and then one must be
/// given, since it may be found in no log (attack class 33).
using ShowPassword = std::function<void(std::string_view username, const SecretBytes& password)>;

struct FirstStart {
  const ServerSettings& settings;
  const Environment& environment;
  ImportTools tools;
  Log& log;
  ShowPassword show_password;
  /// Waits a moment while another node does the same work; false when the server is to stop.
  std::function<bool()> wait;
};

/// Makes master unless it is there. A random password is shown as soon as it counts, so that nothing that fails later
/// can lose it; it is held nowhere else. Errors are sentences.
[[nodiscard]] Result<void, std::string> make_master(FirstStart& start);

/// Imports what `import_realm` names. Realms that exist are left alone. Logs one line for each, and one warning with
/// what was kept without effect. The first file that is wrong ends the start.
[[nodiscard]] Result<void, std::string> import_realms(FirstStart& start);

}  // namespace cardea::app
