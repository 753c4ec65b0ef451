// Whatever the bytes: no crash; what is accepted holds no byte that another parser could read differently, its parts
// put together give the text back, and Boost.URL reads the same parts.
#include "base/uri.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/assert.h"

namespace {

std::string put_together(const cardea::Uri& uri, std::string_view text) {
  std::string out = uri.scheme + ":";
  if (uri.has_authority) out += "//";
  if (uri.userinfo) out += *uri.userinfo + "@";
  out += uri.host;
  if (uri.port) out += ":" + std::to_string(*uri.port);
  out += uri.path;
  if (uri.query) out += "?" + *uri.query;
  if (uri.fragment) out += "#" + *uri.fragment;
  CARDEA_ASSERT(out == text);
  return out;
}

// Version 1.81 takes a host that begins like an IP address for that address and the rest of it for the path, so such
// answers do not count.
void compare_with_boost(const cardea::Uri& uri, std::string_view text) {
  const auto other = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (!other) {
    CARDEA_ASSERT(!uri.host.empty() || uri.port);
    return;
  }
  const auto path = std::string_view(other->encoded_path().data(), other->encoded_path().size());
  if (uri.has_authority && !path.empty() && path.front() != '/') return;
  CARDEA_ASSERT(path == uri.path && other->has_authority() == uri.has_authority);
  CARDEA_ASSERT(std::string_view(other->encoded_host().data(), other->encoded_host().size()) == uri.host);
  CARDEA_ASSERT(other->has_query() == uri.query.has_value() && other->has_fragment() == uri.fragment.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = cardea::percent_decode(text)) {
    CARDEA_ASSERT(cardea::percent_decode(cardea::percent_encode(*decoded)) == *decoded);
  }
  const auto uri = cardea::parse_uri(text);
  if (!uri) return 0;
  for (const char c : text) CARDEA_ASSERT(c > 0x20 && c < 0x7F && c != '\\');
  auto whole = put_together(*uri, text);
  compare_with_boost(*uri, text);
  if (uri->is_http()) CARDEA_ASSERT(!uri->host.empty() && cardea::parse_uri(uri->origin()).has_value());
  cardea::append_query(whole, "state", "a b");
  const auto longer = cardea::parse_uri(whole);
  if (whole.size() > 8192) return 0;
  CARDEA_ASSERT(longer.has_value() && longer->query->ends_with("state=a%20b") && longer->fragment == uri->fragment);
  CARDEA_ASSERT(longer->host == uri->host && longer->path == uri->path);
  return 0;
}
