"""table.py KILN DIR > TABLE.md: which validator finds which fault of the corpus.

Every fault is planted into a tree of its own, and the validators that DIR holds (tests/conformance/validators/install.sh) judge
all of them in one run each. A fault counts as found by a validator when it says something about the fault's tree that it
does not say about the clean one.
"""
import collections
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "validators"))

from faults import Corpus  # noqa: E402
from tools import Broken, Missing, Tools  # noqa: E402
from tree import Tree  # noqa: E402

NAMES = ["kubeconform", "kube-score", "kube-linter", "checkov", "trivy", "kyverno", "kubesec", "psa-oracle", "actionlint", "zizmor",
         "hadolint"]


def checks(tools, name):
    """place -> the checks that speak."""
    found = collections.defaultdict(set)
    for finding in tools.judge(name).findings:
        found[finding.place].add(finding.check)
    return found


def main():
    kiln, directory = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Corpus(kiln, os.path.join(scratch, "render"))
        folder = os.path.join(scratch, "faults")
        corpus.plant(folder)
        tree = Tree([folder], os.path.join(scratch, "tree"))
        tools = Tools(directory, tree, ["ghcr.io"], lenient=True)
        answers = {}
        for name in NAMES:
            start = time.monotonic()
            try:
                answers[name] = checks(tools, name)
            except (Broken, Missing) as error:
                print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
        print_table(corpus, answers)


def found_by(corpus, answers, name, fault_name, fault):
    clean = answers[name].get("clean." + corpus.slice_of(fault), set())
    return sorted(answers[name].get(fault_name, set()) - clean)


def print_table(corpus, answers):
    names = [name for name in NAMES if name in answers]
    rows, counts = [], collections.Counter()
    for fault_name, fault in corpus.faults.items():
        cells = []
        for name in names:
            hits = found_by(corpus, answers, name, fault_name, fault)
            counts[name] += bool(hits)
            cells.append(", ".join(hits[:2]) + (" …" if len(hits) > 2 else ""))
        nobody = not any(cells)
        counts["nobody"] += nobody
        rows.append(f"|{fault['rule']}|{fault_name.split('.', 1)[1]}|" + "|".join(cells) + "|")
    print("# Which validator finds which fault\n")
    print(f"Written by `make faults-table`. Of {len(corpus.faults)} faults, {counts['nobody']} are found by none of these validators, "
          f"each with all its checks on\n(Kyverno with the policies in `../validators/kyverno`). A cell names the checks that speak "
          f"of the fault's files and not of the clean ones.\n`unreadable`: the tool cannot read them.\n")
    print("|rule|fault|" + "|".join(names) + "|")
    print("|-|-|" + "-|" * len(names))
    print(f"|**all**|**{len(corpus.faults)}**|" + "|".join(f"**{counts[name]}**" for name in names) + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
