// Why the database did not do what was asked. `store` turns it into a StoreError.
#pragma once

#include <string>
#include <string_view>

namespace cardea::db {

enum class DbError {
  kConflict,     // a unique or foreign key constraint
  kRetry,        // the engine gave this transaction up in favour of another (40001, 40P01): run it again
  kBusy,         // locked by another process, no free connection, or a statement took too long
  kUnavailable,  // not reachable, read-only, disk full
  kUnknown,      // lost while committing: may or may not have happened
  kBroken,       // a statement the schema does not understand, or a damaged file
};

[[nodiscard]] constexpr std::string_view describe(DbError error) {
  switch (error) {
    case DbError::kConflict:
      return "conflict";
    case DbError::kRetry:
      return "retry";
    case DbError::kBusy:
      return "busy";
    case DbError::kUnavailable:
      return "unavailable";
    case DbError::kUnknown:
      return "outcome_unknown";
    case DbError::kBroken:
      return "broken";
  }
  return "?";
}

enum class OpenFailure {
  kBadSettings,  // a URL or path that cannot be used
  kUnavailable,  // the database does not answer or cannot be made
  kNewerSchema,  // written by a newer release: this binary must not touch it
  kMigration,    // a migration failed; nothing of it was kept
};

[[nodiscard]] constexpr std::string_view describe(OpenFailure failure) {
  switch (failure) {
    case OpenFailure::kBadSettings:
      return "bad_settings";
    case OpenFailure::kUnavailable:
      return "unavailable";
    case OpenFailure::kNewerSchema:
      return "newer_schema";
    case OpenFailure::kMigration:
      return "migration_failed";
  }
  return "?";
}

struct OpenError {
  OpenFailure failure;
  std::string detail;  // for the operator; never holds a password
};

}  // namespace cardea::db
