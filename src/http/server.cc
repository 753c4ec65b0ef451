#include "http/server.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/assert.h"
#include "http/io_thread.h"
#include "http/listener.h"

namespace cardea::http {
namespace {

ServerError error_of(const ListenError& error, const std::string& host, std::uint16_t port) {
  using From = ListenError::Kind;
  using To = ServerError::Kind;
  const auto kind = error.kind == From::kBadHost        ? To::kBadHost
                    : error.kind == From::kAddressInUse ? To::kAddressInUse
                    : error.kind == From::kNotPermitted ? To::kNotPermitted
                                                        : To::kListen;
  return {kind, fmt::format("{} port {}: {}", host, port,
                            error.error == 0 ? "not an address of this machine" : std::strerror(error.error))};
}

}  // namespace

struct Server::Impl {
  ServerState state;
  std::vector<std::unique_ptr<IoThread>> loops = {};
  std::vector<std::thread> threads = {};
};

Server::Server(ServerSettings settings, Handle handle, Lanes& lanes, Log& log, Metrics& metrics, const Clock& clock,
               Random& random) {
  const HttpMetrics http_metrics(metrics, settings.name);
  impl_ = std::unique_ptr<Impl>(new Impl{.state = {.settings = std::move(settings),
                                                   .handle = std::move(handle),
                                                   .lanes = lanes,
                                                   .log = log,
                                                   .metrics = http_metrics,
                                                   .clock = clock,
                                                   .random = random}});
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<void, ServerError> Server::start() {
  CARDEA_ASSERT(impl_->loops.empty());
  std::signal(SIGPIPE, SIG_IGN);  // a write to a closed connection is an error value, not the end
  auto& state = impl_->state;
  const auto& settings = state.settings;
  if (settings.tls) {
    if (const auto loaded = state.tls.load(*settings.tls); !loaded) {
      const auto& error = loaded.error();
      return refuse(
          ServerError{ServerError::Kind::kCertificate, fmt::format("{} ({})", describe(error.problem), error.detail)});
    }
  }
  const unsigned threads =
      settings.io_threads != 0 ? settings.io_threads : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) impl_->loops.push_back(std::make_unique<IoThread>(state));
  auto listening = settings.port ? listen(*settings.port, false, port_) : Result<void, ServerError>{};
  if (listening && settings.tls) listening = listen(settings.https_port, true, https_port_);
  if (!listening) {
    impl_->loops.clear();
    return listening;
  }
  for (auto& loop : impl_->loops) {
    impl_->threads.emplace_back([io = loop.get()] { io->run(); });
    pthread_setname_np(impl_->threads.back().native_handle(), "cardea-io");
  }
  state.log.info("listening", {{"listener", settings.name},
                               {"host", settings.host},
                               {"http_port", port_},
                               {"https_port", https_port_},
                               {"io_threads", threads}});
  return {};
}

Result<void, ServerError> Server::listen(std::uint16_t wanted, bool is_tls, std::uint16_t& bound) {
  const auto& host = impl_->state.settings.host;
  auto listeners = Listeners::open(host, wanted, static_cast<unsigned>(impl_->loops.size()));
  if (!listeners) return refuse(error_of(listeners.error(), host, wanted));
  bound = listeners->port();
  const auto descriptors = listeners->release();
  for (std::size_t i = 0; i < descriptors.size(); ++i) impl_->loops[i]->add_listener(descriptors[i], is_tls);
  return {};
}

bool Server::reload_certificates() {
  auto& state = impl_->state;
  if (!state.settings.tls) return true;
  const auto loaded = state.tls.load(*state.settings.tls);
  if (loaded) {
    state.log.info("certificate_loaded", {{"listener", state.settings.name}});
    return true;
  }
  state.log.error("certificate_not_loaded", {{"listener", state.settings.name},
                                             {"reason", describe(loaded.error().problem)},
                                             {"detail", loaded.error().detail}});
  return false;
}

void Server::stop(std::chrono::milliseconds grace) {
  if (impl_->loops.empty()) return;
  for (auto& loop : impl_->loops) loop->begin_stop(grace);
  impl_->state.log.info("stopping", {{"listener", impl_->state.settings.name}});
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
  impl_->loops.clear();
}

}  // namespace cardea::http
