#include "tool/apply/apply_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tool/api/document.h"
#include "tool/apply/apply_realm.h"

namespace cardea::tool {
namespace {

int fail(const Dependencies& deps, std::string_view text, int code) {
  fmt::print(deps.err, "cardea apply: {}\n", text);
  return code;
}

}  // namespace

int apply_document(AdminApi& api, const json::object& document, ApplyOptions options, const Dependencies& deps) {
  Run run(api, options, [&deps](const Change& change) {
    fmt::print(deps.out, "{} {}\n", change.sign, change.subject);
    for (const auto& detail : change.details) fmt::print(deps.out, "    {}\n", detail);
  });
  apply_realm(run, document);
  if (run.failed()) {
    const auto* before = run.changes() == 0 ? "" : "; what stands above is done, run it again when this is mended";
    return fail(deps, run.failure() + (options.dry_run ? "" : before), kExitFailed);
  }
  const auto realm = string_or(document, "realm", "");
  if (run.changes() == 0) {
    fmt::print(deps.out, "Realm {} is as it should be.\n", realm);
  } else {
    fmt::print(deps.out, "Realm {}: {} change{}{}.\n", realm, run.changes(), run.changes() == 1 ? "" : "s",
               options.dry_run ? " to make" : "");
  }
  return kExitDone;
}

int run_apply(std::vector<std::string> arguments, const Dependencies& deps) {
  ServerOptions server;
  ApplyOptions options;
  std::vector<std::string> files;
  CLI::App app{"Make realms to be as files say (YAML or JSON, Keycloak's nouns).", "cardea apply"};
  add_server_options(app, server);
  app.add_option("file", files, "Realm documents; - is standard input.")->required();
  app.add_flag("--dry-run", options.dry_run, "Tell every change and make none.");
  app.add_flag("--prune", options.prune, "Delete what the lists in the file do not name; people are never deleted.");
  if (const auto code = parse_arguments(app, std::move(arguments), deps)) return *code;
  std::vector<json::value> documents;
  for (const auto& file : files) {
    const auto text = deps.read_file(file);
    if (!text) return fail(deps, file + " cannot be read", kExitRefused);
    auto document = read_document(*text);
    if (!document) return fail(deps, file + ": " + document.error(), kExitRefused);
    if (const auto problem = refusal(*document)) return fail(deps, file + ": " + *problem, kExitRefused);
    if (options.prune && string_or(document->as_object(), "realm", "") == "master")
      return fail(deps, file + ": nothing is pruned in master", kExitRefused);
    documents.push_back(std::move(*document));
  }
  auto api = AdminApi::sign_in(server, deps);
  if (!api) return fail(deps, api.error(), kExitFailed);
  for (const auto& document : documents) {
    if (const int code = apply_document(*api, document.as_object(), options, deps); code != kExitDone) return code;
  }
  return kExitDone;
}

}  // namespace cardea::tool
