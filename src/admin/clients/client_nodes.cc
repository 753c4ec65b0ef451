#include "admin/clients/client_nodes.h"

#include <algorithm>

#include "admin/clients/client_view.h"

namespace cardea::admin {
namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::string_view kNodes = "registeredNodes";

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= kHostBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == ':' || c == '[' || c == ']';
  });
}

Answer store_nodes(Call& call, Client& client, json::object nodes) {
  CARDEA_TRY(before, masked_client_json(call, client));
  call.note_before(std::move(before));
  client.extra[kNodes] = std::move(nodes);
  CARDEA_TRY(after, masked_client_json(call, client));
  call.note_after(std::move(after));
  CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, client));
  return no_content();
}

json::object kept_nodes(const Client& client) {
  const auto* kept = client.extra.if_contains(kNodes);
  return kept != nullptr && kept->is_object() ? kept->get_object() : json::object();
}

}  // namespace

Answer add_client_node(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  CARDEA_TRY(body, call.body_object());
  const auto node = string_or(*body, "node", "");
  if (node.empty()) return refuse(error(400, "Node not found in params"));
  if (!is_host(node)) return refuse(error_message(400, "A node is a host, with a port or without"));
  auto nodes = kept_nodes(client);
  nodes[node] = epoch_seconds(call.now());
  if (nodes.size() > kNodesMax) return refuse(error_message(400, "Too many nodes"));
  return store_nodes(call, client, std::move(nodes));
}

Answer remove_client_node(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  auto nodes = kept_nodes(client);
  if (nodes.erase(call.path("node")) == 0) return refuse(not_found("Client does not have node"));
  return store_nodes(call, client, std::move(nodes));
}

}  // namespace cardea::admin
