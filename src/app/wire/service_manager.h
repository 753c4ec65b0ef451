// Tells systemd how the service is doing (sd_notify(3)), without its library. Without NOTIFY_SOCKET nothing happens.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "app/settings/read_settings.h"

namespace cardea::app {

class ServiceManager {
 public:
  explicit ServiceManager(const Environment& environment);
  void ready() const { notify("READY=1"); }
  void reloading(std::chrono::nanoseconds monotonic) const;
  void stopping() const { notify("STOPPING=1"); }

 private:
  void notify(std::string_view state) const;
  std::string socket_;
};

}  // namespace cardea::app
