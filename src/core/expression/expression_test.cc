// Attack class 25: what a person writes runs here, and must neither reach out nor hold anybody up.
#include "core/expression/expression.h"

#include <gmock/gmock.h>

namespace cardea {
namespace {

using testing::HasSubstr;

const json::object kClaims =
    json::parse(
        R"({"name":"Ada","groups":["a","b"],"age":36,"nothing":null,"nested":{"x":[1,null,2.5]},"ok":true,"big":18446744073709551615})")
        .as_object();

std::string eval(std::string_view source, const ExpressionLimits& limits = {}) {
  const auto result = evaluate_expression(source, {{"claims", &kClaims}}, limits);
  return result ? json::serialize(*result) : std::string(describe(result.error().error));
}
std::string message(std::string_view source) {
  const auto result = evaluate_expression(source, {{"claims", &kClaims}});
  return result ? "none" : result.error().message;
}

TEST(Expression, refuses_everything_that_reaches_outside) {
  for (const auto* name :
       {"os",           "io",        "package",        "require",  "load", "loadstring", "loadfile", "dofile",
        "debug",        "coroutine", "collectgarbage", "print",    "warn", "pcall",      "xpcall",   "setmetatable",
        "getmetatable", "rawset",    "rawget",         "rawequal", "_G",   "_VERSION",   "utf8",     "assert"}) {
    EXPECT_EQ(eval(std::string("return ") + name), "null") << name;
  }
  for (const auto* name : {"rep", "find", "match", "gmatch", "gsub", "format", "dump", "pack", "unpack"}) {
    EXPECT_EQ(eval(std::string("return string.") + name), "null") << name;
    EXPECT_EQ(eval(std::string("return ('x').") + name), "null") << name;
  }
  EXPECT_EQ(eval("return table.sort"), "null");
  EXPECT_EQ(eval("return math.random"), "null");
}

TEST(Expression, refuses_code_that_is_compiled_already) { EXPECT_EQ(eval("\x1bLua"), "expression_not_readable"); }

TEST(Expression, refuses_to_keep_what_cannot_be_read_and_runs_nothing_of_the_rest) {
  ASSERT_TRUE(why_not_readable("return (").has_value());
  EXPECT_EQ(why_not_readable("return (")->error, ExpressionError::kNotReadable);
  EXPECT_EQ(why_not_readable(std::string(20'000, ' '))->error, ExpressionError::kTooLong);
  EXPECT_EQ(why_not_readable("\x1bLua")->error, ExpressionError::kNotReadable);
  EXPECT_FALSE(why_not_readable("claims.name").has_value());
  EXPECT_FALSE(why_not_readable("while true do end").has_value()) << "that would show when it is run";
}

TEST(Expression, refuses_to_run_for_ever) {
  EXPECT_EQ(eval("while true do end"), "expression_too_many_steps");
  EXPECT_EQ(eval("local function f() return f() end return f()"), "expression_too_many_steps");
  EXPECT_EQ(eval("::a:: goto a"), "expression_too_many_steps");
  EXPECT_EQ(eval("for i = 1, 100 do end return 1"), "1");
  EXPECT_EQ(eval("for i = 1, 100000 do end return 1"), "expression_too_many_steps");
}

TEST(Expression, refuses_work_that_hides_in_one_instruction) {
  const std::string table = "local t = {} for i = 1, 4000 do t[i] = '' end for i = 1, 1e9 do ";
  for (const auto* work : {"table.insert(t, 1, '') end", "table.remove(t, 1) t[4000] = '' end", "table.concat(t) end",
                           "local x = table.unpack(t) end"}) {
    EXPECT_EQ(eval(table + work), "expression_too_many_steps") << work;
  }
  EXPECT_EQ(eval("local s = claims.name for i = 1, 14 do s = s .. s end for i = 1, 1e9 do s:contains('x') end"),
            "expression_too_many_steps");
}

TEST(Expression, refuses_to_fill_the_memory) {
  EXPECT_EQ(eval("local s = 'x' while true do s = s .. s end"), "expression_too_much_memory");
  EXPECT_EQ(eval("local t = {} for i = 1, 1e9 do t[i] = {} end"), "expression_too_much_memory");
  EXPECT_EQ(eval("local s = claims.name for i = 1, 14 do s = s .. s end "
                 "for i = 1, 1e9 do local t = s .. i end"),
            "expression_too_much_memory")
      << "what is given back was asked for all the same";
  EXPECT_EQ(eval("local t = {} for i = 1, 6000 do t[i] = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' end "
                 "return #table.concat(t)"),
            "expression_too_much_memory");
  EXPECT_EQ(eval("return 1", {.bytes_held = 1000}), "expression_too_much_memory");
  EXPECT_EQ(eval("local function f() return 1 + f() end return f()"), "expression_too_much_memory");
}

// Lua's table of strings needs one block for all of them and can do with a small one: without an end to it, each text
// more would cost a collection of everything that is held.
TEST(Expression, refuses_more_texts_than_its_table_of_them_holds) {
  EXPECT_EQ(
      eval("local all = {} for i = 1, 4 do local t = {} for n = 1, 6000 do t[n] = i .. 'x' .. n end all[i] = t end",
           {.instructions = 10'000'000}),
      "expression_too_much_memory");
}

TEST(Expression, refuses_to_nest_without_end) {
  EXPECT_EQ(eval(std::string(10'000, '(')), "expression_not_readable");
  EXPECT_EQ(eval(std::string(20'000, ' ')), "expression_too_long");
}

TEST(Expression, refuses_results_that_are_no_document) {
  for (const auto* source :
       {"return function() end", "return {1, 2, x = 3}", "return {[1.5] = 1}", "return {[true] = 1}", "return '\\xff'",
        "return {['\\xff'] = 1}", "return 1/0", "return 0/0", "return {{{{{1}}}}}", "local t = {} t[1] = t return t",
        "local t = {} for i = 1, 2001 do t[i] = i end return t"}) {
    EXPECT_EQ(eval(source), "expression_bad_result") << source;
  }
  EXPECT_EQ(eval("local t = {} for i = 1, 100 do t[i] = ('x'):upper() end return t").size(), 401U);
}

TEST(Expression, refuses_to_show_where_things_are_in_memory) {
  EXPECT_EQ(eval("return tostring({})"), "expression_failed");
  EXPECT_EQ(eval("return tostring(tostring)"), "expression_failed");
  EXPECT_EQ(eval("return '' .. {}"), "expression_failed");
  EXPECT_THAT(message("return '' .. {}"), testing::Not(HasSubstr("0x")));
}

TEST(Expression, says_where_it_stopped) {
  EXPECT_EQ(message("local a = 1\nreturn claims.missing.more"),
            "line:2: attempt to index a nil value (field 'missing')");
  EXPECT_THAT(message("return +"), HasSubstr("line:1:"));
  EXPECT_EQ(message("error('no\\ngroups')"), "line:1: no groups");
  EXPECT_LE(message("error(claims.name:lower() .. '" + std::string(1000, 'x') + "')").size(), 200U);
  EXPECT_EQ(message("error({})"), "");
}

TEST(Expression, gives_what_the_documents_say) {
  EXPECT_EQ(eval("claims.name"), R"("Ada")");
  EXPECT_EQ(eval("return claims.groups"), R"(["a","b"])");
  EXPECT_EQ(eval("claims.age + 1"), "37");
  EXPECT_EQ(eval("claims.nothing"), "null");
  EXPECT_EQ(eval("claims.nested.x"), "[1,false,2.5E0]");
  EXPECT_EQ(eval("{}"), "[]");
  EXPECT_THAT(eval("{name = claims.name:upper(), first = claims.ok and 1 or 2}"),
              testing::AllOf(HasSubstr(R"("name":"ADA")"), HasSubstr(R"("first":1)")));
  EXPECT_EQ(eval("for _, g in ipairs(claims.groups) do if g == 'b' then return 'yes' end end"), R"("yes")");
  EXPECT_EQ(eval(""), "null");
}

TEST(Expression, has_plain_functions_for_text) {
  EXPECT_EQ(eval("('a,b,,c'):split(',')"), R"(["a","b","","c"])");
  EXPECT_EQ(eval("('a'):split('')"), "expression_failed");
  EXPECT_EQ(eval("{('abc'):contains('.'), ('abc'):contains('b'), ('abc'):starts_with('ab'), ('abc'):ends_with('ab')}"),
            "[false,true,true,false]");
  EXPECT_EQ(eval("('  x y '):trim()"), R"("x y")");
  EXPECT_EQ(eval("string.trim('   ')"), R"("")");
  EXPECT_EQ(eval("tostring(1) .. tostring(nil) .. tostring(true)"), R"("1niltrue")");
}

TEST(Expression, keeps_nothing_from_one_run_to_the_next) {
  EXPECT_EQ(eval("left = 1 string.lower = nil return left"), "1");
  EXPECT_EQ(eval("left"), "null");
  EXPECT_EQ(eval("('A'):lower()"), R"("a")");
}

}  // namespace
}  // namespace cardea
