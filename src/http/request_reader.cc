#include "http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/address.h"
#include "http/chunk_reader.h"

namespace cardea::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastText = boost::beast::string_view;

std::string_view view(BeastText text) { return {text.data(), text.size()}; }

// Set by our callbacks to stop Beast; the refusal itself says why.
error_code stop() { return beast_http::make_error_code(beast_http::error::bad_field); }

// Receives the parts from Beast and puts them into the request. Headers keep their strings from one request to the
// next.
class Parser final : public beast_http::basic_parser<true> {
 public:
  Parser(web::Request& request, const ReaderLimits& limits) : request_(request), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    body_limit(std::max(limits.body_bytes, kLargeBodyBytesMax));  // Impl::begin_body knows the limit of this request
  }

  Refusal refusal;
  bool http_1_0 = false;
  bool expects_continue = false;

 private:
  void refuse(int status, std::string_view reason, error_code& ec) {
    refusal = {status, reason};
    ec = stop();
  }

  void on_request_impl(beast_http::verb, BeastText method, BeastText target, int version, error_code& ec) override {
    http_1_0 = version == 10;
    request_.method = web::parse_method(view(method));
    set_target(view(target), ec);
  }

  void set_target(std::string_view target, error_code& ec) {
    if (target.size() > limits_.uri_bytes) return refuse(414, "uri_too_long", ec);
    if (!std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; })) {
      return refuse(400, "bad_target", ec);
    }
    // Absolute form (RFC 9112 section 3.2.2), as clients send it to proxies; its authority must be the Host.
    if (const auto scheme_end = target.find("://"); !target.starts_with('/') && scheme_end != std::string_view::npos) {
      const auto scheme = target.substr(0, scheme_end);
      if (!equal_ignoring_ascii_case(scheme, "http") && !equal_ignoring_ascii_case(scheme, "https")) {
        return refuse(400, "bad_target", ec);
      }
      target.remove_prefix(scheme_end + 3);
      const auto end = std::min(target.find_first_of("/?"), target.size());
      target_authority_ = target.substr(0, end);
      target.remove_prefix(end);
      if (target_authority_->empty()) return refuse(400, "bad_target", ec);
    } else if (!target.starts_with('/') && target != "*") {
      return refuse(400, "bad_target", ec);
    }
    const auto question = std::min(target.find('?'), target.size());
    request_.path = question == 0 ? "/" : target.substr(0, question);
    request_.query = target.substr(std::min(question + 1, target.size()));
  }

  void on_field_impl(beast_http::field field, BeastText name, BeastText value, error_code& ec) override {
    if (count_ == limits_.headers) return refuse(431, "too_many_headers", ec);
    check_field(field, view(value), ec);
    if (ec) return;
    if (count_ == request_.headers.size()) request_.headers.emplace_back();
    auto& header = request_.headers[count_++];
    header.name.assign(name.data(), name.size());
    header.value.assign(value.data(), value.size());
  }

  void check_field(beast_http::field name, std::string_view value, error_code& ec) {
    using Field = beast_http::field;
    switch (name) {
      case Field::host:
        if (!is_plausible_authority(value)) return refuse(400, "bad_host", ec);
        request_.host = ascii_lower(value);
        return once(kHost, ec);
      case Field::content_length:
        if (!std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
          return refuse(400, "bad_content_length", ec);
        }
        return once(kContentLength, ec);
      case Field::transfer_encoding:
        if (http_1_0) return refuse(400, "transfer_encoding_in_http_1_0", ec);
        if (!equal_ignoring_ascii_case(value, "chunked")) return refuse(501, "unknown_transfer_encoding", ec);
        return once(kTransferEncoding, ec);
      case Field::expect:
        if (!equal_ignoring_ascii_case(value, "100-continue")) return refuse(417, "unknown_expectation", ec);
        expects_continue = !http_1_0;
        return;
      case Field::authorization:
        return once(kAuthorization, ec);
      case Field::content_type:
        return once(kContentType, ec);
      default:
        return;
    }
  }

  enum Once : unsigned { kHost = 1, kContentLength = 2, kTransferEncoding = 4, kAuthorization = 8, kContentType = 16 };

  void once(Once which, error_code& ec) {
    if ((seen_ & which) != 0) return refuse(400, "repeated_header", ec);
    seen_ |= which;
  }

  void on_header_impl(error_code& ec) override {
    request_.headers.resize(count_);
    if ((seen_ & kHost) == 0) return refuse(400, "no_host", ec);
    if ((seen_ & kContentLength) != 0 && (seen_ & kTransferEncoding) != 0) {
      return refuse(400, "both_lengths", ec);
    }
    if (target_authority_ && !equal_ignoring_ascii_case(*target_authority_, request_.host)) {
      return refuse(400, "target_is_not_host", ec);
    }
  }

  // Bodies are not Beast's business here: it is given the head only.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastText, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastText, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, BeastText, int, error_code& ec) override { ec = stop(); }

  web::Request& request_;
  const ReaderLimits& limits_;
  std::size_t count_ = 0;
  unsigned seen_ = 0;
  std::optional<std::string> target_authority_;
};

Refusal refusal_of(const error_code& ec) {
  if (ec == beast_http::error::body_limit) return {413, "body_too_large"};
  if (ec == beast_http::error::header_limit) return {431, "head_too_large"};
  if (ec == beast_http::error::bad_version) return {505, "unknown_version"};
  if (ec == beast_http::error::bad_content_length || ec == beast_http::error::multiple_content_length) {
    return {400, "bad_content_length"};
  }
  return {400, "malformed"};
}

/// Whether this request may have a large body.
bool may_be_large(const web::Request& request) {
  const bool is_write = request.method == web::Method::kPost || request.method == web::Method::kPut ||
                        request.method == web::Method::kPatch;
  const bool takes_large = request.path.starts_with("/admin/realms") || request.path.contains("/scim/");
  if (!is_write || !takes_large) return false;
  const auto token = request.header("Authorization");
  return token && equal_ignoring_ascii_case(token->substr(0, 7), "Bearer ");
}

// Method, spaces and version of a request line, beside the target.
constexpr std::size_t kLineOverhead = 64;
constexpr std::size_t kLargeStepBytes = 256 * 1024;

}  // namespace

struct RequestReader::Impl {
  Impl(const ReaderLimits& wanted, std::shared_ptr<LargeBodies> shared) : limits(wanted), large(std::move(shared)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    wipe_secrets();
    give_back();
  }

  ReaderLimits limits;
  std::shared_ptr<LargeBodies> large;
  std::size_t held = 0;  // of `large`
  web::Request request;
  std::optional<Parser> parser;
  std::optional<ChunkReader> chunks;
  std::size_t body_left = 0;
  State state = State::kEmpty;
  Refusal refusal;
  std::string kept;            // bytes taken but not parsed yet
  std::size_t line_begin = 0;  // of the line of the head that is looked at
  bool skipped_empty_line = false;
  std::size_t total = 0;

  void refuse(Refusal why) {
    refusal = why;
    state = State::kRefused;
  }

  std::size_t take_head(std::string_view text);
  std::optional<std::size_t> find_head_end(std::string_view text);
  bool check_line(std::string_view line);
  void begin_body();
  void wipe_secrets();
  bool has_room();
  void give_back() {
    if (held > 0) large->give_back(std::exchange(held, 0));
  }
  std::size_t take_body(std::string_view text);
};

// Looks at each complete line once, in order, so that the same bytes meet the same refusal however they arrive.
std::optional<std::size_t> RequestReader::Impl::find_head_end(std::string_view text) {
  while (true) {
    const auto line_feed = text.find('\n', line_begin);
    const auto line_end = std::min(line_feed, text.size());
    if (line_begin == 0 && line_end > limits.uri_bytes + kLineOverhead) {
      refuse({414, "uri_too_long"});
      return std::nullopt;
    }
    if (line_end >= limits.head_bytes) {
      refuse({431, "head_too_large"});
      return std::nullopt;
    }
    if (line_feed == std::string_view::npos) return std::nullopt;
    const auto line = text.substr(line_begin, line_feed - line_begin);
    if (!check_line(line)) return std::nullopt;
    const bool is_empty = line.size() == 1;
    if (is_empty && line_begin > 0) return line_feed + 1;
    line_begin = line_feed + 1;
  }
}

// `line` is what stands before LF.
bool RequestReader::Impl::check_line(std::string_view line) {
  const auto carriage_return = line.find('\r');
  if (carriage_return == std::string_view::npos) {
    refuse({400, "bare_lf"});
  } else if (carriage_return + 1 != line.size()) {
    refuse({400, "bare_cr"});
  } else if (line.size() > 1 && (line.front() == ' ' || line.front() == '\t')) {
    refuse({400, "folded_line"});
  } else if (line.size() == 1 && line_begin == 0) {
    refuse({400, "empty_request_line"});
  } else {
    return true;
  }
  return false;
}

// Returns how much of `text` was used: all of the head once it is complete, nothing before.
std::size_t RequestReader::Impl::take_head(std::string_view text) {
  const auto end = find_head_end(text);
  if (!end) return 0;
  parser.emplace(request, limits);
  error_code ec;
  parser->put({text.data(), *end}, ec);
  if (parser->refusal.status != 0) {
    refuse(parser->refusal);
  } else if (ec && ec != beast_http::error::need_more) {
    refuse(refusal_of(ec));
  } else if (!parser->is_header_done()) {
    refuse({400, "malformed"});
  } else {
    begin_body();
  }
  return *end;
}

/// Room is taken for what has come, not for what was announced: whoever sends nothing holds nothing.
bool RequestReader::Impl::has_room() {
  const auto size = request.body.size();
  if (size <= limits.body_bytes || size <= held) return true;
  const auto more = (size - held + kLargeStepBytes - 1) / kLargeStepBytes * kLargeStepBytes;
  if (!large->take(more)) {
    refuse({503, "too_many_large_bodies"});
    return false;
  }
  held += more;
  return true;
}

void RequestReader::Impl::begin_body() {
  const bool is_large = large != nullptr && may_be_large(request);
  const auto body_max = is_large ? std::max(limits.body_bytes, kLargeBodyBytesMax) : limits.body_bytes;
  if (parser->chunked()) {
    chunks.emplace(body_max, limits.chunk_head_bytes);
    body_left = 0;
  } else {
    const auto length = parser->content_length().value_or(0);
    if (length > body_max) return refuse({413, "body_too_large"});
    body_left = static_cast<std::size_t>(length);
  }
  state = chunks || body_left > 0 ? State::kBody : State::kComplete;
}

std::size_t RequestReader::Impl::take_body(std::string_view text) {
  if (!chunks) {
    const auto part = text.substr(0, body_left);
    request.body.append(part);
    body_left -= part.size();
    if (!has_room()) return part.size();
    if (body_left == 0) state = State::kComplete;
    return part.size();
  }
  const auto used = chunks->feed(text, request.body);
  if (!has_room()) return used;
  switch (chunks->state()) {
    case ChunkReader::State::kReading:
      break;
    case ChunkReader::State::kComplete:
      state = State::kComplete;
      break;
    case ChunkReader::State::kTooLarge:
      refuse({413, "body_too_large"});
      break;
    case ChunkReader::State::kMalformed:
      refuse({400, "bad_chunk"});
      break;
  }
  return used;
}

namespace {

/// Passwords, tokens and sessions stand in these.
bool carries_secret(std::string_view name) {
  for (const std::string_view known : {"Authorization", "Cookie", "DPoP"}) {
    if (name.size() == known.size() && equal_ignoring_ascii_case(name, known)) return true;
  }
  return false;
}

}  // namespace

/// Bodies, queries (codes, keys of links in mails) and heads carry secrets, and their memory is used again.
void RequestReader::Impl::wipe_secrets() {
  if (kept.capacity() > std::string().capacity()) {
    wipe(kept);
    kept = std::string();  // or what was wiped once would be wiped at each request
  }
  if (!request.body.empty()) wipe(request.body);
  for (auto& header : request.headers) {
    if (carries_secret(header.name)) wipe(header.value);
  }
  if (!request.query.empty()) wipe(request.query);
}

RequestReader::RequestReader(const ReaderLimits& limits, std::shared_ptr<LargeBodies> large)
    : impl_(std::make_unique<Impl>(limits, std::move(large))) {}
RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  auto& in = *impl_;
  in.give_back();
  in.parser.reset();
  in.chunks.reset();
  in.state = State::kEmpty;
  in.refusal = {};
  in.wipe_secrets();
  in.line_begin = 0;
  in.skipped_empty_line = false;
  in.total = 0;
  in.request.path.clear();
  in.request.path_parameters.clear();
}

std::size_t RequestReader::feed(std::string_view bytes) {
  auto& in = *impl_;
  CARDEA_ASSERT(in.state != State::kComplete && in.state != State::kRefused);
  if (bytes.empty()) return 0;
  // The usual case parses straight from the caller's bytes; only an unfinished rest is kept.
  const bool from_kept = !in.kept.empty();
  if (from_kept) in.kept.append(bytes);
  std::string_view text = from_kept ? std::string_view(in.kept) : bytes;
  const auto text_size = text.size();

  // One empty line in front of a request is passed over (RFC 9112 section 2.2).
  if (in.state == State::kEmpty && !in.skipped_empty_line && text.starts_with("\r\n")) {
    in.skipped_empty_line = true;
    text.remove_prefix(2);
  }
  const bool may_be_empty_line = in.state == State::kEmpty && !in.skipped_empty_line && text == "\r";
  if (in.state == State::kEmpty && !text.empty() && !may_be_empty_line) in.state = State::kHead;
  if (in.state == State::kHead) text.remove_prefix(in.take_head(text));
  if (in.state == State::kBody) text.remove_prefix(in.take_body(text));

  const auto left = text.size();
  const bool done = in.state == State::kComplete || in.state == State::kRefused;
  const auto taken = done ? bytes.size() - std::min(left, bytes.size()) : bytes.size();
  in.total += taken;
  if (done) {
    in.kept.clear();
  } else if (from_kept) {
    in.kept.erase(0, text_size - left);
  } else {
    in.kept.assign(text);
  }
  return taken;
}

RequestReader::State RequestReader::state() const { return impl_->state; }
const Refusal& RequestReader::refusal() const { return impl_->refusal; }
web::Request& RequestReader::request() { return impl_->request; }
bool RequestReader::wants_continue() const { return impl_->parser->expects_continue && impl_->request.body.empty(); }
bool RequestReader::keep_alive() const { return state() == State::kComplete && impl_->parser->keep_alive(); }
bool RequestReader::is_http_1_0() const { return impl_->parser && impl_->parser->http_1_0; }
std::size_t RequestReader::bytes() const { return impl_->total; }

}  // namespace cardea::http
