// Realm files on disk (keycloak.md section 8.3): one file with a realm or a list of realms, or a folder with any number
// of them, where "<realm>-users-<n>.json" and "<realm>-federated-users-<n>.json" belong to "<realm>-realm.json".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace cardea {

struct RealmDocument {
  std::string source;  // the file's name
  json::object realm;
};

struct DocumentProblem {
  std::string source;
  std::string text;
};

/// Reads a file, or every *.json of a folder in the order of names. Problems, all at once: what cannot be read, is
/// larger than kRealmFileBytesMax, is no JSON or no realm, and files of users without their realm.
[[nodiscard]] Result<std::vector<RealmDocument>, std::vector<DocumentProblem>> read_realm_documents(
    const std::filesystem::path& path);

}  // namespace cardea
