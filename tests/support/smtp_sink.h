// A mail server for one test, on the loopback: takes every message, keeps it, and can be told to refuse. Speaks just
// the SMTP (RFC 5321) that a client needs, without TLS; logins are checked when a user is set.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cardea {

class SmtpSink {
 public:
  struct Message {
    std::string helo, from, to;  // as the client wrote them, with brackets
    std::string login;           // the AUTH line
    std::string content;         // dots unstuffed, CRLF kept
  };

  SmtpSink() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    (void)listen(listener_, 16);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~SmtpSink() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The answer to RCPT, such as "550 no such person"; empty: accepted.
  void refuse_recipients(std::string reply) {
    const std::scoped_lock lock(mutex_);
    recipient_reply_ = std::move(reply);
  }
  [[nodiscard]] std::vector<Message> messages() const {
    const std::scoped_lock lock(mutex_);
    return messages_;
  }

 private:
  void serve() {
    while (!stopping_) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) continue;
      converse(peer);
      ::close(peer);
    }
  }

  static void say(int peer, const std::string& line) {
    const auto text = line + "\r\n";
    (void)::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
  }

  bool read_line(int peer, std::string& line) {
    line.clear();
    char c = 0;
    while (recv(peer, &c, 1, 0) == 1) {
      line += c;
      if (line.ends_with("\r\n")) return line.resize(line.size() - 2), true;
    }
    return false;
  }

  static bool is_command(const std::string& line, const char* command) {
    std::size_t i = 0;
    for (; command[i] != 0; ++i) {
      if (i >= line.size() || std::toupper(static_cast<unsigned char>(line[i])) != command[i]) return false;
    }
    return true;
  }

  void converse(int peer) {
    Message message;
    std::string line;
    say(peer, "220 sink.example ESMTP");
    while (read_line(peer, line)) {
      if (is_command(line, "EHLO ")) {
        message.helo = line.substr(5);
        say(peer, "250-sink.example");
        say(peer, "250 AUTH PLAIN");
      } else if (is_command(line, "AUTH ")) {
        message.login = line;
        if (line.find(' ', 5) == std::string::npos) {  // the name and password come on a line of their own
          say(peer, "334 ");
          if (!read_line(peer, line)) return;
          message.login += " " + line;
        }
        say(peer, "235 welcome");
      } else if (is_command(line, "MAIL FROM:")) {
        message.from = line.substr(10);
        say(peer, "250 ok");
      } else if (is_command(line, "RCPT TO:")) {
        message.to = line.substr(8);
        const std::scoped_lock lock(mutex_);
        say(peer, recipient_reply_.empty() ? "250 ok" : recipient_reply_);
      } else if (is_command(line, "DATA")) {
        say(peer, "354 go on");
        while (read_line(peer, line) && line != ".")
          message.content += line.substr(line.starts_with('.') ? 1 : 0) + "\r\n";
        {
          const std::scoped_lock lock(mutex_);
          messages_.push_back(message);
        }
        say(peer, "250 taken");
      } else if (is_command(line, "QUIT")) {
        return say(peer, "221 bye");
      } else {
        say(peer, "502 what?");
      }
    }
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::string recipient_reply_;
  std::vector<Message> messages_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace cardea
