// A blocking HTTP/1.1 client on a loopback socket, plain or TLS, that sends the bytes it is told to. For tests of the
// wire: it can misbehave. Every wait ends after some seconds, so that a broken server fails the test and does not hang
// it.
#pragma once

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace cardea {

struct TestAnswer {
  int status = 0;    // 0: the connection ended without one
  std::string head;  // with the status line, up to the empty line
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    const auto begin = head.find("\r\n" + std::string(name) + ": ");
    if (begin == std::string::npos) return {};
    const auto value = begin + name.size() + 4;
    return head.substr(value, head.find("\r\n", value) - value);
  }
};

class SocketClient {
 public:
  explicit SocketClient(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  SocketClient(SocketClient&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        connected_(other.connected_),
        ssl_(std::exchange(other.ssl_, nullptr)),
        buffer_(std::move(other.buffer_)) {}
  ~SocketClient() {
    SSL_free(ssl_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Takes up TLS, resuming `session` if there is one; false when the handshake fails. `context` may offer what it
  /// likes.
  [[nodiscard]] bool start_tls(SSL_CTX* context, SSL_SESSION* session = nullptr) {
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    if (session != nullptr) SSL_set_session(ssl_, session);
    return SSL_connect(ssl_) == 1;
  }
  [[nodiscard]] SSL* ssl() const { return ssl_; }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// False when the server has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ != nullptr
                            ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                            : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(descriptor_, SHUT_WR); }

  /// The next answer; `to_head` when it answers HEAD and so has no body.
  TestAnswer read_answer(bool to_head = false) {
    TestAnswer answer;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return answer;
    }
    answer.head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    const auto space = answer.head.find(' ');
    std::from_chars(answer.head.data() + space + 1, answer.head.data() + answer.head.size(), answer.status);
    std::size_t length = 0;
    const auto text = answer.header("Content-Length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    if (to_head) length = 0;
    while (buffer_.size() < length) {
      if (!fill()) return {};
    }
    answer.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return answer;
  }
  TestAnswer ask(std::string_view bytes) {
    send(bytes);
    return read_answer();
  }
  TestAnswer get(std::string_view path) {
    return ask(std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  }

  /// True when the server ends the connection without a further byte.
  bool is_closed() { return buffer_.empty() && !fill() && !timed_out_; }

 private:
  static constexpr int kPatienceMs = 20'000;

  bool fill() {
    char bytes[16 * 1024];
    if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
      pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
      timed_out_ = ::poll(&wait, 1, kPatienceMs) == 0;
      if (timed_out_) return false;
    }
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes)
                                     : static_cast<int>(::recv(descriptor_, bytes, sizeof bytes, 0));
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int descriptor_;
  bool connected_ = false;
  bool timed_out_ = false;
  SSL* ssl_ = nullptr;
  std::string buffer_;
};

}  // namespace cardea
