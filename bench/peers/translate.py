"""objects.yaml in the languages of the peers. What stays the same in all of them is in objects.yaml alone; here is only how each
language says a string with values in it, a whole value, and "only where".
"""
import json
import re

REFERENCE = re.compile(r"\$\{([a-zA-Z.]+)\}")


def pieces(text):
    """[literal, path, literal, path, …, literal]"""
    return REFERENCE.split(text)


def only_where(value):
    return isinstance(value, dict) and "$if" in value


def whole(value):
    return isinstance(value, dict) and "$eval" in value


class Text:
    """YAML as text with a template language in it: Helm, Jinja2."""

    def __init__(self, reference, tree, begin, end):
        self.reference, self.tree, self.begin, self.end = reference, tree, begin, end

    def string(self, text, depth):
        parts = pieces(text)
        if "\n" in text:
            filled = "".join(self.reference % part if i % 2 else part for i, part in enumerate(parts))
            lines = filled.rstrip("\n").split("\n")
            return ("|" if text.endswith("\n") else "|-") + "".join(f"\n{' ' * depth}{line}" for line in lines)
        return '"' + "".join(self.reference % part if i % 2 else json.dumps(part)[1:-1] for i, part in enumerate(parts)) + '"'

    def value(self, value, depth):
        """What stands behind "key:" or "-", on its line and below."""
        if isinstance(value, str):
            return " " + self.string(value, depth)
        if whole(value):
            return " " + self.tree % value["$eval"]
        if isinstance(value, (dict, list)):
            return "\n" + self.members(value, depth).rstrip("\n")
        return " " + json.dumps(value)

    def members(self, value, depth):
        out = ""
        for key, member in value.items() if isinstance(value, dict) else (("-", member) for member in value):
            condition = member["$if"] if only_where(member) else None
            member = member["then"] if only_where(member) else member
            if condition:
                out += self.begin % condition + "\n"
            mark = "-" if isinstance(value, list) else key + ":"
            said = self.value(member, depth + 2)
            if mark == "-" and said.startswith("\n"):  # a map in a list begins on the dash's line; none begins with a condition
                said = said.replace("\n" + " " * (depth + 2), " ", 1)
            out += f"{' ' * depth}{mark}{said}\n"
            if condition:
                out += self.end + "\n"
        return out

    def document(self, value):
        body = value["then"] if only_where(value) else value
        text = "---\n" + self.members(body, 0)
        return f"{self.begin % value['$if']}\n{text}{self.end}\n" if only_where(value) else text


class Ytt(Text):
    def __init__(self):
        super().__init__("%s", "#@ %s", "#@ if %s:", "#@ end")

    def string(self, text, depth):
        parts = pieces(text)
        if len(parts) == 1:
            return json.dumps(text)
        if parts[0] == parts[-1] == "" and len(parts) == 3:
            return "#@ " + parts[1]
        return "#@ " + " + ".join(f"str({part})" if i % 2 else json.dumps(part) for i, part in enumerate(parts) if part)


class Expression:
    """A language of expressions that is a superset of JSON: jsonnet, CUE."""

    def value(self, value):
        if isinstance(value, str):
            return self.string(pieces(value))
        if whole(value):
            return value["$eval"]
        if isinstance(value, dict):
            return "{" + ", ".join(self.member(key, member) for key, member in value.items()) + "}"
        if isinstance(value, list):
            return self.list(value)
        return json.dumps(value)

    @staticmethod
    def condition(path):
        return path if path.startswith("env.") else path + " != null"


class Jsonnet(Expression):
    @staticmethod
    def string(parts):
        return " + ".join(part if i % 2 else json.dumps(part) for i, part in enumerate(parts) if part)

    def member(self, key, value):
        if only_where(value):
            return f"[if {self.condition(value['$if'])} then {json.dumps(key)}]: {self.value(value['then'])}"
        return f"{json.dumps(key)}: {self.value(value)}"

    def list(self, value):
        text = "[" + ", ".join(self.value(item) for item in value if not only_where(item)) + "]"
        for item in filter(only_where, value):  # they stand last
            text += f" + (if {self.condition(item['$if'])} then [{self.value(item['then'])}] else [])"
        return text


class Cue(Expression):
    @staticmethod
    def string(parts):
        return '"' + "".join(f"\\({part})" if i % 2 else json.dumps(part)[1:-1] for i, part in enumerate(parts)) + '"'

    def member(self, key, value):
        if only_where(value):
            return f"if {self.condition(value['$if'])} {{{json.dumps(key)}: {self.value(value['then'])}}}"
        return f"{json.dumps(key)}: {self.value(value)}"

    def list(self, value):
        return "[" + ", ".join(f"if {self.condition(item['$if'])} {self.value(item['then'])}" if only_where(item)
                               else self.value(item) for item in value) + "]"


def helm(values):
    """With what stands before a path: .Values. in a chart per service, $ within a range."""
    return Text(f"{{{{ {values} }}}}", f"{{{{ {values} | toJson }}}}", f"{{{{- if {values} }}}}", "{{- end }}")


JINJA = Text("{{ %s }}", "{{ %s | tojson }}", "{%% if %s %%}", "{% endif %}")
