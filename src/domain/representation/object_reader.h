// Reads a JSON object member by member, as Keycloak's own parser would: absent and null mean "not said" and leave the
// target alone, "true" stands for true, "300" for 300, numbers and booleans for text where only text is stored.
// Anything else of the wrong type is a problem. Members that nobody asked for are what `take_extra` gives.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "domain/representation/problems.h"

namespace cardea {

class ObjectReader {
 public:
  /// All three must outlive the reader.
  ObjectReader(const json::object& object, const JsonPath& at, RepresentationProblems& problems)
      : object_(object), at_(at), problems_(problems) {}

  // Each reads one member into `out` and answers whether it was given.
  bool text(std::string_view name, std::string& out);
  bool secret(std::string_view name, SecretBytes& out);
  bool boolean(std::string_view name, bool& out);
  bool number(std::string_view name, std::int64_t& out);
  bool number(std::string_view name, int& out);
  bool duration(std::string_view name, seconds& out);
  bool texts(std::string_view name, std::vector<std::string>& out);
  /// An object whose values are strings, numbers or booleans; null values are left out.
  bool text_map(std::string_view name, std::map<std::string, std::string>& out);
  /// An object whose values are lists of strings, or single strings that stand for a list of one.
  bool texts_map(std::string_view name, std::map<std::string, std::vector<std::string>>& out);
  /// nullptr when not given or of the wrong type.
  const json::object* object(std::string_view name);
  const json::array* array(std::string_view name);
  /// Calls `each(object, path)` for every element of a list of objects.
  template <class Each>
  bool objects(std::string_view name, Each&& each) {
    const auto* list = array(name);
    if (list == nullptr) return false;
    const JsonPath here(at_, name);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const JsonPath element(here, i);
      if (const auto* item = (*list)[i].if_object()) {
        each(*item, element);
      } else {
        problems_.add(element, "expected an object");
      }
    }
    return true;
  }

  /// Passes over members that are known and computed by us, such as "composite".
  void skip(std::initializer_list<std::string_view> names) { read_.insert(read_.end(), names.begin(), names.end()); }
  /// Puts the members that were neither read nor skipped into `into`, replacing those of the same name.
  void take_extra(json::object& into) const;

  void add_problem(std::string_view name, std::string_view text) { problems_.add(JsonPath(at_, name), text); }
  [[nodiscard]] const JsonPath& path() const { return at_; }
  [[nodiscard]] RepresentationProblems& problems() { return problems_; }
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  const json::value* find(std::string_view name);

  const json::object& object_;
  const JsonPath& at_;
  RepresentationProblems& problems_;
  std::vector<std::string_view> read_;
};

/// The reading rules for single values, for callers that walk a document themselves.
[[nodiscard]] bool read_texts(const json::value& value, std::vector<std::string>& out);

}  // namespace cardea
