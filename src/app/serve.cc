#include "app/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/descriptors.h"
#include "app/version.h"
#include "app/wire/banner.h"
#include "app/wire/gate_server.h"
#include "app/wire/server.h"
#include "app/wire/service_manager.h"
#include "app/wire/signals.h"
#include "base/clock.h"

namespace cardea::app {

namespace {

constexpr std::chrono::minutes kSignalWait{60};

void log_warnings(const Configuration& configuration, Log& log) {
  for (const auto& warning : configuration.warnings) log.warning("configuration", {{"text", warning}});
  if (const auto few = descriptor_warning(raise_descriptor_limit())) log.warning("few_descriptors", {{"text", *few}});
}

/// Past the log: whoever reads that must not find the password there. With JSON on standard output nothing else may
/// stand in it, so the password goes to the terminal on standard error, if that is one.
ShowPassword password_output(const ServerSettings& settings, std::FILE* out, std::FILE* err) {
  const bool json = settings.log_console_output == LogFormat::kJson;
  if (json && isatty(fileno(err)) == 0) return {};
  return [stream = json ? err : out](std::string_view username, const SecretBytes& password) {
    auto text = password_banner(username, password.reveal());
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
    wipe(text);
  };
}

template <class Server>
void run_until_stopped(Server& server, const ServiceManager& manager, const Clock& clock, Log& log) {
  for (;;) {
    switch (wait_for_signal(kSignalWait)) {
      case Signal::kReload:
        manager.reloading(clock.steady());
        server.reload();
        log.info("reloaded");
        manager.ready();
        break;
      case Signal::kStop:
        manager.stopping();
        log.info("stopping");
        server.stop();
        log.info("stopped");
        return;
      case Signal::kNone:
        break;
    }
  }
}

}  // namespace

int serve(Configuration configuration, const Environment& environment, std::FILE* out, std::FILE* err) {
  block_signals();
  const SystemClock clock;
  SystemRandom random;
  const auto began = clock.steady();
  ConsoleLog log(configuration.settings.log_level, configuration.settings.log_console_output);
  log.info("starting", {{"version", version()}, {"development", configuration.settings.development}});
  log_warnings(configuration, log);

  auto show_password = password_output(configuration.settings, out, err);
  auto server = RunningServer::start(std::move(configuration.settings), environment, log, clock, random,
                                     std::move(show_password));
  if (!server) {
    log.error("start_failed", {{"reason", server.error()}});
    log.flush();
    return 1;
  }
  const auto took = std::chrono::duration_cast<milliseconds>(clock.steady() - began).count();
  log.info("started", {{"url", (*server)->announcement().url}, {"milliseconds", took}});
  log.flush();
  if ((*server)->settings().log_console_output == LogFormat::kText) {
    fmt::print(out, "{}", start_banner((*server)->settings(), (*server)->announcement()));
    std::fflush(out);
  }
  const ServiceManager manager(environment);
  manager.ready();
  run_until_stopped(**server, manager, clock, log);
  return 0;
}

int serve_gate(Configuration configuration, const Environment& environment, std::FILE* out) {
  block_signals();
  const SystemClock clock;
  SystemRandom random;
  const auto began = clock.steady();
  const auto format = configuration.settings.log_console_output;
  ConsoleLog log(configuration.settings.log_level, format);
  log.info("starting", {{"version", version()}, {"gate", true}});
  log_warnings(configuration, log);
  auto running = RunningGate::start(std::move(configuration.settings), environment, log, clock, random);
  if (!running) {
    log.error("start_failed", {{"reason", running.error()}});
    log.flush();
    return 1;
  }
  const auto took = std::chrono::duration_cast<milliseconds>(clock.steady() - began).count();
  log.info("started", {{"url", (*running)->url()}, {"milliseconds", took}});
  log.flush();
  if (format == LogFormat::kText) {
    fmt::print(out, "Cardea's gate listens at {}\n", (*running)->url());
    std::fflush(out);
  }
  const ServiceManager manager(environment);
  manager.ready();
  run_until_stopped(**running, manager, clock, log);
  return 0;
}

}  // namespace cardea::app
