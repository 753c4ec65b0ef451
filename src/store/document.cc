#include "store/document.h"

namespace cardea::store {
namespace {

/// What an imported realm's own nesting may be, plus what we wrap around it.
constexpr std::size_t kDocumentDepthMax = kJsonDepthMax + 8;

std::optional<json::value> parse_stored(std::string_view text) {
  auto parsed = parse_json(text, {.bytes_max = kRealmFileBytesMax, .depth_max = kDocumentDepthMax});
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

template <class Items>
std::string write_unless_empty(const Items& items) {
  if (items.empty()) return {};
  return json::serialize(DocumentWriter::value_of(items));
}

template <class Items>
bool read_unless_empty(std::string_view text, Items& items) {
  items.clear();
  if (text.empty()) return true;
  const auto value = parse_stored(text);
  return value && DocumentReader::read(*value, items);
}

template <class Document, class Mapper>
void mapper_members(Document& document, Mapper& mapper) {
  auto& [id, name, protocol, provider, config] = mapper;
  document("id", id);
  document("name", name);
  document("protocol", protocol);
  document("provider", provider);
  document("config", config);
}

bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Takes ["a", "b"] apart by its quotes; nothing when anything needs a real parser.
std::optional<std::vector<std::string>> split_plain_list(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']' || text.contains('\\')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> items;
  const auto skip_space = [&] {
    while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
  };
  skip_space();
  while (!text.empty()) {
    const auto end = text.find('"', 1);
    if (text.front() != '"' || end == std::string_view::npos) return std::nullopt;
    items.emplace_back(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    skip_space();
    if (text.empty()) break;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
    skip_space();
    if (text.empty()) return std::nullopt;
  }
  return items;
}

}  // namespace

json::value DocumentWriter::value_of(const ProtocolMapper& mapper) {
  DocumentWriter inner;
  mapper_members(inner, mapper);
  return std::move(inner.object_);
}

bool DocumentReader::read(const json::value& value, std::string& text) {
  if (!value.is_string()) return false;
  text.assign(value.get_string().data(), value.get_string().size());
  return true;
}

bool DocumentReader::read(const json::value& value, bool& flag) {
  if (!value.is_bool()) return false;
  flag = value.get_bool();
  return true;
}

bool DocumentReader::read(const json::value& value, std::int64_t& number) {
  if (!value.is_int64()) return false;
  number = value.get_int64();
  return true;
}

bool DocumentReader::read(const json::value& value, int& number) {
  std::int64_t wide = 0;
  if (!read(value, wide) || wide != static_cast<int>(wide)) return false;
  number = static_cast<int>(wide);
  return true;
}

bool DocumentReader::read(const json::value& value, std::chrono::seconds& duration) {
  std::int64_t count = 0;
  if (!read(value, count)) return false;
  duration = std::chrono::seconds(count);
  return true;
}

bool DocumentReader::read(const json::value& value, json::object& object) {
  if (!value.is_object()) return false;
  object = value.get_object();
  return true;
}

bool DocumentReader::read(const json::value& value, ProtocolMapper& mapper) {
  if (!value.is_object()) return false;
  DocumentReader inner(value.get_object());
  mapper_members(inner, mapper);
  return inner.ok();
}

std::optional<json::object> parse_document(std::string_view text) {
  auto value = parse_stored(text);
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->get_object());
}

std::string json_or_empty(const std::map<std::string, std::string>& items) { return write_unless_empty(items); }
std::string json_or_empty(const std::map<std::string, std::vector<std::string>>& items) {
  return write_unless_empty(items);
}
std::string json_or_empty(const std::vector<std::string>& items) { return write_unless_empty(items); }
std::string json_or_empty(const json::object& object) { return write_unless_empty(object); }

bool read_json(std::string_view text, std::map<std::string, std::string>& items) {
  return read_unless_empty(text, items);
}
bool read_json(std::string_view text, std::map<std::string, std::vector<std::string>>& items) {
  return read_unless_empty(text, items);
}
bool read_json(std::string_view text, std::vector<std::string>& items) { return read_unless_empty(text, items); }
bool read_json(std::string_view text, json::object& object) { return read_unless_empty(text, object); }

std::optional<std::vector<std::string>> parse_string_list(std::string_view text) {
  if (text.empty()) return std::vector<std::string>{};
  if (auto plain = split_plain_list(text)) return plain;
  std::vector<std::string> items;
  if (!read_json(text, items)) return std::nullopt;
  return items;
}

}  // namespace cardea::store
