#include "broker/state.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "web/cookie.h"

namespace cardea::broker {
namespace {

constexpr std::string_view kPlace = "broker.state";

bool is_tab_id(std::string_view text) {
  constexpr std::size_t kMax = 64;
  return !text.empty() && text.size() <= kMax && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string cookie_name(const web::Request& request, std::string_view tab_id) {
  return std::string(request.is_https() ? "__Host-cardea-upstream-" : "cardea-upstream-").append(tab_id);
}

// Tabs whose logins are at a provider, in the order of the request.
std::vector<std::string> paused_in(const web::Request& request) {
  std::vector<std::string> out;
  const auto prefix = cookie_name(request, "");
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, "cookie")) continue;
    for (const auto part : split(header.value, ';')) {
      const auto pair = trim(part);
      const auto name = pair.substr(0, pair.find('='));
      if (!name.starts_with(prefix)) continue;
      const auto tab_id = name.substr(prefix.size());
      if (is_tab_id(tab_id)) out.emplace_back(tab_id);
    }
  }
  return out;
}

void add(web::Response& response, const web::Request& request, std::string_view tab_id, std::string_view value,
         seconds life) {
  web::SetCookie cookie;
  cookie.name = cookie_name(request, tab_id);
  cookie.value = std::string(value);
  cookie.secure = request.is_https();
  cookie.max_age = life;
  web::add_cookie(response, cookie);
}

}  // namespace

std::string UpstreamState::nonce() const { return crypto::sha256_base64url("nonce." + secret); }
std::string UpstreamState::used_hash() const { return crypto::sha256_base64url("upstream-state." + secret); }

std::string seal_state(const crypto::Sealer& sealer, const UpstreamState& state) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("r", state.realm).member("a", state.alias).member("t", state.tab_id);
  writer.member("s", state.secret).member("h", state.paused_hash).member("e", epoch_seconds(state.expires_at));
  if (state.is_source) writer.member("o", true);
  writer.end_object();
  return sealer.seal_text(text, kPlace);
}

std::optional<UpstreamState> open_state(const crypto::Sealer& sealer, std::string_view text, TimePoint now) {
  if (text.empty() || text.size() > kStateBytesMax) return std::nullopt;
  const auto plain = sealer.open_text(text, kPlace);
  if (!plain) return std::nullopt;
  const auto document = parse_json(plain->reveal());
  if (!document || !document->is_object()) return std::nullopt;
  const auto& object = document->get_object();
  UpstreamState out;
  out.realm = string_or(object, "r", "");
  out.alias = string_or(object, "a", "");
  out.tab_id = string_or(object, "t", "");
  out.secret = string_or(object, "s", "");
  out.paused_hash = string_or(object, "h", "");
  out.is_source = bool_or(object, "o", false);
  out.expires_at = from_epoch_seconds(int_or(object, "e", 0));
  if (out.alias.empty() || out.secret.empty() || !is_tab_id(out.tab_id) || out.expires_at <= now) return std::nullopt;
  return out;
}

// The code is base64url already and long; the rest is short.
std::string encode_paused(const PausedLogin& paused) {
  std::string out = paused.session_code;
  for (const auto* part : {&paused.execution, &paused.client_id, &paused.tab_id}) {
    out.append(".").append(base64url_encode(*part));
  }
  return out.size() > kPausedBytesMax ? std::string() : out;
}

std::optional<PausedLogin> decode_paused(std::string_view text) {
  if (text.size() > kPausedBytesMax) return std::nullopt;
  const auto parts = split(text, '.');
  if (parts.size() != 4 || parts.front().empty()) return std::nullopt;
  const auto execution = base64url_decode(parts[1]);
  const auto client_id = base64url_decode(parts[2]);
  const auto tab_id = base64url_decode(parts[3]);
  if (!execution || !client_id || !tab_id) return std::nullopt;
  return PausedLogin{.session_code = std::string(parts.front()),
                     .execution = *execution,
                     .client_id = *client_id,
                     .tab_id = *tab_id,
                     .client_data = {}};
}

std::string hash_of_paused(std::string_view text) { return crypto::sha256_base64url(text); }

void set_paused_cookie(web::Response& response, const web::Request& request, std::string_view tab_id,
                       std::string_view value) {
  auto others = paused_in(request);
  std::erase(others, tab_id);
  // Browsers send the oldest first (RFC 6265 section 5.4).
  for (std::size_t i = 0; i + kPausedLoginsMax <= others.size(); ++i) drop_paused_cookie(response, request, others[i]);
  add(response, request, tab_id, value, kStateLife);
}

void drop_paused_cookie(web::Response& response, const web::Request& request, std::string_view tab_id) {
  add(response, request, tab_id, "", seconds{0});
}

std::optional<PausedLogin> read_paused(const web::Request& request, const UpstreamState& state) {
  const auto value = request.cookie(cookie_name(request, state.tab_id));
  if (!value || !equal_secrets(hash_of_paused(*value), state.paused_hash)) return std::nullopt;
  return decode_paused(*value);
}

}  // namespace cardea::broker
