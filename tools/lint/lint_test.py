#!/usr/bin/env python3
"""Every check refuses the samples it is there for. Run by ./dev test and ./dev lint."""
import shutil
import tempfile
import unittest
from pathlib import Path

import lint
import templates


class TreeTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.write("CMakeLists.txt", "cardea_module(base LIBS x::y)\ncardea_module(web DEPS base)\n"
                                     "cardea_module(http DEPS base web LIBS z)\ncardea_module(app DEPS base web http)\n")
        self.write("src/base/clock.h", "#pragma once\n")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def findings(self, check):
        return list(lint.CHECKS[check](lint.Tree(self.root)))

    def assert_refused(self, check, *texts):
        found = self.findings(check)
        self.assertEqual(len(found), len(texts), found)
        for finding, text in zip(found, texts):
            self.assertIn(text, finding)


class Includes(TreeTest):
    def test_refuses_module_outside_its_row(self):
        self.write("src/http/a.h", "")
        self.write("src/web/x.cc", '#include "base/clock.h"\n#include "http/a.h"\n')
        self.assert_refused("includes", "src/web/x.cc:2: web may not include http")

    def test_refuses_path_that_does_not_start_at_src(self):
        self.write("src/web/x.cc", '#include "x.h"\n#include "../web/x.h"\n')
        self.assert_refused("includes", "does not begin with a module", "does not begin with a module")

    def test_refuses_header_that_is_not_there(self):
        self.write("src/web/x.cc", '#include "base/gone.h"\n')
        self.assert_refused("includes", "there is no src/base/gone.h")

    def test_refuses_test_support_in_the_product(self):
        self.write("src/web/x.cc", '#include "tests/support/fake_clock.h"\n')
        self.write("src/web/x_test.cc", '#include "tests/support/fake_clock.h"\n')
        self.assert_refused("includes", "src/web/x.cc:1: only tests include")

    def test_refuses_library_outside_its_home(self):
        self.write("src/web/x.cc", "#include <boost/beast/http.hpp>\n#include <boost/json.hpp>\n#include <sqlite3.h>\n")
        self.assert_refused("includes", "belongs in http", "belongs in db")

    def test_accepts_what_the_table_allows(self):
        self.write("src/http/x.cc", '#include <boost/asio.hpp>\n#include <vector>\n#include "base/clock.h"\n')
        self.assert_refused("includes")


class Merges(TreeTest):
    def test_refuses_what_a_merge_left_half_done(self):
        self.write("src/web/x_test.cc", "<" * 7 + " HEAD\nint a;\n=======\nint b;\n" + ">" * 7 + " other\n")
        self.assert_refused("banned", "src/web/x_test.cc:1: a merge", "src/web/x_test.cc:5: a merge")


class Sizes(TreeTest):
    def test_refuses_long_files(self):
        self.write("src/web/x.cc", "\n" * 601)
        self.write("src/web/x.h", "\n" * 301)
        self.write("bench/load/x.cc", "\n" * 601)
        self.assert_refused("sizes", "src/web/x.cc:1: 601 lines", "301 lines", "bench/load/x.cc:1: 601 lines")

    def test_refuses_long_lines(self):
        self.write("src/web/x.cc", "// " + "x" * 120 + "\n")
        self.assert_refused("sizes", "123 columns")

    def test_refuses_long_functions(self):
        self.write("src/web/x.cc", "namespace {\n\nint f(int a) {\n" + "  a++;\n" * 69 + "  return a;\n}\n\n}  // namespace\n")
        self.assert_refused("sizes", "src/web/x.cc:3: a function of 72 lines")

    def test_refuses_long_methods(self):
        self.write("src/web/x.h", "class A {\n  void f() const {\n" + "    g();\n" * 70 + "  }\n};\n")
        self.assert_refused("sizes", "src/web/x.h:2: a function of 72 lines")

    def test_accepts_the_limits(self):
        self.write("src/web/x.cc", "int f(int a) {\n" + "  a++;\n" * 68 + "}\n" + "\n" * 530)
        self.write("src/web/x_test.cc", "TEST(A, b) {\n" + "  g();\n" * 300 + "}\n")
        self.assert_refused("sizes")


class Banned(TreeTest):
    def test_refuses_each_call(self):
        calls = ["auto t = std::chrono::system_clock::now();", "auto t = ::time(nullptr);", "std::random_device d;",
                 "int r = rand();", "std::this_thread::sleep_for(1s);", "usleep(1);", 'auto e = std::getenv("X");',
                 "co_await f();", "throw Error();", "std::regex r;"]
        self.write("src/web/x.cc", "\n".join(calls) + "\n")
        found = self.findings("banned")
        self.assertEqual([f.split(":")[1] for f in found], [str(n + 1) for n in range(len(calls))], found)

    def test_refuses_sleep_in_tests(self):
        self.write("src/web/x_test.cc", "std::this_thread::sleep_for(1s);\n")
        self.assert_refused("banned", "wait for an event")

    def test_accepts_the_homes(self):
        self.write("src/base/clock.cc", "auto t = std::chrono::system_clock::now();\n")
        self.write("src/app/main.cc", 'auto e = getenv("X");\n')
        self.assert_refused("banned")

    def test_accepts_throw_in_tests_and_passing_on(self):
        self.write("src/web/x_test.cc", "throw Error();\n")
        self.write("src/web/x.cc", "catch (...) { throw; }\n")
        self.assert_refused("banned")

    def test_accepts_words_that_only_look_like_it(self):
        self.write("src/web/x.cc", "// time(0), rand(), throw\nint x = auth_time(1) + c.time() + a->rand(); TimePoint time(int column);\n"
                                   'auto s = "sleep_for(1)"; auto r = R"(throw)"; int strand(int);\n/* getenv(1)\n */\n')
        self.assert_refused("banned")


class Headers(TreeTest):
    @unittest.skipUnless(shutil.which("clang++-19"), "needs clang++-19, which ./dev lint installs")
    def test_refuses_header_that_needs_what_it_does_not_include(self):
        self.write("src/web/good.h", "#pragma once\n#include <string>\ninline std::string name() { return {}; }\n")
        self.write("src/web/lost.h", "#pragma once\ninline std::string name() { return {}; }\n")
        self.assert_refused("headers", "src/web/lost.h:1: does not compile alone")


class Format(TreeTest):
    @unittest.skipUnless(shutil.which("clang-format-19"), "needs clang-format-19, which ./dev lint installs")
    def test_refuses_what_is_not_formatted_wherever_it_is(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("src/web/good.cc", "int x = 1;\n")
        for name in ("src/web/x.cc", "src/web/x.h", "tests/protocol/x.cc", "tests/support/x.h", "bench/load/x.cc"):
            self.write(name, "int  x=1;\n")
        self.write("tests/e2e/node_modules/x/x.cc", "int  x=1;\n")
        self.assert_refused("format", "src/web/x.cc:1", "src/web/x.h:1", "bench/load/x.cc:1", "tests/protocol/x.cc:1",
                            "tests/support/x.h:1")


class Modules(TreeTest):
    def test_refuses_module_without_readme(self):
        self.assert_refused("modules", "src/base/README.md")


class Threats(TreeTest):
    def test_refuses_test_that_is_not_there(self):
        self.write("src/web/x_test.cc", "TEST(Page, refuses_markup) {}\n")
        self.write("docs/design/threat-model.md", "`Page.refuses_markup`\n`Page.refuses_scripts` `src/http`\n")
        self.assert_refused("threats", "threat-model.md:2: there is no test Page.refuses_scripts")

    def test_refuses_classes_without_mutant_and_mutants_of_text_that_is_gone(self):
        self.write("src/web/x.cc", "if (is_bad) return refuse();\n")
        self.write("src/web/x_test.cc", "TEST(Page, refuses_markup) {}\n")
        self.write("docs/design/threat-model.md", "| 1 | x | y | `Page.refuses_markup` |\n| 2, 3 | x | y | `Page.refuses_markup` |\n")
        entry = ('[[mutant]]\nclass = {}\nbreaks = "x"\nfile = "src/web/x.cc"\nold = "{}"\nnew = ""\n'
                 'tests = ["Page.refuses_markup"]\n')
        self.write("tools/mutants/a.toml", entry.format(3, "return refuse();"))
        self.assert_refused("threats", "threat-model.md:1: no mutant is of class 1")
        self.write("tools/mutants/b.toml", entry.format(1, "return gone();"))
        self.assert_refused("threats", "b.toml mutant 1: its text stands 0 times in src/web/x.cc")

    def test_refuses_end_to_end_test_that_is_not_there(self):
        self.write("tests/e2e/x.test.mjs", "test('refuses_to_go_on', async () => {});\n")
        self.write("docs/design/threat-model.md", "`refuses_to_go_on` `tls_client_auth`\n`refuses_to_go_back`\n")
        self.assert_refused("threats", "threat-model.md:2: there is no test refuses_to_go_back")


class Events(TreeTest):
    def test_refuses_rule_whose_line_nobody_writes(self):
        self.write("src/core/events/event_rules.cc", '    Rule{"login", "LOGIN"},\n    Rule{"logout", "LOGOUT"},\n')
        self.write("src/core/x.cc", 'log.info("login", {});\n')
        self.write("src/core/x_test.cc", 'log.info("logout", {});\n')
        self.assert_refused("events", "event_rules.cc:2: no line logout is written any more")

    def test_refuses_word_for_a_reason_nobody_gives(self):
        self.write("src/core/events/event_rules.cc", '    ErrorWord{"bad_otp", "x"},\n    ErrorWord{"old_otp", "x"},\n')
        self.write("src/core/x.cc", 'return "bad_otp";\n')
        self.assert_refused("events", "event_rules.cc:2: nothing is refused for old_otp any more")


class Templates(unittest.TestCase):
    def assert_refused(self, text, message):
        found = list(templates.findings(text))
        self.assertEqual(len(found), 1, (text, found))
        self.assertIn(message, found[0][1])

    def test_refuses_unescaped(self):
        self.assert_refused("<p>{{{x}}}</p>", "not escaped")
        self.assert_refused("<p>{{& x}}</p>", "not escaped")

    def test_refuses_other_delimiters(self):
        self.assert_refused("{{=<% %>=}}", "delimiters")

    def test_refuses_unquoted_attribute(self):
        self.assert_refused("<a href={{x}}>", "outside of a quoted attribute")
        self.assert_refused("<a {{x}}>", "outside of a quoted attribute")
        self.assert_refused("<a b='1' {{x}} c=\"2\">", "outside of a quoted attribute")

    def test_refuses_script_and_style(self):
        self.assert_refused("<script nonce='{{nonce}}'>var a = '{{x}}';</script>", "inside a script element")
        self.assert_refused("<style>a{b:{{x}}}</style>", "inside a style element")
        self.assert_refused("<a onclick=\"f('{{x}}')\">", "attribute onclick")
        self.assert_refused("<p style='color:{{x}}'>", "attribute style")
        self.assert_refused("<a href='javascript:{{x}}'>", "javascript: URL")

    def test_refuses_partial_in_a_tag(self):
        self.assert_refused("<a {{> more}}>", "partial")

    def test_refuses_tag_that_does_not_close(self):
        self.assert_refused("<p>{{x</p>", "does not close")

    def test_refuses_unescaped_in_a_comment(self):
        self.assert_refused("<!-- {{{x}}} -->", "not escaped")

    def test_names_the_line(self):
        self.assertEqual(list(templates.findings("<p>\n</p>\n<p>{{{x}}}"))[0][0], 3)

    def test_accepts_text_quoted_attributes_and_sections(self):
        for text in ["<p>{{x}}</p>", "<a href=\"{{x}}\" class='a {{b}}'>", "<input required{{#f}} autofocus{{/f}}>",
                     "{{#l}}<li>{{x}}</li>{{/l}}{{^l}}none{{/l}}", "<script nonce=\"{{nonce}}\">a < b;</script>{{x}}",
                     "<main class=\"card{{#wide}} wide{{/wide}}\">{{> content}}</main>", "<title>{{t}}</title>{{! note }}"]:
            self.assertEqual(list(templates.findings(text)), [], text)

    def test_refuses_words_that_are_in_no_bundle(self):
        for text in ["<p>Sign in</p>", "{{#a}}x{{/a}}", "<p>{{t:a}}:\n  now</p>", "<img alt='Logo of {{brand}}'>",
                     "<nav aria-label=\"Languages\">", "<b>Weiter ä</b>", "<input placeholder=\"you\">"]:
            self.assertEqual(len(list(templates.literal_words(text))), 1, text)
        self.assertEqual(list(templates.literal_words("<p>\n{{x}}\n<b>Now</b>"))[0][0], 3)

    def test_accepts_words_from_bundles(self):
        for text in ["<p>{{t:a}}: <b>{{x}}</b> ({{t:c}}) 12 &mdash;</p>", "<img src=\"a.png\" alt=\"\">",
                     "<script nonce=\"{{n}}\">let word = 1;</script>", "<button value=\"Yes\">{{t:doYes}}</button>",
                     "<!-- a note -->{{! another }}"]:
            self.assertEqual(list(templates.literal_words(text)), [], text)


if __name__ == "__main__":
    unittest.main()
