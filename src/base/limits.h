// Every bound on bytes from outside, in one place. A loop, buffer, queue or string without a name here is a bug.
#pragma once

#include <cstddef>

namespace cardea {

// Requests (standards.md GEN-17).
inline constexpr std::size_t kRequestHeadBytesMax = 32 * 1024;
inline constexpr std::size_t kRequestBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kHeadersMax = 100;
inline constexpr std::size_t kFormParametersMax = 100;
inline constexpr std::size_t kParameterNameBytesMax = 256;
inline constexpr std::size_t kParameterBytesMax = 16 * 1024;
inline constexpr std::size_t kCookiesMax = 60;
inline constexpr std::size_t kUriBytesMax = 8 * 1024;
inline constexpr std::size_t kStepsMax = 16;  // steps of one Outcome, those after a call to another server apart
inline constexpr std::size_t kOutcomeFetchesMax = 16;  // calls to other servers of one Outcome
inline constexpr std::size_t kHostBytesMax = 255;
inline constexpr std::size_t kChunkHeadBytesMax =
    4 * 1024;  // size line of a chunk; all trailers (RFC 9112 section 7.1)

// Connections (src/http).
inline constexpr std::size_t kConnectionsMax = 20'000;
inline constexpr std::size_t kReadBytesMax = 64 * 1024;       // taken from a socket at once
inline constexpr std::size_t kCopiedBodyBytesMax = 8 * 1024;  // larger bodies are sent from where they are
inline constexpr std::size_t kLingerBytesMax = 256 * 1024;    // read and thrown away after a refusal
inline constexpr std::size_t kExchangesKeptMax = 128;         // request objects kept warm by one I/O thread
inline constexpr std::size_t kExchangeBytesMax = 16 * 1024;   // larger ones are not kept

// Documents.
inline constexpr std::size_t kJsonBytesMax = 1024 * 1024;
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kRealmFileBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kRepresentationProblemsMax = 100;  // told one by one; the rest are counted

// The log: lines and bytes waiting for a slow reader, and one field of a line.
inline constexpr std::size_t kLogQueueLinesMax = 8192;
inline constexpr std::size_t kLogQueueBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kLogFieldBytesMax = 2048;

// Tokens.
inline constexpr std::size_t kJwtBytesMax = 32 * 1024;
inline constexpr std::size_t kJwksKeysMax = 100;

// Passwords: capped before hashing (attack class 26).
inline constexpr std::size_t kPasswordBytesMax = 1024;
inline constexpr std::size_t kUsernameBytesMax = 255;

// Interactions sealed in the browser.
inline constexpr std::size_t kInteractionBytesMax = 4 * 1024;

// Authentication flows of a realm: how many, how deep, and executions in one tree.
inline constexpr std::size_t kFlowsMax = 500;
inline constexpr std::size_t kFlowDepthMax = 12;
inline constexpr std::size_t kFlowExecutionsMax = 300;

// Wrong second factors after one right password; then the login starts anew.
inline constexpr int kStepFailuresMax = 5;

// Role and group graphs: a composite deeper than this is a cycle.
inline constexpr std::size_t kRoleExpansionMax = 10'000;
inline constexpr int kGroupDepthMax = 100;

}  // namespace cardea
