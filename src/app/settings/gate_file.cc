#include "app/settings/gate_file.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/limits.h"
#include "base/text.h"

namespace cardea::app {
namespace {

namespace fs = std::filesystem;

/// A converter with a budget, so that nested aliases ("billion laughs") end soon.
class Converter {
 public:
  std::optional<std::string> problem;

  json::value convert(const YAML::Node& node, std::size_t depth) {
    if (problem) return nullptr;
    if (depth > kJsonDepthMax || ++nodes_ > kNodesMax) return refuse_at(node, "is nested too deep or too large");
    if (node.IsNull()) return nullptr;
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) {
      json::array list;
      for (const auto& item : node) list.push_back(convert(item, depth + 1));
      return list;
    }
    json::object object;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return refuse_at(member.first, "a key must be a text");
      if (object.contains(member.first.Scalar()))
        return refuse_at(member.first, member.first.Scalar() + " stands twice");
      object.emplace(member.first.Scalar(), convert(member.second, depth + 1));
    }
    return object;
  }

 private:
  static constexpr std::size_t kNodesMax = 500'000;

  json::value refuse_at(const YAML::Node& node, const std::string& text) {
    if (!problem) problem = "line " + std::to_string(node.Mark().line + 1) + ": " + text;
    return nullptr;
  }

  static json::value scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() != "?") return json::value(text);  // quoted, or tagged
    if (text == "true" || text == "false") return text == "true";
    if (const auto number = parse_integer<std::int64_t>(text)) return *number;
    return json::value(text);
  }

  std::size_t nodes_ = 0;
};

std::optional<std::string> read_whole(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text;
  for (std::array<char, 16 * 1024> part; file && text.size() <= kGateFileBytesMax;) {
    file.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad() || text.size() > kGateFileBytesMax) return std::nullopt;
  return text;
}

std::optional<std::vector<gate::ConfigFile>> list_json(const fs::path& folder) {
  std::error_code error;
  std::vector<gate::ConfigFile> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    files.push_back({entry.path().filename().string(), read_whole(entry.path()).value_or("")});
  }
  if (error) return std::nullopt;
  return files;
}

gate::GateFiles files_below(const fs::path& folder, const Environment& environment) {
  gate::GateFiles files;
  const auto resolve = [folder](const std::string& path) {
    return fs::path(path).is_absolute() ? fs::path(path) : folder / path;
  };
  files.read = [resolve](const std::string& path) { return read_whole(resolve(path)); };
  files.read_yaml = [resolve](const std::string& path) -> Result<json::value, std::string> {
    const auto text = read_whole(resolve(path));
    if (!text) return refuse(std::string("cannot be read"));
    return yaml_to_json(*text);
  };
  files.list_json = [resolve](const std::string& path) { return list_json(resolve(path)); };
  files.environment.insert(environment.begin(), environment.end());
  return files;
}

gate::GateSettings refused(std::string where, std::string text) {
  gate::GateSettings settings;
  settings.notes.push_back({gate::NoteLevel::kFatal, std::move(where), std::move(text)});
  return settings;
}

}  // namespace

Result<json::value, std::string> yaml_to_json(const std::string& text) {
  if (!is_utf8(text)) return refuse(std::string("is not UTF-8"));  // yaml-cpp may not end on a broken last letter
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1) return refuse(std::string("holds more than one YAML document"));
    if (documents.empty()) return json::value(nullptr);
    Converter converter;
    auto value = converter.convert(documents.front(), 0);
    if (converter.problem) return refuse(*converter.problem);
    return value;
  } catch (const YAML::Exception& error) {
    return refuse("line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

gate::GateSettings read_gate_settings(const ServerSettings& settings, const Environment& environment) {
  if (settings.gate_file.empty())
    return gate::gate_of_keepconfig(settings.keepconfig_dir, files_below(fs::path("."), environment));
  const auto text = read_whole(settings.gate_file);
  if (!text) return refused(settings.gate_file, "cannot be read");
  auto value = yaml_to_json(*text);
  if (!value) return refused(settings.gate_file, value.error());
  if (!value->is_object()) return refused(settings.gate_file, "must be a mapping");
  const auto folder = fs::path(settings.gate_file).parent_path();
  return gate::read_gate(value->get_object(), files_below(folder.empty() ? fs::path(".") : folder, environment));
}

}  // namespace cardea::app
