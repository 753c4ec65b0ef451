#include "base/json.h"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <utility>

#include "base/assert.h"
#include "base/json_arena.h"
#include "base/text.h"

namespace cardea {
namespace {

// Builds the value as Boost's own handler does, and counts the members it was given: Boost keeps the last of two equal
// names, so a value with fewer members than were read had a name twice.
struct Handler {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::uint32_t>::max();
  using Error = boost::json::error_code;
  using Text = boost::json::string_view;

  std::array<unsigned char, 1024> space;  // where the stack of most documents fits
  json::value_stack stack{{}, space.data(), space.size()};
  std::size_t members = 0;

  explicit Handler(json::storage_ptr storage) { stack.reset(std::move(storage)); }
  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_array_begin(Error&) { return true; }
  bool on_object_end(std::size_t size, Error&) {
    members += size;
    stack.push_object(size);
    return true;
  }
  bool on_array_end(std::size_t size, Error&) {
    stack.push_array(size);
    return true;
  }
  bool on_key_part(Text text, std::size_t, Error&) {
    stack.push_chars(text);
    return true;
  }
  bool on_key(Text text, std::size_t, Error&) {
    stack.push_key(text);
    return true;
  }
  bool on_string_part(Text text, std::size_t, Error&) {
    stack.push_chars(text);
    return true;
  }
  bool on_string(Text text, std::size_t, Error&) {
    stack.push_string(text);
    return true;
  }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t number, Text, Error&) {
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text, Error&) {
    stack.push_uint64(number);
    return true;
  }
  bool on_double(double number, Text, Error& error) {
    if (!std::isfinite(number)) {  // Boost reads 1e400 as infinity, which JSON cannot write
      error = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(number);
    return true;
  }
  bool on_bool(bool flag, Error&) {
    stack.push_bool(flag);
    return true;
  }
  bool on_null(Error&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(Text, Error&) { return false; }
  bool on_comment(Text, Error&) { return false; }
};

// Recursion is bounded by the depth that the parser allowed.
std::size_t count_members(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& entry : *array) count += count_members(entry);
  }
  return count;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// True when one of eight bytes is not plain (the "determine if a word has a byte less than n" of Bit Twiddling Hacks).
bool has_special_byte(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = kOnes * 0x80;
  const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const auto below_space = (word - kOnes * ' ') & ~word;
  return ((word | below_space | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) & kHighs) != 0;
}

/// How many bytes from the start can be copied as they are. Tokens are all plain and a thousand bytes long.
std::size_t plain_prefix(std::string_view text) {
  std::size_t plain = 0;
  for (std::uint64_t word; plain + sizeof word <= text.size(); plain += sizeof word) {
    std::memcpy(&word, text.data() + plain, sizeof word);
    if (has_special_byte(word)) break;
  }
  while (plain < text.size() && is_plain(text[plain])) ++plain;
  return plain;
}

void append_unicode_escape(std::string& out, unsigned code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 15];
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_unicode_escape(out, static_cast<unsigned char>(c));
  }
}

}  // namespace

std::string_view describe(JsonError error) {
  switch (error) {
    case JsonError::kTooLarge:
      return "json_too_large";
    case JsonError::kTooDeep:
      return "json_too_deep";
    case JsonError::kDuplicateKey:
      return "json_duplicate_key";
    case JsonError::kMalformed:
      return "json_malformed";
  }
  return "json_error";
}

Result<json::value, JsonError> parse_json_in(json::storage_ptr storage, std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes_max) return refuse(JsonError::kTooLarge);
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<Handler> parser(options, std::move(storage));
  boost::json::error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (error == json::error::too_deep) return refuse(JsonError::kTooDeep);
  if (error || used != text.size()) return refuse(JsonError::kMalformed);
  auto value = parser.handler().stack.release();
  if (count_members(value) != parser.handler().members) return refuse(JsonError::kDuplicateKey);
  return value;
}

Result<json::value, JsonError> parse_json(std::string_view text, JsonLimits limits) {
  return parse_json_in({}, text, limits);
}

Result<json::value, JsonError> parse_json_together(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes_max) return refuse(JsonError::kTooLarge);
  // A member of ten bytes of text takes 40 in its object, and 10 for its name: what needs more gets another block.
  const auto memory = std::make_shared<ArenaMemory>(128 + 2 * text.size());
  auto value = parse_json_in(json::make_shared_resource<JsonArena>(memory), text, limits);
  memory->close();
  return value;
}

void ArenaMemory::add_block(std::size_t bytes) {
  blocks_.push_back({std::unique_ptr<unsigned char[]>(new unsigned char[bytes]), bytes});
  next_ = blocks_.back().start.get();
  left_ = bytes;
}

void* ArenaMemory::take(std::size_t bytes, std::size_t alignment) {
  if (is_closed_) return ::operator new(bytes, std::align_val_t(alignment));
  void* at = next_;
  if (std::align(alignment, bytes, at, left_) == nullptr) {
    add_block(std::max(2 * blocks_.back().bytes, bytes + alignment));
    at = next_;
    CARDEA_ASSERT(std::align(alignment, bytes, at, left_) != nullptr);
  }
  next_ = static_cast<unsigned char*>(at) + bytes;
  left_ -= bytes;
  return at;
}

void ArenaMemory::give_back(void* at, std::size_t alignment) {
  const auto* byte = static_cast<const unsigned char*>(at);
  for (const auto& block : blocks_) {
    const auto* start = block.start.get();
    if (!std::less<>()(byte, start) && std::less<>()(byte, start + block.bytes)) return;
  }
  ::operator delete(at, std::align_val_t(alignment));
}

std::size_t ArenaMemory::bytes() const {
  std::size_t sum = 0;
  for (const auto& block : blocks_) sum += block.bytes;
  return sum;
}

const json::string* find_string(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_string();
}

std::string string_or(const json::object& object, std::string_view name, std::string_view fallback) {
  const auto* text = find_string(object, name);
  return text == nullptr ? std::string(fallback) : std::string(text->data(), text->size());
}

bool bool_or(const json::object& object, std::string_view name, bool fallback) {
  const auto* value = object.if_contains(name);
  const auto* flag = value == nullptr ? nullptr : value->if_bool();
  return flag == nullptr ? fallback : *flag;
}

std::int64_t int_or(const json::object& object, std::string_view name, std::int64_t fallback) {
  const auto* value = object.if_contains(name);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? fallback : *number;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate();
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::plain_string(std::string_view value) {
  separate();
  out_.append(1, '"').append(value).append(1, '"');
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  (void)error;  // 20 characters hold every 64-bit number
  return raw({digits, static_cast<std::size_t>(end - digits)});
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json_text) {
  separate();
  out_ += json_text;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = plain_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t used = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_escaped(out, text[0]);
    } else if (const auto length = utf8_sequence_length(text); length > 0) {
      out += text.substr(0, length);
      used = length;
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(used);
  }
  out += '"';
}

std::string json_for_html(std::string_view json_text) {
  std::string out;
  out.reserve(json_text.size() + json_text.size() / 8);
  for (std::size_t i = 0; i < json_text.size(); ++i) {
    const char c = json_text[i];
    const auto three = json_text.substr(i, 3);
    if (c == '<' || c == '>' || c == '&') {
      append_unicode_escape(out, static_cast<unsigned char>(c));
    } else if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9") {
      append_unicode_escape(out, three.back() == '\xA8' ? 0x2028 : 0x2029);
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace cardea
