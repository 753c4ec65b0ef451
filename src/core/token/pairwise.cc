#include "core/token/pairwise.h"

#include <algorithm>

#include "base/text.h"
#include "base/uri.h"
#include "core/client_urls.h"
#include "crypto/hash.h"
#include "crypto/name_uuid.h"

namespace cardea {

std::string pairwise_subject(std::string_view sector, std::string_view user, std::string_view salt) {
  const auto digest = crypto::sha256(std::string(sector).append(user).append(salt));
  return crypto::name_uuid({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

namespace {

/// Of a redirect URI; empty: it has none.
std::string host_of(const Client& client, std::string_view redirect, std::string_view server_base) {
  const auto absolute = absolute_url(client, redirect, server_base);
  const auto uri = parse_uri(wildcard_prefix(absolute).value_or(absolute));
  return uri ? ascii_lower(uri->host) : std::string();
}

}  // namespace

std::string sector_of(const Client& client, std::string_view sector_identifier_uri, std::string_view server_base) {
  if (!sector_identifier_uri.empty()) {
    const auto uri = parse_uri(sector_identifier_uri);
    return uri ? ascii_lower(uri->host) : std::string();
  }
  std::string sector;
  for (const auto& redirect : client.redirect_uris) {
    auto host = host_of(client, redirect, server_base);
    if (host.empty() || (!sector.empty() && host != sector)) return {};
    sector = std::move(host);
  }
  return sector;
}

std::optional<std::string_view> why_no_pairwise_subject(const Client& client, std::string_view server_base) {
  for (const auto& mapper : client.mappers) {
    if (mapper.provider != kPairwiseMapper) continue;
    const auto setting = mapper.config.find("sectorIdentifierUri");
    const std::string_view uri = setting == mapper.config.end() ? std::string_view() : setting->second;
    if (!sector_of(client, uri, server_base).empty()) continue;
    if (!uri.empty()) return "Malformed Sector Identifier URI.";
    const bool has_hosts =
        !client.redirect_uris.empty() && std::ranges::none_of(client.redirect_uris, [&](const auto& redirect) {
          return host_of(client, redirect, server_base).empty();
        });
    return has_hosts
               ? "Without a configured Sector Identifier URI, client redirect URIs must not contain multiple host "
                 "components."
               : "Client redirect URIs must contain a valid host component.";
  }
  return std::nullopt;
}

bool renames_subject(const TokenPlan& plan) {
  return std::ranges::any_of(plan.operations, [](const MapperOp& op) {
    return op.kind == MapperKind::kPairwiseSubject || (op.path.size() == 1 && op.path.front() == "sub");
  });
}

Result<std::string, IssueError> subject_for(const TokenPlan& plan, const Client& client, const UserId& user,
                                            std::string_view issuer) {
  const auto pairwise = std::ranges::find(plan.operations, MapperKind::kPairwiseSubject, &MapperOp::kind);
  if (pairwise == plan.operations.end()) return user.str();
  const auto sector = sector_of(client, pairwise->source, issuer.substr(0, issuer.rfind("/realms/")));
  if (sector.empty() || pairwise->text.empty()) return refuse(IssueError::kBadClaim);
  return pairwise_subject(sector, user.str(), pairwise->text);
}

}  // namespace cardea
