#!/bin/sh
# What the README says, held to what is seen: run.sh BUILD SCRATCH. `taizhang` is on the path.
set -eu
"$1/own_schema" "$2/bus" | tee "$2/out"
cat >"$2/expected" <<'END'
ann: aboard
ben: aboard
ann: rides 1
cai: the bus is full
bus: "1" children: 2
END
cmp "$2/out" "$2/expected"
# The stock tool was not built with these kinds of event; it reads the schema in the ledger.
taizhang --lang en trail "$2/bus" child:ann | tee "$2/trail"
grep -q "child boarded .* child ann; bus 1" "$2/trail"
taizhang --json events "$2/bus" --type child-boarded | grep -q '"label":"学生上车"\|"label":"child boarded"'
taizhang export "$2/bus" --schema "$2/schema.binpb" >"$2/events.jsonl"
grep -q '"body":{"child":"ben","bus":"1"}' "$2/events.jsonl"
grep -q "bus.proto" "$2/schema.binpb"
if taizhang execute "$2/bus" '{"type":"BoardBus","body":{"child":"dai","bus":"2"}}' 2>"$2/refusal"; then
  echo "the tool has no rules of this application and yet took a command" >&2
  exit 1
fi
grep -q school-bus "$2/refusal"
