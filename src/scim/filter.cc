#include "scim/filter.h"

#include <algorithm>

#include "base/text.h"
#include "scim/instant.h"

namespace cardea::scim {
namespace {

constexpr std::string_view kOperators[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' || c == '.' ||
         c == '_' || c == '$' || c == '-';
}

class Parser {
 public:
  Parser(const ResourceType& type, std::string_view text) : type_(type), text_(text) {}

  Result<Filter, FilterError> parse_whole() {
    if (text_.size() > kFilterBytesMax) return refuse(FilterError::kTooLarge);
    auto filter = parse_or(0);
    if (!filter) return filter;
    skip_spaces();
    if (!text_.empty()) return refuse(FilterError::kMalformed);
    return filter;
  }

  Result<PatchPath, PathError> parse_patch_path() {
    if (text_.size() > kFilterBytesMax) return refuse(PathError{});
    skip_spaces();
    const auto target = find(take_word());
    if (!target) return refuse(PathError{.is_unknown = target.error() == FilterError::kUnknownAttribute});
    PatchPath out{.target = *target};
    if (take('[')) {
      auto values = parse_values(*target, 0);
      if (!values) return refuse(PathError{.is_filter = true});
      out.values = std::move(values->parts.front());
      if (take('.')) {
        out.target.sub = target->attribute->find_sub(take_word());
        if (out.target.sub == nullptr) return refuse(PathError{.is_unknown = true});
      }
    }
    skip_spaces();
    if (!text_.empty()) return refuse(PathError{});
    return out;
  }

 private:
  void skip_spaces() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::string_view take_word() {
    std::size_t end = 0;
    while (end < text_.size() && is_word_char(text_[end])) ++end;
    const auto word = text_.substr(0, end);
    text_.remove_prefix(end);
    return word;
  }
  /// Takes this keyword, which ends where a word does.
  bool take_keyword(std::string_view keyword) {
    skip_spaces();
    const auto before = text_;
    if (equal_ignoring_ascii_case(take_word(), keyword)) return true;
    text_ = before;
    return false;
  }

  // The depth of what follows is bounded by kFilterDepthMax, which parse_term counts.
  // NOLINTBEGIN(misc-no-recursion)
  Result<Filter, FilterError> parse_list(Filter::Kind kind, int depth) {
    const bool is_or = kind == Filter::Kind::kOr;
    Filter list{.kind = kind};
    do {
      auto part = is_or ? parse_list(Filter::Kind::kAnd, depth) : parse_term(depth);
      if (!part) return part;
      list.parts.push_back(std::move(*part));
    } while (take_keyword(is_or ? "or" : "and"));
    if (list.parts.size() > 1) return list;
    auto only = std::move(list.parts.front());
    return only;
  }
  Result<Filter, FilterError> parse_or(int depth) { return parse_list(Filter::Kind::kOr, depth); }

  Result<Filter, FilterError> parse_group(int depth) {
    auto inner = parse_or(depth + 1);
    if (!inner) return inner;
    skip_spaces();
    if (!take(')')) return refuse(FilterError::kMalformed);
    return inner;
  }

  Result<Filter, FilterError> parse_term(int depth) {
    if (depth > kFilterDepthMax || ++terms_ > kFilterTermsMax) return refuse(FilterError::kTooLarge);
    skip_spaces();
    if (take('(')) return parse_group(depth);
    const auto word = take_word();
    if (equal_ignoring_ascii_case(word, "not")) {
      skip_spaces();
      if (!take('(')) return refuse(FilterError::kMalformed);
      auto inner = parse_group(depth);
      if (!inner) return inner;
      Filter out{.kind = Filter::Kind::kNot};
      out.parts.push_back(std::move(*inner));
      return out;
    }
    const auto target = find(word);
    if (!target) return refuse(target.error());
    if (take('[')) return parse_value_term(*target, depth);
    return parse_comparison(*target);
  }

  /// `emails[type eq "work"]`, or with `.value eq "x"` behind it.
  Result<Filter, FilterError> parse_value_term(const AttributeRef& target, int depth) {
    auto values = parse_values(target, depth);
    if (!values || !take('.')) return values;
    const auto* sub = target.attribute->find_sub(take_word());
    if (sub == nullptr) return refuse(FilterError::kUnknownAttribute);
    auto compared = parse_comparison({.attribute = sub});
    if (!compared) return compared;
    Filter both{.kind = Filter::Kind::kAnd};
    both.parts.push_back(std::move(values->parts.front()));
    both.parts.push_back(std::move(*compared));
    values->parts.front() = std::move(both);
    return values;
  }

  /// Behind '[' and up to ']'.
  Result<Filter, FilterError> parse_values(const AttributeRef& target, int depth) {
    const bool has_values = target.attribute != nullptr && target.sub == nullptr && target.attribute->multi_valued &&
                            target.attribute->type == Type::kComplex && within_ == nullptr;
    if (!has_values) return refuse(FilterError::kUnsupported);
    within_ = target.attribute;
    auto inner = parse_or(depth + 1);
    within_ = nullptr;
    if (!inner) return inner;
    skip_spaces();
    if (!take(']')) return refuse(FilterError::kMalformed);
    Filter out{.kind = Filter::Kind::kValues, .target = target};
    out.parts.push_back(std::move(*inner));
    return out;
  }
  // NOLINTEND(misc-no-recursion)

  Result<AttributeRef, FilterError> find(std::string_view word) const {
    if (within_ == nullptr) {
      const auto found = find_attribute(type_, word);
      if (found) return *found;
      return refuse(found.error() == NameError::kUnknown ? FilterError::kUnknownAttribute : FilterError::kMalformed);
    }
    if (word.empty()) return refuse(FilterError::kMalformed);
    AttributeRef out{.attribute = within_->find_sub(word)};
    if (out.attribute == nullptr) return refuse(FilterError::kUnknownAttribute);
    return out;
  }

  Result<Filter, FilterError> parse_comparison(AttributeRef target) {
    skip_spaces();
    const auto word = take_word();
    const auto found =
        std::ranges::find_if(kOperators, [&](std::string_view name) { return equal_ignoring_ascii_case(name, word); });
    if (found == std::end(kOperators)) return refuse(FilterError::kMalformed);
    Filter out{.op = static_cast<Operator>(found - std::begin(kOperators))};
    if (target.attribute == nullptr) return refuse(FilterError::kUnsupported);
    if (out.op == Operator::kPr) {
      out.target = target;
      return out;
    }
    auto value = take_value();
    if (!value) return refuse(value.error());
    out.value = std::move(*value);
    // The value of a complex attribute is its `value` (RFC 7643 section 2.4).
    if (target.sub == nullptr && target.attribute->type == Type::kComplex) {
      target.sub = target.attribute->find_sub("value");
      if (target.sub == nullptr) return refuse(FilterError::kUnsupported);
    }
    out.target = target;
    if (!goes_with(*(target.sub != nullptr ? target.sub : target.attribute), out)) {
      return refuse(FilterError::kUnsupported);
    }
    return out;
  }

  static bool goes_with(const Attribute& attribute, Filter& compared) {
    const bool is_equality = compared.op == Operator::kEq || compared.op == Operator::kNe;
    auto& value = compared.value;
    if (value.is_null()) return is_equality;
    if (attribute.type == Type::kBoolean) {
      // Entra ID's older clients write it as a text (entra.md section 14).
      if (const auto* text = value.if_string()) {
        if (!equal_ignoring_ascii_case(*text, "true") && !equal_ignoring_ascii_case(*text, "false")) return false;
        value = equal_ignoring_ascii_case(*text, "true");
      }
      return is_equality && value.is_bool();
    }
    if (!value.is_string()) return false;
    if (attribute.type == Type::kDateTime) return parse_instant(value.get_string()).has_value();
    return attribute.type != Type::kBinary || is_equality;
  }

  Result<json::value, FilterError> take_value() {
    skip_spaces();
    std::size_t end = 0;
    if (!text_.empty() && text_.front() == '"') {
      end = 1;
      while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
      if (end >= text_.size()) return refuse(FilterError::kMalformed);
      ++end;
    } else {
      while (end < text_.size() && text_[end] != ' ' && text_[end] != ')' && text_[end] != ']') ++end;
    }
    const auto literal = text_.substr(0, end);
    text_.remove_prefix(end);
    for (const std::string_view word : {"true", "false", "null"}) {
      if (equal_ignoring_ascii_case(literal, word)) return word == "null" ? json::value() : json::value(word == "true");
    }
    auto value = parse_json(literal, {.bytes_max = kFilterBytesMax, .depth_max = 1});
    if (!value || value->is_object() || value->is_array()) return refuse(FilterError::kMalformed);
    return std::move(*value);
  }

  const ResourceType& type_;
  std::string_view text_;
  const Attribute* within_ = nullptr;  // inside the brackets of this one
  std::size_t terms_ = 0;
};

// ---- what fits

bool compare_texts(Operator op, std::string_view left, std::string_view right) {
  switch (op) {
    case Operator::kEq:
    case Operator::kNe:
      return left == right;
    case Operator::kCo:
      return left.contains(right);
    case Operator::kSw:
      return left.starts_with(right);
    case Operator::kEw:
      return left.ends_with(right);
    case Operator::kGt:
      return left > right;
    case Operator::kGe:
      return left >= right;
    case Operator::kLt:
      return left < right;
    case Operator::kLe:
      return left <= right;
    case Operator::kPr:
      break;
  }
  return false;
}

bool compare_instants(Operator op, TimePoint left, TimePoint right) {
  const auto text = [](TimePoint at) { return instant_text(at); };  // of fixed width
  return compare_texts(op, text(left), text(right));
}

/// Of one value; kNe as kEq.
bool compares(const Filter& filter, const Attribute& attribute, const json::value& value) {
  if (value.is_null()) return false;
  if (const auto* flag = value.if_bool()) return filter.value.is_bool() && *flag == filter.value.get_bool();
  const auto* text = value.if_string();
  const auto* wanted = filter.value.if_string();
  if (text == nullptr || wanted == nullptr) return false;
  if (attribute.type == Type::kDateTime) {
    const auto left = parse_instant(*text);
    const auto right = parse_instant(*wanted);
    return left && right && compare_instants(filter.op, *left, *right);
  }
  if (attribute.case_exact) return compare_texts(filter.op, *text, *wanted);
  return compare_texts(filter.op, ascii_lower(*text), ascii_lower(*wanted));
}

bool is_present(const json::value& value) {
  if (const auto* list = value.if_array()) return !list->empty();
  if (const auto* object = value.if_object()) return !object->empty();
  return !value.is_null() && !(value.is_string() && value.get_string().empty());
}

/// The values that a target stands for in an object; lists are gone through.
std::vector<const json::value*> values_of(const AttributeRef& target, const json::object& object) {
  std::vector<const json::value*> out;
  const json::object* owner = &object;
  if (target.in_extension) {
    const auto* extension = object.if_contains(kEnterpriseUrn);
    owner = extension == nullptr ? nullptr : extension->if_object();
  }
  const auto* value = owner == nullptr ? nullptr : owner->if_contains(target.attribute->name);
  if (value == nullptr) return out;
  const auto add = [&](const json::value& each) {
    if (target.sub == nullptr) return out.push_back(&each);
    const auto* inner = each.is_object() ? each.get_object().if_contains(target.sub->name) : nullptr;
    if (inner != nullptr) out.push_back(inner);
  };
  if (const auto* list = value->if_array()) {
    for (const auto& each : *list) add(each);
  } else {
    add(*value);
  }
  return out;
}

bool matches_comparison(const Filter& filter, const json::object& object) {
  const auto values = values_of(filter.target, object);
  if (filter.op == Operator::kPr) {
    return std::ranges::any_of(values, [](const json::value* value) { return is_present(*value); });
  }
  const auto& attribute = filter.target.sub != nullptr ? *filter.target.sub : *filter.target.attribute;
  const bool fits =
      filter.value.is_null()
          ? std::ranges::none_of(values, [](const json::value* value) { return is_present(*value); })
          : std::ranges::any_of(values, [&](const json::value* value) { return compares(filter, attribute, *value); });
  return filter.op == Operator::kNe ? !fits : fits;
}

}  // namespace

std::string_view describe(FilterError error) {
  switch (error) {
    case FilterError::kMalformed:
      return "the filter cannot be read";
    case FilterError::kUnknownAttribute:
      return "the filter names an attribute that is not there";
    case FilterError::kUnsupported:
      return "the operator or value does not go with the attribute";
    case FilterError::kTooLarge:
      return "the filter is too long, has too many terms or nests too deeply";
  }
  return "?";
}

Result<Filter, FilterError> parse_filter(const ResourceType& type, std::string_view text) {
  return Parser(type, text).parse_whole();
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
bool matches(const Filter& filter, const json::object& resource) {
  const auto fits = [&](const Filter& part) { return matches(part, resource); };  // NOLINT(misc-no-recursion)
  switch (filter.kind) {
    case Filter::Kind::kAnd:
      return std::ranges::all_of(filter.parts, fits);
    case Filter::Kind::kOr:
      return std::ranges::any_of(filter.parts, fits);
    case Filter::Kind::kNot:
      return !fits(filter.parts.front());
    case Filter::Kind::kValues: {
      const auto values = values_of(filter.target, resource);
      return std::ranges::any_of(values,
                                 [&](const json::value* value) { return matches_value(filter.parts.front(), *value); });
    }
    case Filter::Kind::kCompare:
      break;
  }
  return matches_comparison(filter, resource);
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
bool matches_value(const Filter& filter, const json::value& value) {
  return value.is_object() && matches(filter, value.get_object());
}

Result<PatchPath, PathError> parse_path(const ResourceType& type, std::string_view text) {
  return Parser(type, text).parse_patch_path();
}

}  // namespace cardea::scim
