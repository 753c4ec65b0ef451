// The floor under every request: a server whose handler answers 200 bytes at once. Compare with nginx serving the same
// bytes (bench/http_floor.sh).   http_floor PORT [THREADS [CERTIFICATE KEY]]
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "http/server.h"

namespace {

unsigned number(const char* text) {
  unsigned value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3 && argc != 5) {
    std::fputs("usage: http_floor PORT [THREADS [CERTIFICATE KEY]]\n", stderr);
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  cardea::ConsoleLog log(cardea::LogLevel::kInfo, cardea::LogFormat::kText);
  cardea::Metrics metrics;
  const cardea::SystemClock clock;
  cardea::SystemRandom random;
  cardea::http::Lanes lanes(metrics);
  cardea::http::ServerSettings settings;
  settings.port = static_cast<std::uint16_t>(number(argv[1]));
  settings.io_threads = argc > 2 ? number(argv[2]) : 1;
  if (argc == 5) {
    settings.tls = cardea::http::TlsFiles{.certificate = argv[3], .key = argv[4]};
    settings.https_port = static_cast<std::uint16_t>(*settings.port + 1);
  }
  const auto body = std::make_shared<const std::string>("{\"padding\":\"" + std::string(186, 'x') + "\"}");
  cardea::http::Server server(
      settings,
      [&](cardea::web::Request&) -> cardea::web::Outcome {
        cardea::web::Response response;
        response.add("Content-Type", "application/json");
        response.body = body;
        return response;
      },
      lanes, log, metrics, clock, random);
  if (const auto started = server.start(); !started) {
    std::fprintf(stderr, "http_floor: %s\n", started.error().detail.c_str());
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop(std::chrono::seconds(1));
  return 0;
}
