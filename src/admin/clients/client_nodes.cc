#include "admin/clients/client_nodes.h"

#include <iterator>

#include "admin/clients/client_handlers.h"
#include "admin/clients/client_view.h"
#include "core/client_urls.h"
#include "core/logout/adapter_message.h"
#include "core/settings.h"
#include "domain/representation/members.h"

namespace cardea::admin {
namespace {

constexpr std::string_view kNodes = "registeredNodes";
constexpr std::int64_t kClientsPage = 100;

/// What is said, and where.
struct Message {
  std::string_view action;  // "PUSH_NOT_BEFORE"
  std::string_view path;    // below the admin URL
  std::optional<std::int64_t> not_before{};
};

/// Signed, so that the client knows who says it.
Or<std::string> signed_message(Call& call, const RealmEntry& realm, const Client& client, const Message& message) {
  auto text = make_adapter_message(
      realm, client, {.id = call.new_id(), .action = message.action, .not_before = message.not_before}, call.now());
  if (!text) return refuse(error(500, "unknown_error", "The realm has no key to sign with"));
  return std::move(*text);
}

struct Mail {
  std::vector<std::string> urls;
  std::vector<ClientMessage> messages;
  std::vector<std::string> left_out;  // more than one call tells
};

Or<void> write_to(Call& call, const RealmEntry& realm, const Client& client, const Message& message, Mail& mail) {
  const auto base = call.dependencies().base_url.of_realm(call.request(), realm.realm.name);
  for (auto& url : adapter_urls(client, base)) {
    if (mail.urls.size() >= kClientsToldMax) {
      mail.left_out.push_back(std::move(url));
      continue;
    }
    CARDEA_TRY(text, signed_message(call, realm, client, message));
    mail.messages.push_back({.url = url + std::string(message.path),
                             .is_self_registered = client.attribute_is_true(kSelfRegistered),
                             .body = std::move(text)});
    mail.urls.push_back(std::move(url));
  }
  return {};
}

/// GlobalRequestResult.
Answer send(Call& call, Mail mail) {
  json::object out;
  if (mail.messages.empty()) return ok(out);
  if (!call.dependencies().tell_clients) return refuse(not_offered("There is no way out of here."));
  const auto taken = call.dependencies().tell_clients(std::move(mail.messages));
  for (std::size_t i = 0; i < mail.urls.size(); ++i) {
    auto& list = out[i < taken.size() && taken[i] ? "successRequests" : "failedRequests"];
    if (!list.is_array()) list = json::array();
    list.get_array().push_back(json::value(mail.urls[i]));
  }
  if (mail.left_out.empty()) return ok(out);
  call.dependencies().log.warning("clients_not_told", {{"reason", "too_many_addresses"},
                                                       {"realm", call.realm().name},
                                                       {"left_out", std::ssize(mail.left_out)},
                                                       {"correlation_id", call.request().correlation_id}});
  auto& failed = out["failedRequests"];
  if (!failed.is_array()) failed = json::array();
  for (const auto& url : mail.left_out) failed.get_array().push_back(json::value(url));
  return ok(out);
}

Or<std::shared_ptr<const RealmEntry>> loaded_realm(Call& call) {
  CARDEA_TRY(realm, call.dependencies().settings.load_realm(call.realm().name));
  if (realm == nullptr) return refuse(not_found("Realm not found."));
  return std::move(realm);
}

Answer tell_client(Call& call, const Client& client, const Message& message) {
  CARDEA_TRY(realm, loaded_realm(call));
  Mail mail;
  CARDEA_DO(write_to(call, *realm, client, message, mail));
  return send(call, std::move(mail));
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

Answer push_client_revocation(Call& call) {
  CARDEA_TRY(client, read_client(call));
  return tell_client(call, client, {"PUSH_NOT_BEFORE", "/k_push_not_before", client.not_before});
}

Answer push_revocation(Call& call) {
  CARDEA_TRY(realm, loaded_realm(call));
  const Message message{"PUSH_NOT_BEFORE", "/k_push_not_before", call.realm().not_before};
  Mail mail;
  std::vector<Client> clients;
  for (std::int64_t first = 0; first == 0 || std::ssize(clients) == kClientsPage; first += kClientsPage) {
    CARDEA_DO(call.repositories().store.read([&](Rows& rows) -> Stored<void> {
      auto found = call.repositories().clients.list(rows, call.realm().id, "", first, kClientsPage);
      if (!found) return refuse(found.error());
      clients = std::move(*found);
      return {};
    }));
    for (const auto& client : clients) {
      if (!client.enabled) continue;
      CARDEA_DO(write_to(call, *realm, client, message, mail));
    }
  }
  return send(call, std::move(mail));
}

Answer test_client_nodes(Call& call) {
  CARDEA_TRY(client, read_client(call));
  return tell_client(call, client, {"TEST_AVAILABILITY", "/k_test_available"});
}

Answer add_client_node(Call& call) {
  CARDEA_TRY(client, load_client_to_change(call));
  CARDEA_TRY(body, call.body_object());
  const auto node = string_or(*body, "node", "");
  if (node.empty()) return refuse(error(400, "Node not found in params"));
  if (!is_node(node)) return refuse(error_message(400, "A node is a host, with a port or without"));
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
