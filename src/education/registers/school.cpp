#include "education/registers/registers.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"

namespace taizhang::registers {

namespace v1 = education::v1;
using v1::SchoolRow;

// Events about a school carry its parent's tag too, and so touch the parent's row: only what
// names the row itself changes it.
void add_school_register(Projection& schools) {
  schools.table<SchoolRow>("school-register", {"school"})
      .creates<v1::SchoolRegistered>(
          [](const v1::SchoolRegistered& e, const EventInfo& info, SchoolRow& row) {
            if (e.school() != row.school()) return;
            row.set_code(e.code());
            row.set_name(e.name());
            row.set_category(e.category());
            row.set_jurisdiction(e.jurisdiction());
            row.set_township(e.township());
            row.set_parent_school(e.parent_school());
            row.set_registered_on(info.effective_on.to_string());
            row.clear_closed_on();  // a school that reopens takes its old code
          })
      .creates<v1::SchoolProfileChanged>(
          [](const v1::SchoolProfileChanged& e, const EventInfo&, SchoolRow& row) {
            if (e.school() != row.school()) return;
            if (!e.name().empty()) row.set_name(e.name());
            if (!e.township().empty()) row.set_township(e.township());
            if (!e.parent_school().empty()) row.set_parent_school(e.parent_school());
          })
      .creates<v1::SchoolClosed>(
          [](const v1::SchoolClosed&, const EventInfo& info, SchoolRow& row) {
            row.set_closed_on(info.effective_on.to_string());
          })
      .creates<v1::ClassOpened>(
          [](const v1::ClassOpened& e, const EventInfo& info, SchoolRow& row) {
            v1::ClassEntry& opened = *row.add_classes();
            opened.set_class_(e.class_());
            opened.set_code(e.code());
            opened.set_name(e.name());
            opened.set_stage(e.stage());
            opened.set_entry_year(e.entry_year());
            opened.set_class_type(e.class_type());
            opened.set_opened_on(info.effective_on.to_string());
          })
      .shown_if([](const SchoolRow& row) { return !row.registered_on().empty(); });
}

}  // namespace taizhang::registers
