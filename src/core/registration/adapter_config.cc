#include "core/registration/adapter_config.h"

namespace cardea {
namespace {

std::string_view word_of(SslRequired rule) {
  if (rule == SslRequired::kAll) return "all";
  return rule == SslRequired::kNone ? "none" : "external";
}

}  // namespace

json::object adapter_config(const Realm& realm, const Client& client, const std::string& base) {
  json::object out;
  out["realm"] = realm.name;
  out["auth-server-url"] = base + "/";
  out["ssl-required"] = word_of(realm.ssl_required);
  out["resource"] = client.client_id;
  if (client.public_client) out["public-client"] = true;
  if (client.bearer_only) out["bearer-only"] = true;
  out["confidential-port"] = 0;
  return out;
}

bool adapter_has_secret(const Client& client) {
  return !client.public_client && !client.bearer_only && !client.secret.empty();
}

void add_adapter_secret(json::object& config, std::string_view secret) {
  config["credentials"] = json::object{{"secret", secret}};
}

}  // namespace cardea
