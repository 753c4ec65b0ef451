// Config of a provider out of a discovery document (OpenID Connect Discovery 1.0 section 3), fetched or sent as a file.
#include <optional>

#include "admin/providers/identity_provider_handlers.h"
#include "admin/seam/body_form.h"
#include "web/multipart.h"

namespace cardea::admin {
namespace {

/// Where a discovery document comes from: an address, or a file that was sent with the request.
struct DiscoverySource {
  std::string url;
  std::optional<std::string> file{};
};

Or<json::object> read_discovery(std::string_view text, std::string_view where) {
  auto document = parse_json(text);
  if (document && document->is_object() && !string_or(document->get_object(), "issuer", "").empty()) {
    return std::move(document->get_object());
  }
  return refuse(error_message(400, std::string("There is no discovery document ").append(where)));
}

}  // namespace

Prepared ask_provider_config(Call& call) {
  if (web::is_multipart(call.request().header("Content-Type").value_or(""))) {
    CARDEA_TRY(form, body_form(call));
    call.prepared =
        std::make_shared<DiscoverySource>(DiscoverySource{.url = {}, .file = std::string(form.value_or("file", ""))});
    return {};
  }
  CARDEA_TRY(body, call.body_object());
  auto url = web::ConfiguredUrl::parse(string_or(*body, "fromUrl", ""));
  if (!url) return refuse(error_message(400, "fromUrl is no address"));
  const json::object config{{"metadataDescriptorUrl", url->text()}};
  CARDEA_DO(check_provider_urls(call.realm(), config));
  call.prepared = std::make_shared<DiscoverySource>(DiscoverySource{.url = url->text()});
  call.to_call = web::get_request(std::move(*url), "application/json");
  return {};
}

Answer import_provider_config(Call& call) {
  struct Member {
    std::string_view from, to;
  };
  static constexpr Member kMembers[] = {{"issuer", "issuer"},
                                        {"authorization_endpoint", "authorizationUrl"},
                                        {"token_endpoint", "tokenUrl"},
                                        {"userinfo_endpoint", "userInfoUrl"},
                                        {"jwks_uri", "jwksUrl"},
                                        {"end_session_endpoint", "logoutUrl"},
                                        {"introspection_endpoint", "tokenIntrospectionUrl"}};
  const auto& source = *static_cast<DiscoverySource*>(call.prepared.get());
  json::object document;
  json::object config;
  if (source.file) {
    CARDEA_TRY(read, read_discovery(*source.file, "in the file"));
    document = std::move(read);
  } else {
    const auto& fetched = *call.called;
    if (!fetched) {
      return refuse(error_message(400, "The address cannot be read: " + std::string(web::describe(fetched.error()))));
    }
    CARDEA_TRY(read, read_discovery(fetched->status == 200 ? fetched->body : "", "at this address"));
    document = std::move(read);
    config["metadataDescriptorUrl"] = source.url;
  }
  config["validateSignature"] = "true";
  config["useJwksUrl"] = "true";
  for (const auto& member : kMembers) {
    const auto text = string_or(document, member.from, "");
    if (!text.empty()) config[member.to] = text;
  }
  CARDEA_DO(check_provider_urls(call.realm(), config));
  return ok(config);
}

}  // namespace cardea::admin
