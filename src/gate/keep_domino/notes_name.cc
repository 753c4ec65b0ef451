#include "gate/keep_domino/notes_name.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/text.h"

namespace cardea::gate {
namespace {

struct Part {
  std::string key, value;
};

bool is_key(std::string_view key) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !key.empty() && std::ranges::all_of(key, is_alphanumeric);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

/// Reads one "key=value" up to an unescaped "," or the end.
class LdapReader {
 public:
  explicit LdapReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::optional<Part> part() {
    const auto equals = rest_.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    Part part{.key = upper(trim(rest_.substr(0, equals))), .value = {}};
    if (!is_key(part.key)) return std::nullopt;
    rest_.remove_prefix(equals + 1);
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    const bool read = !rest_.empty() && rest_.front() == '"' ? quoted(part.value) : plain(part.value);
    if (!read || part.value.empty()) return std::nullopt;
    return part;
  }

  /// Takes the comma between parts. A comma at the end, with nothing after it, is no name.
  bool separator() {
    if (rest_.empty()) return true;
    if (rest_.front() != ',') return false;
    rest_.remove_prefix(1);
    return !rest_.empty();
  }

 private:
  bool escape(std::string& value) {  // after the backslash
    if (rest_.empty()) return false;
    if (rest_.size() >= 2) {
      if (const auto byte = hex_decode(rest_.substr(0, 2))) {
        value += *byte;
        rest_.remove_prefix(2);
        return true;
      }
    }
    if (std::string_view(",+\"\\<>;=# /").find(rest_.front()) == std::string_view::npos) return false;
    value += rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  bool plain(std::string& value) {
    std::size_t solid = 0;  // up to the last character that is not an unescaped space: those at the end do not count
    while (!rest_.empty() && rest_.front() != ',') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\\') {
        if (!escape(value)) return false;
        solid = value.size();
        continue;
      }
      if (std::string_view("+\"<>;").find(c) != std::string_view::npos) return false;  // RFC 4514: must be escaped
      value += c;
      if (c != ' ') solid = value.size();
    }
    value.resize(solid);
    return true;
  }

  bool quoted(std::string& value) {
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\\' ? !escape(value) : (value += c, false)) return false;
    }
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return rest_.empty() || rest_.front() == ',';
  }

  std::string_view rest_;
};

std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c == '/' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

bool is_clean(std::string_view value) { return is_utf8(value) && std::ranges::none_of(value, is_control); }

/// The parts of a Notes name, still escaped; absent when an escape is not one of ours.
std::optional<std::vector<std::string>> notes_parts(std::string_view name) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '/') {
      parts.emplace_back();
      continue;
    }
    if (name[i] == '\\') {
      if (i + 1 == name.size() || (name[i + 1] != '/' && name[i + 1] != '\\')) return std::nullopt;
      parts.back() += name[i++];
    }
    parts.back() += name[i];
  }
  return parts;
}

}  // namespace

bool is_notes_name(std::string_view name) {
  if (name.size() > kNameBytesMax || !name.starts_with("CN=") || !is_clean(name)) return false;
  const auto parts = notes_parts(name);
  if (!parts || parts->size() > kNamePartsMax) return false;
  return std::ranges::all_of(*parts, [](const std::string& part) {
    const auto equals = part.find('=');
    return equals != std::string::npos && equals + 1 < part.size() && is_key(std::string_view(part).substr(0, equals));
  });
}

std::optional<std::string> notes_name_from_ldap(std::string_view name) {
  if (name.size() > kNameBytesMax || name.empty()) return std::nullopt;
  std::string result;
  std::size_t count = 0;
  for (LdapReader reader(name); !reader.at_end(); ++count) {
    const auto part = reader.part();
    if (!part || !is_clean(part->value) || count == kNamePartsMax || !reader.separator()) return std::nullopt;
    if (count == 0 && part->key != "CN") return std::nullopt;
    if (count > 0) result += '/';
    result += part->key + "=" + escaped(part->value);
  }
  if (result.size() > kNameBytesMax) return std::nullopt;
  return result;
}

}  // namespace cardea::gate
