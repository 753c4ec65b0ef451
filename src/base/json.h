// JSON documents (RFC 8259) by Boost.JSON, with the checks Boost leaves out, and an append writer for the hot path.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace cardea {

namespace json = boost::json;

enum class JsonError { kTooLarge, kTooDeep, kDuplicateKey, kMalformed };
[[nodiscard]] std::string_view describe(JsonError error);

struct JsonLimits {
  std::size_t bytes_max = kJsonBytesMax;
  std::size_t depth_max = kJsonDepthMax;
};

/// Parses one JSON text. Refuses trailing bytes, bad UTF-8, duplicate member names, and what is beyond the limits.
[[nodiscard]] Result<json::value, JsonError> parse_json(std::string_view text, JsonLimits limits = {});

/// Member of a JSON object when it is there and has the wanted type, else nullptr / the fallback.
[[nodiscard]] const json::string* find_string(const json::object& object, std::string_view name);
[[nodiscard]] std::string string_or(const json::object& object, std::string_view name, std::string_view fallback);
[[nodiscard]] bool bool_or(const json::object& object, std::string_view name, bool fallback);
[[nodiscard]] std::int64_t int_or(const json::object& object, std::string_view name, std::int64_t fallback);

/// Writes JSON into one growing string: no tree, no copies. The caller keeps begin and end balanced.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view value);
  /// The same for text that has nothing to escape in it, as base64url has not: it is not looked at.
  JsonWriter& plain_string(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// Appends text that is JSON already.
  JsonWriter& raw(std::string_view json_text);

  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).string(value); }
  JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
  JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).number(value); }
  JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

/// Appends `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD, so that the result always is
/// JSON. Escapes what RFC 8259 section 7 asks for, and "<", ">" and "&" as \u
/// escapes are NOT applied: callers that put JSON into HTML use `json_for_html`.
void append_json_string(std::string& out, std::string_view text);
/// Makes a JSON text safe inside an HTML script element: "<", ">", "&", U+2028 and U+2029 become \u escapes.
[[nodiscard]] std::string json_for_html(std::string_view json_text);

}  // namespace cardea
