// Whatever the bytes: no crash; what is accepted lies within the bounds, its items add up to the whole, and every item
// can be looked at.
#include "crypto/cbor.h"

#include "base/assert.h"
#include "crypto/cose_key.h"

namespace {

void visit(const cardea::crypto::CborDocument& document, const cardea::crypto::CborDocument::Item& item) {
  CARDEA_ASSERT(item.end > item.at && item.end <= cardea::crypto::kCborItemsMax);
  const auto elements = document.elements(item);
  CARDEA_ASSERT(item.type != cardea::crypto::CborType::kArray || elements.size() == item.number);
  for (const auto* element : elements) visit(document, *element);
  for (const std::int64_t key : {-3, -2, -1, 1, 3}) {
    if (const auto* value = document.find(item, key)) visit(document, *value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = cardea::crypto::CborDocument::parse_prefix(text);
  if (document) {
    CARDEA_ASSERT(document->length() > 0 && document->length() <= size);
    visit(*document, document->root());
    CARDEA_ASSERT(cardea::crypto::CborDocument::parse(text.substr(0, document->length())).has_value());
  }
  const auto key = cardea::crypto::CoseKey::parse(text);
  CARDEA_ASSERT(!key || !key->verify("message", "no signature"));
  return 0;
}
