#include "web/fetch.h"

#include <array>

#include "base/text.h"
#include "base/uri.h"

namespace cardea::web {
namespace {

std::optional<Uri> parse_plain(std::string_view text) {
  auto uri = parse_uri(text);
  if (!uri || !uri->is_http() || uri->userinfo || uri->fragment) return std::nullopt;
  return uri;
}

}  // namespace

std::optional<ClientUrl> ClientUrl::parse(std::string_view text) {
  const auto uri = parse_plain(text);
  if (!uri || !equal_ignoring_ascii_case(uri->scheme, "https")) return std::nullopt;
  ClientUrl url;
  url.text_ = text;
  url.origin_ = uri->origin();
  return url;
}

std::optional<ConfiguredUrl> ConfiguredUrl::parse(std::string_view text) {
  const auto uri = parse_plain(text);
  if (!uri) return std::nullopt;
  ConfiguredUrl url;
  url.text_ = text;
  url.origin_ = uri->origin();
  return url;
}

const std::string& text_of(const OutboundUrl& url) {
  return std::visit([](const auto& one) -> const std::string& { return one.text(); }, url);
}

const std::string& origin_of(const OutboundUrl& url) {
  return std::visit([](const auto& one) -> const std::string& { return one.origin(); }, url);
}

std::optional<std::string_view> FetchResponse::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_ascii_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::string_view describe(FetchError error) {
  constexpr std::array<std::string_view, kFetchErrorCount> kWords = {
      "bad_request", "refused_address", "unresolved",    "unreachable", "bad_tls", "timeout",
      "too_large",   "bad_answer",      "upstream_down", "busy",        "stopping"};
  return kWords[static_cast<std::size_t>(error)];
}

FetchRequest get_request(OutboundUrl url, std::string_view accept) {
  FetchRequest request{.url = std::move(url), .headers = {}, .body = {}};
  request.headers.push_back({"Accept", std::string(accept)});
  return request;
}

FetchRequest form_request(OutboundUrl url, std::string form) {
  FetchRequest request{.url = std::move(url), .method = Method::kPost, .headers = {}, .body = std::move(form)};
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  return request;
}

}  // namespace cardea::web
