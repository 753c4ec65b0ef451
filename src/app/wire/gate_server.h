// `cardea gate`: the gate alone, without realms; with a database for sessions and logged-out tokens when the settings
// name one.
#pragma once

#include <memory>
#include <string>

#include "app/settings/read_settings.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

namespace cardea::app {

class RunningGate {
 public:
  /// The error is a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<RunningGate>, std::string> start(ServerSettings settings,
                                                                               const Environment& environment, Log& log,
                                                                               const Clock& clock, Random& random);
  ~RunningGate();

  /// Where it listens.
  [[nodiscard]] const std::string& url() const;
  /// Reads certificates and the gate's settings again (SIGHUP).
  void reload();
  /// Lets running requests end; returns when everything has stopped.
  void stop();

 private:
  struct Parts;
  explicit RunningGate(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cardea::app
