#include "base/json.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

#include "base/json_arena.h"

namespace cardea {
namespace {

JsonError error_of(std::string_view text, JsonLimits limits = {}) {
  const auto value = parse_json(text, limits);
  EXPECT_FALSE(value.has_value()) << text;
  return value.has_value() ? JsonError{} : value.error();
}

TEST(ParseJson, RefusesDuplicateMembers) {
  for (const auto* text : {R"({"a":1,"a":1})", R"({"a":{"b":1},"a":2})", R"([[{"x":{"b":1,"c":2,"b":3}}]])",
                           R"({"a":1,"\u0061":2})", R"({"":1,"":2})"}) {
    EXPECT_EQ(error_of(text), JsonError::kDuplicateKey) << text;
  }
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(many + R"("last":0})").has_value());
  EXPECT_EQ(error_of(many + R"("k50":0})"), JsonError::kDuplicateKey);
}

TEST(ParseJson, RefusesWhatIsNotOneJsonText) {
  for (const auto* text : {"",
                           " ",
                           "{",
                           "{}{}",
                           "{} x",
                           "[1,]",
                           "{\"a\":1,}",
                           "nul",
                           "NaN",
                           "Infinity",
                           "01",
                           "+1",
                           "1.",
                           "'a'",
                           "{a:1}",
                           "[1 2]",
                           "// c\n1",
                           "/**/1",
                           "\"\\ud800\"",
                           "\"\\udc00\\ud800\"",
                           "\"\\x41\"",
                           "\"\n\"",
                           "\xEF\xBB\xBF{}",
                           "\"\xC0\xAF\"",
                           "\"\xED\xA0\x80\"",
                           "{\"\xFF\":1}",
                           "1e999999"}) {
    EXPECT_EQ(error_of(text), JsonError::kMalformed) << text;
  }
  EXPECT_EQ(error_of(std::string_view("{}\0", 3)), JsonError::kMalformed);
}

TEST(ParseJson, RefusesWhatIsTooDeepOrTooLarge) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(32)).has_value());
  EXPECT_EQ(error_of(nested(33)), JsonError::kTooDeep);
  EXPECT_EQ(error_of(nested(4), {.depth_max = 3}), JsonError::kTooDeep);
  EXPECT_EQ(error_of(std::string(100'000, '[')), JsonError::kTooDeep);
  EXPECT_TRUE(parse_json("[1,2]", {.bytes_max = 5}).has_value());
  EXPECT_EQ(error_of("[1,2]", {.bytes_max = 4}), JsonError::kTooLarge);
}

TEST(ParseJson, ReadsDocuments) {
  const auto value = parse_json(" {\"a\": [1, -2.5, true, null, \"\\u00e4\\ud83d\\ude00\"], \"\\u0000\": {}} \n");
  ASSERT_TRUE(value.has_value());
  const auto& list = value->at("a").as_array();
  EXPECT_EQ(list[0].as_int64(), 1);
  EXPECT_EQ(list[1].as_double(), -2.5);
  EXPECT_EQ(list[4].as_string(), "\xC3\xA4\xF0\x9F\x98\x80");
  EXPECT_TRUE(parse_json("18446744073709551615")->is_uint64());
}

TEST(JsonMembers, RefuseOtherTypes) {
  const auto value = parse_json(R"({"s":"x","b":true,"i":7,"n":null,"d":1.5})");
  const auto& object = value->as_object();
  EXPECT_EQ(find_string(object, "i"), nullptr);
  EXPECT_EQ(find_string(object, "absent"), nullptr);
  EXPECT_EQ(*find_string(object, "s"), "x");
  EXPECT_EQ(string_or(object, "b", "fallback"), "fallback");
  EXPECT_EQ(string_or(object, "s", "fallback"), "x");
  EXPECT_TRUE(bool_or(object, "s", true));
  EXPECT_TRUE(bool_or(object, "b", false));
  EXPECT_EQ(int_or(object, "d", -1), -1);
  EXPECT_EQ(int_or(object, "i", -1), 7);
}

TEST(JsonWriter, WritesNestedDocuments) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().member("a", "x").member("n", std::int64_t{-9223372036854775807 - 1}).member("t", true);
  writer.key("list").begin_array().string("one").number(2).null().begin_object().end_object().end_array();
  writer.key("raw").raw(R"({"k":1})").key("empty").begin_array().end_array().member("z", false).end_object();
  EXPECT_EQ(
      out,
      R"({"a":"x","n":-9223372036854775808,"t":true,"list":["one",2,null,{}],"raw":{"k":1},"empty":[],"z":false})");
  EXPECT_TRUE(parse_json(out).has_value());
}

TEST(JsonWriter, WritesPlainTextAsAnyOther) {
  std::string plain, looked_at;
  JsonWriter(plain).begin_object().member("a", "b").key("c").plain_string("eyJ.x-_").end_object();
  JsonWriter(looked_at).begin_object().member("a", "b").member("c", "eyJ.x-_").end_object();
  EXPECT_EQ(plain, looked_at);
}

TEST(JsonString, RefusesToEndEarly) {
  std::string out;
  const std::string text = std::string("\"\\\b\f\n\r\t\x01\x7F") + '\0' + "</script>\xC3\xA4";
  append_json_string(out, text);
  EXPECT_EQ(out, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7F\\u0000</script>\xC3\xA4\"");
}

TEST(JsonString, RefusesToMissAByteThatNeedsEscapingWhereverItStands) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(byte);
      std::string out;
      append_json_string(out, text);
      EXPECT_EQ(json::parse(out).as_string(), text) << byte << " at " << at;
      const bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
      EXPECT_EQ(out.size() > text.size() + 2, escaped) << byte << " at " << at;
    }
  }
}

TEST(JsonString, RefusesBytesThatAreNotUtf8) {
  std::string out;
  append_json_string(out, "a\xC3(\xFF");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD(\xEF\xBF\xBD\"");
  EXPECT_TRUE(parse_json(out).has_value());
}

TEST(ParseJsonTogether, RefusesAsParseJsonDoes) {
  EXPECT_EQ(parse_json_together(R"({"a":1,"a":1})").error(), JsonError::kDuplicateKey);
  EXPECT_EQ(parse_json_together("{} x").error(), JsonError::kMalformed);
  EXPECT_EQ(parse_json_together("[[[]]]", {.bytes_max = 100, .depth_max = 2}).error(), JsonError::kTooDeep);
  EXPECT_EQ(parse_json_together("[[[]]]", {.bytes_max = 5, .depth_max = 9}).error(), JsonError::kTooLarge);
}

TEST(ParseJsonTogether, ReadsWhatNeedsMoreThanOneBlock) {
  std::string text = "[";
  for (int i = 0; i < 300; ++i) text += R"({"a":{},"b":[1]},)";
  text += R"("last"])";
  const auto value = parse_json_together(text);
  ASSERT_TRUE(value);
  EXPECT_EQ(json::serialize(*value), text);
}

TEST(ParseJsonTogether, CopiesAreMadeByManyThreadsAtATime) {
  const std::string text = R"({"groups":["a group with a long name","b"],"more":{"x":1}})";
  std::optional<json::value> value(*parse_json_together(text));
  std::vector<std::thread> threads;
  std::vector<json::value> copies(4);
  for (auto& copy : copies)
    threads.emplace_back([&copy, &value] {
      for (int i = 0; i < 200; ++i) copy = json::value(*value);
    });
  for (auto& thread : threads) thread.join();
  const json::value last(*value);
  value.reset();
  EXPECT_EQ(json::serialize(last), text) << "it lives as long as the last copy";
  for (const auto& copy : copies) EXPECT_EQ(json::serialize(copy), text);
}

// A token is kept until it expires and copied at every request: what that took must go with the copy.
TEST(ParseJsonTogether, RefusesToGrowByCopies) {
  const auto memory = std::make_shared<ArenaMemory>(64);
  const auto value = *parse_json_in(json::make_shared_resource<JsonArena>(memory),
                                    R"({"groups":["a group with a long name","b"],"more":{"x":1}})");
  memory->close();
  const auto before = memory->bytes();
  for (int i = 0; i < 1000; ++i) {
    auto copy = value;
    copy.get_object()["another member"] = "with a text that takes a place of its own";
  }
  EXPECT_EQ(memory->bytes(), before);
}

TEST(JsonForHtml, LeavesNoMarkup) {
  const std::string text = "{\"a\":\"</script><!--&\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\"}";
  const auto safe = json_for_html(text);
  EXPECT_EQ(safe, "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029\xE2\x80\"}");
}

}  // namespace
}  // namespace cardea
