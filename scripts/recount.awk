# Reads CSV files one after another, each behind a line of \001 and its name (see recount.sh).
# Any POSIX awk; UTF-8 taken as bytes.

function parse(line,    n, i, c, quoted, cell) {
  if (index(line, "\"") == 0) return split(line, cells, delimiter)
  n = 0; cell = ""; quoted = 0
  for (i = 1; i <= length(line); i++) {
    c = substr(line, i, 1)
    if (quoted) {
      if (c != "\"") cell = cell c
      else if (substr(line, i + 1, 1) == "\"") { cell = cell c; i++ }
      else quoted = 0
    }
    else if (c == "\"") quoted = 1
    else if (c == delimiter) { cells[++n] = cell; cell = "" }
    else cell = cell c
  }
  cells[++n] = cell
  return n
}
function col(name) { return cells[column[name]] }
function fen(yuan) { sub(/\./, "", yuan); return yuan + 0 }
function add(name, amount) { total[name] += amount }
function once(key) { return !(seen[kind, key]++) }
function late(effective) { if (substr(col("录入时间"), 1, 10) > effective) add("late_rows", 1) }
function pupil() { if (!(pupils[col("学籍号")]++)) add("pupils", 1) }

function enrolment() {
  if (!once(col("学籍号") "|" col("入学日期"))) return
  add("enrolments", 1); late(col("入学日期")); pupil()
}
function change(    what, who) {
  if (!once(col("流水号"))) return
  what = col("变动类型"); who = col("学籍号"); late(col("变动日期"))
  if (what == "转入") { add("transfers_in", 1); pupil() }
  else if (what == "转出") add("transfers_out", 1)
  else if (what == "休学") add("leaves", 1)
  else if (what == "缺勤") add("absences", 1)
  else if (what == "毕业") add("graduations", 1)
  else if (what == "确认辍学") { add("dropouts", 1); out[who] = school_year }
  else if (what == "返校") { add("returns", 1); delete out[who] }
}
function grant() {
  if (once(col("流水号"))) { add("grants", 1); add("granted_fen", fen(col("金额"))) }
}
function payment(    what) {
  if (!once(col("流水号"))) return
  what = col("业务")
  if (what == "到账") { add("disbursements", 1); add("paid_grants", 1); add("paid_fen", fen(col("金额"))) }
  else if (what == "退回") { add("aid_returns", 1); add("paid_grants", -1); add("paid_fen", -fen(col("金额"))) }
}
function training() {
  if (!once(col("流水号"))) return
  if (col("环节") == "报名") add("training_enrolments", 1)
  else if (col("环节") == "完成") add("training_completions", 1)
}
function row() {
  if (file == "planted-bad.csv") { bad[cells[1], cells[2], cells[3]] = 1; return }
  if (((file, "学籍号", col("学籍号")) in bad) && kind == "enrol") return
  if ((file, "流水号", col("流水号")) in bad) return
  if (kind == "enrol" || kind == "enrol-late") enrolment()
  else if (kind == "changes") change()
  else if (kind == "grants") grant()
  else if (kind == "payments") payment()
  else if (kind == "training") training()
  else if (kind == "teachers" && col("变动") == "到岗") add("teachers", 1)
  else if (kind == "cohort") add("cohort_children", 1)
  else if (kind == "households") add("households", 1)
  else if (kind == "schools") add("schools", 1)
  else if (kind == "classes") add("classes", 1)
}

BEGIN {
  names = "pupils enrolments late_rows transfers_in transfers_out leaves absences graduations " \
    "dropouts returns grants granted_fen disbursements paid_grants paid_fen aid_returns " \
    "training_enrolments training_completions teachers cohort_children households schools classes"
  for (n = split(names, name, " "); n > 0; n--) total[name[n]] = 0
}
/^\001/ {
  file = substr($0, 2)
  school_year = substr(file, 1, 4) + 0
  kind = substr(file, 9); sub(/\.csv$/, "", kind)
  header = 1; pending = ""
  if (school_year > last_year) last_year = school_year
  next
}
{
  sub(/\r$/, "")
  line = pending == "" ? $0 : pending "\n" $0
  # A record goes on while a quotation is open.
  if (gsub(/"/, "\"", line) % 2) { pending = line; next }
  pending = ""
  if (header) {
    sub(/^\357\273\277/, "", line)
    delimiter = index(line, "\t") ? "\t" : index(line, ";") ? ";" : ","
    split("", column)
    for (n = parse(line); n > 0; n--) column[cells[n]] = n
    header = 0
    next
  }
  parse(line)
  row()
}
END {
  open = 0; recent = 0
  for (who in out) { open++; if (out[who] == last_year) recent++ }
  total["dropouts_open"] = open
  total["dropouts_open_of_last_year"] = recent
  for (name_ in total) printf "%s %.0f\n", name_, total[name_]
}
