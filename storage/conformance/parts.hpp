#pragma once

/// One from each source file of the tests: see linked_parts.
namespace taizhang::conformance {

int reads();
int writes();
int loads();
int snapshots();
int openings();
int marks();

}  // namespace taizhang::conformance
