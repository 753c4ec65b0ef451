#include "core/bootstrap_master.h"

#include "base/text.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

UserRepresentation admin_user(const std::string& username, const SecretBytes& password,
                              const std::string& default_role) {
  UserRepresentation admin;
  admin.user.username = username;
  admin.user.attributes["is_temporary_admin"] = {"true"};
  admin.roles.realm = {default_role, "admin"};
  CredentialRepresentation credential;
  credential.credential.type = "password";
  credential.plain = password.clone();
  admin.credentials.push_back(std::move(credential));
  return admin;
}

}  // namespace

Result<BootstrapReport, ImportFailure> bootstrap_master(const ImportTools& tools, FirstAdmin first,
                                                        const ImportOptions& options) {
  const auto existing = find_realm(tools, kMasterRealm);
  if (!existing) return refuse(ImportFailure{.error = ImportError::kStore, .store = existing.error()});
  if (*existing) return BootstrapReport{};

  BootstrapReport report{.made = true, .username = ascii_lower(trim(first.username)), .made_password = {}};
  const bool is_random = !first.password;
  const auto password = is_random ? SecretBytes(random_handle(tools.random)) : std::move(*first.password);
  auto file = default_realm(kMasterRealm);
  UserSource users;
  users.count = 1;
  const auto default_role = file.default_role;
  users.read = [&](std::size_t, const JsonPath&, RepresentationProblems&) {
    return admin_user(report.username, password, default_role);
  };
  const auto done = run_import(tools, options, std::move(file), users, {});
  if (!done) return refuse(done.error());
  if (done->outcome == ImportOutcome::kExists) return BootstrapReport{};
  if (is_random) report.made_password = password.clone();
  return report;
}

}  // namespace cardea
