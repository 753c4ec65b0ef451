#include "base/process_facts.h"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/text.h"

namespace cardea {
namespace {

std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Member 22 of /proc/self/stat: clock ticks from the start of the machine to that of the process. The second member is
/// a name that may hold anything, so the count begins behind its last bracket.
std::int64_t start_ticks() {
  constexpr std::size_t kMember = 22, kFirstBehindName = 3;
  const auto text = read_text("/proc/self/stat");
  const auto behind = text.rfind(')');
  if (behind == std::string::npos) return 0;
  const auto words = split_words(std::string_view(text).substr(behind + 1));
  if (words.size() <= kMember - kFirstBehindName) return 0;
  return parse_integer<std::int64_t>(words[kMember - kFirstBehindName]).value_or(0);
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  struct sysinfo machine{};
  if (sysinfo(&machine) == 0) facts.machine_bytes = static_cast<std::int64_t>(machine.totalram) * machine.mem_unit;
  const auto words = read_text("/proc/self/statm");
  const auto pages = split_words(words);
  if (pages.size() > 1) {
    facts.resident_bytes = parse_integer<std::int64_t>(pages[1]).value_or(0) * sysconf(_SC_PAGESIZE);
  }
  const auto ticks = start_ticks(), each = static_cast<std::int64_t>(sysconf(_SC_CLK_TCK));
  const auto up = read_text("/proc/uptime");
  const auto machine_seconds = parse_integer<std::int64_t>(std::string_view(up).substr(0, up.find('.')));
  if (ticks > 0 && each > 0 && machine_seconds) {
    facts.uptime = std::chrono::milliseconds(*machine_seconds * 1000 - ticks * 1000 / each);
    if (facts.uptime.count() < 0) facts.uptime = {};
  }
  return facts;
}

}  // namespace cardea
