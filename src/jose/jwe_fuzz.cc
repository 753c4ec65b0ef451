// Whatever the bytes: no crash in parse and decrypt, what is read as a header stays inside the limits, and what we
// encrypt comes back as it was.
#include "base/assert.h"
#include "base/encoding.h"
#include "base/random.h"
#include "jose/jwe.h"

namespace {

using namespace cardea;
using namespace cardea::jose;

struct Pair {
  DecryptionKey reader;
  PublicJwk writer;
  explicit Pair(KeyManagement management)
      : reader{std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate(is_agreement(management)
                                                                                           ? crypto::KeyType::kEcP256
                                                                                           : crypto::KeyType::kRsa)
                                                              .value()),
               "k", management},
        writer{reader.key->public_key(), "k", {}, "enc", {}} {}
};

const std::vector<Pair>& pairs() {
  static const auto all = [] {
    std::vector<Pair> made;
    for (const auto management : {KeyManagement::kRsaOaep, KeyManagement::kEcdhEs, KeyManagement::kEcdhEsA256Kw})
      made.emplace_back(management);
    return made;
  }();
  return all;
}

void read(std::string_view compact, SystemRandom& random) {
  const auto jwe = UndecryptedJwe::parse(compact);
  if (!jwe) return;
  CARDEA_ASSERT(compact.size() <= kJweBytesMax && is_jwe(compact));
  std::vector<DecryptionKey> keys;
  for (const auto& pair : pairs()) keys.push_back(pair.reader);
  static_cast<void>(decrypt(*jwe, keys, random));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SystemRandom random;
  read(text, random);                                           // a whole token
  read(base64url_encode(text) + ".AAAA.AAAA.AAAA.AA", random);  // a header
  if (size == 0 || size > 4096) return 0;
  const auto& pair = pairs()[data[0] % pairs().size()];
  const auto content = kContentEncryptions[data[0] % kContentEncryptions.size()];
  const auto jwe = encrypt({pair.writer, pair.reader.management, content}, text, "JWT", random).value();
  const auto parsed = UndecryptedJwe::parse(jwe);
  CARDEA_ASSERT(parsed && decrypt(*parsed, {pair.reader}, random).value() == text);
  return 0;
}
