#include "broker/kept_token.h"

#include <algorithm>

#include "base/json.h"

namespace cardea::broker {
namespace {

constexpr JsonLimits kLimits{.bytes_max = 2 * 1024 * 1024, .depth_max = 48};
constexpr seconds kLifeMax{std::chrono::years(10)};
constexpr std::string_view kEnds = "accessTokenExpiration";

std::optional<json::object> read(std::string_view text) {
  auto document = parse_json(text, kLimits);
  if (!document || !document->is_object()) return std::nullopt;
  return std::move(document->get_object());
}

std::string written(json::object object, const upstream::TokenAnswer& answer, TimePoint now) {
  object.erase(kEnds);
  if (answer.expires_in && *answer.expires_in > 0) {
    object[kEnds] = epoch_seconds(now) + std::min<std::int64_t>(*answer.expires_in, kLifeMax.count());
  }
  return json::serialize(object);
}

}  // namespace

std::string kept_answer(const upstream::TokenAnswer& answer, TimePoint now) {
  auto object = read(answer.text);
  return object ? written(std::move(*object), answer, now) : answer.text;
}

std::string renewed_answer(std::string_view before, const upstream::TokenAnswer& answer, TimePoint now) {
  auto object = read(before);
  const auto fresh = read(answer.text);
  if (!object || !fresh) return std::string(before);
  for (const auto& [name, value] : *fresh) {
    if (name != "id_token") (*object)[name] = value;
  }
  return written(std::move(*object), answer, now);
}

SecretBytes with_refresh_token_of(std::string_view kept, std::string_view fresh) {
  auto after = read(fresh);
  const auto token = refresh_token_of(kept);
  if (!after || token.empty() || !string_or(*after, "refresh_token", "").empty()) return SecretBytes::copy_of(fresh);
  (*after)["refresh_token"] = token;
  return SecretBytes::copy_of(json::serialize(*after));
}

Stored<std::optional<FederatedIdentity>> find_kept(Rows& rows, const Dependencies& dependencies, const UserId& user,
                                                   std::string_view alias) {
  auto links = dependencies.repositories.federated_identities.list(rows, user);
  if (!links) return refuse(links.error());
  const auto found = std::ranges::find(*links, alias, &FederatedIdentity::provider);
  if (found == links->end()) return std::optional<FederatedIdentity>();
  return std::optional(std::move(*found));
}

std::string refresh_token_of(std::string_view kept) {
  const auto object = read(kept);
  return object ? string_or(*object, "refresh_token", "") : std::string();
}

bool has_ended(std::string_view kept, TimePoint now) {
  const auto object = read(kept);
  const auto ends = object ? int_or(*object, kEnds, 0) : 0;
  return ends > 0 && ends <= epoch_seconds(now + kKeptTokenSlack);
}

}  // namespace cardea::broker
