#include "base/uri.h"
#include "tool/apply/parts.h"

namespace cardea::tool {
namespace {

void apply_provider_mappers(Run& run, const std::string& provider, const std::string& alias,
                            const json::array& wanted) {
  const auto have = run.list(provider + "/mappers");
  for (const auto& item : wanted) {
    const auto& want = item.as_object();
    if (string_or(want, "identityProviderAlias", "") != alias) continue;
    const auto name = string_or(want, "name", "");
    const auto what = "mapper of identity provider " + alias + ":";
    if (const auto* present = find_by(have, "name", name)) {
      run.update(what, name, provider + "/mappers/" + string_or(*present, "id", ""), *present, want);
    } else {
      run.create(what, name, provider + "/mappers", want);
    }
  }
}

}  // namespace

void apply_identity_providers(Run& run, const std::string& realm, const json::object& document) {
  if (!document.contains("identityProviders")) return;
  const auto& providers = array_of(document, "identityProviders");
  const auto instances = realm + "/identity-provider/instances";
  for (const auto& item : providers) {
    const auto& want = item.as_object();
    const auto alias = string_or(want, "alias", "");
    if (alias.empty()) return run.fail("identityProviders: an alias is missing");
    const auto path = instances + "/" + percent_encode(alias);
    if (const auto have = run.find(path)) {
      run.update("identity provider", alias, path, have->as_object(), want);
    } else {
      run.create("identity provider", alias, instances, want);
    }
    apply_provider_mappers(run, path, alias, array_of(document, "identityProviderMappers"));
  }
  if (!run.options().prune) return;
  for (const auto& item : run.list(instances)) {
    const auto alias = string_or(item.as_object(), "alias", "");
    if (find_by(providers, "alias", alias) == nullptr)
      run.prune("identity provider", alias, instances + "/" + percent_encode(alias));
  }
}

}  // namespace cardea::tool
