// What a start makes before it serves: the realm master with its administrator on an empty database, the playground's
// client in start-dev, and the realms of `--import-realm` that are not there yet.
#pragma once

#include <string>

#include "app/settings/read_settings.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "domain/repository/repositories.h"

namespace cardea::app {

struct FirstStartReport {
  bool made_master = false;
  std::string admin_username;
  SecretBytes admin_password;  // to be shown once; empty when one was given or master was there
};

/// The error is a sentence for the operator. Safe to run on several nodes at once: one makes, the others find it made.
[[nodiscard]] Result<FirstStartReport, std::string> prepare_realms(const ServerSettings& settings,
                                                                   const Environment& environment,
                                                                   const Repositories& repositories, const Clock& clock,
                                                                   Random& random, Log& log);

}  // namespace cardea::app
