#include "education/subjects.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

const std::vector<std::string> identifier_types{"education.identifier-assigned",
                                                "education.identifier-verified",
                                                "education.identifier-withdrawn"};

std::vector<Holder> holders_after(const std::vector<EffectiveEvent>& history) {
  std::vector<Holder> all;
  for (const EffectiveEvent& event : history) {
    const auto find = [&](const std::string& subject) {
      return std::find_if(all.begin(), all.end(),
                          [&](const Holder& one) { return one.subject == subject; });
    };
    if (const auto* assigned = as<v1::IdentifierAssigned>(event)) {
      const bool disputed = assigned->verification() == "disputed";
      if (const auto holder = find(assigned->subject()); holder != all.end())
        holder->disputed = disputed;
      else
        all.push_back({assigned->subject(), disputed, event.info.position});
    } else if (const auto* verified = as<v1::IdentifierVerified>(event)) {
      if (const auto holder = find(verified->subject()); holder != all.end())
        holder->disputed = false;
    } else if (const auto* withdrawn = as<v1::IdentifierWithdrawn>(event)) {
      if (const auto holder = find(withdrawn->subject()); holder != all.end()) all.erase(holder);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const Holder& a, const Holder& b) { return a.position < b.position; });
  return all;
}

Error unknown_subject(std::string_view kind, const std::string& reference) {
  const std::string what(kind);
  // The value itself may be personal and stays out of the message.
  const std::string scheme = reference.substr(0, reference.find(':'));
  const bool named = scheme.size() < reference.size();
  return Error(ErrorCode::not_found,
               {named ? "No " + what + " is known by this " + scheme +
                            ". Record it first, or check the value."
                      : "A " + what +
                            " is named by its id or by \"scheme:value\", for example "
                            "\"student-number:G…\" or \"class-code:…\".",
                named ? "没有以该 " + scheme + " 登记的对象（" + what + "）。请先登记，或核对号码。"
                      : "对象（" + what +
                            "）须以其编号或“号码类别:号码”指明，例如“student-number:G…”、"
                            "“class-code:…”。"})
      .with("kind", what)
      .with("scheme", named ? scheme : std::string());
}

}  // namespace

Result<std::vector<Holder>> holders(Desk& desk, const std::string& lookup) {
  TAIZHANG_TRY(const auto history, desk.history({identifier_types, {lookup}}));
  return holders_after(history);
}

Result<std::vector<Holder>> holders_of(Desk& desk, std::string_view scheme,
                                       std::string_view value) {
  const std::string normalised = check_identifier(scheme, value).normalised;
  if (normalised.empty()) return std::vector<Holder>();
  TAIZHANG_TRY(const auto lookup, desk.vault().find_lookup_tag(scheme, normalised));
  if (!lookup) return std::vector<Holder>();
  return holders(desk, *lookup);
}

Result<std::string> resolve_subject(Desk& desk, std::string_view kind,
                                    const std::string& reference) {
  const bool any = kind == "*";
  const std::size_t colon = reference.find(':');
  if (colon == std::string::npos) {
    const auto id = Id::parse(reference);
    if (any || !id) return unknown_subject(kind, reference);
    return id->to_string();
  }
  const std::string scheme = reference.substr(0, colon);
  const std::string value = reference.substr(colon + 1);
  if (any || scheme == kind)
    if (const auto id = Id::parse(value))
      return any ? scheme + ":" + id->to_string() : id->to_string();
  TAIZHANG_TRY(std::vector<Holder> all, holders_of(desk, scheme, value));
  if (!any) {
    const std::string prefix = std::string(kind) + ":";
    std::erase_if(all, [&](const Holder& one) { return !one.subject.starts_with(prefix); });
  }
  if (all.empty()) return unknown_subject(kind, reference);
  if (all.size() > 1)
    // A later claim to the number does not take it from who had it; a claim is named by its id.
    std::erase_if(all, [](const Holder& one) { return one.disputed; });
  if (all.size() != 1)
    return refuse(
        "ID-UNIQUE",
        {"Several subjects hold this " + scheme +
             " (position {position}). Name the one meant by its id, or settle the dispute.",
         "该 " + scheme + " 有多个持有者（位置 {position}）。请用对象编号指明，或先解决争议。"},
        all.empty() ? 0 : all.front().position);
  const std::string& tag = all.front().subject;
  return any ? tag : tag.substr(kind.size() + 1);
}

Result<> code_is_free(Decision& decision, const std::string& scheme, const std::string& code) {
  const std::string normalised = check_identifier(scheme, code).normalised;
  TAIZHANG_TRY(const std::string lookup, decision.desk().vault().lookup_tag(scheme, normalised));
  TAIZHANG_TRY(const auto history,
               decision.desk().history({{"education.identifier-assigned"}, {lookup}}));
  if (history.empty()) return {};
  return refuse("CODE-ONCE",
                {"The " + scheme + " \"" + normalised +
                     "\" was already given (position {position}); a code is "
                     "given once and never again. Choose another, or use the existing record.",
                 "号码“" + normalised + "”（" + scheme +
                     "）已被使用（位置 {position}），号码只用一次。请另选号码，或使用已有记录。"},
                history.front().info.position);
}

Result<> assign_code(Decision& decision, const std::string& subject, const std::string& scheme,
                     const std::string& code) {
  TAIZHANG_CHECK(code_is_free(decision, scheme, code));
  const std::string normalised = check_identifier(scheme, code).normalised;
  TAIZHANG_TRY(const std::string lookup, decision.desk().vault().lookup_tag(scheme, normalised));
  v1::IdentifierAssigned assigned;
  assigned.set_subject(subject);
  assigned.set_scheme(scheme);
  assigned.set_lookup(lookup);
  assigned.set_public_value(normalised);
  assigned.set_verification("verified");
  return decision.emit(assigned);
}

Result<std::vector<std::string>> open_event(Desk& desk, const EffectiveEvent& event,
                                            google::protobuf::Message& message) {
  return taizhang::open_event(desk.schema(), desk.vault(), event, message);
}

Result<std::shared_ptr<google::protobuf::Message>> opened(Desk& desk, const std::string& type,
                                                          const std::string& tag) {
  TAIZHANG_TRY(const auto history, desk.history({{type}, {tag}}));
  std::shared_ptr<google::protobuf::Message> message;
  if (history.empty()) return message;
  message.reset(history.back().message->New());
  TAIZHANG_TRY(const auto gone, open_event(desk, history.back(), *message));
  if (!gone.empty()) message.reset();
  return message;
}

}  // namespace taizhang::education
