// Whatever a mail server answers, a mail counts as sent only after it took it, what is told of a failure is a word of
// ours and never its text, and a server that cannot do TLS gets neither mail nor password where TLS is asked for. The
// first byte of the input says how we send; each piece up to '\0' is what the server says next.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <thread>

#include "base/assert.h"
#include "base/text.h"
#include "http/mail_sender.h"

namespace {

using namespace cardea;
using namespace cardea::http;

/// For a client that waits although it was answered: it gets the next piece.
constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 5'000};
/// A dialogue is a dozen lines long; more pieces would be no other dialogue.
constexpr std::size_t kPiecesMax = 24;
constexpr std::string_view kPassword = "correct-horse-battery";

/// Does the last whole line end an answer (RFC 5321 section 4.2: three digits and no hyphen)? Until then the client has
/// nothing to say, and nobody need wait for it.
bool is_answered(std::string_view said) {
  const auto end = said.rfind('\n');
  if (end == std::string_view::npos) return false;
  said = said.substr(0, end);
  const auto begin = said.rfind('\n');
  if (begin != std::string_view::npos) said.remove_prefix(begin + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return said.size() >= 3 && std::ranges::all_of(said.substr(0, 3), is_digit) && (said.size() == 3 || said[3] != '-');
}

/// Says the pieces, one before the first line that it reads and one after each answer, and hangs up when there are no
/// more.
class Server {
 public:
  Server() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CARDEA_ASSERT(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CARDEA_ASSERT(listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    CARDEA_ASSERT(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// One connection; gives all that the client said in it.
  std::string converse(const std::vector<std::string_view>& pieces) const {
    const int peer = accept(listener_, nullptr, nullptr);
    set_patience(peer, kPatience);
    const int at_once = 1;
    (void)setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    std::string heard, said;
    for (const auto piece : pieces) {
      if (piece.empty()) continue;
      if (::send(peer, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
      said.append(piece);
      if (!is_answered(said)) continue;
      const auto lines = std::ranges::count(heard, '\n');
      char some[512];
      while (std::ranges::count(heard, '\n') == lines) {
        const auto got = recv(peer, some, sizeof some, 0);
        if (got <= 0) break;
        heard.append(some, static_cast<std::size_t>(got));
      }
    }
    ::shutdown(peer, SHUT_WR);
    set_patience(peer, {});
    char some[512];
    for (ssize_t got = 0; (got = recv(peer, some, sizeof some, 0)) > 0;) {
      heard.append(some, static_cast<std::size_t>(got));
    }
    ::close(peer);
    return heard;
  }

 private:
  static void set_patience(int peer, timeval patience) {
    (void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
};

struct Sender {
  Sender() { rules.loopback_allowed = true; }
  OutboundRules rules;
  TrustStore trust{std::move(*TrustStore::load({}))};
  Metrics metrics;
  CurlLoop loop{4};
  CurlMailSender mails{loop, rules, trust, metrics};
};

SmtpMessage message_of(std::uint8_t how, std::uint16_t port) {
  SmtpMessage message;
  message.host = "127.0.0.1";
  message.port = port;
  message.tls = (how & 1) != 0 ? SmtpTls::kStartTls : SmtpTls::kNone;
  if ((how & 2) != 0) {
    message.user = "mailer";
    message.password = SecretBytes::copy_of(kPassword);
  }
  message.helo = "id.example";
  message.envelope_from = "no-reply@id.example";
  message.to = "ada@example.com";
  message.content = "Subject: Hello\r\n\r\nthe words of the mail\r\n";
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Server server;
  static auto& sender = *new Sender;  // its thread must not be joined while libFuzzer ends
  if (size == 0 || size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto pieces = split(text, '\0');
  if (pieces.size() > kPiecesMax) return 0;
  std::string heard;
  std::thread conversation([&] { heard = server.converse(pieces); });
  std::promise<MailResult> promise;
  sender.mails.send(message_of(data[0], server.port()),
                    [&promise](MailResult result) { promise.set_value(std::move(result)); });
  const auto result = promise.get_future().get();
  conversation.join();
  const bool wants_tls = (data[0] & 1) != 0;
  CARDEA_ASSERT(!wants_tls || !result.sent);
  CARDEA_ASSERT(!wants_tls || (!heard.contains("MAIL FROM") && !heard.contains("AUTH") && !heard.contains("words")));
  CARDEA_ASSERT(!result.sent || heard.contains("the words of the mail"));
  CARDEA_ASSERT(!result.sent || result.is_final);
  CARDEA_ASSERT(result.reason.size() < 40 && std::ranges::all_of(result.reason, [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                }));
  return 0;
}
