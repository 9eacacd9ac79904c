"""render.py FOLDER: the script that people write with Jinja2: templates filled with values, the text printed, nothing checked."""
import glob
import os
import sys

import jinja2
import yaml


def load(*path):
    found = []
    for name in sorted(glob.glob(os.path.join(*path, "*.yaml"))):
        with open(name, "rb") as file:
            found.append(yaml.load(file, yaml.CSafeLoader))
    return found


def main(folder):
    loader = jinja2.FileSystemLoader(os.path.join(folder, "templates"))
    templates = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    all_kinds = [templates.get_template(name) for name in templates.list_templates()]
    services = load(folder, "services")
    for env in load(folder, "environments"):
        for service in services:
            for template in all_kinds:
                sys.stdout.write(template.render(env=env, service=service))


main(sys.argv[1])
