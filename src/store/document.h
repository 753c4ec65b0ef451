// A record as a JSON document and back. One function template lists the members of a record, and writing and reading
// both walk that list, so they cannot drift apart:
//
//   template <class Document, class Record>
//   void members(Document& document, Record& role) {
//     auto& [id, description, attributes] = role;
//     document("description", description);
//     document("attributes", attributes);
//   }
//
// The bindings break the build when the record gains a member, so none is forgotten.
// Names never change meaning. A reader keeps the default of a member that is absent (written by an older release) and
// passes over those it does not know (a newer one).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "domain/mapper.h"

namespace cardea::store {

class DocumentWriter {
 public:
  [[nodiscard]] std::string text() const { return json::serialize(object_); }

  template <class T>
  void operator()(std::string_view name, const T& member) {
    object_.emplace(name, value_of(member));
  }
  /// An enumeration by the names of its values, in their order.
  template <class Enum>
  void choice(std::string_view name, const Enum& member, std::initializer_list<std::string_view> names) {
    object_.emplace(name, names.begin()[static_cast<std::size_t>(member)]);
  }

  static json::value value_of(const std::string& text) { return json::value(text); }
  static json::value value_of(std::integral auto number) { return json::value(number); }
  static json::value value_of(std::chrono::seconds duration) { return json::value(duration.count()); }
  static json::value value_of(const json::object& object) { return object; }
  static json::value value_of(const ProtocolMapper& mapper);
  template <class Tag>
  static json::value value_of(const Id<Tag>& id) {
    return json::value(id.str());
  }
  template <class T>
  static json::value value_of(const std::vector<T>& items) {
    json::array array;
    array.reserve(items.size());
    for (const T& item : items) array.push_back(value_of(item));
    return array;
  }
  template <class T>
  static json::value value_of(const std::map<std::string, T>& items) {
    json::object object;
    object.reserve(items.size());
    for (const auto& [key, item] : items) object.emplace(key, value_of(item));
    return object;
  }

 private:
  json::object object_;
};

class DocumentReader {
 public:
  explicit DocumentReader(const json::object& object) : object_(object) {}
  /// False when a member had the wrong type.
  [[nodiscard]] bool ok() const { return ok_; }

  template <class T>
  void operator()(std::string_view name, T& member) {
    if (const auto* value = object_.if_contains(name)) ok_ = read(*value, member) && ok_;
  }
  template <class Enum>
  void choice(std::string_view name, Enum& member, std::initializer_list<std::string_view> names) {
    std::string text;
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return;
    if (!read(*value, text)) return fail();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names.begin()[i] == text) return void(member = static_cast<Enum>(i));
    }
    fail();
  }

  static bool read(const json::value& value, std::string& text);
  static bool read(const json::value& value, bool& flag);
  static bool read(const json::value& value, std::int64_t& number);
  static bool read(const json::value& value, int& number);
  static bool read(const json::value& value, std::chrono::seconds& duration);
  static bool read(const json::value& value, json::object& object);
  static bool read(const json::value& value, ProtocolMapper& mapper);
  template <class Tag>
  static bool read(const json::value& value, Id<Tag>& id) {
    std::string text;
    if (!read(value, text)) return false;
    id = Id<Tag>(std::move(text));
    return true;
  }
  template <class T>
  static bool read(const json::value& value, std::vector<T>& items) {
    if (!value.is_array()) return false;
    items.clear();
    items.reserve(value.get_array().size());
    for (const auto& element : value.get_array()) {
      if (!read(element, items.emplace_back())) return false;
    }
    return true;
  }
  template <class T>
  static bool read(const json::value& value, std::map<std::string, T>& items) {
    if (!value.is_object()) return false;
    items.clear();
    for (const auto& [key, element] : value.get_object()) {
      if (!read(element, items[std::string(key)])) return false;
    }
    return true;
  }

 private:
  void fail() { ok_ = false; }

  const json::object& object_;
  bool ok_ = true;
};

/// Parses a stored document; nothing when it is not a JSON object.
[[nodiscard]] std::optional<json::object> parse_document(std::string_view text);

/// Text of a JSON object or array of these members, or empty text for an empty container: what optional columns hold.
[[nodiscard]] std::string json_or_empty(const std::map<std::string, std::string>& items);
[[nodiscard]] std::string json_or_empty(const std::map<std::string, std::vector<std::string>>& items);
[[nodiscard]] std::string json_or_empty(const std::vector<std::string>& items);
[[nodiscard]] std::string json_or_empty(const json::object& object);

/// The reverse; empty text leaves `items` empty. False when it does not read.
[[nodiscard]] bool read_json(std::string_view text, std::map<std::string, std::string>& items);
[[nodiscard]] bool read_json(std::string_view text, std::map<std::string, std::vector<std::string>>& items);
[[nodiscard]] bool read_json(std::string_view text, std::vector<std::string>& items);
[[nodiscard]] bool read_json(std::string_view text, json::object& object);

/// An array of strings, as json_group_array and json_agg make it; fast where no string is escaped.
[[nodiscard]] std::optional<std::vector<std::string>> parse_string_list(std::string_view text);

}  // namespace cardea::store
