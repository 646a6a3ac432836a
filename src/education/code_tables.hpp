#pragma once

#include "taizhang/schema/schema.hpp"

namespace taizhang::education {

/// Every code table that the messages of the education layer name.
const CodeTables& code_tables();

}  // namespace taizhang::education
