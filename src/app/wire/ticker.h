// Calls a function again and again on a thread of its own, with a pause between. For work that no request waits for:
// comparing settings with the database, purging what has expired.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace cardea::app {

class Ticker {
 public:
  /// The first call comes after one pause. `function` does not throw.
  Ticker(std::chrono::milliseconds pause, std::function<void()> function);
  /// Returns when the call that runs, if any, has ended.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run(std::chrono::milliseconds pause);

  std::function<void()> function_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cardea::app
