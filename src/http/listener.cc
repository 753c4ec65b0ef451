#include "http/listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "http/address.h"

namespace cardea::http {
namespace {

constexpr int kBacklog = 4096;

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage); }
  void set_port(std::uint16_t port) {
    // Both families keep the port at the same place (sin_port, sin6_port).
    reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
  }
};

bool make_endpoint(const std::string& host, Endpoint& out) {
  const auto address = parse_address(host == "localhost" ? "127.0.0.1" : host);
  if (!address) return false;
  if (host.find(':') == std::string::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address->bytes.data() + 12, 4);
    out.size = sizeof(sockaddr_in);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address->bytes.data(), 16);
    out.size = sizeof(sockaddr_in6);
  }
  return true;
}

ListenError error_of(int error) {
  using Kind = ListenError::Kind;
  if (error == EADDRINUSE) return {Kind::kAddressInUse, error};
  if (error == EACCES || error == EPERM) return {Kind::kNotPermitted, error};
  if (error == EADDRNOTAVAIL) return {Kind::kBadHost, error};
  return {Kind::kOther, error};
}

bool set_option(int descriptor, int level, int name, int value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

Result<int, ListenError> open_one(const Endpoint& endpoint, bool reuse_port) {
  const int family = endpoint.storage.ss_family;
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return refuse(error_of(errno));
  const bool ok = set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) &&
                  (family != AF_INET6 || set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
                  (!reuse_port || set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)) &&
                  ::bind(descriptor, endpoint.address(), endpoint.size) == 0 && ::listen(descriptor, kBacklog) == 0;
  if (ok) return descriptor;
  const int error = errno;
  ::close(descriptor);
  return refuse(error_of(error));
}

std::uint16_t port_of(int descriptor) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

}  // namespace

Result<Listeners, ListenError> Listeners::open(const std::string& host, std::uint16_t port, unsigned count) {
  Endpoint endpoint;
  if (!make_endpoint(host, endpoint)) return refuse(ListenError{ListenError::Kind::kBadHost});
  endpoint.set_port(port);
  // SO_REUSEPORT would let a second process share the port and take half of the connections. A first socket without it
  // finds that out.
  const auto probe = open_one(endpoint, false);
  if (!probe) return refuse(probe.error());
  Listeners out;
  out.port_ = port_of(*probe);
  endpoint.set_port(out.port_);
  if (count == 1) {
    out.descriptors_.push_back(*probe);
    return out;
  }
  ::close(*probe);
  for (unsigned i = 0; i < count; ++i) {
    const auto descriptor = open_one(endpoint, true);
    if (!descriptor) return refuse(descriptor.error());
    out.descriptors_.push_back(*descriptor);
  }
  return out;
}

Listeners::Listeners(Listeners&& other) noexcept
    : descriptors_(std::exchange(other.descriptors_, {})), port_(other.port_) {}

Listeners& Listeners::operator=(Listeners&& other) noexcept {
  descriptors_.swap(other.descriptors_);
  std::swap(port_, other.port_);
  return *this;
}

Listeners::~Listeners() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

std::vector<int> Listeners::release() { return std::exchange(descriptors_, {}); }

}  // namespace cardea::http
