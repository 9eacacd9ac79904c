"""The corpus of faults: planting them into the manifests of project/, and what kiln says of each.

  faults.py check KILN [NAME...]   every fault is found, by its rule, at its path, and nothing else is
  faults.py plant KILN FOLDER      one folder per fault, and `clean`, for other validators

README.md describes the format of the files beside this one.
"""
import concurrent.futures
import copy
import glob
import os
import re
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FINDING = re.compile(r"^(?P<file>[^:\n]+):\d+:\d+: (?P<severity>error|warning|info): .* \((?P<rule>[a-z0-9-]+)\); ")
WHERE = re.compile(r"^    in (?P<file>.+?): (?P<object>\S+ \S+?)(?:, (?P<path>.+))?$")
SERVICES = ["web", "store", "report", "load", "shop"]
# Slices whose paths are those of a repository, and whose faults are planted into the text.
TEXTS = ["workflows", "image"]


class Dumper(getattr(yaml, "SafeDumper")):
    """Lists under their key, as every other file has them."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def read(path):
    with open(path, encoding="utf-8") as handle:
        return yaml.load(handle, Loader)


def patch(root, operations, base=""):
    """RFC 6902, less `test`, with every path below base."""

    def parent(pointer):
        tokens = [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]
        node = root
        for token in tokens[:-1]:
            node = node[int(token)] if isinstance(node, list) else node[token]
        last = tokens[-1]
        return node, (len(node) if last == "-" else int(last)) if isinstance(node, list) else last

    def take(pointer, remove):
        node, key = parent(base + pointer)
        return node.pop(key) if remove else copy.deepcopy(node[key])

    for operation in operations:
        kind = operation["op"]
        if kind == "remove":
            take(operation["path"], True)
            continue
        value = copy.deepcopy(operation["value"]) if "value" in operation else take(operation["from"], kind == "move")
        node, key = parent(base + operation["path"])
        if kind == "replace":
            node[key]  # pylint: disable=pointless-statement # what is replaced has to be there
            node[key] = value
        elif isinstance(node, list):
            node.insert(key, value)
        else:
            node[key] = value


def short(fault):
    """The operations that `set` and `remove` stand for."""
    operations = list(fault.get("patch", []))
    for path, value in fault.get("set", {}).items():
        operations.append({"op": "replace" if re.search(r"/\d+$", path) else "add", "path": path, "value": value})
    if "remove" in fault:
        operations.append({"op": "remove", "path": fault["remove"]})
    return operations


class Corpus:
    def __init__(self, kiln, scratch):
        self.kiln = os.path.abspath(kiln)
        settings = read(os.path.join(HERE, "places.yaml"))
        self.places, self.additions = settings["places"], settings["additions"]
        self.faults = {}
        for file in sorted(glob.glob(os.path.join(HERE, "*.yaml"))):
            if os.path.basename(file) == "places.yaml":
                continue
            for rule, variants in read(file).items():
                for name, fault in variants.items():
                    if f"{rule}.{name}" in self.faults:
                        raise ValueError(f"two faults {rule}.{name}")
                    self.faults[f"{rule}.{name}"] = {"rule": rule, **fault}
        out = os.path.join(scratch, "clean")
        subprocess.run([self.kiln, "render", "-C", os.path.join(HERE, "project"), "-o", out], check=True,
                       stderr=subprocess.DEVNULL)
        self.slices = {}
        production = os.path.join(out, "production")
        shared = {name: None for name in os.listdir(production) if name.endswith(".yaml")}
        for part in SERVICES:
            files = list(shared) + [os.path.join(part, name) for name in sorted(os.listdir(os.path.join(production, part)))]
            self.slices[part] = {name: self.text(os.path.join(production, name)) for name in files}
        workflows = os.path.join(out, ".github", "workflows")
        self.slices["workflows"] = {os.path.join(".github", "workflows", name): self.text(os.path.join(workflows, name))
                                    for name in sorted(os.listdir(workflows)) if name.endswith(".yml")}
        self.slices["image"] = {"Dockerfile": self.text(os.path.join(HERE, "project", "Dockerfile"))}

    @staticmethod
    def text(path):
        with open(path, encoding="utf-8") as handle:
            return handle.read()

    def slice_of(self, fault):
        """The part of the clean files that a fault is planted into: a service with its environment, or a repository's."""
        part, _, rest = self.places[fault["in"]][0].partition("/")
        return part if rest else "web"

    def files(self, fault):
        """The files of a fault's folder, as path -> text."""
        file, base = self.places[fault["in"]]
        part = self.slice_of(fault)
        files = dict(self.slices[part])
        if part in TEXTS:
            file = file[len(part) + 1:]
            for old, new in fault["text"].items():
                if old not in files[file]:
                    raise ValueError(f"{file} has no {old!r}")
                files[file] = files[file].replace(old, new, 1)
            return files
        if "without" in fault:
            del files[fault["without"]]
        objects = list(yaml.load_all(files[file], Loader))
        if "add" in fault:
            patch(objects[0], self.additions[fault["add"]]["patch"], base)
        patch(objects[0], short(fault), base)
        files[file] = "---\n" + yaml.dump_all(objects, Dumper=Dumper, explicit_start=False, width=200)
        if "more" in fault:
            files[os.path.join(part, "more.yaml")] = "---\n" + yaml.dump(fault["more"], Dumper=Dumper)
        return files

    def plant(self, folder):
        for name, fault in self.faults.items():
            self.write(os.path.join(folder, name), self.files(fault))
        for part, files in self.slices.items():
            self.write(os.path.join(folder, "clean." + part), files)

    @staticmethod
    def write(folder, files):
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as handle:
                handle.write(text)

    def found(self, folder):
        """What kiln finds in a folder: (rule, severity, object, path) for each finding; None when it could not judge."""
        run = subprocess.run([self.kiln, "check", "-C", os.path.join(HERE, "project"), "-f", folder, "--severity", "info"],
                             text=True, capture_output=True)
        findings, current = [], None
        for line in run.stderr.splitlines():
            begin, where = FINDING.match(line), WHERE.match(line)
            if begin:
                current = begin
            elif where and current:
                findings.append((current["rule"], current["severity"], where["object"], where["path"] or ""))
                current = None
        return (findings if run.returncode in (0, 1) else None), run.stderr


def verdict(fault, findings, text):
    """What is wrong with kiln's answer, or nothing."""
    if findings is None:
        return "could not be judged:\n" + text
    allowed = {fault["rule"], *fault.get("also", [])}
    own = [f for f in findings if f[0] == fault["rule"]]
    others = [f for f in findings if f[0] not in allowed]
    if not own:
        return f"not found; instead: {findings}"
    if others:
        return f"found, and what was not planted too: {others}"
    if fault.get("at") not in [f"{f[2]}: {f[3]}" for f in own]:
        return f"found at {' and '.join(f'{f[2]}: {f[3]}' for f in own)}, expected at {fault.get('at')}"
    return ""


def check(kiln, names):
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Corpus(kiln, scratch)
        folder = os.path.join(scratch, "faults")
        corpus.plant(folder)
        chosen = {name: fault for name, fault in corpus.faults.items() if not names or name in names}
        wanted = list(chosen)
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            clean = [os.path.join(folder, "clean." + part) for part in corpus.slices]
            for path, (findings, text) in zip(clean, pool.map(corpus.found, clean)):
                if findings != []:
                    failed += 1
                    print(f"FAILED: {os.path.basename(path)}: {text}")
            answers = pool.map(corpus.found, [os.path.join(folder, name) for name in wanted])
            for name, (findings, text) in zip(wanted, answers):
                wrong = verdict(corpus.faults[name], findings, text)
                if wrong:
                    failed += 1
                    print(f"FAILED: {name}: {wrong}")
    print(f"faults: {len(clean) + len(wanted) - failed} passed, {failed} failed")
    return failed > 0


def main():
    if len(sys.argv) >= 3 and sys.argv[1] == "check":
        sys.exit(check(sys.argv[2], sys.argv[3:]))
    if len(sys.argv) == 4 and sys.argv[1] == "plant":
        with tempfile.TemporaryDirectory() as scratch:
            Corpus(sys.argv[2], scratch).plant(sys.argv[3])
        sys.exit(0)
    sys.exit(__doc__)


if __name__ == "__main__":
    main()
