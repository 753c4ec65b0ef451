#include "http/connection.h"

#include <openssl/crypto.h>

#include <utility>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "base/secret.h"
#include "http/correlation.h"
#include "http/response_writer.h"
#include "http/wipe_answer.h"
#include "web/page.h"

namespace cardea::http {

std::shared_ptr<Exchange> ThreadState::take_exchange() {
  if (pool.empty()) return std::make_shared<Exchange>(large_bodies);
  auto exchange = std::move(pool.back());
  pool.pop_back();
  return exchange;
}

namespace {

void wipe_secrets(Exchange& exchange) {
  if (wipe_answer(exchange.response) && !exchange.out.empty()) wipe(exchange.out);
}

}  // namespace

// Keeps small objects only, so that one large request does not hold its memory for ever, and only those that no lane
// works with any more.
void ThreadState::give_back(std::shared_ptr<Exchange> exchange) {
  exchange->owner = nullptr;
  if (exchange.use_count() != 1) return;
  wipe_secrets(*exchange);
  if (pool.size() >= kExchangesKeptMax) return;
  if (exchange->reader.bytes() > kExchangeBytesMax || exchange->out.capacity() > kExchangeBytesMax) return;
  exchange->reader.reset();
  exchange->response = {};
  exchange->out.clear();
  pool.push_back(std::move(exchange));
}

Connection::Connection(ThreadState& thread, ConnectionHost& host, std::unique_ptr<Transport> transport, Address peer,
                       bool is_tls)
    : thread_(thread),
      host_(host),
      transport_(std::move(transport)),
      remote_address_(peer.to_string()),
      peer_(peer),
      is_tls_(is_tls) {
  thread_.metrics.connections.add(1);
}

Connection::~Connection() {
  thread_.metrics.connections.add(-1);
  if (state_ == State::kRunning || state_ == State::kWriting) thread_.metrics.in_flight.add(-1);
  if (exchange_) thread_.give_back(std::move(exchange_));
}

void Connection::start() {
  host_.set_deadline(thread_.settings.timeouts.head);
  if (is_tls_) return handshake();
  state_ = State::kReading;
  read();
}

void Connection::on_ready() {
  switch (state_) {
    case State::kHandshake:
      return handshake();
    case State::kReading:
      return read();
    case State::kWriting:
      return flush();
    case State::kLingering:
      return discard();
    case State::kRunning:
      break;
  }
  CARDEA_ASSERT(!"a wait was open while steps run");
}

// Waits for what an operation wants, or ends.
void Connection::go_on(IoStatus status) {
  if (status == IoStatus::kWantRead) return host_.wait_readable();
  if (status == IoStatus::kWantWrite) return host_.wait_writable();
  close();
}

void Connection::handshake() {
  const auto result = transport_->handshake();
  if (result.status == IoStatus::kDone) {
    client_certificate_ = transport_->peer_certificate();
    state_ = State::kReading;
    return read();
  }
  if (result.status == IoStatus::kClosed) thread_.metrics.handshakes_failed.add();
  go_on(result.status);
}

void Connection::read() {
  const auto result = transport_->read(thread_.scratch);
  if (result.status != IoStatus::kDone) return go_on(result.status);
  auto& scratch = thread_.scratch;  // receive() may end this connection
  receive({scratch.data(), result.bytes});
  OPENSSL_cleanse(scratch.data(), result.bytes);
}

void Connection::receive(std::string_view bytes) {
  if (!exchange_) {
    exchange_ = thread_.take_exchange();
    exchange_->owner = this;
    continue_sent_ = false;
  }
  auto& reader = exchange_->reader;
  const auto before = reader.state();
  const auto used = reader.feed(bytes);
  switch (reader.state()) {
    case RequestReader::State::kComplete: {
      // `bytes` may be what is pending already.
      std::string rest(bytes.substr(used));
      pending_.swap(rest);
      return dispatch();
    }
    case RequestReader::State::kRefused:
      return refuse(reader.refusal());
    default:
      return wait_for_more(before);
  }
}

void Connection::wait_for_more(RequestReader::State before) {
  const auto state = exchange_->reader.state();
  const auto& timeouts = thread_.settings.timeouts;
  // Each part has one deadline from its beginning on: further bytes do not move it.
  if (state != before && state == RequestReader::State::kHead) host_.set_deadline(timeouts.head);
  if (state != before && state == RequestReader::State::kBody) host_.set_deadline(timeouts.body);
  if (state == RequestReader::State::kBody && !continue_sent_ && exchange_->reader.wants_continue()) {
    continue_sent_ = true;
    const std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    if (transport_->write(text, {}).bytes != text.size()) return close();  // a buffer without room for 25 bytes
  }
  if (transport_->has_buffered()) return read();
  host_.wait_readable();
}

void Connection::dispatch() {
  auto& request = exchange_->reader.request();
  request.scheme = is_tls_ ? "https" : "http";
  request.remote_address = remote_address_;
  request.client_certificate = client_certificate_;
  set_correlation_id(request, thread_.random);
  state_ = State::kRunning;
  thread_.metrics.in_flight.add(1);
  if (!apply_proxy_rule(thread_.settings.proxy, peer_, request)) return refuse({400, "bad_forwarded_header"});
  host_.set_deadline(std::nullopt);
  closing_ = !exchange_->reader.keep_alive();
  thread_.runner->start(exchange_);
}

void Connection::refuse(Refusal refusal) {
  if (state_ != State::kRunning) thread_.metrics.in_flight.add(1);
  auto& request = exchange_->reader.request();
  if (request.correlation_id.empty()) set_correlation_id(request, thread_.random);
  thread_.log.info("request_refused", {{"status", refusal.status},
                                       {"reason", refusal.reason},
                                       {"ip", remote_address_},
                                       {"correlation_id", request.correlation_id}});
  closing_ = true;
  exchange_->response = web::json_error(refusal.status, refusal.reason);
  exchange_->response.set("X-Correlation-Id", request.correlation_id);
  web::add_security_headers(exchange_->response, is_tls_);
  answer_ready();
}

void Connection::answer_ready() {
  state_ = State::kWriting;
  closing_ = closing_ || thread_.stopping;
  const auto& reader = exchange_->reader;
  const bool readable = reader.state() == RequestReader::State::kComplete;
  exchange_->out.clear();
  body_rest_ = append_answer(exchange_->out, exchange_->response,
                             {.date = thread_.date,
                              .keep_alive = !closing_,
                              .is_http_1_0 = readable && reader.is_http_1_0(),
                              .is_head = readable && exchange_->reader.request().method == web::Method::kHead});
  sent_ = 0;
  thread_.metrics.requests(exchange_->response.status).add();
  host_.set_deadline(thread_.settings.timeouts.write);
  host_.flush_later();
}

void Connection::flush() {
  if (state_ != State::kWriting) return;  // ended between the request to be flushed and now
  const std::string_view head = exchange_->out;
  const auto total = head.size() + body_rest_.size();
  while (sent_ < total) {
    const auto from_head = std::min(sent_, head.size());
    const auto result = transport_->write(head.substr(from_head), body_rest_.substr(sent_ - from_head));
    if (result.status != IoStatus::kDone) return go_on(result.status);
    sent_ += result.bytes;
    if (sent_ < total) host_.set_deadline(thread_.settings.timeouts.write);  // the client does take bytes
  }
  end_answer();
}

void Connection::end_answer() {
  thread_.metrics.in_flight.add(-1);
  body_rest_ = {};
  state_ = State::kReading;
  const bool read_to_the_end = exchange_->reader.state() == RequestReader::State::kComplete && pending_.empty();
  thread_.give_back(std::move(exchange_));
  exchange_.reset();
  if (!closing_) return next_request();
  if (!read_to_the_end || transport_->has_buffered() || thread_.stopping) return linger();
  transport_->end_writing();
  close();
}

void Connection::next_request() {
  host_.set_deadline(thread_.settings.timeouts.idle);
  if (!pending_.empty()) {
    const auto bytes = std::exchange(pending_, {});
    return receive(bytes);
  }
  if (transport_->has_buffered()) return read();
  host_.wait_readable();
}

// Closing a socket with unread bytes resets it, and the client may lose the answer. So reading goes on for a while.
void Connection::linger() {
  state_ = State::kLingering;
  pending_.clear();
  transport_->end_writing();
  host_.set_deadline(thread_.settings.timeouts.linger);
  discard();
}

void Connection::discard() {
  while (discarded_ <= kLingerBytesMax) {
    const auto result = transport_->discard(thread_.scratch);
    if (result.status != IoStatus::kDone) return go_on(result.status);
    discarded_ += result.bytes;
  }
  close();
}

void Connection::on_deadline() {
  if (state_ != State::kLingering) thread_.metrics.timeouts.add();
  // A client that is still sending its request is told why (RFC 9110 section 15.5.9); silence is met with silence.
  const bool in_request = state_ == State::kReading && exchange_;
  if (!in_request) return close();
  refuse({408, "request_timeout"});
}

void Connection::begin_stop() {
  if (state_ != State::kReading || exchange_) return;  // answer_ready sees that the thread is stopping
  transport_->end_writing();
  close();
}

void Connection::close() { host_.close(); }

}  // namespace cardea::http
