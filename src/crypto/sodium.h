// libsodium must be started once before use: it chooses the fast code for this CPU then.
#pragma once

namespace cardea::crypto {

/// Starts libsodium at the first call. Safe to call from any thread, and cheap.
void ensure_sodium();

}  // namespace cardea::crypto
