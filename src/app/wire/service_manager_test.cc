#include "app/wire/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

TEST(ServiceManager, without_a_socket_nothing_happens) {
  ServiceManager({}).ready();
  ServiceManager({{"NOTIFY_SOCKET", "/nowhere/at/all"}}).ready();
  ServiceManager({{"NOTIFY_SOCKET", std::string(500, 'x')}}).ready();
}

TEST(ServiceManager, tells_each_state) {
  const TemporaryFolder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (folder / "notify").c_str());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  ASSERT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);

  const ServiceManager manager({{"NOTIFY_SOCKET", folder / "notify"}});
  manager.ready();
  manager.reloading(std::chrono::microseconds(42));
  manager.stopping();
  for (const std::string expected : {"READY=1", "RELOADING=1\nMONOTONIC_USEC=42", "STOPPING=1"}) {
    char text[128];
    const auto length = recv(socket, text, sizeof text, 0);
    ASSERT_GT(length, 0);
    EXPECT_EQ(std::string(text, static_cast<std::size_t>(length)), expected);
  }
  close(socket);
}

}  // namespace
}  // namespace cardea::app
