#include <algorithm>
#include <set>

#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

void apply_provider_mappers(Run& run, const std::string& provider, const std::string& alias,
                            const json::array& wanted) {
  const auto have = run.list(provider + "/mappers");
  const auto what = "mapper of identity provider " + alias + ":";
  std::vector<std::string> names;
  for (const auto& item : wanted) {
    const auto& want = item.as_object();
    if (string_or(want, "identityProviderAlias", "") != alias) continue;
    names.push_back(string_or(want, "name", ""));
    if (const auto* present = find_by(have, "name", names.back())) {
      run.update(what, names.back(), provider + "/mappers/" + string_or(*present, "id", ""), *present, want);
    } else {
      const auto id = run.create(what, names.back(), provider + "/mappers", want);
      run.check(what, names.back(), provider + "/mappers/" + id, want);
    }
  }
  for (const auto& item : have) {
    const auto name = string_or(item.as_object(), "name", "");
    if (std::ranges::find(names, name) == names.end())
      run.prune(what, name, provider + "/mappers/" + string_or(item.as_object(), "id", ""));
  }
}

/// Of the providers that the file names; when it names none, of all whose mappers it names or, pruning, of all.
void apply_all_mappers(Run& run, const std::string& instances, const json::object& document) {
  if (!document.contains("identityProviderMappers")) return;
  const auto& wanted = array_of(document, "identityProviderMappers");
  const auto present = run.list(instances);
  std::set<std::string> aliases;
  const auto add = [&aliases](const json::array& list, std::string_view member) {
    for (const auto& item : list) aliases.insert(string_or(item.as_object(), member, ""));
  };
  add(array_of(document, "identityProviders"), "alias");
  add(wanted, "identityProviderAlias");
  if (run.options().prune && !document.contains("identityProviders")) add(present, "alias");
  for (const auto& alias : aliases) {
    const bool is_there = find_by(present, "alias", alias) != nullptr ||
                          find_by(array_of(document, "identityProviders"), "alias", alias) != nullptr;
    if (!is_there) return run.fail("identityProviderMappers: there is no identity provider " + alias);
    apply_provider_mappers(run, instances + "/" + percent_encode(alias), alias, wanted);
  }
}

void apply_providers(Run& run, const std::string& instances, const json::object& document) {
  if (!document.contains("identityProviders")) return;
  const auto& providers = array_of(document, "identityProviders");
  for (const auto& item : providers) {
    const auto& want = item.as_object();
    const auto alias = string_or(want, "alias", "");
    if (alias.empty()) return run.fail("identityProviders: an alias is missing");
    const auto path = instances + "/" + percent_encode(alias);
    if (const auto have = run.find(path)) {
      run.update("identity provider", alias, path, have->as_object(), want);
    } else {
      run.create("identity provider", alias, instances, want);
      run.check("identity provider", alias, path, want);
    }
  }
  if (!run.options().prune) return;
  for (const auto& item : run.list(instances)) {
    const auto alias = string_or(item.as_object(), "alias", "");
    if (find_by(providers, "alias", alias) == nullptr)
      run.prune("identity provider", alias, instances + "/" + percent_encode(alias));
  }
}

}  // namespace

void apply_identity_providers(Run& run, const std::string& realm, const json::object& document) {
  const auto instances = realm + "/identity-provider/instances";
  apply_providers(run, instances, document);
  apply_all_mappers(run, instances, document);
}

}  // namespace cardea::tool
