#include "core/mail/mail_server.h"

#include "base/text.h"
#include "core/mail/mime.h"

namespace cardea {
namespace {

std::string text_of(const json::object& settings, std::string_view name) {
  const auto* value = settings.if_contains(name);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(trim(std::string_view(value->get_string())));
  if (value->is_bool()) return value->get_bool() ? "true" : "false";
  if (value->is_int64()) return std::to_string(value->get_int64());
  return {};
}

bool is_true(const json::object& settings, std::string_view name) { return text_of(settings, name) == "true"; }

MailTls tls_of(const json::object& settings) {
  if (is_true(settings, "ssl")) return MailTls::kImplicit;
  return is_true(settings, "starttls") ? MailTls::kStartTls : MailTls::kNone;
}

std::uint16_t default_port(MailTls tls) {
  return tls == MailTls::kImplicit ? 465 : tls == MailTls::kStartTls ? 587 : 25;
}

Result<void, std::string> read_login(const json::object& settings, MailServer& server) {
  if (!is_true(settings, "auth")) return {};
  const auto type = text_of(settings, "authType");
  if (!type.empty() && type != "basic") return refuse(std::string("unsupported_auth_type"));
  server.user = text_of(settings, "user");
  if (const auto* password = settings.if_contains("password"); password != nullptr && password->is_string()) {
    server.password = SecretBytes::copy_of(std::string_view(password->get_string()));
  }
  return {};
}

}  // namespace

Result<MailServer, std::string> mail_server_of(const Realm& realm) {
  const auto* found = realm.extra.if_contains("smtpServer");
  if (found == nullptr || !found->is_object()) return refuse(std::string("no_host"));
  const auto& settings = found->get_object();
  MailServer server;
  server.host = text_of(settings, "host");
  if (server.host.empty()) return refuse(std::string("no_host"));
  server.tls = tls_of(settings);
  server.port = default_port(server.tls);
  if (const auto port = text_of(settings, "port"); !port.empty()) {
    const auto number = parse_integer<std::uint16_t>(port);
    if (!number || *number == 0) return refuse(std::string("bad_port"));
    server.port = *number;
  }
  server.from = text_of(settings, "from");
  if (!is_mail_address(server.from)) return refuse(std::string("bad_from"));
  server.from_name = text_of(settings, "fromDisplayName");
  server.reply_to = text_of(settings, "replyTo");
  if (!server.reply_to.empty() && !is_mail_address(server.reply_to)) return refuse(std::string("bad_reply_to"));
  server.reply_to_name = text_of(settings, "replyToDisplayName");
  server.envelope_from = text_of(settings, "envelopeFrom");
  if (server.envelope_from.empty()) server.envelope_from = server.from;
  if (!is_mail_address(server.envelope_from)) return refuse(std::string("bad_envelope_from"));
  if (auto read = read_login(settings, server); !read) return refuse(std::move(read.error()));
  return server;
}

}  // namespace cardea
