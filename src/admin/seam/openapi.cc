#include "admin/seam/openapi.h"

#include <map>

#include "admin/seam/operation.h"
#include "base/text.h"

namespace cardea::admin {
namespace {

/// The resource a path belongs to: its first word below the realm.
std::string tag_of(std::string_view path) {
  const auto parts = split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i] == "{realm}") return std::string(parts[i + 1]);
  }
  return path.contains("realms") ? "realms" : "server";
}

json::array parameters_of(std::string_view path) {
  json::array list;
  for (const auto part : split(path, '/')) {
    if (!part.starts_with('{')) continue;
    json::object parameter;
    parameter["name"] = part.substr(1, part.size() - 2);
    parameter["in"] = "path";
    parameter["required"] = true;
    parameter["schema"] = json::object{{"type", "string"}};
    list.push_back(std::move(parameter));
  }
  return list;
}

std::string permission_text(const Permission& permission) {
  switch (permission.where) {
    case Permission::Where::kRealm: {
      std::string text = "One of:";
      for (std::size_t i = 0; i < kAdminRoleNames.size(); ++i) {
        if (permission.any_of.has(static_cast<AdminRole>(i))) text.append(" ").append(kAdminRoleNames[i]);
      }
      return text;
    }
    case Permission::Where::kAnyAdmin:
      return "Any admin role of the realm";
    case Permission::Where::kCreateRealm:
      return "The realm role create-realm of master";
    case Permission::Where::kSelf:
      return "A token of the realm";
    case Permission::Where::kServer:
      return "Any admin role of any realm";
  }
  return {};
}

json::object response(std::string_view text) { return json::object{{"description", text}}; }

json::object operation_json(const Operation& operation) {
  json::object responses;
  if (operation.method == web::Method::kGet) {
    responses["200"] = response("What was asked for");
  } else if (operation.method == web::Method::kPost) {
    responses["2XX"] = response("Done; 201 has the address of what was made in Location");
  } else {
    responses["204"] = response("Done");
  }
  responses["401"] = response("No token, or one that is not good");
  responses["403"] = response("The caller may not");
  json::object out;
  out["operationId"] = operation.name;
  out["tags"] = json::array{json::value(tag_of(operation.path))};
  out["description"] = permission_text(operation.permission);
  out["parameters"] = parameters_of(operation.path);
  out["responses"] = std::move(responses);
  return out;
}

/// JSON with a member on each line: a change of the table is then a change of lines.
void write_indented(std::string& out, const json::value& value, std::size_t depth) {
  const std::string inner(2 * (depth + 1), ' ');
  const std::string outer(2 * depth, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    std::string_view comma;
    for (const auto& [name, member] : *object) {
      out.append(comma).append(inner);
      append_json_string(out, name);
      out += ": ";
      write_indented(out, member, depth + 1);
      comma = ",\n";
    }
    out.append("\n").append(outer).append("}");
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    std::string_view comma;
    for (const auto& item : *array) {
      out.append(comma).append(inner);
      write_indented(out, item, depth + 1);
      comma = ",\n";
    }
    out.append("\n").append(outer).append("]");
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string openapi_json() {
  std::map<std::string, std::map<std::string, const Operation*>> sorted;
  for (const auto& operation : operations()) {
    sorted[std::string(operation.path)][ascii_lower(web::name(operation.method))] = &operation;
  }
  json::object paths;
  for (const auto& [path, methods] : sorted) {
    json::object item;
    for (const auto& [method, operation] : methods) item[method] = operation_json(*operation);
    paths[path] = std::move(item);
  }
  json::object document;
  document["openapi"] = "3.1.0";
  document["info"] = json::object{{"title", "Cardea admin REST API"}, {"version", "26"}};
  document["security"] = json::array{json::object{{"bearer", json::array()}}};
  document["paths"] = std::move(paths);
  document["components"] =
      json::object{{"securitySchemes", json::object{{"bearer", json::object{{"type", "http"}, {"scheme", "bearer"}}}}}};
  std::string out;
  write_indented(out, document, 0);
  out += '\n';
  return out;
}

}  // namespace cardea::admin
