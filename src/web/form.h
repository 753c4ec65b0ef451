// application/x-www-form-urlencoded, in bodies and queries.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cardea::web {

enum class FormError { kMalformed, kTooManyParameters, kTooLong };

/// Values may be passwords and secrets: they are wiped when the form goes.
class Form {
 public:
  Form() = default;
  Form(Form&& other) noexcept = default;
  Form& operator=(Form&& other) noexcept;
  Form(const Form&) = default;
  Form& operator=(const Form&) = delete;
  ~Form();

  /// Parses a body or query. Refuses bad percent-escapes, NUL, bad UTF-8 and what is beyond kFormParametersMax,
  /// kParameterNameBytesMax and kParameterBytesMax. Empty pairs ("a=1&&b=2") are passed over.
  [[nodiscard]] static Result<Form, FormError> parse(std::string_view text);

  /// First value of `name` that is not empty: an empty one counts as absent (RFC 6749 section 3.1, GEN-5).
  [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
  /// First value of `name`, empty ones included: for parameters that are echoed as sent (`state`).
  [[nodiscard]] std::optional<std::string_view> raw(std::string_view name) const;
  [[nodiscard]] std::string_view value_or(std::string_view name, std::string_view fallback) const;
  /// The first name that stands twice, empty values counted, if any (RFC 6749 section 3.1: must not).
  [[nodiscard]] std::optional<std::string_view> first_repeated(
      std::initializer_list<std::string_view> may_repeat = {}) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& parameters() const { return parameters_; }
  /// The same for one parameter from elsewhere (a request object): added under the rules of `parse`, or refused.
  [[nodiscard]] Result<void, FormError> add_checked(std::string name, std::string value);
  void add(std::string name, std::string value) { parameters_.emplace_back(std::move(name), std::move(value)); }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

/// Appends `name=value` form-encoded (a space becomes '+'), with '&' in front unless `out` is empty or ends in '?' or
/// '&'.
void append_form(std::string& out, std::string_view name, std::string_view value);

}  // namespace cardea::web
