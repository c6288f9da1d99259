"""Validates FHIR R4 bundles: one JSON document a line in, one line a fault out.

The package checks structure, types, cardinality and the patterns of primitives. It also
knows the codes of required bindings and what a reference may lead to, without checking
them by itself; that is done here, from its own lists.
"""

import json
import sys

from fhir.resources.bundle import Bundle
from pydantic import BaseModel


def parts(value):
    return value if isinstance(value, list) else [value]


def faults(model, path, kinds):
    for name, field in type(model).__fields__.items():
        value = getattr(model, name)
        if value is None:
            continue
        here = f"{path}.{field.alias}"
        codes = field.field_info.extra.get("enum_values")
        targets = field.field_info.extra.get("enum_reference_types")
        for part in parts(value):
            if codes and part not in codes:
                yield f"{here}: not one of {', '.join(codes)}"
            if targets and "Resource" not in targets and part.reference:
                if kinds.get(part.reference) not in targets:
                    yield f"{here}: leads to no {' or '.join(targets)} of the bundle"
            if isinstance(part, BaseModel):
                yield from faults(part, here, kinds)


def check(line):
    document = json.loads(line)
    try:
        bundle = Bundle.parse_obj(document)
    except ValueError as error:
        # The values stay out: only where and why.
        return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    entries = bundle.entry or []
    kinds = {entry.fullUrl: entry.resource.resource_type for entry in entries}
    return list(faults(bundle, "Bundle", kinds))


checked = 0
for number, line in enumerate(sys.stdin):
    for fault in check(line):
        print(f"document {number}: {fault}")
    checked += 1
print(f"{checked} checked")
