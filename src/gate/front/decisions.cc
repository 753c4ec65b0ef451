#include "gate/front/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "gate/front/one_line.h"

namespace cardea::gate {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string time_text(TimePoint at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(at - day)};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

/// Each line on its own. Of too many bytes those before the last line, the answer, are left out.
std::string kept_lines(std::string_view lines) {
  constexpr std::size_t kAnswerMax = Decisions::kTextMax / 4;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  const auto end = lines.rfind('\n');
  const auto answer = cut_utf8(end == std::string_view::npos ? lines : lines.substr(end + 1), kAnswerMax);
  const auto before = end == std::string_view::npos ? std::string_view() : lines.substr(0, end);
  const auto shown = cut_utf8(before, Decisions::kTextMax - kAnswerMax);
  std::string out;
  for (const auto line : split(shown, '\n')) out.append(one_line(line)).append("\n");
  if (shown.size() < before.size()) out.append("...\n");
  return out.append(one_line(answer)).append("\n");
}

}  // namespace

void Decisions::put(Decision decision) {
  for (auto* text : {&decision.application, &decision.method, &decision.path, &decision.name, &decision.provider,
                     &decision.remote_address, &decision.correlation_id, &decision.reason})
    *text = one_line(cut_utf8(*text, kTextMax));
  decision.lines = kept_lines(decision.lines);
  const std::lock_guard lock(mutex_);
  kept_.push_front(std::move(decision));
  if (kept_.size() > kKept) kept_.pop_back();
}

std::vector<Decision> Decisions::list(std::size_t max) const {
  const std::lock_guard lock(mutex_);
  return {kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(std::min(max, kept_.size()))};
}

std::string decisions_json(const std::vector<Decision>& decisions) {
  json::array list;
  for (const auto& decision : decisions) {
    json::array steps;
    for (const auto line : split(decision.lines, '\n'))
      if (!line.empty()) steps.emplace_back(line);
    list.push_back(json::object{{"at", epoch_seconds(decision.at)},
                                {"application", decision.application},
                                {"method", decision.method},
                                {"path", decision.path},
                                {"name", decision.name},
                                {"provider", decision.provider},
                                {"remoteAddress", decision.remote_address},
                                {"correlationId", decision.correlation_id},
                                {"reason", decision.reason},
                                {"steps", std::move(steps)}});
  }
  return json::serialize(list);
}

std::string decisions_page(const std::vector<Decision>& decisions) {
  std::string out =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Refusals of the gate</title><h1>Refusals of the "
      "gate</h1><p>The newest first.</p>";
  if (decisions.empty()) out += "<p>Nobody was refused since the start.</p>";
  for (const auto& decision : decisions) {
    out +=
        fmt::format("<h2>{} {} {}</h2><p>{}, application {}, {}, from {}, correlation id {}</p><pre>{}</pre>",
                    escaped(decision.method), escaped(decision.path), escaped(decision.reason), time_text(decision.at),
                    escaped(decision.application), decision.name.empty() ? "nobody" : escaped(decision.name),
                    escaped(decision.remote_address), escaped(decision.correlation_id), escaped(decision.lines));
  }
  return out;
}

}  // namespace cardea::gate
