#pragma once

#include <string>
#include <string_view>

#include "taizhang/decision/decider.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

// How people name subjects, for programs that take their words. Thread rule: any thread.

/// The tag of the subject that a reference names: "student-number:G43…", "student:01hx…" or the
/// bare "01hx…". An empty kind: of whatever kind. `decider` is of the education model.
/// Errors: `not_found` (says how to name it), `rejected` (several hold the identifier), those of
/// reading.
Result<std::string> subject_tag(Decider& decider, std::string_view kind,
                                std::string_view reference);

/// Puts tags in place of the references in an Ask's key, and ids in place of those in its
/// conditions. More parts of a key than the view has, and fields that it lacks, are left to
/// Views::ask. Errors: those of subject_tag.
Result<> name_subjects(Decider& decider, const MessageInfo& view, Ask& ask);

}  // namespace taizhang
