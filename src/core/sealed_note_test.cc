#include "core/sealed_note.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

class SealedNoteTest : public testing::Test {
 protected:
  SealedNoteTest() {
    interaction_.id = "tab";
    interaction_.realm = RealmId("r1");
    text_ = seal_note(sealer_, interaction_, "webauthn.get/step", "the challenge", now_ + seconds(300));
  }
  [[nodiscard]] bool opens(const Interaction& interaction, std::string_view purpose, std::string_view text,
                           TimePoint at) const {
    return open_note(sealer_, interaction, purpose, text, at).has_value();
  }

  static std::vector<SecretBytes> keys() {
    std::vector<SecretBytes> out;
    out.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 'k')));
    return out;
  }
  crypto::Sealer sealer_{keys()};
  TimePoint now_ = from_epoch_seconds(1'795'000'000);
  Interaction interaction_;
  std::string text_;
};

TEST_F(SealedNoteTest, refuses_another_purpose_interaction_or_realm) {
  EXPECT_FALSE(opens(interaction_, "webauthn.create/step", text_, now_));
  EXPECT_FALSE(opens(interaction_, "webauthn.get/step2", text_, now_));
  auto other = interaction_;
  other.id = "tab2";
  EXPECT_FALSE(opens(other, "webauthn.get/step", text_, now_));
  other = interaction_;
  other.realm = RealmId("r2");
  EXPECT_FALSE(opens(other, "webauthn.get/step", text_, now_));
}

TEST_F(SealedNoteTest, refuses_what_is_too_old_changed_or_not_ours) {
  EXPECT_FALSE(opens(interaction_, "webauthn.get/step", text_, now_ + seconds(300)));
  auto changed = text_;
  changed[30] = changed[30] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(opens(interaction_, "webauthn.get/step", changed, now_));
  for (const auto* text : {"", "x", "AAAA"}) EXPECT_FALSE(opens(interaction_, "webauthn.get/step", text, now_));
  EXPECT_FALSE(opens(interaction_, "webauthn.get/step", std::string(kNoteBytesMax + 1, 'A'), now_));
}

TEST_F(SealedNoteTest, gives_back_the_bytes_whatever_they_are) {
  EXPECT_EQ(open_note(sealer_, interaction_, "webauthn.get/step", text_, now_)->reveal(), "the challenge");
  const std::string bytes("\0:\xFF:", 4);
  const auto text = seal_note(sealer_, interaction_, "p", bytes, now_ + seconds(1));
  EXPECT_EQ(open_note(sealer_, interaction_, "p", text, now_)->reveal(), bytes);
}

}  // namespace
}  // namespace cardea
