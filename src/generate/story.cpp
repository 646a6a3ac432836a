#include <algorithm>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

/// Plans one school year: at most one story a child, so that every sequence is lawful.
class Planner {
 public:
  Planner(World& world, const SchoolYear& year)
      : world_(world),
        year_(year),
        autumn_(year.changes[0]),
        winter_(year.changes[1]),
        spring_(year.changes[2]),
        summer_(year.changes[3]) {}

  std::vector<Step> run() {
    const std::size_t at_start = world_.roll.size();
    come_back_from_last_year(at_start);
    drop_out(at_start);
    for (std::size_t i = 0; i < at_start; ++i) move(i);
    arrive_from_outside(at_start);
    choose_for_show();
    choose_next_case();
    for (std::size_t i = 0; i < world_.roll.size(); ++i) absences(i);
    finish();
    return std::move(steps_);
  }

 private:
  [[nodiscard]] Pupil& pupil(std::size_t i) { return world_.roll[i]; }
  [[nodiscard]] Random chance(Purpose purpose, std::uint64_t key) const {
    return world_.random({purpose, key, static_cast<std::uint64_t>(year_.year)});
  }
  [[nodiscard]] bool free(std::size_t i) {
    const Pupil& child = pupil(i);
    return child.place == Place::here && child.quiet && !child.entered_late;
  }
  void add(std::size_t i, Change change, int effective, int detail = -1) {
    steps_.push_back({static_cast<std::uint32_t>(i), change, effective, 0, 0, detail});
    pupil(i).quiet = false;
  }
  [[nodiscard]] bool in_last_grade(std::size_t i) {
    const Stage stage = world_.county.stage_of(pupil(i).class_index);
    return world_.county.grade(pupil(i).class_index, year_.year) ==
           (stage == Stage::junior ? 9 : 6);
  }

  void come_back_from_last_year(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (pupil(i).place != Place::dropped) continue;
      Random draw = chance(purpose_dropout, pupil(i).serial);
      const int grade = world_.county.grade(pupil(i).class_index, year_.year);
      if (grade > 9 || !draw.chance(5'000)) continue;
      const int day_back = autumn_.first + draw.between(0, 14);
      add(i, Change::come_back, day_back);
      add(i, Change::sign_off, day_back + draw.between(4, 9));
      pupil(i).place = Place::here;
    }
  }

  // Most drop out in the spring of grade 8, a few of a class together.
  void drop_out(std::size_t count) {
    std::int64_t on_roll = 0;
    std::vector<std::uint32_t> eighth;
    std::vector<std::uint32_t> others;
    for (std::size_t i = 0; i < count; ++i) {
      if (pupil(i).place == Place::here && pupil(i).quiet) ++on_roll;
      if (!free(i)) continue;
      const int grade = world_.county.grade(pupil(i).class_index, year_.year);
      if (grade == 8) eighth.push_back(static_cast<std::uint32_t>(i));
      if (grade == 7) others.push_back(static_cast<std::uint32_t>(i));
    }
    world_.out.truth("roll_at_start_of_last_year") = on_roll;
    const std::int64_t most = on_roll * 5 / 1'000;
    Random draw = chance(purpose_dropout, 0);
    const bool last = world_.last(year_);
    const std::int64_t stay_out =
        last ? most
             : static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(most / 2 + 1)));
    const std::int64_t return_soon =
        on_roll < 50
            ? 0
            : 1 + static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(most / 2 + 1)));
    const std::int64_t cleared = on_roll < 50 ? 0 : 1 + on_roll / 2'000;
    std::int64_t stayed_out = 0;
    for (std::int64_t n = 0; n < stay_out + return_soon + cleared; ++n) {
      std::vector<std::uint32_t>& from =
          others.empty() || (!eighth.empty() && draw.chance(7'500)) ? eighth : others;
      if (from.empty()) break;
      stayed_out += n < stay_out ? 1 : 0;
      // Half of the time a classmate of the one before goes with them.
      std::size_t at = draw.below(from.size());
      if (n > 0 && draw.chance(5'000)) at = std::min(last_choice_, from.size() - 1);
      last_choice_ = at;
      const std::uint32_t i = from[at];
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
      one_case(i,
               n < stay_out                 ? Ending::stays_out
               : n < stay_out + return_soon ? Ending::returns
                                            : Ending::cleared,
               draw);
    }
    world_.out.truth("dropouts_open_of_last_year") = stayed_out;
  }

  enum class Ending : std::uint8_t { stays_out, returns, cleared };
  void one_case(std::size_t i, Ending ending, Random& draw) {
    int on = spring_.first + draw.between(1, 10);
    const int days = draw.between(3, 9);
    add(i, Change::absence, on, days);
    add(i, Change::suspect, on += days, days);
    if (ending == Ending::cleared) {
      add(i, Change::clear, on + draw.between(2, 6));
      return;
    }
    add(i, Change::confirm, on += draw.between(5, 14));
    for (int attempts = draw.between(1, 3); attempts > 0; --attempts)
      add(i, Change::persuade, on += draw.between(2, 5));
    if (ending == Ending::stays_out) {
      pupil(i).place = Place::dropped;
      return;
    }
    add(i, Change::come_back, on += draw.between(2, 6));
    // The desk of student changes is closed in May.
    const int settled = on + draw.between(5, 10);
    add(i, Change::sign_off, spring_.holds(settled) ? settled : summer_.first + draw.between(0, 8));
  }

  // Transfers peak in September and February; leave lasts a term.
  void move(std::size_t i) {
    if (!free(i)) return;
    Random draw = chance(purpose_story, pupil(i).serial);
    const std::uint32_t part = draw.below(10'000);
    const std::uint32_t when = draw.below(100);
    const int on = when < 47   ? autumn_.first + draw.between(0, 14)
                   : when < 94 ? spring_.first + draw.between(0, 14)
                               : winter_.first + draw.between(0, 40);
    if (part < 150)
      leave_county(i, on, draw);
    else if (part < 300)
      move_within(i, on, draw);
    else if (part < 330)
      take_leave(i, draw);
    else if (part < 380)
      change_class(i, on, draw);
  }

  void leave_county(std::size_t i, int on, Random& draw) {
    add(i, Change::transfer_out, on);
    add(i, Change::transfer_confirm, on + draw.between(2, 10));
    pupil(i).place = Place::gone;
  }

  void move_within(std::size_t i, int on, Random& draw) {
    const County& county = world_.county;
    const ClassRoom& room = county.classes[pupil(i).class_index];
    const auto other = draw.below(county.schools.size());
    const School& target = county.schools[other];
    const Cohort* cohort = target.cohort(room.entry_year);
    if (other == room.school || target.stage != county.schools[room.school].stage ||
        cohort == nullptr)
      return leave_county(i, on, draw);
    const int to = static_cast<int>(cohort->first + draw.below(cohort->count));
    const int confirmed = on + draw.between(2, 5);
    add(i, Change::transfer_out, on, to);
    add(i, Change::transfer_confirm, confirmed, to);
    add(i, Change::transfer_in, confirmed + draw.between(1, 5), to);
    moved_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(to)});
  }

  void take_leave(std::size_t i, Random& draw) {
    const bool autumn = draw.chance(6'000);
    add(i, Change::leave, (autumn ? autumn_ : spring_).first + draw.between(1, 20));
    add(i, Change::resume, (autumn ? spring_ : summer_).first + draw.between(0, 8));
  }

  void change_class(std::size_t i, int on, Random& draw) {
    const ClassRoom& room = world_.county.classes[pupil(i).class_index];
    const Cohort& cohort = *world_.county.schools[room.school].cohort(room.entry_year);
    if (cohort.count < 2) return;
    const std::uint32_t old = pupil(i).class_index - cohort.first;
    const std::uint32_t to = cohort.first + (old + 1 + draw.below(cohort.count - 1)) % cohort.count;
    add(i, Change::class_change, on, static_cast<int>(to));
    moved_.push_back({static_cast<std::uint32_t>(i), to});
  }

  void arrive_from_outside(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      Random draw = chance(purpose_intake, pupil(i).serial);
      if (!draw.chance(140) || pupil(i).place == Place::dropped || in_last_grade(i)) continue;
      Pupil child = world_.new_child(pupil(i).class_index, year_.year);
      child.identity.error = IdError::none;
      child.newcomer = true;
      world_.roll.push_back(child);
      const bool autumn = draw.chance(5'000);
      add(world_.roll.size() - 1, Change::transfer_in,
          (autumn ? autumn_ : spring_).first + draw.between(0, 14),
          static_cast<int>(child.class_index));
    }
  }

  // A boarder with aid in both terms around the raise of 1 March 2024, and one record entered
  // three weeks late: a trail that shows how the ledger tells two kinds of time apart.
  void choose_for_show() {
    const int wanted = std::clamp(2023, world_.options().first_year,
                                  world_.options().first_year + world_.options().years - 1);
    if (year_.year != wanted) return;
    for (std::size_t i = 0; i < world_.roll.size(); ++i) {
      const Pupil& child = pupil(i);
      if (!free(i) || child.household == 0 || !child.boarder ||
          child.identity.error != IdError::none)
        continue;
      if (world_.county.stage_of(child.class_index) != Stage::junior) continue;
      shown_ = static_cast<std::int64_t>(i);
      add(i, Change::absence, autumn_.first + 2, 2);
      world_.out.manifest().live["trail"] = student_number(child.identity);
      return;
    }
  }

  // Somebody for whom the last case could be opened on the day after everything.
  void choose_next_case() {
    if (!world_.last(year_)) return;
    auto& live = world_.out.manifest().live;
    live["date"] = iso(day(year_.year + 1, 7, 5));
    for (std::size_t i = 0; i < world_.roll.size(); ++i) {
      const Pupil& child = pupil(i);
      const int grade = world_.county.grade(child.class_index, year_.year);
      if (!free(i) || (grade != 7 && grade != 8) || child.identity.error != IdError::none) continue;
      live["pupil"] = student_number(child.identity);
      live["class"] = world_.county.class_code(child.class_index);
      live["school"] = world_.county.school_of(child.class_index).code;
      return;
    }
  }

  void absences(std::size_t i) {
    Random draw = chance(purpose_absence, pupil(i).serial);
    const bool all = world_.whole_attendance;
    if (pupil(i).entered_late || static_cast<std::int64_t>(i) == shown_ ||
        !draw.chance(all ? 9'800 : 2'600))
      return;
    for (int n = all ? draw.between(3, 8) : draw.between(1, 2); n > 0; --n) {
      const Span& span = year_.changes[draw.below(4)];
      const int last = std::min(span.last, year_.graduation - 2);
      const bool quiet = pupil(i).quiet;
      add(i, Change::absence, draw.between(span.first, last), draw.chance(7'000) ? 1 : 2);
      pupil(i).quiet = quiet;
    }
  }

  /// What the child is after the step; absences change nothing.
  static Place after(Change change, Place before, bool within) {
    switch (change) {
      case Change::leave:
        return Place::on_leave;
      case Change::transfer_out:
        return Place::moving;
      case Change::transfer_confirm:
        return within ? Place::moving : Place::gone;
      case Change::confirm:
        return Place::dropped;
      case Change::resume:
      case Change::transfer_in:
      case Change::come_back:
        return Place::here;
      case Change::graduate:
        return Place::done;
      default:
        return before;
    }
  }

  void finish() {
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
      return a.pupil != b.pupil ? a.pupil < b.pupil : a.effective < b.effective;
    });
    std::vector<Step> kept;
    kept.reserve(steps_.size() + world_.roll.size() / 6);
    std::size_t at = 0;
    for (std::size_t i = 0; i < world_.roll.size(); ++i) {
      const std::size_t begin = kept.size();
      Place place = at_start(i, at);
      for (; at < steps_.size() && steps_[at].pupil == i; ++at) {
        const Step& step = steps_[at];
        if (step.change == Change::absence && place != Place::here) continue;
        // One record a day: the ledger need not guess an order.
        if (kept.size() > begin && kept.back().effective >= step.effective) {
          if (step.change == Change::absence) continue;
          while (kept.size() > begin && kept.back().change == Change::absence &&
                 kept.back().effective >= step.effective)
            kept.pop_back();
        }
        kept.push_back(step);
        place =
            after(step.change, place, step.change == Change::transfer_confirm && step.detail >= 0);
      }
      if (place == Place::here && in_last_grade(i) &&
          !(kept.size() > begin && kept.back().effective >= year_.graduation)) {
        kept.push_back(
            {static_cast<std::uint32_t>(i), Change::graduate, year_.graduation, 0, 0, -1});
        place = Place::done;
      }
      pupil(i).place = place;
      enter(kept, begin, static_cast<std::int64_t>(i) == shown_);
      mark_aidable(i, kept, begin);
    }
    steps_ = std::move(kept);
    for (const auto& [i, to] : moved_) pupil(i).class_index = to;
    std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
      if (a.recorded != b.recorded) return a.recorded < b.recorded;
      return a.second != b.second ? a.second < b.second : a.pupil < b.pupil;
    });
  }

  /// Where the child was on the first day, told from its first step that says so.
  Place at_start(std::size_t i, std::size_t at) {
    for (; at < steps_.size() && steps_[at].pupil == i; ++at) {
      if (steps_[at].change == Change::absence) continue;
      if (steps_[at].change == Change::come_back) return Place::dropped;
      if (steps_[at].change == Change::transfer_in) return Place::gone;
      return Place::here;
    }
    return pupil(i).place;
  }

  // One in twenty is entered late, but never after something newer of the same child happened.
  void enter(std::vector<Step>& steps, std::size_t begin, bool shown) {
    for (std::size_t n = begin; n < steps.size(); ++n) {
      Step& step = steps[n];
      Random draw =
          chance(purpose_entry, pupil(step.pupil).serial * std::uint64_t{64} + (n - begin) + 1);
      step.recorded = step.effective;
      step.second = static_cast<int>(draw.below(Pace::working_seconds));
      const bool late = draw.chance(650);
      int days = draw.between(1, 60);
      if (shown && begin == n) days = 21;
      if (!late && !(shown && begin == n)) continue;
      if (n + 1 < steps.size()) days = std::min(days, steps[n + 1].effective - 1 - step.effective);
      // Only absences may wait for the next stretch: aid relies on everything else.
      const int stretch = year_.stretch(step.effective);
      if (step.change != Change::absence)
        days =
            std::min(days, year_.changes[static_cast<std::size_t>(stretch)].last - step.effective);
      if (days < 1 || year_.stretch(step.effective + days) < 0) continue;
      step.recorded = step.effective + days;
    }
  }

  void mark_aidable(std::size_t i, const std::vector<Step>& steps, std::size_t begin) {
    for (std::size_t term = 0; term < 2; ++term) {
      Place place = Place::here;
      if (begin < steps.size()) {
        std::size_t first = begin;
        while (first < steps.size() && steps[first].change == Change::absence) ++first;
        if (first < steps.size() && steps[first].change == Change::come_back)
          place = Place::dropped;
        if (first < steps.size() && steps[first].change == Change::transfer_in) place = Place::gone;
        if (first == steps.size()) place = pupil(i).place;
      } else {
        place = pupil(i).place;
      }
      for (std::size_t n = begin; n < steps.size(); ++n)
        if (steps[n].effective < year_.grants[term].first)
          place = after(steps[n].change, place, steps[n].detail >= 0);
      pupil(i).aidable[term] = place == Place::here;
    }
  }

  World& world_;
  const SchoolYear& year_;
  Span autumn_, winter_, spring_, summer_;
  std::vector<Step> steps_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> moved_;
  std::size_t last_choice_ = 0;
  std::int64_t shown_ = -1;
};

}  // namespace

std::vector<Step> plan_year(World& world, const SchoolYear& year) {
  return Planner(world, year).run();
}

}  // namespace taizhang::sample
