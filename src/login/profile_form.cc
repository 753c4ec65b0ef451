#include "login/profile_form.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::login {
namespace {

enum class Widget { kInput, kTextArea, kSelect };

bool takes_several(const ProfileAttribute& attribute) { return attribute.multivalued; }

Widget widget_of(const ProfileAttribute& attribute) {
  const auto type = attribute.annotation("inputType");
  if (!attribute.options().empty()) return Widget::kSelect;
  if (type == "textarea" || takes_several(attribute)) return Widget::kTextArea;
  return Widget::kInput;
}

// Of the HTML5 kinds only those whose value every browser sends as it was typed.
std::string input_type(const ProfileAttribute& attribute) {
  if (attribute.name == "email") return "email";
  const auto type = attribute.annotation("inputType");
  for (const std::string_view known : {"email", "tel", "url", "number", "date"}) {
    if (type == std::string("html5-").append(known)) return std::string(known);
  }
  return "text";
}

std::string autocomplete_of(std::string_view name) {
  if (name == "username") return "username";
  if (name == "email") return "email";
  if (name == "firstName") return "given-name";
  if (name == "lastName") return "family-name";
  return "off";
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const auto& value : values) out.append(out.empty() ? "" : "\n").append(value);
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    if (!line.empty()) out.emplace_back(line);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

std::string label_of(const ProfileAttribute& attribute, const web::Texts& texts) {
  return attribute.display_name.empty() ? attribute.name : texts.resolve(attribute.display_name);
}

std::vector<web::PageData> options_of(const ProfileAttribute& attribute, const std::vector<std::string>& values,
                                      const web::Texts& texts) {
  const auto prefix = std::string(attribute.annotation("inputOptionLabelsI18nPrefix"));
  std::vector<web::PageData> out;
  for (const auto& option : attribute.options()) {
    out.push_back(web::PageData()
                      .text("value", option)
                      .text("label", prefix.empty() ? option : texts(prefix + "." + option))
                      .flag("selected", std::ranges::find(values, option) != values.end()));
  }
  return out;
}

// What an attribute's group says above the first of its fields.
void add_group(web::PageData& field, const UserProfile& profile, const std::string& name, const web::Texts& texts) {
  const auto group = std::ranges::find(profile.groups, name, &ProfileGroup::name);
  if (name.empty() || group == profile.groups.end()) return;
  field.text("group_title", group->header.empty() ? group->name : texts.resolve(group->header))
      .text("group_description", texts.resolve(group->description));
}

}  // namespace

ProfileValues read_profile_form(const ProfileContext& context, const web::Form& form) {
  ProfileValues out;
  for (const auto& field : fields_of(context)) {
    const auto& attribute = *field.attribute;
    if (field.is_read_only) continue;
    auto& values = out[attribute.name];
    const bool by_line = takes_several(attribute) && widget_of(attribute) == Widget::kTextArea;
    for (const auto& [name, value] : form.parameters()) {
      if (name != attribute.name) continue;
      if (by_line) {
        for (auto& line : lines_of(value)) values.push_back(std::move(line));
      } else {
        values.push_back(value);
      }
    }
  }
  return out;
}

std::string problem_text(const web::Texts& texts, const ProfileProblem& problem) {
  std::vector<std::string> values = {problem.attribute};
  values.insert(values.end(), problem.args.begin(), problem.args.end());
  return texts.resolve(problem.key.starts_with("${") ? problem.key : texts(problem.key, values));
}

void add_profile_fields(web::PageData& data, const ProfileContext& context, const ProfileValues& values,
                        const std::vector<ProfileProblem>& problems, const web::Texts& texts) {
  std::vector<web::PageData> fields;
  bool has_focus = false;
  std::string group;
  for (const auto& here : fields_of(context)) {
    const auto& attribute = *here.attribute;
    const auto found = values.find(attribute.name);
    const auto held = found == values.end() ? std::vector<std::string>() : found->second;
    const auto problem = std::ranges::find(problems, attribute.name, &ProfileProblem::attribute);
    const bool wants_focus = problems.empty() ? held.empty() : problem != problems.end();
    const auto widget = widget_of(attribute);
    web::PageData field;
    field.text("name", attribute.name)
        .text("label", label_of(attribute, texts))
        .text("value", joined(held))
        .text("autocomplete", std::string(autocomplete_of(attribute.name)))
        .text("type", input_type(attribute))
        .text("hint", texts.resolve(attribute.annotation("inputHelperTextAfter")))
        .text("placeholder", texts.resolve(attribute.annotation("inputTypePlaceholder")))
        .text("error", problem == problems.end() ? std::string() : problem_text(texts, *problem))
        .flag("is_required", here.is_required)
        .flag("read_only", here.is_read_only)
        .flag("is_input", widget == Widget::kInput || here.is_read_only)
        .flag("is_text_area", widget == Widget::kTextArea && !here.is_read_only)
        .flag("is_select", widget == Widget::kSelect && !here.is_read_only)
        .flag("several", takes_several(attribute))
        .flag("may_be_empty", !here.is_required && !takes_several(attribute))
        .flag("focus", wants_focus && !has_focus && !here.is_read_only)
        .list("options", options_of(attribute, held, texts));
    if (attribute.group != group) add_group(field, context.profile, attribute.group, texts);
    group = attribute.group;
    has_focus = has_focus || (wants_focus && !here.is_read_only);
    fields.push_back(std::move(field));
  }
  data.list("fields", std::move(fields));
}

}  // namespace cardea::login
