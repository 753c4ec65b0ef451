// A gate without a socket: one application, one provider with a key, a fake clock and fetcher.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gate/front/gate.h"
#include "gate/settings/read_gate.h"
#include "gate/token/gate_fixture.h"
#include "jose/jwk.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/memory_log.h"
#include "tests/support/seeded_random.h"
#include "web/outcome.h"

namespace cardea::gate {

inline GateFiles no_files() {
  return {[](const std::string&) { return std::nullopt; },
          [](const std::string&) { return std::nullopt; },
          [](const std::string&) -> Result<json::value, std::string> { return refuse(std::string("cannot be read")); },
          {}};
}

inline crypto::Sealer test_sealer() {
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 'k')));
  return crypto::Sealer(std::move(keys));
}

struct GateWorld {
  explicit GateWorld(std::string_view settings_json, const GateFiles& files = no_files(),
                     const GateStore* store = nullptr)
      : gate({reach, sealer, pages, random, keep_key, store},
             read_gate(parse_json(settings_json)->get_object(), files)) {}

  FakeClock clock;
  MemoryLog log;
  SeededRandom random;
  FakeFetcher fetcher;
  upstream::Memory memory;
  upstream::Reach reach{memory, clock, log};
  crypto::Sealer sealer = test_sealer();
  SecretBytes keep_key = named_private_key("keep", crypto::KeyType::kEcP256).to_pem();
  web::Pages pages{random, web::embedded_assets(), "/gate"};
  Gate gate;

  /// What a proxy asks about `method` `target`, as /gate/check does.
  static web::Request question(std::string_view method, std::string_view target,
                               std::string_view path = "/gate/check") {
    web::Request request;
    request.path = path;
    request.host = "app.example";
    request.headers = {{"X-Forwarded-Method", std::string(method)}, {"X-Forwarded-Uri", std::string(target)}};
    return request;
  }
  web::Response run(web::Request& request) { return web::run(gate.handle(request), &fetcher); }
};

/// 200 with the public half of `key` as the key set at `url`.
inline void serve_keys(FakeFetcher& fetcher, std::string url, const crypto::PrivateKey& key, std::string_view kid) {
  std::vector<jose::PublicJwk> keys;
  keys.push_back(
      {.key = key.public_key(), .kid = std::string(kid), .alg = "RS256", .use = "sig", .certificate_der = {}});
  fetcher.serve_json(std::move(url), jose::jwks_json(keys));
}

}  // namespace cardea::gate
