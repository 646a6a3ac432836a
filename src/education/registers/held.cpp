#include "education/registers/held.hpp"

#include <algorithm>

namespace taizhang::registers {
namespace {

/// An event without a token speaks of every number of its scheme.
bool is_meant(const v1::HeldIdentifier& one, std::string_view scheme, std::string_view lookup) {
  return one.scheme() == scheme && (lookup.empty() || one.lookup() == lookup);
}

}  // namespace

std::string identifier_slot(std::string_view scheme, std::string_view lookup) {
  return std::string(scheme).append(" ").append(lookup);
}

void apply(const v1::IdentifierAssigned& e, const EventInfo& info, std::string_view subject,
           Held& held) {
  if (e.subject() != subject) return;
  // The latest stands last. A number at last supplied replaces the note that it was missing.
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const v1::HeldIdentifier& one) {
                              return one.scheme() == e.scheme() &&
                                     (one.lookup() == e.lookup() || one.lookup().empty());
                            }),
             held.end());
  v1::HeldIdentifier& one = *held.Add();
  one.set_scheme(e.scheme());
  one.set_lookup(e.lookup());
  one.set_public_value(e.public_value());
  one.set_verification(e.verification());
  one.set_since(info.effective_on.to_string());
  one.set_position(info.position);
}

void apply(const v1::IdentifierVerified& e, std::string_view subject, Held& held) {
  if (e.subject() != subject) return;
  for (v1::HeldIdentifier& one : held)
    if (is_meant(one, e.scheme(), e.lookup())) one.set_verification("verified");
}

void apply(const v1::IdentifierWithdrawn& e, std::string_view subject, Held& held) {
  if (e.subject() != subject) return;
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const v1::HeldIdentifier& one) {
                              return is_meant(one, e.scheme(), e.lookup());
                            }),
             held.end());
}

void apply(const v1::IdentifierDisputed& e, std::string_view subject, Held& held) {
  if (e.subject() != subject && e.holder() != subject) return;
  for (v1::HeldIdentifier& one : held)
    if (one.scheme() == e.scheme() && one.lookup() == e.lookup()) one.set_verification("disputed");
}

std::string_view shown_scheme(const Held& held, std::string_view slot) {
  for (auto one = held.rbegin(); one != held.rend(); ++one) {
    if (identifier_slot(one->scheme(), one->lookup()) != slot) continue;
    const bool latest = std::none_of(held.rbegin(), one, [&](const v1::HeldIdentifier& later) {
      return later.scheme() == one->scheme();
    });
    return latest ? std::string_view(one->scheme()) : std::string_view();
  }
  return {};
}

}  // namespace taizhang::registers
