#include "app/settings/show.h"

#include <gmock/gmock.h>

namespace cardea::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ShowConfiguration, refuses_to_show_secrets) {
  const auto configuration = read_settings(parse_command_line({"start-dev", "--bootstrap-admin-password=hush"}),
                                           {{"KC_HTTP_PORT", "99"}}, [](const auto&) { return std::nullopt; });
  ASSERT_TRUE(configuration);
  const auto text = show_configuration(*configuration);
  EXPECT_THAT(text, Not(HasSubstr("hush")));
  EXPECT_THAT(text, testing::ContainsRegex("bootstrap-admin-password *= \\*{8} *\\(--bootstrap-admin-password\\)"));
  EXPECT_THAT(text, testing::ContainsRegex("http-port *= 99 *\\(KC_HTTP_PORT\\)"));
  EXPECT_THAT(text, testing::ContainsRegex("db *= sqlite *\\(default\\)"));
}

TEST(OptionsReference, has_a_row_for_every_option) {
  const auto page = options_reference();
  for (const auto& option : option_table()) {
    EXPECT_THAT(page, HasSubstr("| `" + std::string(option.name) + "` | `" + environment_name(option.name) + "` |"));
  }
  EXPECT_THAT(page, HasSubstr("`true\\|false`"));
}

}  // namespace
}  // namespace cardea::app
