"""Reads the corpus (lines of {"yaml", "value"}) from stdin with PyYAML or ruamel.yaml and compares."""
import json
import sys


def loader(name):
    if name == "ruamel":
        from ruamel.yaml import YAML

        return lambda text: YAML(typ="safe", pure=True).load(text)
    import yaml

    cls = yaml.CSafeLoader if name == "pyyaml-c" else yaml.SafeLoader
    return lambda text: yaml.load(text, Loader=cls)


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(type(k) is str for k in a) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def main():
    load = loader(sys.argv[1])
    documents = differ = 0
    for line in sys.stdin:
        case = json.loads(line)
        documents += 1
        try:
            found = load(case["yaml"])
        except Exception as error:
            found = error
        if not same(found, case["value"]):
            differ += 1
            if differ <= 5:
                print("differs: %r: %r" % (case["yaml"], found), file=sys.stderr)
    print("%d documents, %d differ" % (documents, differ))
    return 1 if differ or not documents else 0


sys.exit(main())
