// One thread that drives any number of libcurl transfers (curl_multi): calls to other servers, and mail. No call holds
// a thread of its own. The thread begins with the first transfer. This, fetcher.cc and mail_sender.cc are the units
// that know libcurl.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/assert.h"

using CURL = void;
using CURLM = void;

namespace cardea::http {

/// One use of libcurl. It ends with `finished` or, when the loop stops first, `dropped`; then it is destroyed.
class Transfer {
 public:
  Transfer() = default;
  virtual ~Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// The easy handle, set up; it lives as long as this.
  [[nodiscard]] virtual CURL* handle() = 0;
  /// `code` is a CURLcode. On the loop's thread, which waits.
  virtual void finished(int code) = 0;
  virtual void dropped() = 0;
};

class CurlLoop {
 public:
  /// `transfers_max`: that run or wait to be picked up.
  explicit CurlLoop(std::size_t transfers_max);
  /// Stops.
  ~CurlLoop();

  /// From any thread, without blocking. False: full or stopping, and the transfer is destroyed without a word.
  [[nodiscard]] bool start(std::unique_ptr<Transfer> transfer);
  [[nodiscard]] std::size_t running() const;
  /// Ends the thread; what runs or waits is dropped.
  void stop();

 private:
  void run();
  bool take_new();
  void finish_done();
  void drop_all();

  const std::size_t transfers_max_;
  CURLM* multi_ = nullptr;  // from the first transfer on
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> waiting_;
  std::size_t count_ = 0;  // waiting and running
  bool stopping_ = false;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;  // the thread's own
  std::thread thread_;
};

}  // namespace cardea::http
