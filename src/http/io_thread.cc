#include "http/io_thread.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>

#include "base/assert.h"
#include "http/response_writer.h"
#include "http/timer_wheel.h"

namespace cardea::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kAcceptsAtOnce = 64;

Address address_of(const sockaddr_storage& storage) {
  Address out;
  if (storage.ss_family == AF_INET6) {
    std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, 16);
  } else {
    out.bytes[10] = out.bytes[11] = 0xff;
    std::memcpy(out.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, 4);
  }
  return out;
}

// Outlives the loop it posts to: lanes may hold it longer.
class LoopMailbox final : public Mailbox {
 public:
  explicit LoopMailbox(asio::io_context& io) : io_(&io) {}

  bool post(MoveOnlyFunction<> job) override {
    const std::scoped_lock lock(mutex_);
    if (io_ == nullptr) return false;
    asio::post(*io_, std::move(job));
    return true;
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    io_ = nullptr;
  }

 private:
  std::mutex mutex_;
  asio::io_context* io_;
};

}  // namespace

struct IoThread::Loop {
  struct Peer;
  struct Acceptor {
    tcp::acceptor socket;
    bool is_tls;
    bool paused = false;
  };

  explicit Loop(ServerState& state);
  ~Loop();

  void wait_for_connections(Acceptor& acceptor);
  void accept_some(Acceptor& acceptor);
  void out_of_descriptors(Acceptor& acceptor);
  void admit(int descriptor, const sockaddr_storage& from, bool is_tls);
  void flush_all();
  void reap(Peer& peer);
  void sweep();
  void begin_stop(std::chrono::nanoseconds grace);
  void close_all();
  void end_if_empty();
  [[nodiscard]] TimerWheel::Tick tick() const {
    return static_cast<TimerWheel::Tick>(std::chrono::duration_cast<seconds>(server.clock.steady()).count());
  }

  ServerState& server;
  asio::io_context io{1};
  std::shared_ptr<LoopMailbox> mailbox = std::make_shared<LoopMailbox>(io);
  std::unique_ptr<ThreadState> thread;
  TimerWheel wheel{tick()};
  asio::steady_timer sweep_timer{io};
  std::list<Acceptor> acceptors;
  std::list<Peer> peers;
  std::vector<Peer*> to_flush, flushing;
  bool flush_posted = false;
  int reserve;  // a descriptor to give up when there is none left
  std::size_t refused_since_sweep = 0;
  std::optional<std::chrono::nanoseconds> stop_deadline;
};

// A connection with its socket. Destroyed by `reap`, when it is closed and nothing of Asio's or ours refers to it.
struct IoThread::Loop::Peer final : ConnectionHost, TimerWheel::Entry {
  enum class Waiting { kNothing, kRead, kWrite };

  Peer(Loop& owner, int descriptor, std::unique_ptr<Transport> transport, const Address& address, bool is_tls)
      : loop(owner), socket(owner.io), connection(*owner.thread, *this, std::move(transport), address, is_tls) {
    error_code ec;
    socket.assign(tcp::v4(), descriptor, ec);  // the family matters to nobody after accept
    closed = static_cast<bool>(ec);
  }

  void wait_readable() override { wait(Waiting::kRead); }
  void wait_writable() override { wait(Waiting::kWrite); }

  void wait(Waiting what) {
    if (closed || waiting == what) return;
    if (waiting != Waiting::kNothing) return close();
    waiting = what;
    socket.async_wait(what == Waiting::kRead ? tcp::socket::wait_read : tcp::socket::wait_write, [this](error_code ec) {
      waiting = Waiting::kNothing;
      if (ec && !closed) close();
      if (!closed) connection.on_ready();
      loop.reap(*this);
    });
  }

  void flush_later() override {
    if (flush_queued) return;
    flush_queued = true;
    loop.to_flush.push_back(this);
    if (std::exchange(loop.flush_posted, true)) return;
    asio::post(loop.io, [&owner = loop] { owner.flush_all(); });
  }

  void set_deadline(std::optional<std::chrono::seconds> after) override {
    if (after) {
      loop.wheel.set(*this, static_cast<TimerWheel::Tick>(after->count()));
    } else {
      loop.wheel.clear(*this);
    }
  }

  void close() override {
    if (std::exchange(closed, true)) return;
    loop.wheel.clear(*this);
    error_code ec;
    socket.close(ec);
  }

  Loop& loop;
  tcp::socket socket;
  Connection connection;
  std::list<Peer>::iterator self;
  Waiting waiting = Waiting::kNothing;
  bool flush_queued = false;
  bool closed = false;
};

IoThread::Loop::Loop(ServerState& state) : server(state), reserve(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  auto runner = std::make_shared<StepRunner>(state.handle, state.lanes, state.log, state.clock, mailbox);
  thread = std::make_unique<ThreadState>(state.settings, state.metrics, state.log, state.random, std::move(runner));
}

IoThread::Loop::~Loop() {
  mailbox->close();
  if (reserve >= 0) ::close(reserve);
}

void IoThread::Loop::wait_for_connections(Acceptor& acceptor) {
  acceptor.socket.async_wait(tcp::acceptor::wait_read, [this, &acceptor](error_code ec) {
    if (ec || stop_deadline) return;
    accept_some(acceptor);
    if (!acceptor.paused) wait_for_connections(acceptor);
  });
}

void IoThread::Loop::accept_some(Acceptor& acceptor) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int descriptor = ::accept4(acceptor.socket.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      admit(descriptor, from, acceptor.is_tls);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return out_of_descriptors(acceptor);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    }  // else: this one connection has failed (accept(2)); the next may not
  }
}

// The connection that cannot be accepted would stay in the queue and wake us for ever. The reserve makes room to accept
// it and hang up; without a reserve the queue is left alone until the next sweep.
void IoThread::Loop::out_of_descriptors(Acceptor& acceptor) {
  server.metrics.connections_refused.add();
  ++refused_since_sweep;
  if (reserve >= 0) {
    ::close(reserve);
    const int descriptor = ::accept4(acceptor.socket.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) ::close(descriptor);
    reserve = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  if (reserve < 0) acceptor.paused = true;
}

void IoThread::Loop::admit(int descriptor, const sockaddr_storage& from, bool is_tls) {
  const auto count = server.connections.fetch_add(1, std::memory_order_relaxed) + 1;
  auto transport = count > server.settings.connections_max ? nullptr
                   : is_tls                                ? server.tls.accept(descriptor)
                                                           : make_plain_transport(descriptor);
  if (!transport) {
    server.connections.fetch_sub(1, std::memory_order_relaxed);
    server.metrics.connections_refused.add();
    ++refused_since_sweep;
    ::close(descriptor);
    return;
  }
  const int on = 1;
  (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto& peer = peers.emplace_back(*this, descriptor, std::move(transport), address_of(from), is_tls);
  peer.self = std::prev(peers.end());
  if (peer.closed) {
    ::close(descriptor);  // Asio could not take it over
  } else {
    peer.connection.start();
  }
  reap(peer);
}

void IoThread::Loop::flush_all() {
  flush_posted = false;
  flushing.swap(to_flush);
  for (auto* peer : flushing) {
    peer->flush_queued = false;
    if (!peer->closed) peer->connection.flush();
    reap(*peer);
  }
  flushing.clear();
}

void IoThread::Loop::reap(Peer& peer) {
  if (!peer.closed || peer.waiting != Peer::Waiting::kNothing || peer.flush_queued) return;
  peers.erase(peer.self);
  server.connections.fetch_sub(1, std::memory_order_relaxed);
  end_if_empty();
}

void IoThread::Loop::sweep() {
  thread->date = http_date(server.clock.now());
  wheel.advance(tick(), [this](TimerWheel::Entry& entry) {
    auto& peer = static_cast<Peer&>(entry);
    if (!peer.closed) peer.connection.on_deadline();
    reap(peer);
  });
  if (refused_since_sweep > 0) {
    server.log.warning("connections_refused", {{"listener", server.settings.name},
                                               {"count", std::exchange(refused_since_sweep, 0)},
                                               {"open", server.connections.load()}});
  }
  for (auto& acceptor : acceptors) {
    if (reserve < 0) reserve = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (!stop_deadline && std::exchange(acceptor.paused, false)) wait_for_connections(acceptor);
  }
  if (stop_deadline && server.clock.steady() >= *stop_deadline) close_all();
  if (stop_deadline && peers.empty()) return;
  sweep_timer.expires_after(server.settings.sweep_every);
  sweep_timer.async_wait([this](error_code ec) {
    if (!ec) sweep();
  });
}

void IoThread::Loop::begin_stop(std::chrono::nanoseconds grace) {
  if (stop_deadline) return;
  for (auto& acceptor : acceptors) accept_some(acceptor);  // those who wait already are not turned away
  stop_deadline = server.clock.steady() + grace;
  thread->stopping = true;
  error_code ec;
  for (auto& acceptor : acceptors) acceptor.socket.close(ec);
  for (auto peer = peers.begin(); peer != peers.end();) {
    auto& current = *peer++;
    if (!current.closed) current.connection.begin_stop();
    reap(current);
  }
  if (grace <= std::chrono::nanoseconds::zero()) close_all();
  end_if_empty();
}

void IoThread::Loop::close_all() {
  for (auto peer = peers.begin(); peer != peers.end();) {
    auto& current = *peer++;
    current.close();
    reap(current);
  }
}

// Without connections, acceptors and timer the loop has nothing to wait for and run() returns.
void IoThread::Loop::end_if_empty() {
  if (stop_deadline && peers.empty()) sweep_timer.cancel();
}

IoThread::IoThread(ServerState& server) : loop_(std::make_unique<Loop>(server)) {}
IoThread::~IoThread() = default;

void IoThread::add_listener(int descriptor, bool is_tls) {
  auto& acceptor = loop_->acceptors.emplace_back(Loop::Acceptor{tcp::acceptor(loop_->io), is_tls});
  acceptor.socket.assign(tcp::v4(), descriptor);
}

void IoThread::run() {
  loop_->sweep();
  for (auto& acceptor : loop_->acceptors) loop_->wait_for_connections(acceptor);
  loop_->io.run();
  loop_->mailbox->close();
}

void IoThread::begin_stop(std::chrono::nanoseconds grace) {
  (void)loop_->mailbox->post([loop = loop_.get(), grace] { loop->begin_stop(grace); });
}

}  // namespace cardea::http
