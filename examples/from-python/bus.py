#!/usr/bin/env python3
"""The school bus of ../own-schema without C++: a rule across two subjects, a register, a void, a
correction.

    bus.py SCHEMA DIRECTORY
"""
import sys

from taizhang import Model, Taizhang, TaizhangError

model = Model()


# A child rides one bus, a bus takes two children. Whatever is read here is part of the commit's
# condition, so that no race gets past it.
@model.rule("BoardBus")
def board(decision, command):
    child, bus = command["body"]["child"], command["body"]["bus"]
    for ride in decision.past("child:" + child, types=["child-boarded"]):
        decision.refuse("ONE-BUS", f"rides {ride['body']['bus']} (position {{position}})",
                        f"已乘校车 {ride['body']['bus']}（位置 {{position}}）", ride["position"])
    row = decision.row("buses", "bus:" + bus)
    if row and int(row["children"]) >= 2:
        decision.refuse("BUS-FULL", "the bus is full", "校车已满")
    decision.emit("child-boarded", child=child, bus=bus)


@model.table("buses", creates=["child-boarded"])
def buses(row, event):
    row["children"] = int(row["children"]) + 1


def main(schema, directory):
    with Taizhang("rocksdb:" + directory, model, mode="open_or_create", name="school-bus",
                  schema=schema, language="en") as record:
        first = record.checkpoint()["position"] == "1"  # nothing but the schema

        def wish(number, child, bus):  # an id of its own makes it safe to send again
            verdict, = record.execute([{
                "type": "BoardBus", "id": f"{number:026}", "on": "2024-09-02",
                "context": {"actor": "driver:1"}, "body": {"child": child, "bus": bus}}])
            print(child, bus, verdict["verdict"], verdict.get("rule", ""),
                  verdict.get("message", {}).get("en", ""))
            return verdict

        ann = wish(1, "ann", "1")
        ben = wish(2, "ben", "1")
        grounds = {"reason": "written down by mistake", "approver": "head"}
        if first:
            wish(3, "ann", "2")
            wish(4, "cai", "1")
            print("void:", record.void(ann["positions"][0], **grounds)["verdict"])
            print("correct:", record.correct(ben["positions"][0], {"bus": "2"}, **grounds)["verdict"])
        wish(5, "ann", "2")
        wish(6, "cai", "1")
        for row in record.view("buses")["rows"]:
            print("register: bus", row["bus"], "children", row["children"])
        print("status:", record.status()["projections"][0]["rows"], "rows")
        try:
            record.void(ann["positions"][0], **grounds, approved="yes")
        except TaizhangError as error:
            print(error.code + ":", error)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
