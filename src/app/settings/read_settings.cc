#include "app/settings/read_settings.h"

#include <array>

#include "app/settings/check_settings.h"
#include "app/settings/config_file.h"
#include "app/settings/keycloak_names.h"
#include "base/text.h"

namespace cardea::app {

namespace {

/// One option's text and where it stands, before it is judged.
struct Given {
  std::string text;
  std::string source;
};
using GivenValues = std::map<std::string, Given, std::less<>>;

/// Names that published guides set, from before Keycloak 26.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kOldNames = {
    {{"KEYCLOAK_ADMIN", "bootstrap-admin-username"}, {"KEYCLOAK_ADMIN_PASSWORD", "bootstrap-admin-password"}}};

class Reader {
 public:
  explicit Reader(const CommandLine& line) : line_(line), problems_(line.problems) {}

  Result<Configuration, Problems> read(const Environment& environment, const FileReader& read_file) {
    const auto flags = from_flags();
    const auto variables = from_environment(environment);
    const auto file = from_file(flags, variables, read_file);
    configuration_.settings.development = line_.development;
    configuration_.settings.gate_only = line_.gate;
    for (const auto& option : option_table()) take(option, {&flags, &variables, &file});
    warn_about_ignored();

    const auto is_given = [&](std::string_view name) {
      return flags.contains(name) || variables.contains(name) || file.contains(name);
    };
    configuration_.settings.gate_keeps_rows = line_.gate && (is_given("data-dir") || is_given("db"));
    const bool http_given = is_given("http-enabled");
    complete_settings(configuration_.settings, http_given);
    check_settings(configuration_.settings, unread_, problems_, configuration_.warnings);
    if (!problems_.empty()) return refuse(std::move(problems_));
    return std::move(configuration_);
  }

 private:
  GivenValues from_flags() {
    GivenValues given;
    for (const auto& [name, text] : line_.values) {
      const auto* option = find_option(name);
      if (text == kNoValue && !option->has(kValueMayBeLeftOut))
        problems_.add("--" + name, "needs a value");
      else
        given.emplace(name, Given{text == kNoValue ? "true" : text, "--" + name});
    }
    for (const auto& [name, value] : line_.unknown)
      judge_unknown(name, value, "--" + name, [](auto option) { return "--" + std::string(option); });
    return given;
  }

  GivenValues from_environment(const Environment& environment) {
    GivenValues given;
    for (const auto& [name, value] : environment) {
      if (name.starts_with("CARDEA_")) refuse_own_prefix(name);
      if (!name.starts_with(kEnvironmentPrefix) || value.empty()) continue;
      const auto option = option_name(name);
      // Through the table's own spelling: KC_HTTP__PORT and KC_Http_Port are not KC_HTTP_PORT.
      if (find_option(option) != nullptr && environment_name(option) == name)
        given.emplace(option, Given{value, name});
      else
        judge_unknown(option, value, name, environment_name);
    }
    for (const auto& [old_name, option] : kOldNames) {
      const auto found = environment.find(old_name);
      if (found == environment.end() || found->second.empty()) continue;
      const bool used = given.emplace(option, Given{found->second, std::string(old_name)}).second;
      configuration_.warnings.push_back(std::string(old_name) +
                                        (used ? " is an old name: use " : " is not used: there is ") +
                                        environment_name(option) + ".");
    }
    return given;
  }

  GivenValues from_file(const GivenValues& flags, const GivenValues& variables, const FileReader& read_file) {
    const auto* source = find("config-file", {&flags, &variables});
    if (source == nullptr) return {};
    const auto text = read_file(source->text);
    if (!text) {
      problems_.add(source->source, "cannot read " + source->text);
      return {};
    }
    auto values = parse_config_file(*text, source->text);
    if (!values) {
      for (const auto& problem : values.error().items()) problems_.add(problem.where, problem.text);
      return {};
    }
    GivenValues given;
    for (auto& [name, value] : *values) {
      const auto where = name + " in " + source->text;
      const auto* option = find_option(name);
      if (option == nullptr)
        judge_unknown(name, value, where, [](auto known) { return std::string(known); });
      else if (option->has(kEnvironmentOnly) || name == "config-file")
        problems_.add(where, "cannot be set in the file");
      else if (!value.empty())
        given.emplace(name, Given{std::move(value), where});
    }
    return given;
  }

  static const Given* find(std::string_view option, std::initializer_list<const GivenValues*> sources) {
    for (const auto* source : sources)
      if (const auto found = source->find(option); found != source->end()) return &found->second;
    return nullptr;
  }

  /// Assigns one option from the first source that has it.
  void take(const Option& option, std::initializer_list<const GivenValues*> sources) {
    const auto* given = find(option.name, sources);
    const auto text = given != nullptr ? std::string_view(given->text) : option.fallback(line_.development);
    configuration_.effective.push_back({&option, shown(option, text), given != nullptr ? given->source : "default"});
    if (given != nullptr && line_.development && option.has(kProductionOnly)) {
      configuration_.warnings.push_back(given->source + " has no meaning for start-dev.");
      return;
    }
    if (given == nullptr && text.empty()) return;
    if (const auto refusal = option.assign(configuration_.settings, text)) {
      const auto value = option.has(kSecret) ? std::string() : "\"" + std::string(text) + "\": ";
      problems_.add(given != nullptr ? given->source : std::string(option.name), value + *refusal);
      unread_.insert(option.name);
    }
  }

  static std::string shown(const Option& option, std::string_view text) {
    const bool hides = option.has(kSecret) ||
                       (option.has(kMayHoldPassword) &&
                        (text.find('@') != std::string_view::npos || text.find("password") != std::string_view::npos));
    return hides && !text.empty() ? "********" : std::string(text);
  }

  template <class Spell>
  void judge_unknown(std::string_view option, std::string_view value, const std::string& where, Spell spell) {
    if (const auto keycloak = find_keycloak_name(option, value)) {
      if (keycloak->treatment == KeycloakName::Treatment::kRefuse)
        problems_.add(where, std::string(keycloak->advice));
      else
        ignored_.push_back(where + (keycloak->advice.empty() ? "" : " (" + std::string(keycloak->advice) + ")"));
      return;
    }
    std::vector<std::string_view> known;
    for (const auto& row : option_table()) known.push_back(row.name);
    const auto meant = nearest(option, known);
    problems_.add(where, meant ? "is not known; did you mean " + spell(*meant) + "?" : "is not known");
  }

  void refuse_own_prefix(const std::string& name) {
    // Only for names of options: Kubernetes sets CARDEA_SERVICE_HOST and the like for a service called cardea.
    const auto spelled = std::string(kEnvironmentPrefix) + name.substr(std::string_view("CARDEA_").size());
    if (find_option(option_name(spelled)) != nullptr)
      problems_.add(name, "is not known; did you mean " + spelled + "?");
  }

  void warn_about_ignored() {
    if (ignored_.empty()) return;
    configuration_.warnings.push_back("Options of Keycloak that have no effect here: " + join(ignored_, ", ") + ".");
  }

  const CommandLine& line_;
  Problems problems_;
  Configuration configuration_;
  std::vector<std::string> ignored_;
  UnreadOptions unread_;
};

}  // namespace

Result<Configuration, Problems> read_settings(const CommandLine& line, const Environment& environment,
                                              const FileReader& read_file) {
  return Reader(line).read(environment, read_file);
}

}  // namespace cardea::app
