#include "app/wire/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace cardea::app {

ServiceManager::ServiceManager(const Environment& environment) {
  if (const auto found = environment.find("NOTIFY_SOCKET"); found != environment.end()) socket_ = found->second;
}

void ServiceManager::reloading(std::chrono::nanoseconds monotonic) const {
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic.count() / 1000));
}

void ServiceManager::notify(std::string_view state) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  // A manager that does not listen is no reason to stop serving.
  (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size()));
  ::close(socket);
}

}  // namespace cardea::app
