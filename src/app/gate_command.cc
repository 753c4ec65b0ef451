#include "app/gate_command.h"

#include <fmt/format.h>

#include <fstream>
#include <future>
#include <iostream>

#include "app/command.h"
#include "app/settings/gate_file.h"
#include "app/wire/outbound.h"
#include "base/text.h"
#include "gate/front/explain.h"
#include "gate/front/gate.h"
#include "gate/front/proxy_snippet.h"
#include "gate/keys/load_keys.h"

namespace cardea::app {
namespace {

int check(const gate::GateSettings& settings, const Configuration& configuration, const Output& output) {
  for (const auto& warning : configuration.warnings) fmt::print(output.out, "warning: {}\n", warning);
  std::size_t problems = 0;
  for (const auto& note : settings.notes) {
    const bool is_warning = note.level == gate::NoteLevel::kWarning;
    problems += is_warning ? 0 : 1;
    fmt::print(is_warning ? output.out : output.err, "{}: {}: {}\n", is_warning ? "warning" : "problem", note.where,
               note.text);
  }
  if (problems != 0) {
    fmt::print(output.err, "cardea: {} problem{} in the gate's settings\n", problems, problems == 1 ? "" : "s");
    return kExitRefused;
  }
  fmt::print(output.out, "The gate's settings are good: {} providers, {} applications.\n", settings.providers.size(),
             settings.applications.size());
  return kExitDone;
}

int print_snippet(const std::string& proxy, const gate::GateSettings& settings, const ServerSettings& server,
                  const Output& output) {
  const auto upstream = "127.0.0.1:" + std::to_string(server.serves_https() ? server.https_port : server.http_port);
  for (const auto& application : settings.applications) {
    std::vector<std::string> others;
    for (const auto& other : settings.applications)
      if (&other != &application) others.insert(others.end(), other.hosts.begin(), other.hosts.end());
    fmt::print(output.out, "{}\n", gate::proxy_snippet(proxy, application, upstream, others));
  }
  return kExitDone;
}

/// Keys that have to be fetched are, once, as a running gate would.
void fetch_keys(gate::GateState& state, const upstream::Reach& reach, web::Fetcher& fetcher) {
  for (const auto& address : state.settings.key_addresses) {
    std::promise<void> done;
    gate::drive(gate::load_keys(reach, address, std::nullopt,
                                [&done](const std::string&) -> web::Outcome {
                                  done.set_value();
                                  return web::empty_response(204);
                                }),
                fetcher);
    done.get_future().wait();
  }
}

std::string read_token(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::string text;
  std::getline(path == "-" ? std::cin : file, text);
  return std::string(trim(text));
}

int explain(const CommandLine& line, gate::GateSettings settings, const ServerSettings& server, const Output& output) {
  const auto space = line.explain.request.find(' ');
  web::Request question;
  question.headers = {{std::string(gate::kMethodHeader), line.explain.request.substr(0, space)},
                      {std::string(gate::kUriHeader), line.explain.request.substr(space + 1)}};
  const auto original = gate::read_original(question);
  if (!original) {
    fmt::print(output.err, "cardea: --request: {}\n", gate::describe(original.error()));
    return kExitRefused;
  }
  const SystemClock clock;
  ConsoleLog log(LogLevel::kWarning, LogFormat::kText, 2);
  Metrics metrics;
  gate::GateState state(std::move(settings));
  const auto& applications = state.settings.applications;
  const auto* application = line.explain.host.empty() && applications.size() == 1
                                ? &applications.front()
                                : state.settings.find_application(line.explain.host);
  if (application == nullptr) {
    fmt::print(output.err, "cardea: --host: names no application\n");
    return kExitRefused;
  }
  auto outbound = Outbound::make(server, clock, metrics);
  if (!outbound) {
    fmt::print(output.err, "cardea: {}\n", outbound.error());
    return kExitFailed;
  }
  upstream::Memory memory;
  const upstream::Reach reach{memory, clock, log};
  fetch_keys(state, reach, (*outbound)->fetcher());
  const auto caller = gate::check_token(state.providers, read_token(line.explain.token_file), clock.now());
  fmt::print(output.out, "{}", gate::explain(*application, *original, caller));
  return kExitDone;
}

}  // namespace

int run_gate_command(const CommandLine& line, const Configuration& configuration, const Environment& environment,
                     const Output& output) {
  auto settings = read_gate_settings(configuration.settings, environment);
  if (line.command == Command::kGateExplain && !settings.has_fatal())
    return explain(line, std::move(settings), configuration.settings, output);
  if (line.command == Command::kGateConfig && !settings.has_fatal())
    return print_snippet(line.topic, settings, configuration.settings, output);
  return check(settings, configuration, output);
}

}  // namespace cardea::app
