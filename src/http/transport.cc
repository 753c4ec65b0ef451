#include "http/transport.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "http/socket_io.h"

namespace cardea::http {
namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int descriptor) : descriptor_(descriptor) {}

  IoResult handshake() override { return {IoStatus::kDone}; }
  IoResult read(std::span<char> into) override { return receive(descriptor_, into); }

  IoResult write(std::string_view first, std::string_view second) override {
    while (true) {
      const auto sent =
          second.empty() ? ::send(descriptor_, first.data(), first.size(), MSG_NOSIGNAL) : send_both(first, second);
      if (sent >= 0) return {IoStatus::kDone, static_cast<std::size_t>(sent)};
      if (errno == EINTR) continue;
      return {would_block(errno) ? IoStatus::kWantWrite : IoStatus::kClosed};
    }
  }

  [[nodiscard]] bool has_buffered() const override { return false; }
  void end_writing() override { (void)::shutdown(descriptor_, SHUT_WR); }
  IoResult discard(std::span<char> scratch) override { return receive(descriptor_, scratch); }

 private:
  ssize_t send_both(std::string_view first, std::string_view second) const {
    std::array<iovec, 2> parts = {
        {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
  }

  int descriptor_;
};

}  // namespace

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

IoResult receive(int descriptor, std::span<char> into) {
  while (true) {
    const auto got = ::recv(descriptor, into.data(), into.size(), 0);
    if (got > 0) return {IoStatus::kDone, static_cast<std::size_t>(got)};
    if (got == 0) return {IoStatus::kClosed};
    if (errno == EINTR) continue;
    return {would_block(errno) ? IoStatus::kWantRead : IoStatus::kClosed};
  }
}

std::unique_ptr<Transport> make_plain_transport(int descriptor) { return std::make_unique<PlainTransport>(descriptor); }

}  // namespace cardea::http
