#include "core/token/claims.h"

#include <algorithm>

#include "base/assert.h"

namespace cardea {
namespace {

constexpr std::size_t kMembersUsual = 8;  // a token of the default scopes has as many

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

void write_value(JsonWriter& writer, const ClaimTree::Value& value) {
  std::visit(Overloaded{
                 [&](std::string_view text) { writer.string(text); },
                 [&](std::int64_t number) { writer.number(number); },
                 [&](bool flag) { writer.boolean(flag); },
                 [&](const ClaimTree::Raw& raw) { writer.raw(raw.json); },
                 [&](const ClaimTree::Texts& texts) {
                   writer.begin_array();
                   for (const auto text : texts) writer.string(text);
                   writer.end_array();
                 },
                 [&](const std::unique_ptr<ClaimTree>& tree) {
                   writer.begin_object();
                   tree->write_members(writer);
                   writer.end_object();
                 },
             },
             value);
}

void merge(ClaimTree::Texts& into, const ClaimTree::Texts& from) {
  for (const auto text : from) {
    if (std::find(into.begin(), into.end(), text) == into.end()) into.push_back(text);
  }
}

}  // namespace

void ClaimTree::set(std::span<const std::string_view> path, Value value) {
  CARDEA_ASSERT(!path.empty());
  if (members_.empty()) members_.reserve(kMembersUsual);
  ClaimTree* tree = this;
  for (std::size_t depth = 0;; ++depth) {
    const auto name = path[depth];
    auto found = std::find_if(tree->members_.begin(), tree->members_.end(),
                              [&](const auto& member) { return member.first == name; });
    if (depth + 1 == path.size()) {
      if (found == tree->members_.end()) {
        tree->members_.emplace_back(name, std::move(value));
      } else if (auto* old = std::get_if<Texts>(&found->second), *add = std::get_if<Texts>(&value);
                 old != nullptr && add != nullptr) {
        merge(*old, *add);
      } else {
        found->second = std::move(value);
      }
      return;
    }
    if (found == tree->members_.end()) {
      tree->members_.emplace_back(name, std::make_unique<ClaimTree>());
      found = tree->members_.end() - 1;
    } else if (!std::holds_alternative<std::unique_ptr<ClaimTree>>(found->second)) {
      found->second = std::make_unique<ClaimTree>();  // A later mapper wants an object where a value stood.
    }
    tree = std::get<std::unique_ptr<ClaimTree>>(found->second).get();
  }
}

void ClaimTree::write_members(JsonWriter& writer) const {
  for (const auto& [name, value] : members_) {
    writer.key(name);
    write_value(writer, value);
  }
}

void Claims::add_audience(std::string_view value) {
  if (std::find(audience.begin(), audience.end(), value) == audience.end()) audience.push_back(value);
}

ClaimTree::Texts& Claims::roles_of(std::string_view client_id) {
  for (auto& [name, roles] : client_roles) {
    if (name == client_id) return roles;
  }
  return client_roles.emplace_back(client_id, ClaimTree::Texts{}).second;
}

}  // namespace cardea
