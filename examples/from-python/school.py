#!/usr/bin/env python3
"""The story of one child: a school, a class, an enrolment, a refusal, the register, the log.

    school.py DIRECTORY
"""
import sys

from taizhang import ALL, Taizhang, TaizhangError, version

CHILD = "citizen-id:431224201103150022"
COMMANDS = [  # an id of one's own makes each safe to send again: run this program twice
    {"type": "RegisterSchool", "id": "00000000000000000000000001", "on": "2023-08-20",
     "context": {"actor": "teacher:1", "office": "教务处"},
     "body": {"code": "3143001234", "name": "思蒙镇中学", "category": "31",
              "jurisdiction": "CN-431224"}},
    {"type": "OpenClass", "id": "00000000000000000000000002", "on": "2023-08-20",
     "body": {"school": "school-code:3143001234", "code": "C1", "stage": "junior",
              "entry_year": 2023}},
    {"type": "EnrolStudent", "id": "00000000000000000000000003", "on": "2023-09-01",
     "body": {"class": "class-code:C1", "name": "舒·阿依", "sex": "2", "birth_date": "2011-03-15",
              "citizen_id": "431224201103150022"}},
    # Compulsory education: a rule refuses this one, and names itself.
    {"type": "ExpelStudent", "id": "00000000000000000000000004", "on": "2024-03-01",
     "body": {"student": CHILD, "cause": "旷课"}},
]


def main(directory):
    print("taizhang", version())
    with Taizhang("rocksdb:" + directory, mode="open_or_create", language="en") as record:
        for command, verdict in zip(COMMANDS, record.execute(COMMANDS)):
            print(command["type"], verdict["verdict"], verdict.get("rule", ""),
                  verdict.get("message", {}).get("en", ""))
        for row in record.view("student-register", where={"school": "school-code:3143001234"})["rows"]:
            print("register:", row["name"], row["status"])
        for entry in record.trail(CHILD):
            print("trail:", entry["position"], entry["effective_on"], entry["label"])
        for event in record.follow({"types": ["student-enrolled"]}):
            if event is None:
                break
            print("followed:", event["position"], event["type"], event["body"]["school"])
        for events in record.consume("school.py", ALL):  # goes on where the last run ended
            if not events:
                break
            print("new since the last run:", len(events))
        try:
            record.view("student-registre")
        except TaizhangError as error:
            print(error.code + ":", error)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
