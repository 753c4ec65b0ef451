#include "app/wire/ticker.h"

namespace cardea::app {

Ticker::Ticker(std::chrono::milliseconds pause, std::function<void()> function)
    : function_(std::move(function)), thread_([this, pause] { run(pause); }) {}

Ticker::~Ticker() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

void Ticker::run(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    function_();
    lock.lock();
  }
}

}  // namespace cardea::app
