#include "core/token/run_mappers.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/limits.h"
#include "base/text.h"
#include "core/authentication_methods.h"
#include "core/client_urls.h"
#include "core/token/protected_claims.h"

namespace cardea {
namespace {

using Texts = ClaimTree::Texts;

/// Properties that Keycloak keeps as fields of the user; attribute mappers reach them by name too.
std::optional<std::string> user_field(const User& user, std::string_view name) {
  if (name == "username") return user.username;
  if (name == "email") return user.email;
  if (name == "firstName") return user.first_name;
  if (name == "lastName") return user.last_name;
  if (name == "emailVerified") return user.email_verified ? "true" : "false";
  if (name == "id") return user.id.str();
  if (name == "enabled") return user.enabled ? "true" : "false";
  if (name == "createdTimestamp") return std::to_string(epoch_milliseconds(user.created_at));
  return std::nullopt;
}

class Runner {
 public:
  Runner(const TokenContext& context, Destination destination, Claims& claims)
      : context_(context), destination_(destination), claims_(claims), user_(context.subject.subject.user) {}

  void run(const MapperOp& op) {
    switch (op.kind) {
      case MapperKind::kSubject:
      case MapperKind::kPairwiseSubject:
        claims_.subject = context_.subject_id.empty() ? std::string_view(user_.id.str()) : context_.subject_id;
        return;
      case MapperKind::kUserAttribute:
        return attribute(op);
      case MapperKind::kUserProperty:
        return property(op);
      case MapperKind::kFullName:
        return full_name();
      case MapperKind::kAddress:
        return address(op);
      case MapperKind::kSessionNote:
        return note(op);
      case MapperKind::kHardcodedClaim:
        return value(op, op.text);
      case MapperKind::kHardcodedRole:
        return hardcoded_role(op);
      case MapperKind::kRoleName:
        rename_role(op);
        return;
      case MapperKind::kGroupMembership:
        return groups(op);
      case MapperKind::kOrganizations:
        return organizations(op);
      case MapperKind::kOrganizationGroups:
        return organization_groups(op);
      case MapperKind::kRealmRoles:
        return realm_roles(op);
      case MapperKind::kClientRoles:
        return client_roles(op);
      case MapperKind::kAudience:
        if (!op.text.empty()) claims_.add_audience(op.text);
        return;
      case MapperKind::kAudienceResolve:
        return resolve_audience();
      case MapperKind::kAllowedOrigins:
        return allowed_origins();
      case MapperKind::kAcr:
        claims_.acr = context_.acr;
        return;
      case MapperKind::kSessionState:
        if (context_.session != nullptr)
          claims_.others.set({"session_state"}, std::string_view(context_.session->id.str()));
        return;
      case MapperKind::kNonce:
        if (!context_.nonce.empty() && destination_ != kIdToken) claims_.others.set({"nonce"}, context_.nonce);
        return;
      case MapperKind::kRequestedClaims:
        return requested_claims();
      case MapperKind::kRequestedValue:
        return requested_value(op);
    }
  }

 private:
  /// Valid until the next call.
  std::span<const std::string_view> path_of(const MapperOp& op) {
    path_.assign(op.path.begin(), op.path.end());
    return path_;
  }

  /// Absent when the text does not fit the type.
  std::optional<ClaimTree::Value> typed(const MapperOp& op, std::string_view text) {
    switch (op.type) {
      case ClaimType::kString:
        return ClaimTree::Value(text);
      case ClaimType::kLong: {
        const auto number = parse_integer<std::int64_t>(text);
        return number ? std::optional(ClaimTree::Value(*number)) : std::nullopt;
      }
      case ClaimType::kBoolean:
        return ClaimTree::Value(equal_ignoring_ascii_case(text, "true"));  // whatever else it says, it is no yes
      case ClaimType::kJson: {
        const auto parsed = parse_json(text);
        if (!parsed) return std::nullopt;
        return ClaimTree::Value(ClaimTree::Raw{claims_.own(json::serialize(*parsed))});
      }
    }
    return std::nullopt;
  }

  /// The roles that a value names: one, a list, or a JSON text of either.
  Texts roles_in(const ClaimTree::Value& claim) {
    if (const auto* text = std::get_if<std::string_view>(&claim)) return {*text};
    if (const auto* texts = std::get_if<Texts>(&claim)) return *texts;
    Texts roles;
    const auto* raw = std::get_if<ClaimTree::Raw>(&claim);
    if (raw == nullptr) return roles;
    const auto parsed = parse_json(raw->json);
    if (parsed && parsed->is_string()) roles.push_back(claims_.own(std::string(parsed->get_string())));
    if (!parsed || !parsed->is_array()) return roles;
    for (const auto& item : parsed->get_array()) {
      if (item.is_string()) roles.push_back(claims_.own(std::string(item.get_string())));
    }
    return roles;
  }

  /// Behind what stands there, without saying anything twice.
  static void add_roles(Texts& list, const Texts& more) {
    for (const auto role : more) {
      if (std::find(list.begin(), list.end(), role) == list.end()) list.push_back(role);
    }
  }

  /// Whoever writes where roles stand adds to them, so that the claim keeps the shape that applications read.
  bool place_roles(std::span<const std::string_view> path, const ClaimTree::Value& claim) {
    if (path.size() == 2 && path[0] == "realm_access" && path[1] == "roles") {
      add_roles(claims_.realm_roles, roles_in(claim));
      return true;
    }
    if (path.size() != 3 || path[0] != "resource_access" || path[2] != "roles") return false;
    if (const auto roles = roles_in(claim); !roles.empty()) add_roles(claims_.roles_of(path[1]), roles);
    return true;
  }

  /// Names with a fixed place go there, the rest into the tree (keycloak.md section 4.1, protected names).
  void place(const MapperOp& op, ClaimTree::Value claim) {
    const auto path = path_of(op);
    if (place_roles(path, claim)) return;
    if (path.size() == 1) {
      const auto* text = std::get_if<std::string_view>(&claim);
      if (path[0] == "sub" && text != nullptr) claims_.subject = *text;
      if (path[0] == "acr" && text != nullptr) claims_.acr = *text;
      if (path[0] == "auth_time" && std::holds_alternative<std::int64_t>(claim)) {
        claims_.auth_time = std::get<std::int64_t>(claim);
      }
      if (path[0] == "aud") {
        if (text != nullptr) claims_.add_audience(*text);
        if (const auto* texts = std::get_if<Texts>(&claim))
          std::for_each(texts->begin(), texts->end(), [&](auto t) { claims_.add_audience(t); });
        return;
      }
      // A value of another type, and the client a token is for, are not for mappers to set.
      if (path[0] == "sub" || path[0] == "acr" || path[0] == "auth_time") return;
      if (path[0] == "azp") return;  // Always the client itself; a mapper must not change who a token is for.
    }
    claims_.others.set(path, std::move(claim));
  }

  /// One person's odd attribute is no reason to let nobody of their kind in: the claim is left out, as in Keycloak.
  void leave_out(const MapperOp& op) { claims_.left_out.emplace_back(op.path.empty() ? "" : op.path.front()); }

  void value(const MapperOp& op, std::string_view text) {
    if (text.empty()) return;
    auto claim = typed(op, text);
    if (!claim) return leave_out(op);
    place(op, std::move(*claim));
  }

  static void append_typed(std::string& list, const ClaimTree::Value& claim) {
    JsonWriter writer(list);
    if (const auto* number = std::get_if<std::int64_t>(&claim)) writer.number(*number);
    if (const auto* flag = std::get_if<bool>(&claim)) writer.boolean(*flag);
    if (const auto* raw = std::get_if<ClaimTree::Raw>(&claim)) writer.raw(raw->json);
  }

  void values(const MapperOp& op, const Texts& texts) {
    if (texts.empty()) return;
    if (!op.multivalued) return value(op, texts.front());
    if (op.type == ClaimType::kString) return place(op, texts);
    std::string list = "[";
    for (const auto text : texts) {
      auto claim = typed(op, text);
      if (!claim) return leave_out(op);
      if (list.size() > 1) list.push_back(',');
      append_typed(list, *claim);
    }
    list.push_back(']');
    return place(op, ClaimTree::Raw{claims_.own(std::move(list))});
  }

  Texts attribute_values(const MapperOp& op) {
    Texts texts;
    if (auto field = user_field(user_, op.source)) {
      if (!field->empty()) texts.push_back(claims_.own(std::move(*field)));
      return texts;
    }
    if (const auto found = user_.attributes.find(op.source); found != user_.attributes.end()) {
      texts.assign(found->second.begin(), found->second.end());
    }
    if (op.flag) {
      for (const auto& group : context_.subject.groups) add_values(texts, group_values(*group, op.source));
    } else if (texts.empty()) {
      add_values(texts, first_group_values(op.source));
    }
    return texts;
  }

  static void add_values(Texts& texts, const std::vector<std::string>* values) {
    if (values == nullptr) return;
    for (const auto& text : *values) {
      if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.emplace_back(text);
    }
  }

  /// Of one group, where nothing is to be put together: the first by name that has any.
  const std::vector<std::string>* first_group_values(const std::string& name) const {
    const Group* first = nullptr;
    const std::vector<std::string>* values = nullptr;
    for (const auto& group : context_.subject.groups) {
      if (first != nullptr && first->name <= group->name) continue;
      const auto* found = group_values(*group, name);
      if (found == nullptr) continue;
      first = group.get();
      values = found;
    }
    return values;
  }

  /// Of the group, or of the nearest above it that has any; as in Keycloak.
  const std::vector<std::string>* group_values(const Group& group, const std::string& name) const {
    const auto* next = &group;
    for (int depth = 0; next != nullptr && depth < kGroupDepthMax; ++depth, next = context_.subject.above(*next)) {
      const auto found = next->attributes.find(name);
      if (found != next->attributes.end() && !found->second.empty()) return &found->second;
    }
    return nullptr;
  }

  void attribute(const MapperOp& op) { return values(op, attribute_values(op)); }

  void property(const MapperOp& op) {
    auto field = user_field(user_, op.source);
    if (!field) return;
    value(op, claims_.own(std::move(*field)));
  }

  void full_name() {
    if (user_.first_name.empty() && user_.last_name.empty()) return;
    std::string name = user_.first_name;
    if (!name.empty() && !user_.last_name.empty()) name.push_back(' ');
    name.append(user_.last_name);
    claims_.others.set({"name"}, claims_.own(std::move(name)));
  }

  /// What the claims parameter demands of `name` for this token, when it says that it is essential: what is only wished
  /// for is passed over, as in Keycloak.
  const json::object* essential(std::string_view name) {
    if (!asked_) asked_ = parse_json(context_.requested_claims).value_or(json::value());
    const auto* asked = asked_->if_object();
    const auto* section = asked ? asked->if_contains(destination_ == kIdToken ? "id_token" : "userinfo") : nullptr;
    const auto* claim = section && section->is_object() ? section->get_object().if_contains(name) : nullptr;
    if (claim == nullptr || !claim->is_object() || !bool_or(claim->get_object(), "essential", false)) return nullptr;
    return &claim->get_object();
  }

  /// These five, as Keycloak; sub, acr and the like stand in tokens anyway.
  void requested_claims() {
    if (context_.requested_claims.empty()) return;
    if (essential("name") != nullptr) full_name();
    const std::array<std::pair<std::string_view, std::string_view>, 4> texts = {{{"given_name", user_.first_name},
                                                                                 {"family_name", user_.last_name},
                                                                                 {"preferred_username", user_.username},
                                                                                 {"email", user_.email}}};
    for (const auto& [claim, text] : texts) {
      if (!text.empty() && essential(claim) != nullptr) claims_.others.set({claim}, text);
    }
  }

  /// A value that the request itself says (`openbanking_intent_id` and its like).
  void requested_value(const MapperOp& op) {
    const auto* claim = context_.requested_claims.empty() ? nullptr : essential(op.source);
    const auto* said = claim == nullptr ? nullptr : find_string(*claim, "value");
    if (said != nullptr) value(op, claims_.own(std::string(*said)));
  }

  void address(const MapperOp& op) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kParts = {
        {{"formatted", "formatted"},
         {"street", "street_address"},
         {"locality", "locality"},
         {"region", "region"},
         {"postal_code", "postal_code"},
         {"country", "country"}}};
    for (const auto& [part, claim] : kParts) {
      const auto found = user_.attributes.find(op.more.at(std::string(part)));
      if (found != user_.attributes.end() && !found->second.empty() && !found->second.front().empty()) {
        claims_.others.set({"address", claim}, std::string_view(found->second.front()));
      }
    }
  }

  /// amr (RFC 8176): a list always.
  void methods(const MapperOp& op, std::string_view note) {
    Texts texts;
    for (auto& name : methods_at(note, epoch_seconds(context_.now))) texts.push_back(claims_.own(std::move(name)));
    if (!texts.empty()) place(op, std::move(texts));
  }

  void note(const MapperOp& op) {
    if (op.source == "AUTH_TIME") {
      if (context_.session == nullptr || context_.session->auth_time == 0) return;
      return value(op, claims_.own(std::to_string(context_.session->auth_time)));
    }
    const auto found = note_of(op.source);
    if (!found) return;
    if (op.flag) return methods(op, *found);
    value(op, *found);
  }

  [[nodiscard]] std::optional<std::string_view> note_of(const std::string& name) const {
    if (context_.session == nullptr) {
      const auto found = std::ranges::find(context_.notes, name, &TransientNote::name);
      return found == context_.notes.end() ? std::nullopt : std::optional(found->value);
    }
    const auto& notes = context_.session->notes;
    auto found = notes.find(name);
    if (found == notes.end()) found = notes.find(std::string(kMappedNotePrefix) + name);
    return found == notes.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }

  void groups(const MapperOp& op) {
    Texts texts;
    for (const auto& group : context_.subject.groups) texts.emplace_back(op.flag ? group->path : group->name);
    if (!texts.empty()) place(op, std::move(texts));
  }

  /// Aliases, or by alias what more is asked for.
  void organizations(const MapperOp& op) {
    const auto& all = context_.subject.organizations;
    if (all.empty()) return;
    if (op.path.size() == 1 && op.path.front() == kOrganizationScope) listed_ = &op;
    if (!op.flag && op.source.empty()) {
      Texts texts;
      for (const auto& organization : all) texts.emplace_back(organization.alias);
      if (!op.multivalued) return place(op, ClaimTree::Value(texts.front()));
      return place(op, std::move(texts));
    }
    return place(op, by_alias(&op, {}, false));
  }

  /// What the mapper before said of the organizations, by alias now and with the groups in each; with `flag` also the
  /// roles of those groups.
  void organization_groups(const MapperOp& op) {
    if (context_.subject.organizations.empty()) return;
    place(op, by_alias(listed_, context_.subject.organization_groups, op.flag));
  }

  static void write_texts(JsonWriter& writer, std::string_view name, const std::vector<std::string>& values) {
    writer.key(name).begin_array();
    for (const auto& value : values) writer.string(value);
    writer.end_array();
  }

  /// As a token says the roles of a person, for one organization (Keycloak: whatever the scope of the client is).
  static void write_roles(JsonWriter& writer, const EffectiveRoles& roles) {
    std::map<std::string_view, std::vector<std::string>> names;  // by client; "": of the realm
    for (const auto& role : roles.items) names[role.client_id].push_back(role.name);
    if (const auto realm = names.find(""); realm != names.end()) {
      writer.key("realm_access").begin_object();
      write_texts(writer, "roles", realm->second);
      writer.end_object();
      names.erase(realm);
    }
    if (names.empty()) return;
    writer.key("resource_access").begin_object();
    for (const auto& [client, of_client] : names) {
      writer.key(client).begin_object();
      write_texts(writer, "roles", of_client);
      writer.end_object();
    }
    writer.end_object();
  }

  /// What others read as the server's word on the organization: no attribute is called so.
  static bool is_own_word(std::string_view name, bool with_groups, bool with_roles) {
    if (name == "id" || (with_groups && name == "groups")) return true;
    return with_roles && (name == "realm_access" || name == "resource_access");
  }

  ClaimTree::Raw by_alias(const MapperOp* details, std::span<const OrganizationMember> members, bool with_roles) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    const auto& all = context_.subject.organizations;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool with_groups = i < members.size();
      writer.key(all[i].alias).begin_object();
      if (details != nullptr && details->flag) {
        for (const auto& [name, values] : all[i].attributes) {
          if (!is_own_word(name, with_groups, with_roles)) write_texts(writer, name, values);
        }
      }
      if (details != nullptr && !details->source.empty()) writer.member("id", all[i].id.str());
      if (with_groups) write_texts(writer, "groups", members[i].groups);
      if (with_groups && with_roles && members[i].roles) write_roles(writer, *members[i].roles);
      writer.end_object();
    }
    writer.end_object();
    return ClaimTree::Raw{claims_.own(std::move(text))};
  }

  bool is_visible(const EffectiveRoles::Item& role) const {
    const auto* scope = context_.subject.scope_roles.get();
    return scope == nullptr || role.client_id == context_.client.client.client_id || scope->contains(role.id);
  }

  std::string_view prefixed(const MapperOp& op, std::string_view role) {
    return op.text.empty() ? role : claims_.own(op.text + std::string(role));
  }

  struct RoleName {
    std::string_view client_id, name;
    friend auto operator<=>(const RoleName&, const RoleName&) = default;
  };

  /// What the client may see, by client and name; renamed where a mapper said so.
  const std::vector<RoleName>& visible_roles() {
    if (!roles_) {
      roles_.emplace();
      for (const auto& role : context_.subject.roles->items) {
        if (is_visible(role)) roles_->push_back({role.client_id, role.name});
      }
    }
    return *roles_;
  }

  /// "client.role", or "role" for one of the realm. Client ids have dots more often than roles do, so the last one
  /// counts.
  static RoleName split_role(std::string_view text) {
    const auto dot = text.rfind('.');
    if (dot == std::string_view::npos) return {{}, text};
    return {text.substr(0, dot), text.substr(dot + 1)};
  }

  /// A new name without a client is one of the realm, wherever the role was.
  void rename_role(const MapperOp& op) {
    if (op.source.empty() || op.text.empty()) return;
    (void)visible_roles();
    const auto from = split_role(op.source);
    const auto found = std::find(roles_->begin(), roles_->end(), from);
    if (found == roles_->end()) return;
    *found = split_role(op.text);
    std::sort(roles_->begin(), roles_->end());
    roles_->erase(std::unique(roles_->begin(), roles_->end()), roles_->end());
  }

  void realm_roles(const MapperOp& op) {
    Texts roles;
    for (const auto& role : visible_roles()) {
      if (role.client_id.empty()) roles.push_back(prefixed(op, role.name));
    }
    if (roles.empty() || place_roles(path_of(op), roles)) return;
    if (op.multivalued) return place(op, std::move(roles));
    place(op, roles.front());
  }

  /// A client may be called what a claim is called: whoever names it must not write that claim by it.
  [[nodiscard]] bool is_reserved(std::string_view name) const {
    if (destination_ == kTokenResponse && is_protected_in_answer(name)) return true;
    return is_protected_claim(name) || is_scalar_claim(name) || is_shaped_claim(name);
  }

  void client_roles(const MapperOp& op) {
    const auto& items = visible_roles();  // sorted by client
    for (auto at = items.begin(); at != items.end();) {
      const auto client_id = at->client_id;
      Texts roles;
      for (; at != items.end() && at->client_id == client_id; ++at) {
        if (!client_id.empty() && (op.source.empty() || op.source == client_id))
          roles.push_back(prefixed(op, at->name));
      }
      if (roles.empty()) continue;
      std::vector<std::string_view> path;
      for (const auto& part : op.path) path.push_back(part == "${client_id}" ? client_id : std::string_view(part));
      if (op.path.front() == "${client_id}" && is_reserved(path.front())) continue;
      if (place_roles(path, roles)) continue;
      claims_.others.set(path, op.multivalued ? ClaimTree::Value(std::move(roles)) : ClaimTree::Value(roles.front()));
    }
  }

  /// Every other client whose roles the token carries (keycloak.md section 2.2).
  void resolve_audience() {
    for (const auto& role : visible_roles()) {
      if (!role.client_id.empty() && role.client_id != context_.client.client.client_id)
        claims_.add_audience(role.client_id);
    }
  }

  void hardcoded_role(const MapperOp& op) {
    const auto role = split_role(op.text);
    add_roles(role.client_id.empty() ? claims_.realm_roles : claims_.roles_of(role.client_id), {role.name});
  }

  void allowed_origins() {
    // The issuer is our base URL with "/realms/{realm}" behind it.
    const auto base = context_.issuer.substr(0, context_.issuer.rfind("/realms/"));
    for (auto& origin : web_origins(context_.client.client, base)) {
      claims_.allowed_origins.push_back(claims_.own(std::move(origin)));
    }
  }

  const TokenContext& context_;
  Destination destination_;
  Claims& claims_;
  const User& user_;
  std::optional<std::vector<RoleName>> roles_;
  std::vector<std::string_view> path_;
  std::optional<json::value> asked_;  // the claims parameter, read on first use
  const MapperOp* listed_ = nullptr;  // what stands in the claim `organization` so far
};

}  // namespace

void run_mappers(const TokenContext& context, Destination destination, Claims& claims) {
  Runner runner(context, destination, claims);
  for (const auto& op : context.plan.operations) {
    if ((op.destinations & destination) == 0 && op.kind != MapperKind::kNonce) continue;
    runner.run(op);
  }
}

}  // namespace cardea
