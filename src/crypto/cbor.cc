#include "crypto/cbor.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace cardea::crypto {
namespace {

using Item = CborDocument::Item;

constexpr std::uint8_t kMajorBits = 5;
constexpr std::uint8_t kInfoMask = 0x1F;
constexpr std::uint8_t kMajorSimple = 7;
constexpr std::uint8_t kMajorTag = 6;

std::optional<std::int64_t> value_of(const Item& item) {
  if (item.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto number = static_cast<std::int64_t>(item.number);
  if (item.type == CborType::kUnsigned) return number;
  if (item.type == CborType::kNegative) return -1 - number;
  return std::nullopt;
}

bool is_same_key(const Item& left, const Item& right) {
  return left.type == right.type && left.number == right.number && left.bytes == right.bytes;
}

// Reads the heads one after another; a stack of what is still open takes the place of recursion.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}

  Result<std::vector<Item>, CborError> run() {
    do {
      if (items_.size() >= kCborItemsMax) return refuse(CborError::kTooMany);
      auto item = head();
      if (!item) return refuse(item.error());
      const auto at = items_.size();
      item->at = at;
      item->end = at + 1;
      items_.push_back(*item);
      if (auto counted = count_in_parent(at); !counted) return refuse(counted.error());
      const auto children = item->type == CborType::kMap ? item->number * 2 : item->number;
      if (item->type == CborType::kArray || item->type == CborType::kMap) {
        if (open_.size() >= kCborDepthMax) return refuse(CborError::kTooDeep);
        open_.push_back({at, children, 0});
      }
      close_full();
    } while (!open_.empty());
    return std::move(items_);
  }

  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  struct Open {
    std::size_t item;
    std::uint64_t children;
    std::uint64_t read;
  };

  Result<std::uint64_t, CborError> argument(std::uint8_t info) {
    if (info < 24) return info;
    if (info > 27) return refuse(info == 31 ? CborError::kNotCanonical : CborError::kUnsupported);
    const std::size_t width = std::size_t{1} << (info - 24);
    if (bytes_.size() - at_ < width) return refuse(CborError::kTruncated);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes_[at_++]);
    // The shortest spelling: what fits into half the width stands in half the width.
    const bool fits_shorter = width == 1 ? value < 24 : value >> (width * 4) == 0;
    if (fits_shorter) return refuse(CborError::kNotCanonical);
    return value;
  }

  Result<Item, CborError> head() {
    if (at_ >= bytes_.size()) return refuse(CborError::kTruncated);
    const auto first = static_cast<std::uint8_t>(bytes_[at_++]);
    const std::uint8_t major = first >> kMajorBits, info = first & kInfoMask;
    if (major == kMajorTag) return refuse(CborError::kUnsupported);
    if (major == kMajorSimple) return simple(info);
    const auto number = argument(info);
    if (!number) return refuse(number.error());
    Item out{.type = static_cast<CborType>(major), .number = *number};
    const auto left = bytes_.size() - at_;
    if (out.type == CborType::kBytes || out.type == CborType::kText) {
      if (*number > left) return refuse(CborError::kTruncated);
      out.bytes = bytes_.substr(at_, *number);
      at_ += *number;
      if (out.type == CborType::kText && !is_utf8(out.bytes)) return refuse(CborError::kUnsupported);
    } else if (out.type == CborType::kArray || out.type == CborType::kMap) {
      // Each child is a byte at least: a size that cannot be is refused before anything is counted by it.
      if (*number > left) return refuse(CborError::kTruncated);
    }
    return out;
  }

  static Result<Item, CborError> simple(std::uint8_t info) {
    switch (info) {
      case 20:
        return Item{.type = CborType::kFalse};
      case 21:
        return Item{.type = CborType::kTrue};
      case 22:
        return Item{.type = CborType::kNull};
      default:
        return refuse(CborError::kUnsupported);  // floats, undefined, reserved
    }
  }

  // Keys are numbers or texts and stand once.
  Result<void, CborError> count_in_parent(std::size_t at) {
    if (open_.empty()) return {};
    auto& parent = open_.back();
    const bool is_key = items_[parent.item].type == CborType::kMap && parent.read % 2 == 0;
    ++parent.read;
    if (!is_key) return {};
    const auto& key = items_[at];
    if (key.type != CborType::kUnsigned && key.type != CborType::kNegative && key.type != CborType::kText) {
      return refuse(CborError::kUnsupported);
    }
    for (auto other = parent.item + 1; other < at; other = items_[items_[other].end].end) {
      if (is_same_key(items_[other], key)) return refuse(CborError::kDuplicateKey);
    }
    return {};
  }

  void close_full() {
    while (!open_.empty() && open_.back().read == open_.back().children) {
      items_[open_.back().item].end = items_.size();
      open_.pop_back();
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::vector<Item> items_;
  std::vector<Open> open_;
};

}  // namespace

std::string_view describe(CborError error) {
  switch (error) {
    case CborError::kTruncated:
      return "cbor_truncated";
    case CborError::kNotCanonical:
      return "cbor_not_canonical";
    case CborError::kUnsupported:
      return "cbor_unsupported";
    case CborError::kTooDeep:
      return "cbor_too_deep";
    case CborError::kTooMany:
      return "cbor_too_many_items";
    case CborError::kDuplicateKey:
      return "cbor_duplicate_key";
    case CborError::kTrailing:
      return "cbor_trailing_bytes";
  }
  return "?";
}

Result<CborDocument, CborError> CborDocument::parse_prefix(std::string_view bytes) {
  Parser parser(bytes);
  auto items = parser.run();
  if (!items) return refuse(items.error());
  CborDocument out;
  out.items_ = std::move(*items);
  out.length_ = parser.position();
  return out;
}

Result<CborDocument, CborError> CborDocument::parse(std::string_view bytes) {
  auto out = parse_prefix(bytes);
  if (out && out->length() != bytes.size()) return refuse(CborError::kTrailing);
  return out;
}

const Item* CborDocument::find(const Item& map, std::string_view key) const {
  if (map.type != CborType::kMap) return nullptr;
  for (auto at = map.at + 1; at < map.end; at = items_[items_[at].end].end) {
    if (items_[at].type == CborType::kText && items_[at].bytes == key) return &items_[items_[at].end];
  }
  return nullptr;
}

const Item* CborDocument::find(const Item& map, std::int64_t key) const {
  if (map.type != CborType::kMap) return nullptr;
  for (auto at = map.at + 1; at < map.end; at = items_[items_[at].end].end) {
    if (value_of(items_[at]) == key) return &items_[items_[at].end];
  }
  return nullptr;
}

std::vector<const Item*> CborDocument::elements(const Item& array) const {
  std::vector<const Item*> out;
  if (array.type != CborType::kArray) return out;
  for (auto at = array.at + 1; at < array.end; at = items_[at].end) out.push_back(&items_[at]);
  return out;
}

namespace {

std::optional<std::string_view> bytes_of(const Item* item) {
  if (item == nullptr || item->type != CborType::kBytes) return std::nullopt;
  return item->bytes;
}

}  // namespace

std::optional<std::string_view> CborDocument::bytes_at(const Item& map, std::string_view key) const {
  return bytes_of(find(map, key));
}
std::optional<std::string_view> CborDocument::bytes_at(const Item& map, std::int64_t key) const {
  return bytes_of(find(map, key));
}
std::optional<std::int64_t> CborDocument::number_at(const Item& map, std::string_view key) const {
  const auto* item = find(map, key);
  return item == nullptr ? std::nullopt : value_of(*item);
}
std::optional<std::int64_t> CborDocument::number_at(const Item& map, std::int64_t key) const {
  const auto* item = find(map, key);
  return item == nullptr ? std::nullopt : value_of(*item);
}

}  // namespace cardea::crypto
