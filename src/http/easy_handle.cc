#include "http/easy_handle.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "base/assert.h"

namespace cardea::http {

struct EasyHandle::Callbacks {
  static curl_socket_t open_socket(void* self_pointer, curlsocktype, curl_sockaddr* target) {
    auto& self = *static_cast<EasyHandle*>(self_pointer);
    const auto address = address_of(&target->addr);
    if (!address || !may_connect(self.rules_, self.chosen_by_, self.encrypted_, *address)) {
      self.refused_address_ = true;
      return CURL_SOCKET_BAD;
    }
    return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
  }

  static CURLcode set_trust(CURL*, void* context, void* self_pointer) {
    const auto& self = *static_cast<EasyHandle*>(self_pointer);
    X509_STORE_up_ref(self.trust_.get());
    SSL_CTX_set_cert_store(static_cast<SSL_CTX*>(context), self.trust_.get());
    return CURLE_OK;
  }
};

EasyHandle::EasyHandle(const Setup& setup, const OutboundRules& rules, const TrustStore& trust)
    : handle_(curl_easy_init()),
      chosen_by_(setup.chosen_by),
      encrypted_(setup.encrypted),
      rules_(rules),
      trust_(trust) {
  CARDEA_ASSERT(handle_ != nullptr);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, setup.protocols);
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");  // the environment's would be asked for addresses we may not reach
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(setup.timeout.count()));
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(setup.connect_timeout.count()));
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle_, CURLOPT_CAINFO, nullptr);  // ours comes by the callback
  curl_easy_setopt(handle_, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle_, CURLOPT_SSL_CTX_FUNCTION, &Callbacks::set_trust);
  curl_easy_setopt(handle_, CURLOPT_SSL_CTX_DATA, this);
}

EasyHandle::~EasyHandle() { curl_easy_cleanup(handle_); }

}  // namespace cardea::http
