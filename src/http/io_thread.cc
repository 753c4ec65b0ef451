#include "http/io_thread.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>

#include "base/assert.h"
#include "http/event_loop.h"
#include "http/response_writer.h"
#include "http/timer_wheel.h"

namespace cardea::http {
namespace {

constexpr int kAcceptsAtOnce = 64;
// Answers that are ready go out together, which costs a cheap request half as much, but none waits longer than this for
// the requests beside it: while they are worked on, its client could read it and ask again.
constexpr std::chrono::microseconds kTogetherMax{100};

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
  explicit LoopMailbox(EventLoop& events) : events_(&events) {}

  bool post(MoveOnlyFunction<> job) override {
    const std::scoped_lock lock(mutex_);
    if (events_ == nullptr) return false;
    events_->post(std::move(job));
    return true;
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    events_ = nullptr;
  }

 private:
  std::mutex mutex_;
  EventLoop* events_;
};

}  // namespace

struct IoThread::Loop {
  struct Peer;
  struct Acceptor final : EventLoop::Source {
    Acceptor(Loop& owner, int listener, bool tls) : loop(owner), descriptor(listener), is_tls(tls) {}
    ~Acceptor() { close(); }
    void on_event() override;
    void close();

    Loop& loop;
    int descriptor;  // -1: closed
    bool is_tls;
    bool paused = false;
  };

  explicit Loop(ServerState& state);
  ~Loop();

  void wait_for_connections(Acceptor& acceptor);
  void accept_some(Acceptor& acceptor);
  void out_of_descriptors(Acceptor& acceptor);
  void admit(int descriptor, const sockaddr_storage& from, bool is_tls);
  void flush_later(Peer& peer);
  void flush_if_late();
  void flush_all();
  void reap(Peer& peer);
  void sweep();
  void begin_stop(std::chrono::nanoseconds grace);
  void end_idle();
  void close_all();
  [[nodiscard]] bool end_turn();
  [[nodiscard]] TimerWheel::Tick tick() const {
    return static_cast<TimerWheel::Tick>(std::chrono::duration_cast<seconds>(server.clock.steady()).count());
  }

  ServerState& server;
  EventLoop events;
  std::shared_ptr<LoopMailbox> mailbox = std::make_shared<LoopMailbox>(events);
  std::unique_ptr<ThreadState> thread;
  TimerWheel wheel{tick()};
  std::list<Acceptor> acceptors;
  std::list<Peer> peers;
  std::list<Peer> gone;  // closed in this turn of the loop, which may still name them
  std::vector<Peer*> to_flush, flushing;
  std::chrono::nanoseconds flush_wanted_at{0};  // by the first of `to_flush`
  int reserve;                                  // a descriptor to give up when there is none left
  std::size_t refused_since_sweep = 0;
  std::optional<std::chrono::nanoseconds> stop_deadline;
};

// A connection with its socket. `reap` takes it out when it is closed; it is destroyed at the end of the turn.
struct IoThread::Loop::Peer final : ConnectionHost, TimerWheel::Entry, EventLoop::Source {
  Peer(Loop& owner, int socket, std::unique_ptr<Transport> transport, const Address& address, bool is_tls)
      : loop(owner), descriptor(socket), connection(*owner.thread, *this, std::move(transport), address, is_tls) {}
  ~Peer() { close(); }

  void wait_readable() override { wait(Readiness::kRead); }
  void wait_writable() override { wait(Readiness::kWrite); }

  void wait(Readiness what) {
    if (!closed && !loop.events.wait(*this, descriptor, what)) close();
  }

  void on_event() override {
    if (!closed) connection.on_ready();
    loop.reap(*this);
    loop.flush_if_late();
  }

  void flush_later() override {
    if (!std::exchange(flush_queued, true)) loop.flush_later(*this);
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
    loop.events.forget(*this);
    ::close(descriptor);
  }

  Loop& loop;
  int descriptor;
  Connection connection;
  std::list<Peer>::iterator self;
  bool flush_queued = false;
  bool closed = false;
  bool reaped = false;
};

void IoThread::Loop::Acceptor::on_event() {
  if (loop.stop_deadline) return;
  loop.accept_some(*this);
  if (!paused) loop.wait_for_connections(*this);
}

void IoThread::Loop::Acceptor::close() {
  if (descriptor < 0) return;
  loop.events.forget(*this);
  ::close(std::exchange(descriptor, -1));
}

IoThread::Loop::Loop(ServerState& state) : server(state), reserve(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  auto runner = std::make_shared<StepRunner>(state.handle, state.lanes, state.log, state.clock, mailbox);
  thread = std::make_unique<ThreadState>(state.settings, state.metrics, state.log, state.random, std::move(runner));
}

IoThread::Loop::~Loop() {
  mailbox->close();
  if (reserve >= 0) ::close(reserve);
}

// Left alone until the next sweep when the system refuses.
void IoThread::Loop::wait_for_connections(Acceptor& acceptor) {
  if (!events.wait(acceptor, acceptor.descriptor, Readiness::kRead)) acceptor.paused = true;
}

void IoThread::Loop::accept_some(Acceptor& acceptor) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int descriptor =
        ::accept4(acceptor.descriptor, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
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
    const int descriptor = ::accept4(acceptor.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
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
  peer.connection.start();
  reap(peer);
}

void IoThread::Loop::flush_later(Peer& peer) {
  if (to_flush.empty()) flush_wanted_at = server.clock.steady();
  to_flush.push_back(&peer);
}

void IoThread::Loop::flush_if_late() {
  if (!to_flush.empty() && server.clock.steady() - flush_wanted_at >= kTogetherMax) flush_all();
}

void IoThread::Loop::flush_all() {
  flushing.swap(to_flush);
  for (auto* peer : flushing) {
    peer->flush_queued = false;
    if (!peer->closed) peer->connection.flush();
    reap(*peer);
  }
  flushing.clear();
}

void IoThread::Loop::reap(Peer& peer) {
  if (!peer.closed || peer.flush_queued || std::exchange(peer.reaped, true)) return;
  gone.splice(gone.end(), peers, peer.self);
  server.connections.fetch_sub(1, std::memory_order_relaxed);
}

// The answers of requests that were ready go out together (those that waited too long went before). Pipelined ones that
// follow them have theirs in the next turn, so that a connection full of them holds up nobody.
bool IoThread::Loop::end_turn() {
  flush_all();
  gone.clear();
  return !to_flush.empty();
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
  events.set_timer(server.settings.sweep_every);
}

void IoThread::Loop::begin_stop(std::chrono::nanoseconds grace) {
  if (stop_deadline) return;
  for (auto& acceptor : acceptors) accept_some(acceptor);  // those who wait already are not turned away
  stop_deadline = server.clock.steady() + grace;
  thread->stopping = true;
  for (auto& acceptor : acceptors) acceptor.close();
  if (grace <= std::chrono::nanoseconds::zero()) close_all();
  // Requests that have arrived are answered: one whole turn of the loop, in which they are read, comes first.
  events.post([this] { events.post([this] { end_idle(); }); });
}

void IoThread::Loop::end_idle() {
  for (auto peer = peers.begin(); peer != peers.end();) {
    auto& current = *peer++;
    if (!current.closed) current.connection.begin_stop();
    reap(current);
  }
}

void IoThread::Loop::close_all() {
  for (auto peer = peers.begin(); peer != peers.end();) {
    auto& current = *peer++;
    current.close();
    reap(current);
  }
}

IoThread::IoThread(ServerState& server) : loop_(std::make_unique<Loop>(server)) {}
IoThread::~IoThread() = default;

void IoThread::add_listener(int descriptor, bool is_tls) { loop_->acceptors.emplace_back(*loop_, descriptor, is_tls); }

void IoThread::run() {
  auto& loop = *loop_;
  loop.sweep();
  for (auto& acceptor : loop.acceptors) loop.wait_for_connections(acceptor);
  loop.events.run({.on_timer = [&loop] { loop.sweep(); },
                   .on_turn_end = [&loop] { return loop.end_turn(); },
                   .should_go_on = [&loop] { return !loop.stop_deadline || !loop.peers.empty(); }});
  loop.mailbox->close();
}

void IoThread::begin_stop(std::chrono::nanoseconds grace) {
  (void)loop_->mailbox->post([loop = loop_.get(), grace] { loop->begin_stop(grace); });
}

}  // namespace cardea::http
