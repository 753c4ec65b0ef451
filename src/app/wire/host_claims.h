// Each host is one thing: the realms' (hostname, a realm's own address), or an application's behind the gate. What the
// settings of a start claim twice is an error of the start.
#pragma once

#include <string>
#include <vector>

#include "app/settings/server_settings.h"
#include "core/import/realm_documents.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"
#include "gate/settings/gate_settings.h"

namespace cardea::app {

/// As host_of_url says it; empty: the realms follow whatever host they are asked at.
[[nodiscard]] std::string server_host(const ServerSettings& settings);

/// Is this ("host[:port]") an application's by name?
[[nodiscard]] bool is_host_of_application(const gate::GateSettings& gate, std::string_view host);

/// A sentence for the operator; empty: nothing is claimed twice. `gate`: null: there is none.
[[nodiscard]] std::string claimed_twice(const ServerSettings& settings, const std::vector<Realm>& realms,
                                        const gate::GateSettings* gate);

/// Realm files before they are made realms of the database.
struct FileClaims {
  const ServerSettings& settings;
  const Repositories& repositories;
  bool replaces = false;  // realms of the same name; else they stay as they are
  /// A sentence for the operator; empty: they claim nothing that another realm has.
  [[nodiscard]] std::string problem(const std::vector<RealmDocument>& documents) const;
};
/// The same where the realms of the database are known.
[[nodiscard]] std::string claimed_twice_by_import(const ServerSettings& settings, std::vector<Realm> realms,
                                                  const std::vector<RealmDocument>& documents);

}  // namespace cardea::app
