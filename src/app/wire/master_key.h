// The master key, which wraps the data key that seals secrets at rest. Sources, first match wins: KC_MASTER_KEY, the
// file of --master-key-file, the systemd credential `cardea-master-key`, the file master.key beside the data.
#pragma once

#include <string>
#include <string_view>

#include "app/settings/read_settings.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/seal.h"

namespace cardea::app {

/// For a database that is only asked, copied or looked at.
inline constexpr std::string_view kNoDataKey =
    "the database has no data key: no server has ever finished a start on it";

struct MasterKey {
  SecretBytes bytes;         // crypto::kSealKeyBytes
  std::string source;        // for the log: "KC_MASTER_KEY", or the file
  bool beside_data = false;  // advice to move it is due
  bool made = false;         // just now
};

/// `may_make`: a new key may be made when master.key is absent, which is so for a SQLite database that does not exist
/// yet. With PostgreSQL a key is never made silently: another node may have the right one.
/// Refuses a key file that others may read, and text that is not 32 bytes in base64. Errors are sentences.
[[nodiscard]] Result<MasterKey, std::string> load_master_key(const ServerSettings& settings,
                                                             const Environment& environment, bool may_make,
                                                             Random& random);

/// What opens the secrets of the database that `wrapped` is the data key of. The sentence says why it cannot: another
/// database's master key, or a damaged row.
[[nodiscard]] Result<crypto::Sealer, std::string> open_sealer(const MasterKey& master, std::string_view wrapped);

}  // namespace cardea::app
