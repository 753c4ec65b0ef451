#include "oidc/authorize/log_refusal.h"

namespace cardea::oidc {

void log_refusal(const Dependencies& dependencies, const web::Request& http, const RealmEntry& realm,
                 const NamedClient& named, std::string_view reason) {
  dependencies.log.info("authorize_refused", {{"reason", reason},
                                              {"realm", realm.realm.name},
                                              {"client_id", named.client_id},
                                              {"redirect_uri", named.redirect_uri},
                                              {"ip", http.remote_address},
                                              {"correlation_id", http.correlation_id}});
}

}  // namespace cardea::oidc
