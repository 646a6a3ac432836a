"""Commands for `execute`: one school, its classes, and as many children as asked for. The same numbers
give the same commands with the same ids, so that a command can be sent again."""
import hashlib
import json

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
SCHOOL, CLASSES, AREA = "3143007001", 3, "431224"
NOW = "2024-07-01T00:00:00Z"  # after the last row of the sample data: a simulated clock never runs back


def identity(words):
    """26 letters of 128 bits, as the ledger writes ids."""
    number = int.from_bytes(hashlib.blake2b(words.encode(), digest_size=16).digest(), "big")
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(26)))


def citizen_id(number):
    """With the check digit of GB 11643: rules refuse ids without it."""
    digits = f"{AREA}2011{1 + number % 12:02}{1 + number // 12 % 28:02}{number % 997 + 1:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


def command(kind, on, body, name, salt=""):
    return {"type": kind, "id": identity(f"{salt}/{kind}/{name}"), "on": on, "simulated_now": NOW,
            "context": {"actor": "teacher:1", "office": "教务处"}, "body": body}


def school_and_classes():
    yield command("RegisterSchool", "2023-08-20", {"code": SCHOOL, "name": "铜湾学校", "category": "31",
                                                    "jurisdiction": "CN-431224"}, SCHOOL)
    for number in range(CLASSES):
        yield command("OpenClass", "2023-08-20", {"school": f"school-code:{SCHOOL}", "code": f"K2023-{number}",
                                                  "stage": "junior", "entry_year": 2023}, number)


def child(number, salt=""):
    """With another salt: the same child under another command id."""
    found = citizen_id(number)
    return command("EnrolStudent", "2023-09-01", {
        "class": f"class-code:K2023-{number % CLASSES}", "citizen_id": found, "sex": str(1 + number % 2),
        "name": "向滕米舒"[number % 4] + "秀春芳军"[number // 4 % 4] + "梅生"[number // 16 % 2],
        "birth_date": f"{found[6:10]}-{found[10:12]}-{found[12:14]}"}, number, salt)


def as_lines(commands):
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in commands)
