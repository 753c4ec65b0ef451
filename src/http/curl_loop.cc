#include "http/curl_loop.h"

#include <curl/curl.h>

#include <utility>

namespace cardea::http {
namespace {

constexpr long kIdleConnectionsMax = 64;
constexpr int kPollMilliseconds = 60'000;  // libcurl's own timers and `wakeup` end it earlier

CURLM* make_multi() {
  static const auto kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);  // once for the process, thread-safe here
  CARDEA_ASSERT(kInitialised == CURLE_OK);
  auto* multi = curl_multi_init();
  CARDEA_ASSERT(multi != nullptr);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  return multi;
}

}  // namespace

CurlLoop::CurlLoop(std::size_t transfers_max) : transfers_max_(transfers_max) {}

CurlLoop::~CurlLoop() {
  stop();
  if (multi_ != nullptr) curl_multi_cleanup(multi_);
}

bool CurlLoop::start(std::unique_ptr<Transfer> transfer) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || count_ >= transfers_max_) return false;
    if (multi_ == nullptr) multi_ = make_multi();  // at the first call: a server that asks nobody need not wait for it
    ++count_;
    waiting_.push_back(std::move(transfer));
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  curl_multi_wakeup(multi_);
  return true;
}

std::size_t CurlLoop::running() const {
  const std::scoped_lock lock(mutex_);
  return count_;
}

void CurlLoop::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  if (multi_ != nullptr) curl_multi_wakeup(multi_);
  if (thread_.joinable()) thread_.join();
  drop_all();
}

void CurlLoop::run() {
  while (take_new()) {
    int active = 0;
    curl_multi_perform(multi_, &active);
    finish_done();
    curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr);
  }
}

bool CurlLoop::take_new() {
  std::vector<std::unique_ptr<Transfer>> taken;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return false;
    taken.swap(waiting_);
  }
  for (auto& transfer : taken) {
    auto* handle = transfer->handle();
    curl_multi_add_handle(multi_, handle);
    running_.emplace(handle, std::move(transfer));
  }
  return true;
}

void CurlLoop::finish_done() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    auto* handle = message->easy_handle;
    const int code = message->data.result;
    auto node = running_.extract(handle);
    CARDEA_ASSERT(!node.empty());
    curl_multi_remove_handle(multi_, handle);
    {
      // Before `finished`, so that whoever hears of the end may start the next.
      const std::scoped_lock lock(mutex_);
      --count_;
    }
    node.mapped()->finished(code);
  }
}

void CurlLoop::drop_all() {
  std::vector<std::unique_ptr<Transfer>> dropped;
  {
    const std::scoped_lock lock(mutex_);
    dropped.swap(waiting_);
    count_ = 0;
  }
  for (auto& [handle, transfer] : running_) {
    curl_multi_remove_handle(multi_, handle);
    dropped.push_back(std::move(transfer));
  }
  running_.clear();
  for (auto& transfer : dropped) transfer->dropped();
}

}  // namespace cardea::http
