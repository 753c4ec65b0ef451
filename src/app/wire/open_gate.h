// The gate as part of the program: alone (`cardea gate`) or beside the provider (`cardea start` with gate-file). Joined
// without a socket, like Provider.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/settings/read_settings.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "crypto/seal.h"
#include "gate/front/gate.h"
#include "gate/store/shared_secrets.h"
#include "upstream/memory.h"
#include "web/page.h"
#include "web/router.h"

namespace cardea::app {

class OpenGate {
 public:
  struct Parts {
    const Clock& clock;
    Random& random;
    Log& log;
    const gate::GateStore* store;  // null: it keeps everything in memory; outlives the gate
  };
  /// kQuestions: for `explain` alone, where an owner without a database is no mistake of the settings.
  enum class For { kRequests, kQuestions };
  /// The error is a sentence for the operator; warnings go to the log. Keeps the references.
  [[nodiscard]] static Result<std::unique_ptr<OpenGate>, std::string> open(const ServerSettings& settings,
                                                                           const Environment& environment,
                                                                           const Parts& parts,
                                                                           For what = For::kRequests);

  [[nodiscard]] gate::Gate& gate() { return gate_; }
  [[nodiscard]] const gate::Gate& gate() const { return gate_; }
  /// Reads the settings again and takes them over when they are good; else the old ones stay. Logs what changed.
  /// `check`: what else must be right: a sentence for the operator, or empty.
  using Check = std::function<std::string(const gate::GateSettings& settings)>;
  void reload(const ServerSettings& settings, const Environment& environment, const Check& check = {});
  /// Run every second.
  void tick(web::Fetcher& fetcher);
  /// For /health and /config of the management port.
  [[nodiscard]] bool is_insecure() const { return gate_.state()->settings.is_insecure; }
  [[nodiscard]] std::string shown_keepconfig() const { return json::serialize(gate_.state()->settings.shown); }

 private:
  OpenGate(const Parts& parts, gate::GateSettings settings, gate::SharedSecrets secrets);

  Log& log_;
  const Clock& clock_;
  const gate::GateStore* store_;
  upstream::Memory memory_;
  upstream::Reach reach_;
  SecretBytes keep_key_, identity_key_;
  crypto::Sealer sealer_;
  web::Pages pages_;
  gate::Gate gate_;
  std::chrono::nanoseconds keys_due_{0};  // steady; 0: at once
};

/// Beside realms: sets where they are, which is no application's. The error is a sentence for the operator: an
/// application there would hide every realm, and so would "*" where nobody said where they are.
[[nodiscard]] std::string keep_realms_reachable(gate::GateSettings& settings, const ServerSettings& server);

/// Registers /config, the merged keepconfig.d with secrets masked, /health/gate, /gate/decisions, the last refusals and
/// why, and /gate/explain, what a token would be answered; the last two for this machine alone, or for whoever has
/// gate-management-token. `gate` and `settings` outlive the router.
void add_gate_routes(web::Router& router, OpenGate& gate, const ServerSettings& settings);

/// What needs a database and has none, as a sentence for the operator. Empty: nothing.
[[nodiscard]] std::string missing_database(const gate::GateSettings& settings, bool has_database);

/// Writes the notes of settings to the log.
void log_notes(const gate::GateSettings& settings, Log& log);

}  // namespace cardea::app
