"""The server's half of holdall in Python, written from README.md alone: takes the state back out of a request."""

import base64
import json
import re

STATUSES = {"malformed": 400, "too-large": 413, "unsupported-body": 415, "missing": 422}
LIMITS = {"bytes": 1_000_000, "depth": 32, "entries": 10_000}
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
MEMBER = re.compile(r"[ \t]*([a-z*][a-z0-9_.*-]*)=:(.*):[ \t]*")


class StateError(Exception):
    """Why a request's state wasn't read; `code` is one of STATUSES."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def read_state(shapes, query="", header="", content_type="", body=b"", limits=None):
    """Gives the slices that `shapes` describe, by name; those that the request doesn't carry are left out."""
    budget = Budget({**LIMITS, **(limits or {})})
    used = {shape["in"] for shape in shapes.values()}
    query = query if "query" in used else ""
    header = header if "header" in used else ""
    in_body = "body" in used
    body = body if in_body or any(shape.get("orInBody") for shape in shapes.values()) else b""
    if len(query.encode()) + len(header) + len(body) > budget.bytes:
        raise StateError("too-large")
    parameters = read_parameters(query, budget)
    dictionary = read_header(header, budget)
    try:
        fields = read_body(body, content_type, budget)
    except StateError as error:
        if in_body or error.code != "unsupported-body":
            raise
        fields = []
    state = {}
    for slice_name, shape in shapes.items():
        name = shape.get("as", slice_name)
        if shape["in"] == "header":
            value = json_slice(dictionary, name, budget)
        elif shape["in"] == "body":
            value = json_slice(fields, name, budget)
        elif "of" in shape or "fields" in shape:
            value = query_slice(parameters, name, shape)
        else:
            value = json_slice([(key, Encoded(text)) for key, text in parameters], name, budget)
        if value is None and shape.get("orInBody"):
            value = conforming(shape, json_slice(fields, name, budget))
        if value is not None:
            state[slice_name] = value
        elif shape.get("required"):
            raise StateError("missing")
    return state


class Budget:
    def __init__(self, limits):
        self.bytes, self.depth, self.entries = limits["bytes"], limits["depth"], limits["entries"]

    def take(self, count=1):
        self.entries -= count
        if self.entries < 0:
            raise StateError("too-large")


# The query


def read_parameters(query, budget):
    """Names and values, the values still encoded."""
    pairs = []
    for pair in query.split("&"):
        if pair:
            budget.take()
            name, _, value = pair.partition("=")
            pairs.append((percent_decode(name), value))
    return pairs


def percent_decode(text):
    data = text.replace("+", " ").encode()
    if re.search(rb"%(?![0-9A-Fa-f]{2})", data):
        raise StateError("malformed")
    return utf8(re.sub(rb"%(..)", lambda match: bytes([int(match[1], 16)]), data))


def query_slice(parameters, name, shape):
    def values(parameter):
        return [text for key, text in parameters if key == parameter]

    def one(parameter, scalar_type):
        found = values(parameter)
        if len(found) > 1:
            raise StateError("malformed")
        return scalar(found[0], scalar_type)

    deep = shape.get("style") == "deepObject"
    value = {}
    if "fields" in shape:
        for field, scalar_type in shape["fields"].items():
            parameter = f"{name}[{field}]" if deep else field
            if values(parameter):
                if isinstance(scalar_type, list):
                    value[field] = [scalar(text, scalar_type[0]) for text in values(parameter)]
                else:
                    value[field] = one(parameter, scalar_type)
    elif deep:
        for parameter, _ in parameters:
            if parameter.startswith(name + "[") and parameter.endswith("]"):
                key = parameter[len(name) + 1 : -1]
                if "[" in key or "]" in key:
                    raise StateError("malformed")
                value[key] = one(parameter, shape["of"])
    else:
        value = [scalar(text, shape["of"]) for text in values(name)]
        if len(set(value)) < len(value):
            raise StateError("malformed")
    return value or None


def scalar(text, scalar_type):
    text = percent_decode(text)
    if scalar_type == "string":
        return text
    if scalar_type == "boolean" and text in ("true", "false"):
        return text == "true"
    if scalar_type == "number" and NUMBER.fullmatch(text):
        return finite(text)
    raise StateError("malformed")


# The header


def read_header(header, budget):
    members = []
    for member in header.split(",") if header.strip(" \t") else []:
        budget.take()
        match = MEMBER.fullmatch(member)
        if not match:
            raise StateError("malformed")
        members.append((match[1], match[2]))
    return [(key, Base64(text)) for key, text in members]


class Base64(str):
    """Decoded when it is asked for: other members are somebody else's."""

    def text(self):
        digits = self.rstrip("=")
        padding = len(self) - len(digits)
        if not re.fullmatch("[A-Za-z0-9+/]*", digits) or len(digits) % 4 == 1:
            raise StateError("malformed")
        if padding and (padding > 2 or len(self) % 4):
            raise StateError("malformed")
        return utf8(base64.b64decode(digits + "=" * (-len(digits) % 4)))


# The body


def read_body(body, content_type, budget):
    """Names and JSON texts, or values that are parsed already."""
    if not body:
        return []
    media_type = content_type.split(";")[0].strip().lower()
    if media_type == "application/json" or media_type.endswith("+json"):
        parsed = parse_json(utf8(body), budget.depth + 1)
        if not isinstance(parsed, Pairs):
            raise StateError("malformed")
        return parsed.pairs
    if media_type == "application/x-www-form-urlencoded":
        return [(name, Encoded(text)) for name, text in read_parameters(utf8(body), budget)]
    if media_type == "multipart/form-data":
        return read_multipart(body, content_type, budget)
    raise StateError("unsupported-body")


class Encoded(str):
    def text(self):
        return percent_decode(self)


def read_multipart(body, content_type, budget):
    boundary = parameter(content_type, "boundary")
    if not boundary or len(boundary) > 70:
        raise StateError("malformed")
    delimiter = b"\r\n--" + boundary.encode()
    parts = (b"\r\n" + body).split(delimiter)
    if parts[0] != b"" or len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise StateError("malformed")
    fields = []
    for part in parts[1:-1]:
        budget.take()
        headers, blank, content = part.partition(b"\r\n\r\n")
        if not part.startswith(b"\r\n") or not blank:
            raise StateError("malformed")
        for line in utf8(headers).split("\r\n"):
            name = parameter(line, "name")
            if line.lower().startswith("content-disposition:") and name is not None and parameter(line, "filename") is None:
                name = name.replace("%0D", "\r").replace("%0A", "\n").replace("%22", '"')
                fields.append((name, Bytes(content)))
    return fields


class Bytes(bytes):
    def text(self):
        return utf8(self)


def parameter(header, wanted):
    for match in re.finditer(r';[ \t]*([^=;" \t]+)=(?:"([^"]*)"|([^;]*))', header):
        if match[1].lower() == wanted:
            return match[3].strip() if match[2] is None else match[2]
    return None


def conforming(shape, value):
    """What is in the body in place of the query has to be what the query could have said."""

    def one(member, scalar_type):
        if not isinstance(member, {"string": str, "boolean": bool, "number": float}[scalar_type]):
            raise StateError("malformed")
        return member

    def many(members, scalar_type):
        if not isinstance(members, list):
            raise StateError("malformed")
        return [one(member, scalar_type) for member in members]

    if value is None or not ("of" in shape or "fields" in shape):
        return value
    if "of" in shape and shape.get("style") != "deepObject":
        members = many(value, shape["of"])
        if len(set(members)) < len(members):
            raise StateError("malformed")
        return members
    if isinstance(value, list):
        raise StateError("malformed")
    value = {name: member for name, member in value.items() if member is not None}
    if "of" in shape:
        return {name: one(member, shape["of"]) for name, member in value.items()}
    known = {name: scalar_type for name, scalar_type in shape["fields"].items() if name in value}
    return {
        name: many(value[name], scalar_type[0]) if isinstance(scalar_type, list) else one(value[name], scalar_type)
        for name, scalar_type in known.items()
    }


# JSON


class Pairs:
    """An object, before it is known whether a name comes twice."""

    def __init__(self, pairs):
        self.pairs = pairs


def json_slice(named, name, budget):
    found = [value for key, value in named if key == name]
    if len(found) > 1:
        raise StateError("malformed")
    if not found:
        return None
    value = found[0]
    if isinstance(value, (Base64, Encoded, Bytes)):
        value = parse_json(value.text(), budget.depth)
    if not isinstance(value, (Pairs, list)):
        raise StateError("malformed")
    return checked(value, budget, budget.depth)


def checked(value, budget, depth):
    if not isinstance(value, (Pairs, list)):
        return value
    if depth == 0:
        raise StateError("too-large")
    if isinstance(value, list):
        budget.take(len(value))
        return [checked(element, budget, depth - 1) for element in value]
    budget.take(len(value.pairs))
    members = {}
    for name, member in value.pairs:
        if name in members:
            raise StateError("malformed")
        members[name] = checked(member, budget, depth - 1)
    return members


def parse_json(text, max_depth):
    depth = 0
    # Strings are passed over; what is no JSON at all is seen below.
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
        if depth > max_depth:
            raise StateError("too-large")
    try:
        value = json.loads(text, object_pairs_hook=Pairs, parse_float=finite, parse_int=finite, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise StateError("malformed") from None
    check_strings(value)
    return value


def check_strings(value):
    if isinstance(value, str) and re.search("[\ud800-\udfff]", value):
        raise StateError("malformed")
    if isinstance(value, list):
        for element in value:
            check_strings(element)
    if isinstance(value, Pairs):
        for name, member in value.pairs:
            check_strings(name)
            check_strings(member)


def finite(text):
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise StateError("malformed")
    return number


def refuse(_):
    raise StateError("malformed")


def utf8(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise StateError("malformed") from None
