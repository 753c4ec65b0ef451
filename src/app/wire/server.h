// The whole program, built once: reading server.cc shows every part and who gets a reference to whom.
#pragma once

#include <memory>
#include <string>

#include "app/settings/read_settings.h"
#include "app/wire/first_start.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

namespace cardea::app {

/// What `start` prints for a person, apart from the log.
struct Announcement {
  std::string url;             // where to go first
  std::string management_url;  // empty: no management port
};

class RunningServer {
 public:
  /// `show_password`: see first_start.h.
  /// Opens the database, makes what a first start needs, imports, and serves. The error is a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<RunningServer>, std::string> start(ServerSettings settings,
                                                                                 const Environment& environment,
                                                                                 Log& log, const Clock& clock,
                                                                                 Random& random,
                                                                                 ShowPassword show_password);
  ~RunningServer();

  [[nodiscard]] const Announcement& announcement() const;
  [[nodiscard]] const ServerSettings& settings() const;
  /// Reads certificates again (SIGHUP).
  void reload();
  /// Lets running requests end; returns when everything has stopped.
  void stop();

 private:
  struct Parts;
  explicit RunningServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cardea::app
