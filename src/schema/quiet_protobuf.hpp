#pragma once

namespace taizhang::schema {

/// protobuf writes on standard error what it finds wrong with a message, such as text that is not
/// UTF-8, with the text; and tells its caller, too. A library has no say over standard error, and
/// the text may be personal: so the default handler is taken out. A handler that the application
/// set stays, whether it was set before or is set later. Called wherever a schema is made, which
/// every program does before it has a message of it.
void quiet_protobuf();

}  // namespace taizhang::schema
