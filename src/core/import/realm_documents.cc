#include "core/import/realm_documents.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/limits.h"

namespace cardea {
namespace {

using Problems = std::vector<DocumentProblem>;

std::optional<json::value> read_json(const std::filesystem::path& file, Problems& problems) {
  const auto name = file.filename().string();
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return problems.push_back({name, "cannot be read"}), std::nullopt;
  if (size > kRealmFileBytesMax) return problems.push_back({name, "is too large"}), std::nullopt;
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) return problems.push_back({name, "cannot be read"}), std::nullopt;
  auto parsed = parse_json(text, {.bytes_max = kRealmFileBytesMax});
  if (!parsed) return problems.push_back({name, "is no JSON: " + std::string(describe(parsed.error()))}), std::nullopt;
  return std::move(*parsed);
}

/// One realm, or a list of them.
void add_realms(const std::string& source, json::value value, std::vector<RealmDocument>& documents,
                Problems& problems) {
  if (auto* object = value.if_object()) {
    documents.push_back({source, std::move(*object)});
    return;
  }
  auto* list = value.if_array();
  const bool all_objects = list != nullptr && std::all_of(list->begin(), list->end(),
                                                          [](const json::value& item) { return item.is_object(); });
  if (!all_objects) {
    problems.push_back({source, "is neither a realm nor a list of realms"});
    return;
  }
  for (auto& item : *list) documents.push_back({source, std::move(item.as_object())});
}

/// The realm a file of users belongs to, by its name: "demo" for "demo-users-0.json".
std::optional<std::string> realm_of_users_file(const std::string& stem) {
  for (const std::string_view mark : {"-federated-users-", "-users-"}) {
    const auto at = stem.rfind(mark);
    if (at == std::string::npos || at == 0) continue;
    const auto number = std::string_view(stem).substr(at + mark.size());
    const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_number) return stem.substr(0, at);
  }
  return std::nullopt;
}

/// Appends the users of a file to those of its realm.
void add_users(const std::string& source, const std::string& realm, json::value value,
               std::vector<RealmDocument>& documents, Problems& problems) {
  const auto found = std::find_if(documents.begin(), documents.end(), [&](const auto& document) {
    return string_or(document.realm, "realm", "") == realm;
  });
  if (found == documents.end()) {
    problems.push_back({source, "has users of the realm " + realm + ", which has no file here"});
    return;
  }
  auto* object = value.if_object();
  if (object == nullptr) {
    problems.push_back({source, "is no file of users"});
    return;
  }
  for (const auto* member : {"users", "federatedUsers"}) {
    auto* given = object->if_contains(member);
    auto* list = given == nullptr ? nullptr : given->if_array();
    if (list == nullptr) continue;
    auto& target = found->realm[member];
    if (!target.is_array()) target.emplace_array();
    for (auto& user : *list) target.as_array().push_back(std::move(user));
  }
}

std::vector<std::filesystem::path> json_files(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<std::vector<RealmDocument>, std::vector<DocumentProblem>> read_realm_documents(
    const std::filesystem::path& path) {
  std::vector<RealmDocument> documents;
  Problems problems;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    if (auto value = read_json(path, problems)) add_realms(path.filename(), std::move(*value), documents, problems);
  } else {
    const auto files = json_files(path);
    for (const auto& file : files) {
      if (realm_of_users_file(file.stem())) continue;
      if (auto value = read_json(file, problems)) add_realms(file.filename(), std::move(*value), documents, problems);
    }
    for (const auto& file : files) {
      const auto realm = realm_of_users_file(file.stem());
      if (!realm) continue;
      if (auto value = read_json(file, problems)) {
        add_users(file.filename(), *realm, std::move(*value), documents, problems);
      }
    }
  }
  if (!problems.empty()) return refuse(std::move(problems));
  return documents;
}

}  // namespace cardea
