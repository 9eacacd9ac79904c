#!/usr/bin/env python3
"""compare.py KILN DIR SCRATCH: kiln's verdict on objects beside kubeconform's, of all objects below SCRATCH/trees and of
copies with one planted fault each. Prints what differs and a count; exit 1 if anything does.

Where kiln is meant to be stricter, the fault says so: values of enums and quantities, which Kubernetes' OpenAPI
documents leave open and its API server refuses, and integers that do not fit into 32 bits.
"""
import collections
import concurrent.futures
import copy
import functools
import glob
import json
import os
import re
import subprocess
import sys
import zlib

import yaml

VERSION = "1.36"
# Of the faults that can be planted; the same ones every time.
SHARE = float(os.environ.get("SHARE", "0.1"))
# What a fault should bring about: (kubeconform, kiln); None: whatever it is, both alike.
ALIKE, STRICTER = None, (True, False)
# Kinds whose pods are described by a CRD, which leaves these open too.
CUSTOM = {"Rollout", "AnalysisTemplate"}
ENUMS = {"imagePullPolicy", "restartPolicy", "protocol", "dnsPolicy", "whenUnsatisfiable", "pathType", "concurrencyPolicy"}


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Times stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

# Maps of quantities.
QUANTITIES = {"limits", "requests", "default", "defaultRequest", "max", "min", "hard"}


def objects(trees):
    for path in sorted(glob.glob(f"{trees}/**/*.y*ml", recursive=True) + glob.glob(f"{trees}/*/.*/**/*.y*ml", recursive=True)):
        if "/.github/" in path:
            continue
        with open(path, encoding="utf-8") as handle:
            for document in yaml.load_all(handle, Loader=Loader):
                if isinstance(document, dict) and "kind" in document:
                    yield os.path.relpath(path, trees), document


def places(node, path=()):
    """Every value of an object but what says which kind it is: path, value."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        here = path + (key,)
        if here not in {("apiVersion",), ("kind",)}:
            yield here, value
            yield from places(value, here)


def put(document, path, value):
    """None takes the place out."""
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


def replaced(document, path, new_key):
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[new_key] = node.pop(path[-1])
    return changed


def faults(document):
    """(name, what it should bring about, a function that makes the object)"""
    for path, value in places(document):
        name, key = ".".join(map(str, path)), path[-1]
        plant = functools.partial(functools.partial, put, document)
        open_ = ALIKE if document["kind"] in CUSTOM else STRICTER
        yield f"without {name}", ALIKE, plant(path, None)
        if isinstance(key, str):
            yield f"{name} misspelt", ALIKE, functools.partial(replaced, document, path, key + "x")
            yield f"{name} in other case", ALIKE, functools.partial(replaced, document, path, key[:1].swapcase() + key[1:])
        for other in ("text", 7, 7.5, True, [], {}, ["text"], [{"a": 1}], {"a": "b"}):
            if type(other) is not type(value) or isinstance(other, (list, dict)):
                closed = (other == ["text"] and key in {"policyTypes", "accessModes"}) or (
                    other == {"a": "b"} and key in QUANTITIES and isinstance(value, dict))
                yield f"{name} is {json.dumps(other)}", open_ if closed else ALIKE, plant(path, other)
        if isinstance(value, dict):
            yield f"{name} has more", ALIKE, plant(path + ("unheardOf",), {"a": [1]})
        if isinstance(value, list) and value:
            yield f"{name} has one twice", ALIKE, plant(path, value + value[:1])
        if key in ENUMS and isinstance(value, str):
            yield f"{name} is no choice", open_, plant(path, value.swapcase())
        if key in {"cpu", "memory"} and path[-2] in {"limits", "requests"} and "containers" in path:
            yield f"{name} is no quantity", open_, plant(path, "12 apples")


def kubeconform(dir_, folder):
    """file name -> whether it is valid; a file that it passes over is an error."""
    command = [f"{dir_}/bin/kubeconform", "-strict", "-output", "json", "-verbose", "-n", "2", "-kubernetes-version", f"{VERSION}.0",
               "-schema-location", dir_ + "/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json", folder]
    out = subprocess.run(command, capture_output=True, text=True, check=False)
    return {os.path.basename(r["filename"]): (r["status"] == "statusValid", r.get("msg", "")) for r in json.loads(out.stdout)["resources"]}


def judged(kiln, path):
    out = subprocess.run([kiln, "check", "-f", os.path.basename(path), "--kubernetes", VERSION], cwd=os.path.dirname(path),
                         capture_output=True, text=True, check=False)
    if out.returncode not in (0, 1):
        return None, "broke: " + "; ".join(line for line in out.stderr.splitlines() if line.startswith("built-in"))
    lines = [line for line in out.stderr.splitlines() if "(schema-valid)" in line or "(api-current)" in line]
    return not lines, "\n".join(lines)


def main():
    kiln, dir_, scratch = sys.argv[1:]
    cases, seen = [], set()
    for path, document in objects(f"{scratch}/trees"):
        cases.append((f"{path}: {document['kind']}", (True, True), document))
        for name, wanted, change in faults(document):
            fault = (document["kind"], re.sub(r"\.\d+\b", "", name))
            if fault not in seen and zlib.crc32(" ".join(fault).encode()) % 65536 < SHARE * 65536:
                cases.append((f"{path}: {name}", wanted, change()))
            seen.add(fault)
    folder = f"{scratch}/objects"
    os.makedirs(folder)
    for number, (_, _, document) in enumerate(cases):
        with open(f"{folder}/{number:06}.json", "w", encoding="utf-8") as handle:
            json.dump(document, handle)
    theirs = kubeconform(dir_, folder)
    names = [f"{number:06}.json" for number in range(len(cases))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ours = list(pool.map(lambda name: judged(kiln, f"{folder}/{name}"), names))
    counts, wrong = collections.Counter(), 0
    for number, (name, wanted, _) in enumerate(cases):
        their, why = theirs.get(names[number], (None, "not judged"))
        our, what = ours[number]
        right = our is not None and their is not None and (our == their if wanted is None else (their, our) == wanted)
        counts["alike" if our == their else "stricter" if their else "laxer"] += 1
        counts["faulty"] += not their
        if not right:
            wrong += 1
            if wrong <= 20:
                print(f"{name}\n    kiln: {what or 'passes'}\n    kubeconform: {why or 'passes'}")
    print(f"{len(cases)} objects, {counts['faulty']} of them faulty to kubeconform: {counts['alike']} judged alike, kiln stricter about "
          f"{counts['stricter']} and laxer about {counts['laxer']}; {wrong} of these not as meant")
    # Where next to nothing was planted, nothing was compared.
    return 1 if wrong or counts["faulty"] < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
