#include "web/console_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace cardea::web {
namespace {

std::string gzipped(std::string_view text) {
  std::string out(compressBound(text.size()) + 32, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

class ConsoleFilesTest : public testing::Test {
 protected:
  ConsoleFilesTest() { add_console_file_routes(router_, files_); }

  Response get(std::string path, std::optional<std::string> accept_encoding = std::nullopt) {
    Request request;
    request.path = std::move(path);
    if (accept_encoding) request.headers.push_back({"Accept-Encoding", *accept_encoding});
    return run(router_.handle(request));
  }

  std::string script_ = std::string(1000, 'a') + "script";
  std::string gzip_ = gzipped(script_);
  ConsoleFiles files_ = {
      "0123456789abcdef",
      {{"account.logo.svg", 4, "<svg"}, {"admin-x.js", script_.size(), {}, gzip_, "brotli"}, {"font.woff2", 2, "ff"}},
      {{"admin", "admin-x.js", {}, {}}}};
  Router router_;
};

TEST_F(ConsoleFilesTest, refuses_names_it_does_not_have) {
  const auto base = files_.base_url();
  EXPECT_EQ(base, "/resources/cardea/0123456789abcdef/console");
  for (const auto* path : {"/none.js", "/admin-x.js.gz", "/account/none.svg", "/admin/logo.svg", "/zzz.js"}) {
    EXPECT_EQ(get(base + path).status, 404) << path;
  }
  EXPECT_DEATH((void)files_.page("none"), "found");
}

TEST_F(ConsoleFilesTest, another_release_may_not_be_kept) {
  const auto answer = get("/resources/cardea/fedcba9876543210/console/admin-x.js", "br");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(*answer.find_header("Cache-Control"), "no-cache");
  EXPECT_EQ(*get(files_.base_url() + "/admin-x.js", "br").find_header("Cache-Control"),
            "public, max-age=31536000, immutable");
}

TEST_F(ConsoleFilesTest, sends_no_coding_that_the_client_refuses) {
  const auto path = files_.base_url() + "/admin-x.js";
  for (const auto* accepts : {"", "identity", "deflate", "gzip;q=0, br;q=0.0", "*;q=0"}) {
    const auto answer = get(path, accepts);
    EXPECT_EQ(answer.find_header("Content-Encoding"), nullptr) << accepts;
    EXPECT_EQ(answer.body_text(), script_) << accepts;
    EXPECT_EQ(*answer.find_header("Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(get(path).body_text(), script_) << "a script of an operator that says nothing";
}

TEST_F(ConsoleFilesTest, sends_the_smallest_coding_the_client_takes) {
  const auto path = files_.base_url() + "/admin-x.js";
  for (const auto* accepts : {"gzip, deflate, br, zstd", "br", "*", "gzip;q=0.5,br;q=0.1"}) {
    const auto answer = get(path, accepts);
    EXPECT_EQ(*answer.find_header("Content-Encoding"), "br") << accepts;
    EXPECT_EQ(answer.body_text(), "brotli");
  }
  for (const auto* accepts : {"gzip", "GZIP", "br;q=0, gzip", "*, br;q=0"}) {
    const auto answer = get(path, accepts);
    EXPECT_EQ(*answer.find_header("Content-Encoding"), "gzip") << accepts;
    EXPECT_EQ(answer.body_text(), gzip_);
    EXPECT_EQ(*answer.find_header("Content-Type"), "text/javascript;charset=utf-8");
  }
}

TEST_F(ConsoleFilesTest, files_that_do_not_shrink_are_sent_as_they_are) {
  const auto font = get(files_.base_url() + "/font.woff2", "gzip, br");
  EXPECT_EQ(font.body_text(), "ff");
  EXPECT_EQ(font.find_header("Content-Encoding"), nullptr);
  EXPECT_EQ(font.find_header("Vary"), nullptr);
}

TEST_F(ConsoleFilesTest, a_console_finds_its_files_by_fixed_names) {
  const auto logo = get(files_.base_url() + "/account/logo.svg", "br");
  EXPECT_EQ(logo.status, 200);
  EXPECT_EQ(logo.body_text(), "<svg");
  EXPECT_EQ(*logo.find_header("Content-Type"), "image/svg+xml");
}

}  // namespace
}  // namespace cardea::web
