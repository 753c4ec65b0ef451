#include "http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/assert.h"

namespace cardea::http {
namespace {

// One turn handles this many descriptors, and then its answers are sent: more would make the first of them wait.
constexpr int kEventsAtOnce = 128;

// Sources are told apart from the loop's own descriptors by their address.
constexpr std::uint64_t kWakeTag = 1;
constexpr std::uint64_t kTimerTag = 2;

// A process that has no descriptor left when it starts cannot serve anything: no case to be handled.
int made(int descriptor) {
  CARDEA_ASSERT(descriptor >= 0);
  return descriptor;
}

void watch(int epoll, int descriptor, std::uint64_t tag) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
  CARDEA_ASSERT(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(made(::epoll_create1(EPOLL_CLOEXEC))),
      wake_(made(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))),
      timer_(made(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))) {
  watch(epoll_, wake_, kWakeTag);
  watch(epoll_, timer_, kTimerTag);
}

EventLoop::~EventLoop() {
  for (const int descriptor : {timer_, wake_, epoll_}) ::close(descriptor);
}

bool EventLoop::wait(Source& source, int descriptor, Readiness what) {
  CARDEA_ASSERT(what != Readiness::kNothing);
  source.wanted_ = what;
  if (source.registered_ == what) return true;
  source.descriptor_ = descriptor;
  epoll_event event{.events = what == Readiness::kRead ? EPOLLIN : EPOLLOUT, .data = {.ptr = &source}};
  const int change = source.registered_ == Readiness::kNothing ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  const bool ok = ::epoll_ctl(epoll_, change, descriptor, &event) == 0;
  if (ok) {
    source.registered_ = what;
  } else {
    source.wanted_ = Readiness::kNothing;
  }
  return ok;
}

void EventLoop::forget(Source& source) {
  source.wanted_ = Readiness::kNothing;
  nobody_waits_for(source);
}

void EventLoop::nobody_waits_for(Source& source) {
  if (std::exchange(source.registered_, Readiness::kNothing) == Readiness::kNothing) return;
  (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, source.descriptor_, nullptr);
}

void EventLoop::post(MoveOnlyFunction<> job) {
  {
    const std::scoped_lock lock(mutex_);
    posted_.push_back(std::move(job));
    if (std::exchange(woken_, true)) return;
  }
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);  // fails only when the counter is full, and then the loop wakes anyway
}

void EventLoop::set_timer(std::chrono::nanoseconds after) {
  const auto least = std::max(after, std::chrono::nanoseconds(1));  // zero would stop it
  const auto whole = std::chrono::floor<std::chrono::seconds>(least);
  const itimerspec at{.it_interval = {}, .it_value = {.tv_sec = whole.count(), .tv_nsec = (least - whole).count()}};
  (void)::timerfd_settime(timer_, 0, &at, nullptr);
}

void EventLoop::stop_timer() {
  const itimerspec never{};
  (void)::timerfd_settime(timer_, 0, &never, nullptr);
}

void EventLoop::run(const Callbacks& callbacks) {
  std::array<epoll_event, kEventsAtOnce> events;
  bool has_more = false;
  while (callbacks.should_go_on()) {
    const int count = ::epoll_wait(epoll_, events.data(), kEventsAtOnce, has_more ? 0 : -1);
    CARDEA_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)].data.u64, callbacks);
    has_more = callbacks.on_turn_end();
  }
}

void EventLoop::dispatch(std::uint64_t tag, const Callbacks& callbacks) {
  std::uint64_t count = 0;
  if (tag == kWakeTag) return run_posted();
  if (tag == kTimerTag) {
    // Set anew since it fired: nothing to read, and nothing to do yet.
    if (::read(timer_, &count, sizeof count) == sizeof count) callbacks.on_timer();
    return;
  }
  auto& source = *reinterpret_cast<Source*>(tag);
  if (source.registered_ == Readiness::kNothing) return;  // forgotten earlier in this turn
  if (source.wanted_ == Readiness::kNothing) return nobody_waits_for(source);
  source.wanted_ = Readiness::kNothing;
  source.on_event();
}

void EventLoop::run_posted() {
  std::uint64_t count = 0;
  {
    const std::scoped_lock lock(mutex_);
    (void)!::read(wake_, &count, sizeof count);
    woken_ = false;
    running_.swap(posted_);
  }
  for (auto& job : running_) job();
  running_.clear();
}

}  // namespace cardea::http
