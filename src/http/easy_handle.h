// A libcurl handle with what every outbound transfer gets: no proxy from the environment, no signals, TLS 1.2 and later
// with the trust store, and the address check when a socket is opened.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/outbound_address.h"
#include "http/trust_store.h"

using CURL = void;

namespace cardea::http {

class EasyHandle {
 public:
  struct Setup {
    ChosenBy chosen_by;
    bool encrypted;         // TLS from the first byte, or required before anything is sent
    const char* protocols;  // such as "http,https"
    milliseconds timeout;
    milliseconds connect_timeout;
  };

  /// `rules` and `trust` must outlive the handle.
  EasyHandle(const Setup& setup, const OutboundRules& rules, const TrustStore& trust);
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;

  [[nodiscard]] CURL* get() const { return handle_; }
  /// An address was refused, which libcurl reports as "could not connect".
  [[nodiscard]] bool refused_address() const { return refused_address_; }

 private:
  struct Callbacks;

  CURL* handle_;
  ChosenBy chosen_by_;
  bool encrypted_;
  bool refused_address_ = false;
  const OutboundRules& rules_;
  const TrustStore& trust_;
};

}  // namespace cardea::http
