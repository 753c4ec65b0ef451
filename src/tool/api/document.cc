#include "tool/api/document.h"

#include <yaml-cpp/yaml.h>

#include <charconv>

#include "base/text.h"
#include "tool/api/admin_api.h"

namespace cardea::tool {
namespace {

constexpr std::size_t kNodesMax = 1'000'000;

/// Carries what was found out of yaml-cpp's tree.
struct Reader {
  std::size_t nodes = 0;
  std::string problem = {};

  json::value fail(const YAML::Node& node, std::string_view text) {
    if (problem.empty()) problem = "line " + std::to_string(node.Mark().line + 1) + ": " + std::string(text);
    return nullptr;
  }

  json::value scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!") return json::string(text);  // it stood in quotes
    if (text == "true") return true;
    if (text == "false") return false;
    if (text == "null" || text == "~") return nullptr;
    if (const auto whole = parse_integer<std::int64_t>(text)) return *whole;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool looks_like_one = text.find_first_not_of("0123456789.-") == std::string::npos;
    if (looks_like_one && error == std::errc{} && end == text.data() + text.size()) return number;
    return json::string(text);
  }

  json::value value(const YAML::Node& node, std::size_t depth) {
    if (!problem.empty()) return nullptr;
    if (++nodes > kNodesMax) return fail(node, "the document is too large");
    if (depth > kDocumentDepthMax) return fail(node, "nested too deep");
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
      json::array items;
      for (const auto& item : node) items.push_back(value(item, depth + 1));
      return items;
    }
    if (!node.IsMap()) return nullptr;
    json::object members;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return fail(member.first, "a key must be text");
      if (!members.emplace(member.first.Scalar(), value(member.second, depth + 1)).second)
        return fail(member.first, "\"" + member.first.Scalar() + "\" stands twice");
    }
    return members;
  }
};

Result<json::value, std::string> read_yaml(std::string_view text) {
  if (!is_utf8(text)) return refuse(std::string("it is not UTF-8"));  // yaml-cpp may not end on a broken last letter
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() != 1) return refuse(std::string("there must be exactly one YAML document in it"));
    Reader reader;
    auto value = reader.value(documents.front(), 0);
    if (!reader.problem.empty()) return refuse(std::move(reader.problem));
    return value;
  } catch (const YAML::Exception& error) {
    return refuse("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

}  // namespace

Result<json::value, std::string> read_document(std::string_view text) {
  if (text.size() > kDocumentBytesMax) return refuse(std::string("the file is too large"));
  const auto body = trim(text);
  if (body.empty()) return refuse(std::string("the file is empty"));
  if (body.front() != '{' && body.front() != '[') return read_yaml(text);
  auto value = parse_json(body, {.bytes_max = kDocumentBytesMax, .depth_max = kDocumentDepthMax});
  if (!value) return refuse("the file is no JSON: " + std::string(describe(value.error())));
  return std::move(*value);
}

}  // namespace cardea::tool
