#include "gate/settings/read_gate.h"

#include <algorithm>
#include <utility>

#include "gate/settings/changes.h"
#include "gate/settings/members.h"
#include "gate/settings/read_application.h"
#include "gate/settings/read_provider.h"

namespace cardea::gate {
namespace {

/// Entries of keepconfig.d beside the file's own providers.
void add_keepconfig(const std::string& folder, seconds leeway, const GateFiles& files, GateSettings& settings) {
  auto list = files.list_json(folder);
  if (!list) {
    settings.notes.push_back({NoteLevel::kFatal, "keepconfig", "there is no folder " + folder});
    return;
  }
  const auto read_key = [&](const std::string& path) {
    return files.read(path.starts_with('/') ? path : folder + "/" + path);
  };
  auto config = read_keepconfig(std::move(*list), files.environment, read_key, leeway);
  for (auto& provider : config.providers) settings.providers.push_back(std::move(provider));
  for (auto& found : config.discovered)
    settings.key_addresses.push_back(
        {.provider = std::move(found.provider), .discovery_url = std::move(found.discovery_url), .jwks_url = {}});
  for (auto& note : config.notes) settings.notes.push_back(std::move(note));
  settings.is_insecure = settings.is_insecure || config.is_insecure;
  settings.shown = std::move(config.shown);
  settings.is_keep_login_disabled = config.is_login_disabled;
  settings.keep_token_lifetime = config.jwt_duration;
}

/// `files`, and `seen` comes to hold what they said, for the comparison at the next reload. The environment is left
/// out: it is as it was when the process started.
GateFiles recorded(const GateFiles& files, json::object& seen) {
  auto recording = files;
  recording.read = [&files, &seen](const std::string& path) {
    auto text = files.read(path);
    if (text) seen.insert_or_assign(path, hidden(*text));
    return text;
  };
  recording.list_json = [&files, &seen](const std::string& folder) {
    auto list = files.list_json(folder);
    for (const auto& file : list.value_or(std::vector<ConfigFile>())) {
      const auto value = parse_json(file.text);
      seen.insert_or_assign(folder + "/" + file.name, value ? without_likely_secrets(*value) : hidden(file.text));
    }
    return list;
  };
  recording.read_yaml = [&files, &seen](const std::string& path) {
    auto value = files.read_yaml(path);
    json::object shown;  // the rest of Kestra's settings is none of ours
    for (const auto* part : {"micronaut", "kestra"}) {
      const auto* found = value && value->is_object() ? value->get_object().if_contains(part) : nullptr;
      if (found == nullptr || !found->is_object()) continue;
      if (const auto* security = found->get_object().if_contains("security"))
        shown[part] = json::object{{"security", without_likely_secrets(*security)}};
    }
    if (value) seen.insert_or_assign(path, std::move(shown));
    return value;
  };
  return recording;
}

GateSettings read_with(const json::object& file, const GateFiles& files);

}  // namespace

GateSettings read_gate(const json::object& file, const GateFiles& files) {
  json::object seen;
  auto settings = read_with(file, recorded(files, seen));
  settings.document = without_secrets(file);
  settings.document["files"] = std::move(seen);
  return settings;
}

namespace {

GateSettings read_with(const json::object& file, const GateFiles& files) {
  GateSettings settings;
  Members members(file, "", settings.notes);
  if (const auto* providers = members.object("providers")) {
    for (const auto& [name, value] : *providers) {
      const auto path = "providers." + std::string(name);
      if (const auto* object = value.if_object())
        read_provider(Members(*object, path, settings.notes), std::string(name), files, settings);
      else
        members.fatal(path, "must be a mapping");
    }
  }
  const auto leeway = members.duration("keepconfig-leeway", seconds{30}, kLeewayMax);
  if (const auto folder = members.text("keepconfig"); !folder.empty()) add_keepconfig(folder, leeway, files, settings);
  if (const auto* lookups = members.object("introspection")) {
    for (const auto& [name, value] : *lookups) {
      const auto path = "introspection." + std::string(name);
      if (const auto* object = value.if_object())
        read_lookup(Members(*object, path, settings.notes), std::string(name), files, settings);
      else
        members.fatal(path, "must be a mapping");
    }
  }
  std::size_t index = 0;
  for (const auto* object : members.objects("applications")) {
    const auto path = "applications[" + std::to_string(index++) + "]";
    read_application(Members(*object, path, settings.notes), files, settings);
  }
  for (const auto& application : settings.applications) {
    if (settings.applications.size() < 2 || settings.providers.empty()) break;
    if (application.takes_tokens && application.providers.empty())
      members.fatal("applications", application.name + " must say whose tokens it takes: providers, or tokens: false");
  }
  for (const auto& application : settings.applications) {
    const auto shown_to = std::ranges::count_if(settings.lookups, [&](const LookupSettings& lookup) {
      return lookup.takes_opaque && application.takes_tokens_of(lookup.provider);
    });
    if (application.takes_tokens && shown_to > 1)
      members.fatal("introspection", application.name +
                                         " takes opaque tokens of two providers: which of them a token is of cannot "
                                         "be told, and nobody's token is shown to another");
  }
  if (settings.applications.empty()) members.fatal("applications", "are needed: what the gate stands in front of");
  members.refuse_unknown();
  return settings;
}

}  // namespace

GateSettings gate_of_keepconfig(const std::string& folder, const GateFiles& files) {
  json::object application{{"name", "KEEP"}, {"hosts", json::array{"*"}}, {"answers", "keep-domino"}};
  json::object file{{"keepconfig", folder}, {"applications", json::array{std::move(application)}}};
  return read_gate(file, files);
}

}  // namespace cardea::gate
