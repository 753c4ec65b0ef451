#include "app/settings/config_file.h"

#include <yaml-cpp/yaml.h>

#include <optional>

#include "base/text.h"

namespace cardea::app {

namespace {

/// Text of a scalar or of a list of scalars; absent for everything else.
std::optional<std::string> text_of(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  if (node.IsNull()) return std::string();
  if (!node.IsSequence()) return std::nullopt;
  std::string joined;
  for (const auto& item : node) {
    if (!item.IsScalar() || item.Scalar().find(',') != std::string::npos) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += item.Scalar();
  }
  return joined;
}

void read_member(const YAML::Node& key, const YAML::Node& value, const std::string& path,
                 std::map<std::string, std::string>& values, Problems& problems) {
  if (!key.IsScalar()) return problems.add(path, "a key must be the name of an option");
  const auto where = key.Scalar() + " in " + path;
  auto text = text_of(value);
  if (!text) {
    problems.add(where, "must be one value or a list; options are not nested: write http-port, not http: port");
  } else if (!values.emplace(key.Scalar(), std::move(*text)).second) {
    problems.add(where, "stands twice");
  }
}

}  // namespace

Result<std::map<std::string, std::string>, Problems> parse_config_file(std::string_view text, const std::string& path) {
  Problems problems;
  std::map<std::string, std::string> values;
  if (text.size() > kConfigFileBytesMax) {
    problems.add(path, "is larger than " + std::to_string(kConfigFileBytesMax) + " bytes");
    return refuse(std::move(problems));
  }
  if (!is_utf8(text)) {  // yaml-cpp may not end on a broken last letter
    problems.add(path, "is not UTF-8");
    return refuse(std::move(problems));
  }
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) problems.add(path, "holds more than one YAML document");
    if (!documents.empty() && !documents.front().IsNull()) {
      if (!documents.front().IsMap())
        problems.add(path, "must be a mapping from option names to values");
      else
        for (const auto& member : documents.front()) read_member(member.first, member.second, path, values, problems);
    }
  } catch (const YAML::Exception& error) {
    problems.add(path + " line " + std::to_string(error.mark.line + 1), error.msg);
  }
  if (!problems.empty()) return refuse(std::move(problems));
  return values;
}

}  // namespace cardea::app
