// Strong ids: a ClientId cannot be passed where a RealmId is wanted. The text inside is what stands on the wire
// (for most records a lower-case UUID, as Keycloak's).
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace cardea {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  explicit Id(std::string_view text) : text_(text) {}
  explicit Id(const char* text) : text_(text) {}

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

}  // namespace cardea

template <class Tag>
struct std::hash<cardea::Id<Tag>> {
  std::size_t operator()(const cardea::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
