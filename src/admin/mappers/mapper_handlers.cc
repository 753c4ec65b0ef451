#include "admin/mappers/mapper_handlers.h"

#include <algorithm>
#include <memory>

#include "admin/clients/client_view.h"
#include "admin/scopes/scope_view.h"
#include "admin/server/mapper_types.h"
#include "core/changes/check_values.h"
#include "core/token/pairwise.h"
#include "domain/representation/mapper_json.h"

namespace cardea::admin {
namespace {

Or<void> check_mapper(const ProtocolMapper& mapper) {
  if (check_name(mapper.name)) {
    return refuse(error(400, "invalid_request", "A protocol mapper has a name and a provider"));
  }
  if (!is_mapper_provider(mapper.provider)) return refuse(not_found("ProtocolMapper provider not found"));
  if (mapper.protocol != "openid-connect" && mapper.protocol != "saml") {
    return refuse(error_message(400, "Unexpected protocol"));
  }
  return {};
}

/// Pairwise subjects cannot be made without a salt (core/token/pairwise.h).
void give_salt(const Call& call, ProtocolMapper& mapper) {
  if (mapper.provider != kPairwiseMapper) return;
  auto& salt = mapper.config["pairwiseSubAlgorithmSalt"];
  if (salt.empty()) salt = call.new_id();
}

/// A mapper of another provider is another thing: what may be written is checked again (attack class 21).
Or<ProtocolMapper> read_mapper(const Call& call, const json::object& body, const ProtocolMapper* before) {
  RepresentationProblems problems;
  auto mapper = parse_mapper(body, JsonPath(), problems, before == nullptr ? ProtocolMapper() : *before);
  if (!problems.empty()) return refuse(error(400, "invalid_request", "A protocol mapper has a name and a provider"));
  CARDEA_DO(check_mapper(mapper));
  give_salt(call, mapper);
  return mapper;
}

Or<void> refuse_same_name(const std::vector<ProtocolMapper>& mappers, const ProtocolMapper& mapper) {
  for (const auto& other : mappers) {
    if (other.id != mapper.id && other.name == mapper.name && other.protocol == mapper.protocol) {
      return refuse(error_message(409, "Protocol mapper exists with same name"));
    }
  }
  return {};
}

Or<std::size_t> index_of(Call& call, const MapperOwner& owner) {
  const auto found = std::ranges::find(owner.mappers, call.path("mapperId"), &ProtocolMapper::id);
  if (found == owner.mappers.end()) return refuse(not_found("Model not found"));
  return static_cast<std::size_t>(found - owner.mappers.begin());
}

}  // namespace

Or<void> settle_mappers(Call& call, const std::vector<ProtocolMapper>& before, std::vector<ProtocolMapper>& after) {
  if (after.size() > kMappersMax) return refuse(error_message(400, "Too many protocol mappers"));
  std::vector<ProtocolMapper> seen;
  for (auto& mapper : after) {
    const bool is_taken = std::ranges::find(seen, mapper.id, &ProtocolMapper::id) != seen.end();
    if (mapper.id.empty() || is_taken || check_id(mapper.id)) mapper.id = call.new_id();
    const bool is_old = std::ranges::any_of(before, [&](const ProtocolMapper& old) {
      return old.name == mapper.name && old.protocol == mapper.protocol && old.provider == mapper.provider;
    });
    if (!is_old) CARDEA_DO(check_mapper(mapper));
    give_salt(call, mapper);
    CARDEA_DO(refuse_same_name(seen, mapper));
    seen.push_back(mapper);
  }
  return {};
}

Or<MapperOwner> client_mappers(Call& call) {
  CARDEA_TRY(client, load_client(call));
  MapperOwner owner{.mappers = client.mappers, .set = {}};
  auto shared = std::make_shared<Client>(std::move(client));
  owner.set = [&call, shared](const std::vector<ProtocolMapper>& after) -> Or<void> {
    shared->mappers = after;
    const auto base = call.dependencies().base_url.of(call.request());
    if (const auto problem = why_no_pairwise_subject(*shared, base)) return refuse(error(400, *problem, *problem));
    CARDEA_DO(call.repositories().clients.update(call.tx(), call.realm().id, *shared));
    return {};
  };
  return owner;
}

Or<MapperOwner> scope_mappers(Call& call) {
  CARDEA_TRY(scope, load_scope(call));
  MapperOwner owner{.mappers = scope.mappers, .set = {}};
  owner.set = [&call, scope](const std::vector<ProtocolMapper>& after) mutable -> Or<void> {
    scope.mappers = after;
    CARDEA_DO(call.repositories().scopes.update(call.tx(), call.realm().id, scope));
    return {};
  };
  return owner;
}

Answer list_mappers(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  return ok(to_json(owner.mappers));
}

Answer list_mappers_of_protocol(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  auto mappers = owner.mappers;
  std::erase_if(mappers, [&](const ProtocolMapper& mapper) { return mapper.protocol != call.path("protocol"); });
  return ok(to_json(mappers));
}

Answer create_mapper(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  CARDEA_TRY(body, call.body_object());
  CARDEA_TRY(mapper, read_mapper(call, *body, nullptr));
  if (mapper.id.empty() || check_id(mapper.id)) mapper.id = call.new_id();
  if (std::ranges::find(owner.mappers, mapper.id, &ProtocolMapper::id) != owner.mappers.end()) {
    return refuse(error(409, "conflict", "Duplicate resource error"));
  }
  CARDEA_DO(refuse_same_name(owner.mappers, mapper));
  owner.mappers.push_back(mapper);
  CARDEA_DO(owner.set(owner.mappers));
  call.note_after(to_json(mapper));
  return call.created(mapper.id);
}

Answer create_mappers(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  CARDEA_TRY(body, call.body_array());
  std::vector<ProtocolMapper> made;
  for (const auto& item : *body) {
    const auto* object = item.if_object();
    if (object == nullptr) return refuse(error(400, "unknown_error", "Cannot parse the JSON"));
    CARDEA_TRY(mapper, read_mapper(call, *object, nullptr));
    mapper.id = call.new_id();
    CARDEA_DO(refuse_same_name(owner.mappers, mapper));
    made.push_back(mapper);
    owner.mappers.push_back(std::move(mapper));
  }
  CARDEA_DO(owner.set(owner.mappers));
  call.note_after(to_json(made));
  return no_content();
}

Answer get_mapper(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  CARDEA_TRY(index, index_of(call, owner));
  return ok(to_json(owner.mappers[index]));
}

/// The mapper of the path, whatever id the body names: the right was checked for that one.
Answer update_mapper(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  CARDEA_TRY(index, index_of(call, owner));
  CARDEA_TRY(body, call.body_object());
  const auto before = owner.mappers[index];
  CARDEA_TRY(mapper, read_mapper(call, *body, &before));
  mapper.id = before.id;
  CARDEA_DO(refuse_same_name(owner.mappers, mapper));
  call.note_before(to_json(before));
  call.note_after(to_json(mapper));
  owner.mappers[index] = std::move(mapper);
  CARDEA_DO(owner.set(owner.mappers));
  return no_content();
}

Answer delete_mapper(Call& call, LoadOwner load) {
  CARDEA_TRY(owner, load(call));
  CARDEA_TRY(index, index_of(call, owner));
  call.note_before(to_json(owner.mappers[index]));
  owner.mappers.erase(owner.mappers.begin() + static_cast<std::ptrdiff_t>(index));
  CARDEA_DO(owner.set(owner.mappers));
  return no_content();
}

}  // namespace cardea::admin
