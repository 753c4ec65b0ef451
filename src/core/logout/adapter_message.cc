#include "core/logout/adapter_message.h"

#include <algorithm>

#include "base/json.h"
#include "base/uri.h"
#include "core/client_urls.h"

namespace cardea {
namespace {

constexpr seconds kMessageLife{30};
constexpr std::size_t kNodeBytesMax = 253;
constexpr std::string_view kNodes = "registeredNodes";

/// The URL at another host; its port stays unless the node names one.
std::string at_host(std::string url, std::string_view node) {
  if (const auto at = url.find(kHostOfNode); at != std::string::npos) return url.replace(at, kHostOfNode.size(), node);
  const auto uri = parse_uri(url);
  const auto begin = url.find("://");
  if (!uri || begin == std::string::npos) return url;
  const auto end = std::min(url.find_first_of("/?#", begin + 3), url.size());
  const bool has_port = node.rfind(':') != std::string::npos && !node.ends_with(']');
  const auto port = has_port || !uri->port ? std::string() : ":" + std::to_string(*uri->port);
  return url.replace(begin + 3, end - begin - 3, std::string(node) + port);
}

void write_list(JsonWriter& writer, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  writer.key(name).begin_array();
  for (const auto& item : list) writer.string(item);
  writer.end_array();
}

}  // namespace

bool is_node(std::string_view text) {
  return !text.empty() && text.size() <= kNodeBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::vector<std::string> nodes_of(const Client& client) {
  std::vector<std::string> nodes;
  const auto* kept = client.extra.if_contains(kNodes);
  if (kept == nullptr || !kept->is_object()) return nodes;
  for (const auto& [node, registered_at] : kept->get_object()) {  // also out of a client that was written as a whole
    if (nodes.size() == kNodesMax) break;
    if (is_node(node)) nodes.emplace_back(node);
  }
  return nodes;
}

std::string adapter_url(const Client& client, std::string_view server_base, std::string_view node) {
  if (client.admin_url.empty()) return {};
  auto url = absolute_url(client, client.admin_url, server_base);
  while (url.ends_with('/')) url.pop_back();
  if (!node.empty()) return at_host(std::move(url), node);
  return url.contains(kHostOfNode) ? std::string() : url;
}

std::vector<std::string> adapter_urls(const Client& client, std::string_view server_base) {
  auto nodes = nodes_of(client);
  if (nodes.empty()) nodes.emplace_back();
  std::vector<std::string> urls;
  for (const auto& node : nodes) {
    if (auto url = adapter_url(client, server_base, node); !url.empty()) urls.push_back(std::move(url));
  }
  return urls;
}

Result<std::string, IssueError> make_adapter_message(const RealmEntry& realm, const Client& client,
                                                     const AdapterMessage& message, TimePoint now) {
  const auto* key = realm.signing_key(realm.realm.default_signature_algorithm);
  if (key == nullptr) return refuse(IssueError::kNoKey);
  std::string payload;
  JsonWriter writer(payload);
  writer.begin_object().member("id", message.id).member("expiration", epoch_seconds(now + kMessageLife));
  writer.member("resource", client.client_id).member("action", message.action);
  if (message.not_before) writer.member("notBefore", *message.not_before);
  write_list(writer, "adapterSessionIds", message.adapter_sessions);
  write_list(writer, "keycloakSessionIds", message.sessions);
  writer.end_object();
  return jose::sign_jwt(*key, "JWT", payload);
}

}  // namespace cardea
