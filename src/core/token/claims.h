// The claims of one token while it is made: the ones with a fixed place, and a small tree for the rest. Text is held by
// view, so the plan, the subject and the session must outlive it; what is composed here is kept in `own`.
#pragma once

#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"

namespace cardea {

class ClaimTree {
 public:
  struct Raw {
    std::string_view json;
  };
  using Texts = std::vector<std::string_view>;
  using Value = std::variant<std::string_view, std::int64_t, bool, Texts, Raw, std::unique_ptr<ClaimTree>>;

  /// Sets the value at the path; a later value replaces an earlier one, lists are merged without doubles.
  void set(std::span<const std::string_view> path, Value value);
  void set(std::initializer_list<std::string_view> path, Value value) {
    set(std::span(path.begin(), path.size()), std::move(value));
  }
  [[nodiscard]] bool empty() const { return members_.empty(); }
  /// Writes the members into the object that `writer` has open.
  void write_members(JsonWriter& writer) const;

 private:
  std::vector<std::pair<std::string_view, Value>> members_;
};

struct Claims {
  ClaimTree::Texts audience;
  std::string_view subject;
  std::string_view acr;
  std::optional<std::int64_t> auth_time;
  ClaimTree::Texts allowed_origins;
  ClaimTree::Texts realm_roles;                                             // realm_access.roles
  std::vector<std::pair<std::string_view, ClaimTree::Texts>> client_roles;  // resource_access.<client>.roles
  ClaimTree others;
  std::vector<std::string> left_out;  // names of claims whose values did not fit their type

  /// Keeps a composed text alive as long as these claims.
  std::string_view own(std::string text) { return owned_.emplace_front(std::move(text)); }
  void add_audience(std::string_view value);
  ClaimTree::Texts& roles_of(std::string_view client_id);

 private:
  std::forward_list<std::string> owned_;  // unlike a deque it takes no memory while it is empty
};

}  // namespace cardea
