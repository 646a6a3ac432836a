#pragma once

#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb audit_verb();
Verb audit_sample_verb();  ///< below audit, as the next
Verb audit_record_verb();
Verb audit_freeze_verb();

}  // namespace taizhang::tool
