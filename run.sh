#!/usr/bin/env bash
# The main job: a school's years from roster files into an event log, and from the log into
# registers, trails and indicators, each figure held against a recount by awk.
#   ./run.sh [--seed N] [--pupils N] [--years N] [--keep DIR]
# Exits 0 only if every comparison held.
set -euo pipefail
cd "$(dirname "$0")"

seed=7 pupils=600 years=3 keep=
while [ $# -gt 0 ]; do
  case $1 in
    --seed) seed=$2; shift 2 ;;
    --pupils) pupils=$2; shift 2 ;;
    --years) years=$2; shift 2 ;;
    --keep) keep=$2; shift 2 ;;
    *) echo "usage: ./run.sh [--seed N] [--pupils N] [--years N] [--keep DIR]" >&2; exit 2 ;;
  esac
done

scripts/packages.sh
# All that `cmake --install build/release` takes. A person at a terminal sees how far it is; elsewhere
# only what failed is of interest.
if [ -t 1 ]; then
  scripts/build.sh release taizhang_installable
else
  log=$(mktemp)
  scripts/build.sh release taizhang_installable >"$log" 2>&1 || { tail -n 60 "$log"; rm -f "$log"; exit 1; }
  rm -f "$log"
fi
taizhang=$PWD/build/release/bin/taizhang
work=${keep:-$(mktemp -d)}
mkdir -p "$work"
[ -n "$keep" ] || trap 'rm -rf "$work"' EXIT
data=$work/data
ledger=$work/ledger

step() { printf '\n== %s. %s\n' "$1" "$2"; }
failures=0
check() {  # check WHAT EXPECTED FOUND
  if [ -n "$3" ] && [ "$2" = "$3" ]; then printf '   ok       %s: %s\n' "$1" "$3"
  else printf '   FAILED   %s: expected %s, found %s\n' "$1" "$2" "$3"; failures=$((failures + 1)); fi
}
may_find_wanting() { "$@" || [ $? -eq 1 ]; }  # exit code 1 is an answer, not a failure
planted() { awk -F' = ' -v name="$1" '$1 == name { gsub(/"/, "", $2); print $2; exit }' "$data/manifest.toml"; }
recounted() { awk -v name="$1" '$1 == name { print $2 }' "$work/recount.txt"; }
head_of() { "$taizhang" status "$1" --json 2>/dev/null | grep -o '"position":"[0-9]*"' | head -1 | tr -dc 0-9; }
# Sums or counts over one JSON object a line, by a field's name.
sum_of() { grep -o "\"$1\":\"\{0,1\}-\{0,1\}[0-9]*" | awk -F'[:"]+' '{ s += $NF } END { printf "%d", s }'; }

step 1 "Sample data: $pupils pupils, $years years, seed $seed / 示例数据"
"$taizhang" generate school --pupils "$pupils" --years "$years" --seed "$seed" --out "$data"

step 2 "Import, with what is refused and the way out / 导入"
"$taizhang" init "$ledger" --simulated-clock
may_find_wanting "$taizhang" import "$ledger" "$data" --rejects "$work/rejects" --show 20
refused=$(cat "$work"/rejects/*.csv 2>/dev/null | wc -c)
[ "$refused" -gt 0 ] && echo "   refused rows, to be mended and imported again: $work/rejects"
imported=$(head_of "$ledger")

step 3 "The same files again, re-saved in other encodings and re-sorted / 重新保存并重排后再导入"
scripts/resave.py "$data" "$work/resaved"
may_find_wanting "$taizhang" import "$ledger" "$work/resaved" --rejects "$work/rejects-again" --show 0 >"$work/again.txt" 2>/dev/null
check "events after importing again" "$imported" "$(head_of "$ledger")"

step 4 "kill -9 in the middle, then the same import again / 中途强杀后续传"
crashed=$work/crashed
"$taizhang" init "$crashed" --simulated-clock >/dev/null
"$taizhang" import "$crashed" "$data" --rejects "$work/rejects-crash" --show 0 --acknowledge >"$work/acks.txt" 2>/dev/null &
victim=$!
while kill -0 $victim 2>/dev/null; do
  at=$(grep -c durable "$work/acks.txt" || true)
  [ "$at" -lt 12 ] || break
  sleep 0.05
done
kill -9 $victim 2>/dev/null || true
wait $victim 2>/dev/null || true
acknowledged=$(grep -o '"durable":"[0-9]*"' "$work/acks.txt" | tail -1 | tr -dc 0-9)
survived=$(head_of "$crashed")
echo "   killed after position $acknowledged was acknowledged; the log holds $survived"
check "every acknowledged event found" yes "$([ "$survived" -ge "$acknowledged" ] && echo yes || echo no)"
may_find_wanting "$taizhang" import "$crashed" "$data" --rejects "$work/rejects-crash" --show 0 >/dev/null
# Event for event the same, but for recorded times, drawn ids and the bookkeeping of imports.
story() {
  "$taizhang" events "$1" --json 2>/dev/null | grep -v '"type":"ledger.import-' |
    sed 's/.*"effective_on":"\([^"]*\)".*"type":"\([^"]*\)".*"command":"\([^"]*\)".*/\1 \2 \3/'
}
story "$ledger" >"$work/story.txt"
story "$crashed" >"$work/story-crashed.txt"
check "the same story, event for event" "$(sha256sum <"$work/story.txt")" "$(sha256sum <"$work/story-crashed.txt")"

step 5 "64 writers on one payment / 64 个并发写入争发同一笔款"
for _ in $(seq 64); do
  printf '{"type":"RecordDisbursement","on":"%s","context":{"actor":"teacher:demo","office":"总务处"},"body":{"student":"student-number:%s","programme":"programme-code:%s","school_year":"%s","term":"%s"}}\n' \
    "$(planted date)" "$(planted payment_student)" "$(planted payment_programme)" "$(planted payment_school_year)" "$(planted payment_term)"
done >"$work/payments.ndjson"
may_find_wanting "$taizhang" execute "$ledger" --writers 64 <"$work/payments.ndjson" >"$work/payments.txt" 2>/dev/null
grep -m1 '"verdict":"rejected"' "$work/payments.txt"
check "accepted" 1 "$(grep -c '"verdict":"accepted"' "$work/payments.txt")"
check "refused, each naming the position" 63 "$(grep '"verdict":"rejected"' "$work/payments.txt" | grep -c '"position":"[1-9]')"

step 6 "All views rebuilt from position 0, against those kept up / 从头重建全部视图"
"$taizhang" rebuild "$ledger" || { check "rebuild equals keeping up" yes no; }

step 7 "Recounted from the CSV files by awk / 用 awk 从原始文件复算"
scripts/recount.sh "$data" >"$work/recount.txt"
"$taizhang" view "$ledger" student-register --json 2>/dev/null >"$work/students.json"
"$taizhang" view "$ledger" aid-payments --json 2>/dev/null >"$work/payments.json"
"$taizhang" view "$ledger" dropout-confirmed --json 2>/dev/null >"$work/dropouts.json"
"$taizhang" view "$ledger" training-ledger --json 2>/dev/null >"$work/trainings.json"
demo_fen=$(planted payment_amount | awk '{ printf "%.0f", $1 * 100 }')  # step 5's one payment
check "pupils" "$(recounted pupils)" "$(grep -c '"status":"[0-9]' "$work/students.json")"
check "paid, fen" "$(($(recounted paid_fen) + demo_fen))" "$(sum_of paid_fen <"$work/payments.json")"
check "granted, fen" "$(recounted granted_fen)" "$(sum_of granted_fen <"$work/payments.json")"
check "dropouts" "$(recounted dropouts)" "$(wc -l <"$work/dropouts.json" | tr -d ' ')"
check "returns" "$(recounted returns)" "$(sum_of returns <"$work/students.json")"
check "trainings completed" "$(recounted training_completions)" "$(grep -c '"completed_on":"[0-9]' "$work/trainings.json")"

step 8 "Five rows of each register / 各名册前五行"
for view in $("$taizhang" views "$ledger" --json 2>/dev/null | sed 's/.*"view":"\([^"]*\)".*/\1/'); do
  printf '\n-- %s\n' "$view"
  "$taizhang" view "$ledger" "$view" --limit 5 2>/dev/null
done

step 9 "The indicator board / 指标看板"
on=$(planted date)
may_find_wanting "$taizhang" indicators "$ledger" --on "$on" 2>/dev/null
dropout_met() {
  may_find_wanting "$taizhang" indicators "$ledger" --on "$on" --json 2>/dev/null |
    grep '"name":"dropout-rate"' | grep -o '"met":[a-z]*' | cut -d: -f2
}
check "dropout rate within its target" true "$(dropout_met)"

step 10 "Live: one more dropout tips it, a return brings it back, an expulsion is refused / 现场演示"
pupil=$(planted pupil)
tell() { "$taizhang" execute "$ledger" "$1" 2>/dev/null; }
tell "{\"type\":\"SuspectDropout\",\"on\":\"$on\",\"context\":{\"actor\":\"teacher:demo\"},\"body\":{\"student\":\"student-number:$pupil\",\"cause\":\"work\",\"absent_days\":9}}" >/dev/null
tell "{\"type\":\"ConfirmDropout\",\"on\":\"$on\",\"context\":{\"actor\":\"teacher:demo\"},\"body\":{\"student\":\"student-number:$pupil\",\"cause\":\"work\"}}" >/dev/null
check "after one more confirmed dropout, within target" false "$(dropout_met)"
tell "{\"type\":\"RecordReturn\",\"on\":\"$on\",\"context\":{\"actor\":\"teacher:demo\"},\"body\":{\"student\":\"student-number:$pupil\"}}" >/dev/null
check "after the return, within target" true "$(dropout_met)"
before=$(head_of "$ledger")
tell "{\"type\":\"ExpelStudent\",\"on\":\"$on\",\"context\":{\"actor\":\"teacher:demo\"},\"body\":{\"student\":\"student-number:$pupil\",\"cause\":\"truancy\"}}" >"$work/expulsion.json" || true
cat "$work/expulsion.json"
check "the expulsion is refused" rejected "$(grep -o '"verdict":"[a-z]*"' "$work/expulsion.json" | cut -d'"' -f4)"
check "and nothing was written" "$before" "$(head_of "$ledger")"

step 11 "One pupil's trail, late records marked, the allowance changing on 1 March 2024 / 一名学生的轨迹"
"$taizhang" trail "$ledger" "student-number:$(planted trail)" 2>/dev/null | tee "$work/trail.txt"
check "a late record is marked" yes "$(grep -qE 'late [0-9]+d|补录' "$work/trail.txt" && echo yes || echo no)"

echo
if [ "$failures" -ne 0 ]; then echo "$failures comparisons FAILED"; exit 1; fi
echo "every comparison held / 全部比对一致"
