#include "scim/list.h"

#include <algorithm>

#include "base/text.h"
#include "scim/body.h"
#include "web/form.h"

namespace cardea::scim {
namespace {

/// Parameters by name, out of the query or a SearchRequest.
struct Parameters {
  std::string filter{}, only{}, without{};
  std::optional<std::int64_t> start{}, count{};
};

Result<std::int64_t, ScimError> number(std::string_view name, std::string_view text) {
  const auto value = parse_integer<std::int64_t>(text);
  if (!value) return refuse(bad_value(std::string(name) + " is no number"));
  return *value;
}

Result<Parameters, ScimError> from_query(const web::Request& request) {
  const auto form = web::Form::parse(request.query);
  if (!form || form->first_repeated()) return refuse(bad_value("The query cannot be read"));
  Parameters out{.filter = std::string(form->value_or("filter", "")),
                 .only = std::string(form->value_or("attributes", "")),
                 .without = std::string(form->value_or("excludedAttributes", ""))};
  for (const auto& [name, slot] : {std::pair{"startIndex", &out.start}, std::pair{"count", &out.count}}) {
    const auto text = form->value(name);
    if (!text) continue;
    const auto value = number(name, *text);
    if (!value) return refuse(value.error());
    *slot = *value;
  }
  return out;
}

Result<Parameters, ScimError> from_body(const web::Request& request) {
  const auto body = parse_body(request.body);
  if (!body) return refuse(body.error());
  const auto joined = [&](std::string_view name) {
    std::string out;
    const auto* value = find_member(*body, name);
    const auto* list = value == nullptr ? nullptr : value->if_array();
    if (list == nullptr) return out;
    for (const auto& each : *list) {
      if (each.is_string()) out.append(out.empty() ? "" : ",").append(each.get_string());
    }
    return out;
  };
  Parameters out{.only = joined("attributes"), .without = joined("excludedAttributes")};
  const auto* filter = find_member(*body, "filter");
  if (filter != nullptr && filter->is_string()) out.filter = filter->get_string();
  for (const auto& [name, slot] : {std::pair{"startIndex", &out.start}, std::pair{"count", &out.count}}) {
    const auto* value = find_member(*body, name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_int64()) return refuse(bad_value(std::string(name) + " is no number"));
    *slot = value->get_int64();
  }
  return out;
}

std::vector<AttributeRef> read_names(const ResourceType& type, std::string_view list) {
  std::vector<AttributeRef> out;
  for (const auto name : split(list, ',')) {
    if (const auto found = find_attribute(type, trim(name)); found && out.size() < kFilterTermsMax)
      out.push_back(*found);
  }
  return out;
}

Result<Selection, ScimError> selection_of(const ResourceType& type, const Parameters& parameters) {
  if (!parameters.only.empty() && !parameters.without.empty()) {
    return refuse(bad_value("attributes and excludedAttributes exclude each other"));
  }
  Selection out{.only = read_names(type, parameters.only), .without = read_names(type, parameters.without)};
  // Unknown names alone ask for nothing but what always comes.
  if (!parameters.only.empty() && out.only.empty()) out.only.push_back(*find_attribute(type, "id"));
  return out;
}

bool is_fixed(std::string_view name) { return name == "id" || name == "schemas" || name == "meta"; }

const json::object* owner_of(const json::object& resource, const AttributeRef& ref) {
  if (!ref.in_extension) return &resource;
  const auto* extension = resource.if_contains(kEnterpriseUrn);
  return extension == nullptr ? nullptr : extension->if_object();
}

void add_selected(json::object& out, const json::object& resource, const AttributeRef& ref) {
  const auto* owner = owner_of(resource, ref);
  if (owner == nullptr) return;
  auto* into = &out;
  if (ref.in_extension) {
    auto& slot = out[kEnterpriseUrn];
    if (!slot.is_object()) slot = json::object();
    into = &slot.get_object();
    if (ref.attribute == nullptr) {
      *into = *owner;
      return;
    }
  }
  const auto* value = owner->if_contains(ref.attribute->name);
  if (value == nullptr) return;
  if (ref.sub == nullptr) {
    (*into)[ref.attribute->name] = *value;
    return;
  }
  const auto part = [&](const json::value& each) {
    json::object only;
    const auto* inner = each.is_object() ? each.get_object().if_contains(ref.sub->name) : nullptr;
    if (inner != nullptr) only[ref.sub->name] = *inner;
    return only;
  };
  auto& slot = (*into)[ref.attribute->name];
  if (const auto* list = value->if_array()) {
    json::array parts;
    for (const auto& each : *list) parts.push_back(part(each));
    slot = std::move(parts);
  } else if (slot.is_object()) {
    for (const auto& [name, inner] : part(*value)) slot.get_object()[name] = inner;
  } else {
    slot = part(*value);
  }
}

void leave_out(json::object& out, const AttributeRef& ref) {
  auto* owner = &out;
  if (ref.in_extension) {
    auto* extension = out.if_contains(kEnterpriseUrn);
    if (extension == nullptr || !extension->is_object()) return;
    if (ref.attribute == nullptr) {
      out.erase(kEnterpriseUrn);
      return;
    }
    owner = &extension->get_object();
  }
  if (!ref.in_extension && (ref.attribute->name == "id" || ref.attribute->name == "schemas")) return;
  if (ref.sub == nullptr) {
    owner->erase(ref.attribute->name);
    return;
  }
  auto* value = owner->if_contains(ref.attribute->name);
  if (value == nullptr) return;
  if (auto* object = value->if_object()) object->erase(ref.sub->name);
  if (auto* list = value->if_array()) {
    for (auto& each : *list) {
      if (each.is_object()) each.get_object().erase(ref.sub->name);
    }
  }
}

}  // namespace

Result<Selection, ScimError> read_selection(const ResourceType& type, const web::Request& request) {
  const auto parameters = from_query(request);
  if (!parameters) return refuse(parameters.error());
  return selection_of(type, *parameters);
}

bool wants(const Selection& selection, std::string_view attribute) {
  const auto names_it = [&](const AttributeRef& ref) {
    return !ref.in_extension && ref.attribute != nullptr && ref.attribute->name == attribute;
  };
  if (!selection.only.empty()) return std::ranges::any_of(selection.only, names_it);
  return std::ranges::none_of(selection.without,
                              [&](const AttributeRef& ref) { return names_it(ref) && ref.sub == nullptr; });
}

json::object selected(const Selection& selection, const json::object& resource) {
  if (selection.only.empty()) {
    auto out = resource;
    for (const auto& ref : selection.without) leave_out(out, ref);
    return out;
  }
  json::object out;
  for (const auto& [name, value] : resource) {
    if (is_fixed(name)) out[name] = value;
  }
  for (const auto& ref : selection.only) add_selected(out, resource, ref);
  return out;
}

Result<ListQuery, ScimError> read_list_query(const ResourceType& type, const web::Request& request) {
  const auto parameters = request.method == web::Method::kPost ? from_body(request) : from_query(request);
  if (!parameters) return refuse(parameters.error());
  auto selection = selection_of(type, *parameters);
  if (!selection) return refuse(std::move(selection.error()));
  ListQuery out{.selection = std::move(*selection)};
  if (!parameters->filter.empty()) {
    auto filter = parse_filter(type, parameters->filter);
    if (!filter) return refuse(ScimError{400, "invalidFilter", std::string(describe(filter.error()))});
    out.filter = std::move(*filter);
  }
  // RFC 7644 section 3.4.2.4: startIndex counts from 1, smaller ones are 1; a negative count is 0.
  out.first = std::max<std::int64_t>(parameters->start.value_or(1), 1) - 1;
  out.count = std::clamp<std::int64_t>(parameters->count.value_or(100), 0, kPageMax);
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
std::optional<std::string> equal_in(const Filter& filter, std::string_view attribute) {
  if (filter.kind == Filter::Kind::kAnd) {
    for (const auto& part : filter.parts) {
      if (auto text = equal_in(part, attribute)) return text;
    }
    return std::nullopt;
  }
  const auto& target = filter.target;
  if (target.attribute == nullptr || target.in_extension) return std::nullopt;
  if (filter.kind == Filter::Kind::kValues) {
    return target.attribute->name == attribute ? equal_in(filter.parts.front(), "value") : std::nullopt;
  }
  const bool is_value = target.sub == nullptr || target.sub->name == "value";
  const bool is_equal = filter.kind == Filter::Kind::kCompare && filter.op == Operator::kEq &&
                        target.attribute->name == attribute && is_value && filter.value.is_string();
  if (!is_equal) return std::nullopt;
  return std::string(filter.value.get_string());
}

json::object list_json(const ListQuery& query, std::int64_t total, json::array resources) {
  const auto items = std::ssize(resources);
  return {{"schemas", json::array{kListUrn}},
          {"totalResults", total},
          {"startIndex", query.first + 1},
          {"itemsPerPage", items},
          {"Resources", std::move(resources)}};
}

}  // namespace cardea::scim
