"""Reads all vectors with read_state.py, and the queries among them with urllib.parse. Prints what fails, and a count."""

import base64
import json
import sys
import urllib.parse
from pathlib import Path

from read_state import StateError, read_state

HERE = Path(__file__).parent
failures = []
count = 0


def check(name, found, expected):
    global count
    count += 1
    if plain(found) != plain(expected):
        failures.append(f"{name}: {found!r}, and not {expected!r}")


def plain(value):
    """As text, in which true isn't 1, and 1 is 1.0."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


def read(shapes, request, limits=None):
    body = request.get("body", "").encode()
    if "bodyBase64" in request:
        body = base64.b64decode(request["bodyBase64"])
    try:
        return read_state(shapes, request.get("query", ""), request.get("header", ""), request.get("contentType", ""), body, limits)
    except StateError as error:
        return error.code


def load(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))


for vector in load("decode.json"):
    found = read(vector["shapes"], vector["request"], vector.get("limits"))
    check(vector["name"], found, vector.get("error", vector.get("state")))

for vector in load("encode.json"):
    if "request" in vector:
        state = vector.get("decoded", vector["state"])
        found = read({"x": vector["shape"]}, vector["request"]).get("x")
        if isinstance(state, list) and isinstance(found, list):
            found, state = sorted(found), sorted(state)
        check(vector["name"], found, state)
    if "pairs" in vector:
        query = urllib.parse.parse_qs(vector["request"]["query"], keep_blank_values=True, strict_parsing=True)
        check(f"{vector['name']}, by urllib", query, dict(vector["pairs"]))

for failure in failures:
    print(failure)
print(f"test result: {'FAILED' if failures else 'ok'}. {count - len(failures)} passed; {len(failures)} failed")
sys.exit(1 if failures else 0)
