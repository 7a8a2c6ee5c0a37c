# SPDX-License-Identifier: Apache-2.0
"""valid.py SCHEMA FILE: ends with 1 and says where, if the file is not what the schema says. As much of JSON Schema as
docs/schema uses."""
import json
import re
import sys

schema, data = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float), "integer": int}
KNOWN = {"$schema", "$id", "$defs", "title", "description", "$ref", "type", "enum", "const", "pattern", "minimum", "required",
         "properties", "additionalProperties", "items"}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (name in ("number", "integer") and isinstance(value, bool))


def check(value, rule, where):
    def need(holds, what):
        if not holds:
            sys.exit(f"{where or '/'}: {what}, found {json.dumps(value)[:200]}")

    if isinstance(rule, bool):
        need(rule, "expected nothing here")
        return
    need(set(rule) <= KNOWN, f"valid.py does not know {set(rule) - KNOWN}")
    if "$ref" in rule:
        check(value, schema["$defs"][rule["$ref"].split("/")[-1]], where)
    types = rule.get("type", [])
    need(not types or any(is_of(value, name) for name in ([types] if isinstance(types, str) else types)), f"expected {types}")
    need(value in rule.get("enum", [value]), f"expected one of {rule.get('enum')}")
    need(value == rule.get("const", value), f"expected {rule.get('const')}")
    if isinstance(value, str):
        need(re.search(rule.get("pattern", ""), value), f"expected {rule.get('pattern')}")
    if "minimum" in rule and not isinstance(value, (str, dict, list)):
        need(value >= rule["minimum"], f"expected {rule['minimum']} or more")
    if isinstance(value, dict):
        for name in rule.get("required", []):
            need(name in value, f"expected a member {name}")
        for name, member in value.items():
            check(member, rule.get("properties", {}).get(name, rule.get("additionalProperties", True)), f"{where}/{name}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            check(item, rule.get("items", True), f"{where}/{index}")


check(data, schema, "")
