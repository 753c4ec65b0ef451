#include "app/gate_command.h"

#include <fmt/format.h>

#include <fstream>
#include <future>
#include <iostream>

#include "app/command.h"
#include "app/settings/gate_file.h"
#include "app/wire/database.h"
#include "app/wire/open_gate.h"
#include "app/wire/outbound.h"
#include "base/text.h"
#include "gate/front/gate.h"
#include "gate/front/proxy_snippet.h"

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
  if (const auto missing =
          missing_database(settings, configuration.settings.gate_keeps_rows || !configuration.settings.gate_only);
      !missing.empty()) {
    problems += 1;
    fmt::print(output.err, "problem: {}\n", missing);
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

/// The steps of `outcome` one after the other, calls included, as lanes and the fetcher of a server would.
web::Response run_here(web::Outcome outcome, web::Fetcher& fetcher) {
  while (!outcome.is_response()) {
    if (outcome.is_fetch()) {
      auto call = std::move(outcome.fetch());
      std::promise<web::Fetched> answer;
      fetcher.fetch(std::move(call.request), [&answer](web::Fetched fetched) { answer.set_value(std::move(fetched)); });
      outcome = call.next(answer.get_future().get());
    } else {
      auto step = std::move(outcome.then().step);
      outcome = step();
    }
  }
  return std::move(outcome.response());
}

std::string read_token(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::string text;
  std::getline(path == "-" ? std::cin : file, text);
  return std::string(trim(text));
}

/// What a gate of these settings would say, with its database where there is one that nobody else holds.
int explain(const CommandLine& line, const ServerSettings& server, const Environment& environment,
            const Output& output) {
  const SystemClock clock;
  SystemRandom random;
  ConsoleLog log(LogLevel::kWarning, LogFormat::kText, 2);
  Metrics metrics;
  std::unique_ptr<OpenDatabase> database;
  if (server.gate_keeps_rows) {
    auto opened = OpenDatabase::open_as_it_is(server, environment, log, random);
    if (opened)
      database = std::move(*opened);
    else
      fmt::print(output.err,
                 "cardea: without owners and remembered groups: {}\n"
                 "cardea: a gate that runs answers POST /gate/explain on its management port with them\n",
                 opened.error());
  }
  auto outbound = Outbound::make(server, clock, metrics);
  if (!outbound) {
    fmt::print(output.err, "cardea: {}\n", outbound.error());
    return kExitFailed;
  }
  auto gate = OpenGate::open(server, environment, {clock, random, log, database ? &database->gate_store() : nullptr},
                             OpenGate::For::kQuestions);
  if (!gate) {
    fmt::print(output.err, "cardea: {}\n", gate.error());
    return kExitFailed;
  }
  const auto space = line.explain.request.find(' ');
  const auto answer = run_here(
      (*gate)->gate().explain({.host = line.explain.host,
                               .method = line.explain.request.substr(0, space),
                               .target = line.explain.request.substr(space + 1),
                               .token = line.explain.token_file.empty() ? std::string(trim(line.explain.token))
                                                                        : read_token(line.explain.token_file)}),
      (*outbound)->fetcher());
  (*outbound)->stop();
  if (answer.status == 404) fmt::print(output.err, "cardea: --host: names no application\n");
  if (answer.status == 400) fmt::print(output.err, "cardea: --request: cannot be judged\n");
  if (answer.status != 200) return kExitRefused;
  fmt::print(output.out, "{}", answer.body_text());
  return kExitDone;
}

}  // namespace

int run_gate_command(const CommandLine& line, const Configuration& configuration, const Environment& environment,
                     const Output& output) {
  auto settings = read_gate_settings(configuration.settings, environment);
  if (line.command == Command::kGateExplain && !settings.has_fatal())
    return explain(line, configuration.settings, environment, output);
  if (line.command == Command::kGateConfig && !settings.has_fatal())
    return print_snippet(line.topic, settings, configuration.settings, output);
  return check(settings, configuration, output);
}

}  // namespace cardea::app
