#include "core/events/event_metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

constexpr std::size_t kErrorBytesMax = 64;
constexpr std::string_view kName = "keycloak_user_events_total";
constexpr std::string_view kErrorSuffix = "_error";

/// Reasons for the log may go on with what was sent: "repeated:scope".
std::string_view first_word(std::string_view error) {
  const auto* end = std::ranges::find_if_not(error, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  return error.substr(0, std::min<std::size_t>(kErrorBytesMax, static_cast<std::size_t>(end - error.data())));
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out.push_back(',');
  out.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

void EventMetrics::count(const EventDraft& draft, bool knows_client) {
  auto event = ascii_lower(draft.event.type);
  const bool is_error = event.ends_with(kErrorSuffix);
  if (is_error) event.resize(event.size() - kErrorSuffix.size());
  if (!settings_.events.empty() && !settings_.events.contains(event)) return;
  const auto provider = draft.event.details.find("identity_provider");
  const bool names_provider = provider != draft.event.details.end() && !is_error;
  std::string labels;  // in the order of their names, as Keycloak has them
  if (settings_.with_client) append_label(labels, "client_id", knows_client ? draft.event.client_id : std::string());
  append_label(labels, "error", is_error ? first_word(draft.event.error) : std::string_view());
  append_label(labels, "event", event);
  if (settings_.with_provider) append_label(labels, "idp", names_provider ? provider->second : std::string());
  if (settings_.with_realm) append_label(labels, "realm", draft.realm);
  const std::scoped_lock lock(mutex_);
  auto found = counts_.find(labels);
  if (found == counts_.end() && counts_.size() >= kEventSeriesMax) {
    found = counts_.try_emplace(R"(error="",event="other")").first;
  } else if (found == counts_.end()) {
    found = counts_.try_emplace(std::move(labels)).first;
  }
  ++found->second;
}

void EventMetrics::append_to(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "# HELP {0} Keycloak user events\n# TYPE {0} counter\n", kName);
  const std::scoped_lock lock(mutex_);
  for (const auto& [labels, number] : counts_) {
    fmt::format_to(std::back_inserter(out), "{}{{{}}} {}\n", kName, labels, number);
  }
}

bool read_event_tags(std::string_view text, EventMetricsSettings& settings) {
  settings.with_realm = settings.with_client = settings.with_provider = false;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto word = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (word == "realm") {
      settings.with_realm = true;
    } else if (word == "clientId") {
      settings.with_client = true;
    } else if (word == "idp") {
      settings.with_provider = true;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace cardea
