#include "core/import/import_review.h"

#include "base/limits.h"

namespace cardea {
namespace {

constexpr std::pair<ReviewReason, std::string_view> kHeadings[] = {
    {ReviewReason::kUnknown, "kept, but not understood: "},
    {ReviewReason::kNotRun, "kept, but not acted on by this release: "},
    {ReviewReason::kUnverified, "kept, but never verified: "},
    {ReviewReason::kWildcard, "redirect patterns that stay active: "},
    {ReviewReason::kInsecure, "redirect URIs refused outside start-dev, by the client's cardea.policy: "},
    {ReviewReason::kMissing, "missing: "},
    {ReviewReason::kCompleted, "completed: "},
};

std::string told(const ReviewNote& note) {
  auto text = note.path;
  if (!note.detail.empty()) text += " (" + note.detail + ")";
  if (note.more > 0) text += " and " + std::to_string(note.more) + " more";
  return text;
}

}  // namespace

void ImportReview::add(ReviewReason reason, std::string_view kind, const JsonPath& at, std::string detail) {
  const auto found = kinds_.find({reason, std::string(kind)});
  if (found != kinds_.end()) {
    ++notes_[found->second].more;
  } else if (notes_.size() == kRepresentationProblemsMax) {
    ++not_told_;
  } else {
    kinds_.emplace(std::pair(reason, std::string(kind)), notes_.size());
    notes_.push_back({reason, at.str(), std::move(detail)});
  }
}

std::string ImportReview::text() const {
  std::string out;
  for (const auto& [reason, heading] : kHeadings) {
    bool is_first = true;
    for (const auto& note : notes_) {
      if (note.reason != reason) continue;
      if (is_first) out.append(out.empty() ? "" : "; ").append(heading);
      if (!is_first) out += ", ";
      out += told(note);
      is_first = false;
    }
  }
  if (not_told_ > 0) out += "; and " + std::to_string(not_told_) + " more";
  return out;
}

}  // namespace cardea
