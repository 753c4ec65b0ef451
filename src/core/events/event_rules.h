// From a line of the log to a user event. Sign-in and protocol endpoints write one line for each thing that happens;
// this table says which of them are events, of which type, and which of their fields an event has. Everything else that
// a line says stays in the log.
#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "domain/event.h"

namespace cardea {

struct EventDraft {
  std::string_view realm;  // its name
  UserEvent event;         // without id, realm and times
};

/// Name of the realm that the line is an event of; empty when it is none. Cheap, for whoever first asks whether the
/// realm keeps events.
[[nodiscard]] std::string_view realm_of_event(std::string_view line, std::initializer_list<LogField> fields);
/// Absent when the line is no event.
[[nodiscard]] std::optional<EventDraft> draft_event(std::string_view line, std::initializer_list<LogField> fields);

}  // namespace cardea
