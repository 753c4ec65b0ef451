// A value bound to a statement. It always carries its type, so that PostgreSQL never has to guess one and text travels
// with its length: a NUL inside cannot cut it short.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardea::db {

class Value {
 public:
  enum class Kind : std::uint8_t { kText, kInteger, kBoolean, kBlob };

  // Text is UTF-8 without NUL; both engines refuse a NUL as kBroken. It must live until the statement has run.
  Value(std::string_view text) : kind_(Kind::kText), bytes_(text) {}  // NOLINT: the list of a statement's values
  Value(const std::string& text) : Value(std::string_view(text)) {}   // reads best without casts, so all of these
  Value(const char* text) : Value(std::string_view(text)) {}          // convert.
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  Value(Integer number) : kind_(Kind::kInteger), integer_(static_cast<std::int64_t>(number)) {}
  template <std::same_as<bool> Boolean>
  Value(Boolean flag) : kind_(Kind::kBoolean), integer_(flag ? 1 : 0) {}

  [[nodiscard]] static Value blob(std::string_view bytes) {
    Value value(bytes);
    value.kind_ = Kind::kBlob;
    return value;
  }
  [[nodiscard]] static Value null(Kind kind) {
    Value value(std::string_view{});
    value.kind_ = kind;
    value.null_ = true;
    return value;
  }
  /// Text, or NULL when it is empty.
  [[nodiscard]] static Value text_or_null(std::string_view text) {
    return text.empty() ? null(Kind::kText) : Value(text);
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return null_; }
  [[nodiscard]] std::int64_t integer() const { return integer_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  /// The same value over other bytes; for copies that outlive the caller's.
  [[nodiscard]] Value over(std::string_view bytes) const {
    Value value = *this;
    value.bytes_ = bytes;
    return value;
  }
  [[nodiscard]] bool is_sendable() const { return kind_ != Kind::kText || bytes_.find('\0') == std::string_view::npos; }

 private:
  Kind kind_;
  bool null_ = false;
  std::int64_t integer_ = 0;
  std::string_view bytes_;
};

}  // namespace cardea::db
