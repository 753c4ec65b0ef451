#include "web/multipart.h"

#include <gtest/gtest.h>

namespace cardea::web {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=b";

FormError error_of(std::string_view type, std::string_view body) {
  const auto form = parse_multipart(type, body);
  EXPECT_FALSE(form) << body;
  return form ? FormError::kTooLong : form.error();
}

TEST(Multipart, refuses_what_is_no_form) {
  EXPECT_EQ(error_of("application/json; boundary=b", "--b--"), FormError::kMalformed);
  EXPECT_EQ(error_of("multipart/form-data", "--b--"), FormError::kMalformed);
  EXPECT_EQ(error_of("multipart/form-data; boundary=" + std::string(71, 'b'), "--b--"), FormError::kMalformed);
  for (const std::string_view body : {
           "", "--", "--b", "--c--", "--b\r\n", "--bX\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
           "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1",                // no end
           "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b",         // no end
           "--b\r\nContent-Disposition: form-data; name=a\r\n1\r\n--b--",           // no empty line
           "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",               // no name
           "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--b--",    // no name
           "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",     // a quote that does not end
           "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--",      // no field
           "--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n\r\n--b--"  // no UTF-8
       }) {
    EXPECT_EQ(error_of(kType, body), FormError::kMalformed) << body;
  }
}

TEST(Multipart, refuses_more_than_its_bounds) {
  std::string body;
  for (std::size_t i = 0; i <= kMultipartPartsMax; ++i) {
    body += "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
  }
  EXPECT_EQ(error_of(kType, body + "--b--"), FormError::kTooManyParameters);
  const auto name = std::string(300, 'n');
  EXPECT_EQ(error_of(kType, "--b\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n1\r\n--b--"),
            FormError::kTooLong);
  const auto head = "X: " + std::string(kMultipartHeadBytesMax, 'x');
  EXPECT_EQ(error_of(kType, "--b\r\n" + head + "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--"),
            FormError::kMalformed);
}

TEST(Multipart, reads_fields_and_files_as_they_were_sent) {
  const auto form =
      parse_multipart(R"(Multipart/Form-Data; charset=utf-8; boundary="b")",
                      "before\r\n--b\r\nContent-Disposition: form-data; name=\"a \\\"b\\\"\"\r\n\r\none\r\n--b \r\n"
                      "content-type: application/octet-stream\r\ncontent-disposition: form-data; name=\"file\"; "
                      "filename=\"x;name=y\"\r\n"
                      "\r\n\r\nbytes\r\n--notb\r\n\r\n--b--\r\nafter");
  ASSERT_TRUE(form);
  ASSERT_EQ(form->parameters().size(), 2U);
  EXPECT_EQ(form->parameters()[0], (std::pair<std::string, std::string>("a \"b\"", "one")));
  EXPECT_EQ(form->raw("file"), "\r\nbytes\r\n--notb\r\n");
  EXPECT_TRUE(parse_multipart(kType, "--b--")->parameters().empty());
}

}  // namespace
}  // namespace cardea::web
