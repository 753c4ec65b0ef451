// What an operator may say about a listener. Limits on bytes are in base/limits.h; these are times, counts and
// addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "http/proxy.h"

namespace cardea::http {

/// Are clients asked for a certificate, and must they have one (RFC 8705)? One that is sent must lead to an authority
/// of the trust store, or stand in it itself; else the handshake fails.
enum class ClientCertificates { kNone, kRequest, kRequired };

/// PEM files: the certificate with its chain, leaf first, and its private key without a passphrase.
struct TlsFiles {
  std::string certificate = {};
  std::string key = {};
  ClientCertificates clients = ClientCertificates::kNone;
  std::string trust_store = {};  // certificates that clients' ones may lead to; needed unless kNone
};

/// How long a connection may stay in one state. Checked about once a second, so a second more or less.
struct Timeouts {
  std::chrono::seconds head{10};  // from the first byte of a request (or the connection's start) to the end of its head
  std::chrono::seconds body{30};  // from the end of the head to the end of the body
  std::chrono::seconds idle{75};  // between two requests
  std::chrono::seconds write{30};  // without the client taking a byte of the answer
  std::chrono::seconds linger{2};  // reading on after a refusal, so that the client sees the answer
};

struct ServerSettings {
  std::string name = "public";               // in the log and as metric label
  std::string host = "127.0.0.1";            // an address of this machine, "0.0.0.0" and "::" for all, or "localhost"
  std::optional<std::uint16_t> port = 8080;  // plain HTTP; 0: any free one; absent: none
  std::uint16_t https_port = 8443;           // used when `tls` is set; 0: any free one
  std::optional<TlsFiles> tls = std::nullopt;
  unsigned io_threads = 0;  // 0: one for each core
  std::size_t connections_max = kConnectionsMax;
  Timeouts timeouts = {};
  ProxyRule proxy = {};
  std::chrono::milliseconds sweep_every{1000};  // how often timeouts are looked at
};

}  // namespace cardea::http
