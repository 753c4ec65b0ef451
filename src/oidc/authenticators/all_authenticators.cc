#include "oidc/authenticators/all_authenticators.h"

#include <algorithm>
#include <array>

#include "oidc/authenticators/client_federated_jwt.h"
#include "oidc/authenticators/client_jwt.h"
#include "oidc/authenticators/client_secret_jwt.h"
#include "oidc/authenticators/client_x509.h"

namespace cardea::oidc {

std::span<const Authenticator> all_authenticators() {
  static constexpr std::array kAll = {
      Authenticator{"client-jwt", "private_key_jwt", &prove_by_private_key},
      Authenticator{"client-x509", "tls_client_auth", &prove_by_certificate, true},
      Authenticator{"client-secret-jwt", "client_secret_jwt", &prove_by_shared_key},
      Authenticator{"federated-jwt", "", &prove_by_foreign_jwt},
  };
  return kAll;
}

const Authenticator* find_authenticator(std::string_view type) {
  const auto all = all_authenticators();
  const auto found = std::ranges::find(all, type, &Authenticator::type);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace cardea::oidc
