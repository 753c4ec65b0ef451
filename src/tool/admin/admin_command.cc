#include "tool/admin/admin_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "tool/admin/print.h"
#include "tool/admin/role_commands.h"
#include "tool/admin/set_value.h"
#include "tool/api/admin_api.h"
#include "tool/api/document.h"

namespace cardea::tool {
namespace {

struct Flags {
  ServerOptions server;
  std::string resource, realm;
  std::vector<std::string> queries, sets, deletes, headers;
  std::string file, body, fields, format = "json";
  std::string first, max;
  bool compressed = false, bare = false, print_id = false, print_result = false, merge = false, no_merge = false;
  std::string username, user_id, new_password;
  bool temporary = false, trace = false, print_headers = false, forget = false;
  std::string truststore;
  std::vector<std::string> help_about;
  RoleFlags roles;
};

/// Says what went wrong and gives the exit code.
int fail(const Dependencies& deps, std::string_view text, int code = kExitFailed) {
  fmt::print(deps.err, "cardea admin: {}\n", text);
  return code;
}

std::string target_realm(const Flags& flags) {
  if (!flags.realm.empty()) return flags.realm;
  return flags.server.realm.empty() ? std::string(kLoginRealm) : flags.server.realm;
}

std::string with_query(std::string path, const Flags& flags) {
  const auto add = [&path](std::string_view name, std::string_view value) { append_query(path, name, value); };
  for (const auto& query : flags.queries) {
    const auto equals = query.find('=');
    add(query.substr(0, equals), equals == std::string::npos ? std::string() : query.substr(equals + 1));
  }
  if (!flags.first.empty()) add("first", flags.first);
  if (!flags.max.empty()) add("max", flags.max);
  return path;
}

std::string path_with_query(const Flags& flags) {
  return with_query(resource_path(flags.resource, target_realm(flags)), flags);
}

Result<std::vector<web::Header>, std::string> headers_of(const Flags& flags) {
  std::vector<web::Header> headers;
  for (const auto& text : flags.headers) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) return refuse(text + ": write -h NAME=VALUE");
    headers.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return headers;
}

/// The body that was given by -f or -b; nothing when neither was.
Result<std::optional<json::value>, std::string> given_body(const Flags& flags, const Dependencies& deps) {
  if (!flags.body.empty()) {
    auto body = read_document(flags.body);
    if (!body) return refuse("-b: " + body.error());
    return std::optional(std::move(*body));
  }
  if (flags.file.empty()) return std::optional<json::value>();
  const auto text = deps.read_file(flags.file);
  if (!text) return refuse(flags.file + " cannot be read");
  auto body = read_document(*text);
  if (!body) return refuse(flags.file + ": " + body.error());
  return std::optional(std::move(*body));
}

/// Applies -s and -d.
Result<void, std::string> change(json::value& body, const Flags& flags) {
  if (flags.sets.empty() && flags.deletes.empty()) return {};
  if (!body.is_object()) return refuse(std::string("-s and -d change an object; the body is none"));
  for (const auto& set : flags.sets) {
    if (auto done = set_value(body.as_object(), set); !done) return done;
  }
  for (const auto& name : flags.deletes) {
    if (auto done = delete_value(body.as_object(), name); !done) return done;
  }
  return {};
}

/// Members of `over` replace those of `under`.
void merge_into(json::value& under, json::value&& over) {
  if (!under.is_object() || !over.is_object()) {
    under = std::move(over);
    return;
  }
  for (auto& member : over.as_object()) merge_into(under.as_object()[member.key()], std::move(member.value()));
}

void show(const Flags& flags, const json::value& value, const Dependencies& deps) {
  const auto kept = with_fields(value, flags.fields);
  if (flags.format == "csv") {
    fmt::print(deps.out, "{}", csv(kept, flags.fields, flags.bare));
  } else {
    fmt::print(deps.out, "{}\n", flags.compressed ? json::serialize(kept) : pretty(kept));
  }
}

/// The answer's status and headers, as kcadm prints them.
void show_headers(const Flags& flags, const ApiAnswer& answer, const Dependencies& deps) {
  if (!flags.print_headers) return;
  fmt::print(deps.out, "HTTP/1.1 {}\n", answer.status);
  for (const auto& header : answer.headers) fmt::print(deps.out, "{}: {}\n", header.name, header.value);
  fmt::print(deps.out, "\n");
}

void show_body(const Flags& flags, const ApiAnswer& answer, const Dependencies& deps) {
  const auto value = parse_json(answer.body, {.bytes_max = kAnswerBytesMax, .depth_max = kDocumentDepthMax});
  if (value) {
    show(flags, *value, deps);
  } else {
    std::fwrite(answer.body.data(), 1, answer.body.size(), deps.out);
  }
}

int get(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto headers = headers_of(flags);
  if (!headers) return fail(deps, headers.error(), kExitRefused);
  const auto answer = api.call(web::Method::kGet, path_with_query(flags), {}, *headers);
  if (!answer) return fail(deps, answer.error().text);
  show_headers(flags, *answer, deps);
  show_body(flags, *answer, deps);
  return kExitDone;
}

int create(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto headers = headers_of(flags);
  auto given = given_body(flags, deps);
  if (!headers || !given) return fail(deps, headers ? given.error() : headers.error(), kExitRefused);
  const bool has_body = given->has_value() || !flags.sets.empty();
  auto body = given->value_or(json::object());
  if (auto changed = change(body, flags); !changed) return fail(deps, changed.error(), kExitRefused);
  const auto path = path_with_query(flags);
  const auto answer = api.call(web::Method::kPost, path, has_body ? json::serialize(body) : std::string(), *headers);
  if (!answer) return fail(deps, answer.error().text);
  show_headers(flags, *answer, deps);
  const auto id = answer->created_id();
  if (flags.print_result) {
    const auto made = answer->body.empty() ? api.get(path + "/" + id) : [&]() -> Result<json::value, ApiError> {
      auto value = parse_json(answer->body);
      if (!value) return refuse(ApiError{answer->status, "the answer is no JSON"});
      return std::move(*value);
    }();
    if (!made) return fail(deps, made.error().text);
    show(flags, *made, deps);
  } else if (flags.print_id) {
    fmt::print(deps.out, "{}\n", id);
  } else if (!id.empty()) {
    fmt::print(deps.err, "Created with id '{}'\n", id);
  }
  return kExitDone;
}

int update(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto headers = headers_of(flags);
  auto given = given_body(flags, deps);
  if (!headers || !given) return fail(deps, headers ? given.error() : headers.error(), kExitRefused);
  const bool changes_part = !flags.sets.empty() || !flags.deletes.empty();
  const bool merge = flags.merge || (!flags.no_merge && changes_part && !given->has_value());
  const auto path = path_with_query(flags);
  json::value body = json::object();
  if (merge) {
    auto current = api.get(path);
    if (!current) return fail(deps, current.error().text);
    body = std::move(*current);
  }
  if (given->has_value()) merge_into(body, std::move(**given));
  if (auto changed = change(body, flags); !changed) return fail(deps, changed.error(), kExitRefused);
  const bool has_body = merge || changes_part || !flags.file.empty() || !flags.body.empty();
  const auto answer = api.call(web::Method::kPut, path, has_body ? json::serialize(body) : std::string(), *headers);
  if (!answer) return fail(deps, answer.error().text);
  show_headers(flags, *answer, deps);
  if (flags.print_result) {
    const auto now = api.get(path);
    if (!now) return fail(deps, now.error().text);
    show(flags, *now, deps);
  }
  return kExitDone;
}

int remove(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto headers = headers_of(flags);
  auto given = given_body(flags, deps);
  if (!headers || !given) return fail(deps, headers ? given.error() : headers.error(), kExitRefused);
  auto body = given->value_or(json::object());
  if (auto changed = change(body, flags); !changed) return fail(deps, changed.error(), kExitRefused);
  const bool has_body = given->has_value() || !flags.sets.empty();
  const auto answer = api.call(web::Method::kDelete, path_with_query(flags),
                               has_body ? json::serialize(body) : std::string(), *headers);
  if (!answer) return fail(deps, answer.error().text);
  show_headers(flags, *answer, deps);
  if (flags.print_result && !answer->body.empty()) show_body(flags, *answer, deps);
  return kExitDone;
}

/// From the command line, the environment or the terminal; empty: from nowhere.
std::string new_password(const Flags& flags, const Dependencies& deps) {
  if (!flags.new_password.empty()) return flags.new_password;
  const auto found = deps.environment.find("KC_CLI_PASSWORD");
  if (found != deps.environment.end() && !found->second.empty()) return found->second;
  return deps.ask_secret("Enter password: ").value_or("");
}

int set_password(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto users = resource_path("users", target_realm(flags));
  auto id = flags.user_id;
  if (id.empty()) {
    const auto found = api.get(users + "?exact=true&username=" + percent_encode(flags.username));
    if (!found) return fail(deps, found.error().text);
    if (!found->is_array() || found->as_array().size() != 1) return fail(deps, "there is no user " + flags.username);
    id = string_or(found->as_array().front().as_object(), "id", "");
  }
  const json::object body{{"type", "password"}, {"value", flags.new_password}, {"temporary", flags.temporary}};
  const auto answer = api.put(users + "/" + percent_encode(id) + "/reset-password", body);
  return answer ? kExitDone : fail(deps, answer.error().text);
}

int list_roles(const Flags& flags, AdminApi& api, const Dependencies& deps) {
  const auto headers = headers_of(flags);
  if (!headers) return fail(deps, headers.error(), kExitRefused);
  const auto roles =
      get_roles(api, resource_path("", target_realm(flags)), flags.roles,
                [&](const std::string& path) -> Result<json::value, std::string> {
                  const auto answer = api.call(web::Method::kGet, with_query(path, flags), {}, *headers);
                  if (!answer) return refuse(answer.error().text);
                  show_headers(flags, *answer, deps);
                  auto list = parse_json(answer->body, {.bytes_max = kAnswerBytesMax, .depth_max = kDocumentDepthMax});
                  if (!list) return refuse(std::string("the answer is no JSON"));
                  return std::move(*list);
                });
  if (!roles) return fail(deps, roles.error());
  show(flags, *roles, deps);
  return kExitDone;
}

int change_roles(const Flags& flags, AdminApi& api, const Dependencies& deps, decltype(&add_roles) change) {
  const auto done = change(api, resource_path("", target_realm(flags)), flags.roles);
  return done ? kExitDone : fail(deps, done.error());
}

int login(const Flags& flags, const Dependencies& deps) {
  auto options = flags.server;
  complete_from_environment(options, deps);
  if (options.no_config)
    return fail(deps, "a session is kept in a file: --no-config is of the other commands", kExitRefused);
  if (!options.user.empty() && options.password.empty())
    options.password = deps.ask_secret("Enter password: ").value_or("");
  if (options.user.empty() && options.secret.empty())
    return fail(deps, "give --user, or --client with its secret", kExitRefused);
  const auto api = AdminApi::sign_in(options, deps);
  if (!api) return fail(deps, api.error());
  if (!api->keep_session()) return fail(deps, "cannot write " + options.config);
  fmt::print(deps.err, "Signed in to {}; the session is kept in {}\n", api->server(), options.config);
  return kExitDone;
}

/// Which authorities are trusted beside the system's, whenever the session file is used.
int set_truststore(const Flags& flags, const Dependencies& deps) {
  auto options = flags.server;
  complete_from_environment(options, deps);
  if (flags.forget == !flags.truststore.empty())
    return fail(deps, "give the truststore's file, or --delete", kExitRefused);
  auto session = read_session(options, deps);
  if (flags.forget) {
    session.erase("truststore");
  } else {
    if (!flags.truststore.starts_with('/'))
      return fail(deps, flags.truststore + ": write the whole path, it is used from any folder", kExitRefused);
    if (const auto problem = deps.trust(flags.truststore)) return fail(deps, *problem, kExitRefused);
    session["truststore"] = flags.truststore;
  }
  const bool is_written = deps.write_private_file(options.config, json::serialize(session) + "\n");
  return is_written ? kExitDone : fail(deps, "cannot write " + options.config);
}

/// The verbs and what they write into.
struct Verbs {
  explicit Verbs(Flags& flags);

  CLI::App app{"Administer a server: kcadm's verbs and flags.", "cardea admin"};
  CLI::App* login = app.add_subcommand("login", "Sign in and keep the session; also `config credentials`.");
  CLI::App* config = app.add_subcommand("config", "")->group("");
  CLI::App* credentials = config->add_subcommand("credentials", "Sign in and keep the session.");
  CLI::App* truststore = config->add_subcommand("truststore", "Trust authorities beside the system's.");
  CLI::App* help = app.add_subcommand("help", "Show this help, or that of a command.");
  CLI::App* get = app.add_subcommand("get", "Show a resource or a list.");
  CLI::App* create = app.add_subcommand("create", "Make a resource.");
  CLI::App* update = app.add_subcommand("update", "Change a resource.");
  CLI::App* remove = app.add_subcommand("delete", "Delete a resource.");
  CLI::App* password = app.add_subcommand("set-password", "Set a person's password.");
  CLI::App* get_roles = app.add_subcommand("get-roles", "Show roles, or whose they are.");
  CLI::App* add_roles = app.add_subcommand("add-roles", "Give roles to a person, a group or a role.");
  CLI::App* remove_roles = app.add_subcommand("remove-roles", "Take roles away again.");
};

void add_body_flags(CLI::App& verb, Flags& flags) {
  verb.add_option("-s,--set", flags.sets, "Set a member.")->type_name("NAME=VALUE")->allow_extra_args(false);
  verb.add_option("-f,--file", flags.file, "The body, JSON or YAML; - is standard input.")->type_name("FILE");
  verb.add_option("-b,--body", flags.body, "The body itself.")->type_name("TEXT");
}

Verbs::Verbs(Flags& flags) {
  app.require_subcommand(1);
  help->add_option("command", flags.help_about, "")->type_name("");
  truststore->add_option("file", flags.truststore, "PEM file.");
  truststore->add_flag("-d,--delete", flags.forget, "Trust the system's alone again.");
  truststore->add_flag("-x", flags.trace, "")->group("");
  truststore->add_option("--trustpass", flags.server.trustpass, "")->group("");
  truststore->add_option("--config", flags.server.config, "The session's file.")->type_name("FILE");
  config->require_subcommand(1);
  for (auto* verb : {login, credentials, get, create, update, remove, password, get_roles, add_roles, remove_roles}) {
    add_server_options(*verb, flags.server);
    verb->add_flag("-x", flags.trace, "")->group("");  // kcadm: a stack trace of its own failures; here there is none
  }
  for (auto* verb : {get, create, update, remove}) {
    verb->add_option("resource", flags.resource, "users, clients/ID, realms, serverinfo ...")->required();
  }
  for (auto* verb : {get, create, update, remove, get_roles}) {
    verb->add_option("-q,--query", flags.queries, "A query parameter.")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    verb->set_help_flag("--help", "Show this help.");  // -h is kcadm's header
    verb->add_option("-h,--header", flags.headers, "A header.")->type_name("NAME=VALUE")->allow_extra_args(false);
    verb->add_flag("-H,--print-headers", flags.print_headers, "Print the answer's status and headers, too.");
  }
  for (auto* verb : {get, create, update, remove, password, get_roles, add_roles, remove_roles})
    verb->add_option("-r,--target-realm", flags.realm, "The realm of the resource [that of the sign-in].");
  for (auto* verb : {create, update, remove}) add_body_flags(*verb, flags);
  for (auto* verb : {create, update, remove}) {
    verb->add_option("-d,--delete", flags.deletes, "Take a member away.")->type_name("NAME")->allow_extra_args(false);
    verb->add_flag("-o,--output", flags.print_result, "Show the resource, or the answer, afterwards.");
  }
  update->add_flag("-m,--merge", flags.merge, "Put the given members over what is there.");
  update->add_flag("-n,--no-merge", flags.no_merge, "Send the given members alone.");
  create->add_flag("-i,--id", flags.print_id, "Print the new id alone.");
  for (auto* verb : {get, create, update, remove, get_roles}) {
    verb->add_option("-F,--fields", flags.fields, "These members alone: id,username,access(view), or *(*),-secret.");
    verb->add_flag("-c,--compressed", flags.compressed, "No line breaks.");
  }
  for (auto* verb : {get, get_roles}) {
    verb->add_option("-o,--offset", flags.first, "Pass over so many.");
    verb->add_option("-l,--limit", flags.max, "At most so many.");
    verb->add_option("--format", flags.format, "json or csv.")->check(CLI::IsMember({"json", "csv"}));
    verb->add_flag("--noquotes", flags.bare, "CSV without quotes.");
  }
  add_role_flags(*get_roles, flags.roles, true);
  add_role_flags(*add_roles, flags.roles, false);
  add_role_flags(*remove_roles, flags.roles, false);
  password->add_option("--username", flags.username, "Whose.");
  password->add_option("--userid", flags.user_id, "Whose, by id.");
  password->add_option("-p,--new-password", flags.new_password,
                       "The new one; better in KC_CLI_PASSWORD, or asked for.");
  password->add_flag("-t,--temporary", flags.temporary, "It must be changed at the next sign-in.");
}

}  // namespace

std::string resource_path(std::string_view resource, std::string_view realm) {
  while (resource.starts_with('/')) resource.remove_prefix(1);
  const auto first = resource.substr(0, resource.find_first_of("/?"));
  const bool is_rooted = first == "realms" || first == "serverinfo";
  if (is_rooted) return "/admin/" + std::string(resource);
  const auto path = "/admin/realms/" + percent_encode(realm);
  return resource.empty() ? path : path + "/" + std::string(resource);
}

int run_admin(std::vector<std::string> arguments, const Dependencies& deps) {
  Flags flags;
  Verbs verbs(flags);
  if (const auto code = parse_arguments(verbs.app, std::move(arguments), deps)) return *code;
  if (verbs.help->parsed()) {
    auto about = flags.help_about;
    const auto all = verbs.app.get_subcommands([](const CLI::App*) { return true; });
    if (!about.empty() && std::ranges::find(all, about.front(), &CLI::App::get_name) == all.end())
      return fail(deps, about.front() + " is no verb; see `cardea admin help`", kExitRefused);
    about.emplace_back("--help");
    return run_admin(std::move(about), deps);
  }
  if (verbs.truststore->parsed()) return set_truststore(flags, deps);
  if (verbs.login->parsed() || verbs.config->parsed()) return login(flags, deps);
  if (verbs.password->parsed() && flags.username.empty() == flags.user_id.empty())
    return fail(deps, "give --username or --userid", kExitRefused);
  if (const auto problem = refusal_of_fields(flags.fields)) return fail(deps, "-F: " + *problem, kExitRefused);
  if (flags.resource.contains("://"))
    return fail(deps, flags.resource + ": write the resource alone, such as users, and the server in --server",
                kExitRefused);
  if (verbs.password->parsed()) {
    flags.new_password = new_password(flags, deps);
    if (flags.new_password.empty())
      return fail(deps, "the new password is missing: give --new-password, set KC_CLI_PASSWORD or type it",
                  kExitRefused);
  }
  auto api = AdminApi::sign_in(flags.server, deps);
  if (!api) return fail(deps, api.error());
  if (verbs.get->parsed()) return get(flags, *api, deps);
  if (verbs.create->parsed()) return create(flags, *api, deps);
  if (verbs.update->parsed()) return update(flags, *api, deps);
  if (verbs.remove->parsed()) return remove(flags, *api, deps);
  if (verbs.get_roles->parsed()) return list_roles(flags, *api, deps);
  if (verbs.add_roles->parsed()) return change_roles(flags, *api, deps, &add_roles);
  if (verbs.remove_roles->parsed()) return change_roles(flags, *api, deps, &remove_roles);
  return set_password(flags, *api, deps);
}

}  // namespace cardea::tool
