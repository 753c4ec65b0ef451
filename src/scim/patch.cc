#include "scim/patch.h"

#include <algorithm>

#include "base/text.h"
#include "scim/body.h"
#include "scim/filter.h"

namespace cardea::scim {
namespace {

enum class Op : std::uint8_t { kAdd, kReplace, kRemove };

using Done = Result<void, ScimError>;

ScimError read_only(std::string_view name) {
  return {400, "mutability", std::string(name) + " is written by the server alone"};
}

/// The values that `[type eq "work" and primary eq true]` asks for, so that one can be made. False: it asks otherwise.
// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
bool take_wanted(const Filter& filter, json::object& out) {
  if (filter.kind == Filter::Kind::kAnd) {
    return std::ranges::all_of(filter.parts, [&](const Filter& part) { return take_wanted(part, out); });
  }
  const bool is_equal = filter.kind == Filter::Kind::kCompare && filter.op == Operator::kEq && !filter.value.is_null();
  if (!is_equal) return false;
  out[filter.target.attribute->name] = filter.value;
  return true;
}

/// The ids that `[value eq "a" or value eq "b"]` names. False: it asks for something else.
// NOLINTNEXTLINE(misc-no-recursion)
bool take_ids(const Filter& filter, std::set<std::string>& out) {
  if (filter.kind == Filter::Kind::kOr) {
    return std::ranges::all_of(filter.parts, [&](const Filter& part) { return take_ids(part, out); });
  }
  const bool names_one = filter.kind == Filter::Kind::kCompare && filter.op == Operator::kEq &&
                         filter.target.attribute->name == "value" && filter.value.is_string();
  if (names_one) out.insert(std::string(filter.value.get_string()));
  return names_one;
}

class Patch {
 public:
  Patch(const ResourceType& type, json::object resource) : type_(type), out_{.resource = std::move(resource)} {}

  Done run(const json::object& operation) {
    const auto* name = find_member(operation, "op");
    if (name == nullptr || !name->is_string()) return refuse(bad_syntax("An operation has no op"));
    const auto op = read_op(name->get_string());
    if (!op) return refuse(bad_syntax("op is add, remove or replace"));
    static const json::value kNothing;
    const auto* given = find_member(operation, "value");
    const auto& value = given == nullptr ? kNothing : *given;
    const auto* path = find_member(operation, "path");
    if (path == nullptr || path->is_null() || (path->is_string() && path->get_string().empty())) {
      return run_without_path(*op, value);
    }
    if (!path->is_string()) return refuse(ScimError{400, "invalidPath", "The path is no text"});
    return run_at(*op, path->get_string(), value, false);
  }

  Patched take() { return std::move(out_); }

 private:
  static std::optional<Op> read_op(std::string_view name) {
    if (equal_ignoring_ascii_case(name, "add")) return Op::kAdd;
    if (equal_ignoring_ascii_case(name, "replace")) return Op::kReplace;
    if (equal_ignoring_ascii_case(name, "remove")) return Op::kRemove;
    return std::nullopt;
  }

  Done run_without_path(Op op, const json::value& value) {
    if (op == Op::kRemove) return refuse(ScimError{400, "noTarget", "remove needs a path"});
    if (!value.is_object()) return refuse(bad_syntax("Without a path the value is an object"));
    for (const auto& [name, member] : value.get_object()) {
      const bool is_extension = equal_ignoring_ascii_case(std::string_view(name), type_.extension_urn);
      if (is_extension && member.is_object()) {
        for (const auto& [inner, each] : member.get_object()) {
          const auto path = std::string(type_.extension_urn) + ":" + std::string(inner);
          if (auto done = run_at(op, path, each, true); !done) return done;
        }
        continue;
      }
      if (auto done = run_at(op, name, member, true); !done) return done;
    }
    return {};
  }

  /// `is_key`: the path is a name in an object, where what cannot be written is passed over.
  Done run_at(Op op, std::string_view text, const json::value& value, bool is_key) {
    const auto path = parse_path(type_, text);
    if (!path) {
      if (path.error().is_unknown || is_key) return {};
      if (path.error().is_filter) return refuse(ScimError{400, "invalidFilter", "The filter in the path is not valid"});
      return refuse(ScimError{400, "invalidPath", "The path cannot be read"});
    }
    const auto& target = path->target;
    if (target.attribute == nullptr) return change_extension(op, value);
    const bool is_read_only = target.attribute->mutability == Mutability::kReadOnly ||
                              (target.sub != nullptr && target.sub->mutability == Mutability::kReadOnly);
    if (is_read_only) return is_key ? Done() : Done(refuse(read_only(target.attribute->name)));
    if (target.attribute->mutability == Mutability::kWriteOnly || target.attribute->name == "schemas") return {};
    if (target.attribute->name == "members") return change_members(op, *path, value);
    if (op == Op::kRemove && target.attribute->required && target.sub == nullptr) {
      return refuse(ScimError{400, "mutability", std::string(target.attribute->name) + " is required"});
    }
    if (!target.in_extension) return change(out_.resource, op, *path, value);
    auto& slot = out_.resource[type_.extension_urn];
    if (!slot.is_object()) slot = json::object();
    auto done = change(slot.get_object(), op, *path, value);
    if (slot.get_object().empty()) out_.resource.erase(type_.extension_urn);
    return done;
  }

  Done change_extension(Op op, const json::value& value) {
    if (op != Op::kRemove) {
      if (!value.is_object()) return refuse(bad_value("The value of the extension is no object"));
      return run_without_path(op, json::object{{type_.extension_urn, value}});
    }
    out_.resource.erase(type_.extension_urn);
    return {};
  }

  static Done change(json::object& owner, Op op, const PatchPath& path, const json::value& value) {
    const auto& attribute = *path.target.attribute;
    if (attribute.multi_valued) return change_values(owner, op, path, value);
    if (path.target.sub != nullptr) return change_sub(owner, op, path.target, value);
    if (op == Op::kRemove) {
      owner.erase(attribute.name);
      return {};
    }
    auto read = read_value(attribute, value);
    if (!read) return refuse(std::move(read.error()));
    if (read->is_null()) {
      if (attribute.required) return refuse(bad_value(std::string(attribute.name) + " is required"));
      owner.erase(attribute.name);
      return {};
    }
    auto* before = owner.if_contains(attribute.name);
    if (attribute.type == Type::kComplex && before != nullptr && before->is_object()) {
      for (auto& [name, member] : read->get_object()) before->get_object()[name] = member;
      return {};
    }
    owner[attribute.name] = std::move(*read);
    return {};
  }

  static Done change_sub(json::object& owner, Op op, const AttributeRef& target, const json::value& value) {
    auto read = op == Op::kRemove ? Result<json::value, ScimError>(json::value()) : read_value(*target.sub, value);
    if (!read) return refuse(std::move(read.error()));
    auto& slot = owner[target.attribute->name];
    if (!slot.is_object()) slot = json::object();
    if (read->is_null()) {
      slot.get_object().erase(target.sub->name);
    } else {
      slot.get_object()[target.sub->name] = std::move(*read);
    }
    if (slot.get_object().empty()) owner.erase(target.attribute->name);
    return {};
  }

  /// The last value that says so is the primary one (RFC 7644 section 3.5.2).
  static void keep_one_primary(json::array& values, const json::object* latest) {
    if (latest == nullptr || !bool_or(*latest, "primary", false)) return;
    for (auto& each : values) {
      if (each.is_object() && &each.get_object() != latest) each.get_object().erase("primary");
    }
  }

  static Done change_values(json::object& owner, Op op, const PatchPath& path, const json::value& value) {
    const auto& attribute = *path.target.attribute;
    auto& slot = owner[attribute.name];
    if (!slot.is_array()) slot = json::array();
    auto& values = slot.get_array();
    auto done = path.values || path.target.sub != nullptr ? change_matching(values, op, path, value)
                                                          : change_list(values, op, attribute, value);
    if (done && values.size() > kValuesMax)
      done = refuse(bad_value(std::string(attribute.name) + " has too many values"));
    if (values.empty()) owner.erase(attribute.name);
    return done;
  }

  static Done change_list(json::array& values, Op op, const Attribute& attribute, const json::value& value) {
    if (op == Op::kRemove && value.is_null()) {
      values.clear();
      return {};
    }
    auto read = read_value(attribute, value);
    if (!read) return refuse(std::move(read.error()));
    if (!has_one_primary(*read))
      return refuse(bad_value(std::string(attribute.name) + " has more than one primary value"));
    const auto given = read->is_array() ? std::move(read->get_array()) : json::array();
    if (op == Op::kRemove) {
      for (const auto& each : given) remove_equal(values, each);
      return {};
    }
    if (op == Op::kReplace) values.clear();
    for (const auto& each : given) {
      if (std::ranges::find(values, each) != values.end()) continue;
      values.push_back(each);
      if (values.back().is_object()) keep_one_primary(values, &values.back().get_object());
    }
    return {};
  }

  /// By `value` where there is one, else as a whole.
  static void remove_equal(json::array& values, const json::value& wanted) {
    const auto* id = wanted.is_object() ? wanted.get_object().if_contains("value") : nullptr;
    for (auto at = values.begin(); at != values.end();) {
      const auto* own = at->is_object() ? at->get_object().if_contains("value") : nullptr;
      const bool is_equal = id != nullptr ? own != nullptr && *own == *id : *at == wanted;
      at = is_equal ? values.erase(at) : at + 1;
    }
  }

  static Done change_matching(json::array& values, Op op, const PatchPath& path, const json::value& value) {
    const auto& attribute = *path.target.attribute;
    const auto* sub = path.target.sub;
    const auto fits = [&](const json::value& each) { return !path.values || matches_value(*path.values, each); };
    if (op == Op::kRemove && sub == nullptr) {
      for (auto at = values.begin(); at != values.end();) at = fits(*at) ? values.erase(at) : at + 1;
      return {};
    }
    auto read = op == Op::kRemove ? Result<json::value, ScimError>(json::value())
                                  : (sub != nullptr ? read_value(*sub, value) : read_object(attribute, value));
    if (!read) return refuse(std::move(read.error()));
    bool is_found = false;
    for (auto& each : values) {
      if (!each.is_object() || !fits(each)) continue;
      is_found = true;
      set(each.get_object(), sub, *read);
      keep_one_primary(values, &each.get_object());
    }
    if (is_found || op == Op::kRemove || read->is_null()) {
      drop_empty(values);
      return {};
    }
    // What is not there is made, as Entra ID expects (entra.md section 14).
    json::object made;
    if (path.values && !take_wanted(*path.values, made)) {
      return refuse(ScimError{400, "noTarget", "The path selects no value"});
    }
    set(made, sub, *read);
    values.push_back(std::move(made));
    keep_one_primary(values, &values.back().get_object());
    return {};
  }

  static void drop_empty(json::array& values) {
    for (auto at = values.begin(); at != values.end();) {
      const bool is_empty = at->is_object() && at->get_object().empty();
      at = is_empty ? values.erase(at) : at + 1;
    }
  }

  static Result<json::value, ScimError> read_object(const Attribute& attribute, const json::value& value) {
    auto read = read_value(attribute, value);
    if (!read || !read->is_array()) return read;
    if (read->get_array().size() != 1) return refuse(bad_value("One value belongs here"));
    return json::value(read->get_array().front());
  }

  static void set(json::object& each, const Attribute* sub, const json::value& value) {
    if (sub == nullptr) {
      if (!value.is_object()) return;
      for (const auto& [name, member] : value.get_object()) each[name] = member;
    } else if (value.is_null()) {
      each.erase(sub->name);
    } else {
      each[sub->name] = value;
    }
  }

  Done change_members(Op op, const PatchPath& path, const json::value& value) {
    auto& members = out_.members;
    if (path.values) {
      std::set<std::string> ids;
      if (op != Op::kRemove || path.target.sub != nullptr || !take_ids(*path.values, ids)) {
        return refuse(ScimError{400, "invalidFilter", "Of members only remove with value eq is offered"});
      }
      for (const auto& id : ids) members.remove(id);
      return {};
    }
    if (op == Op::kRemove && value.is_null()) {
      members.replace();
      return {};
    }
    const auto read = read_value(*path.target.attribute, value);
    if (!read) return refuse(read.error());
    auto ids = member_ids(*read);
    if (!ids) return refuse(std::move(ids.error()));
    if (op == Op::kReplace) members.replace();
    for (const auto& id : *ids) {
      if (op == Op::kRemove) {
        members.remove(id);
      } else {
        members.add(id);
      }
    }
    return {};
  }

  const ResourceType& type_;
  Patched out_;
};

}  // namespace

Result<std::set<std::string>, ScimError> member_ids(const json::value& members) {
  std::set<std::string> out;
  const auto* list = members.if_array();
  if (list == nullptr) return out;
  for (const auto& each : *list) {
    const auto* object = each.if_object();
    const auto id = object == nullptr ? std::string() : string_or(*object, "value", "");
    if (id.empty()) return refuse(bad_value("A member has no value"));
    if (equal_ignoring_ascii_case(string_or(*object, "type", "User"), "Group")) {
      return refuse(bad_value("Groups inside groups are not offered"));
    }
    out.insert(id);
  }
  return out;
}

Result<Patched, ScimError> apply_patch(const ResourceType& type, const json::object& resource,
                                       const json::object& body) {
  const auto* operations = find_member(body, "Operations");
  if (operations == nullptr || !operations->is_array() || operations->get_array().empty()) {
    return refuse(bad_syntax("Operations is missing or empty"));
  }
  if (operations->get_array().size() > kPatchOperationsMax) return refuse(ScimError{413, {}, "Too many operations"});
  Patch patch(type, resource);
  for (const auto& each : operations->get_array()) {
    if (!each.is_object()) return refuse(bad_syntax("An operation is no object"));
    if (auto done = patch.run(each.get_object()); !done) return refuse(std::move(done.error()));
  }
  return patch.take();
}

}  // namespace cardea::scim
