#include "web/page_frame.h"

#include "web/cookie.h"
#include "web/form.h"
#include "web/page.h"
#include "web/request.h"

namespace cardea::web {

void add_languages(PageData& data, const PageFrame& frame, std::string_view page_url) {
  std::vector<PageData> items;
  for (const auto& language : frame.languages) {
    std::string url(page_url);
    append_form(url, kLanguageParameter, language);
    items.push_back(PageData()
                        .text("language", language)
                        .text("name", language_name(language))
                        .text("url", std::move(url))
                        .flag("current", language == frame.texts.language()));
  }
  const bool several = items.size() > 1;
  data.flag("several_languages", several).list("languages", std::move(items));
}

void keep_language(Response& response, const Request& request, const PageFrame& frame, const BaseUrl& base_url) {
  if (frame.chosen_language.empty()) return;
  add_cookie(response, {.name = std::string(kLanguageCookie),
                        .value = frame.chosen_language,
                        .path = base_url.relative_path(request) + frame.path + "/",
                        .secure = request.is_https()});
}

}  // namespace cardea::web
