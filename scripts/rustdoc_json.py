"""Reads the JSON that rustdoc writes of a crate: names, types, bounds and signatures, as Rust writes them.

https://docs.rs/rustdoc-types describes it. Whatever is unknown here raises an error: a list with something missing
would look like a smaller interface.
"""

# The version of the JSON. Rust 1.95 writes it.
FORMAT = 57
OTHER_FORMAT = f"""\
rustdoc writes version {{}} of its JSON, and scripts/rustdoc_json.py reads version {FORMAT}: what is wrong here may be
the JSON and no change of the libraries. The changelog of https://docs.rs/rustdoc-types says what is new. Adapt
scripts/rustdoc_json.py and scripts/public-api.py until the lists are those of before, and set FORMAT."""

STANDARD = {"alloc", "core", "std"}
PRELUDE = set(
    """
    AsMut AsRef Box Clone Copy Default DoubleEndedIterator Drop Eq ExactSizeIterator Extend Fn FnMut FnOnce From
    FromIterator Future Into IntoFuture IntoIterator Iterator Option Ord PartialEq PartialOrd Result Send Sized
    String Sync ToOwned ToString TryFrom TryInto Unpin Vec
    """.split()
)


def only(tagged):
    """The tag and the content of `{tag: content}`. A tag without content stands alone."""
    if isinstance(tagged, str):
        return tagged, None
    [pair] = tagged.items()
    return pair


class Names:
    """What each item is called, and which ones of other crates somebody asked for."""

    def __init__(self, doc):
        self.index = doc["index"]
        self.paths = doc["paths"]
        self.crates = {int(number): crate["name"] for number, crate in doc["external_crates"].items()}
        self.local = {}  # each public item, with its public paths
        self.uses = []  # what is exported of other crates, with its public path
        self.foreign = set()
        self.homonyms = set()
        self.walk(str(doc["root"]), ())

    def walk(self, module, path):
        for child in self.index[module]["inner"]["module"]["items"]:
            item = self.index[str(child)]
            kind, inner = only(item["inner"])
            target, name = str(child), item["name"]
            if kind == "use":
                target, name = str(inner["id"]), "*" if inner["is_glob"] else inner["name"]
                if target not in self.index:
                    self.uses.append(("::".join([*path, name]), target))
                    continue
                kind, _ = only(self.index[target]["inner"])
            if name == "*":
                self.walk(target, path)
                continue
            paths = self.local.setdefault(target, [])
            paths.append((*path, name))
            # A module may export one that contains it.
            if kind == "module" and len(paths) == 1:
                self.walk(target, (*path, name))

    def is_private(self, item):
        item = str(item)
        return item not in self.local and (item not in self.paths or self.paths[item]["crate_id"] == 0)

    def public_paths(self, item):
        """The paths of an item of this crate, the shortest one first."""
        return ["::".join(path) for path in sorted(self.local[item], key=lambda path: (len(path), path))]

    def name(self, item):
        item = str(item)
        if item in self.local:
            return self.public_paths(item)[0]
        summary = self.paths[item]
        path = summary["path"]
        crate = self.crates.get(summary["crate_id"])
        if crate is None:
            return "::".join(path)
        if crate in STANDARD:
            prelude = path[-1] in PRELUDE and summary["kind"] != "type_alias"
            return path[-1] if prelude else "::".join(["std", *path[1:]])
        self.foreign.add(item)
        # As in Rust, where this crate has a module with the name of the other crate.
        root = f"::{crate}" if any(of[0] == crate for paths in self.local.values() for of in paths) else crate
        return "::".join([root, *(path[1:] if item in self.homonyms else path[1:][-1:])])

    def find_homonyms(self):
        """Two types of a crate that have the same name, in different modules, are told apart by these."""
        named = {}
        for item in self.foreign:
            named.setdefault(self.name(item), []).append(item)
        self.homonyms = {item for items in named.values() if len(items) > 1 for item in items}


class Types(Names):
    """Writes types, bounds and signatures as Rust does."""

    def type(self, of):
        kind, inner = only(of)
        match kind:
            case "primitive" | "generic":
                return {"never": "!", "unit": "()"}.get(inner, inner)
            case "resolved_path":
                return self.path(inner)
            case "dyn_trait":
                # Only the first can be another one than an automatic trait, whose order is chance.
                first, *others = [self.quantified(bound) for bound in inner["traits"]]
                return "dyn " + " + ".join([first, *sorted(others), *filter(None, [inner["lifetime"]])])
            case "impl_trait":
                return f"impl {self.bounds(inner)}"
            case "tuple":
                types = [self.type(member) for member in inner]
                return f"({', '.join(types)}{',' * (len(types) == 1)})"
            case "slice":
                return f"[{self.type(inner)}]"
            case "array":
                return f"[{self.type(inner['type'])}; {inner['len']}]"
            case "raw_pointer":
                return f"*{'mut' if inner['is_mutable'] else 'const'} {self.type(inner['type'])}"
            case "borrowed_ref":
                lifetime = f"{inner['lifetime']} " if inner["lifetime"] else ""
                target = self.type(inner["type"])
                if only(inner["type"])[0] in ("dyn_trait", "impl_trait") and " + " in target:
                    target = f"({target})"
                return f"&{lifetime}{'mut ' * inner['is_mutable']}{target}"
            case "qualified_path":
                owner = self.type(inner["self_type"])
                if inner["trait"] and inner["trait"]["path"]:
                    owner = f"<{owner} as {self.path(inner['trait'])}>"
                return f"{owner}::{inner['name']}{self.arguments(inner['args'])}"
            case "function_pointer":
                return f"{self.header(inner['header'])}fn{self.signature(inner['sig'])}"
            case "infer":
                return "_"
        raise ValueError(f"a type of the kind {kind}")

    def path(self, path):
        return self.name(path["id"]) + self.arguments(path["args"])

    def arguments(self, of):
        if of is None:
            return ""
        kind, inner = only(of)
        if kind == "parenthesized":
            inputs = ", ".join(self.type(member) for member in inner["inputs"])
            return f"({inputs})" + (f" -> {self.type(inner['output'])}" if inner["output"] else "")
        if kind != "angle_bracketed":
            raise ValueError(f"arguments of the kind {kind}")
        arguments = [self.argument(argument) for argument in inner["args"]]
        for constraint in inner["constraints"]:
            how, what = only(constraint["binding"])
            what = f" = {self.argument(what)}" if how == "equality" else f": {self.bounds(what)}"
            arguments.append(constraint["name"] + self.arguments(constraint["args"]) + what)
        return f"<{', '.join(arguments)}>" if arguments else ""

    def argument(self, of):
        kind, inner = only(of)
        match kind:
            case "type":
                return self.type(inner)
            case "lifetime":
                return inner
            case "const" | "constant":
                return inner["expr"]
            case "infer":
                return "_"
        raise ValueError(f"an argument of the kind {kind}")

    def bounds(self, of):
        return " + ".join(self.bound(bound) for bound in of)

    def bound(self, of):
        kind, inner = only(of)
        match kind:
            case "trait_bound":
                return {"none": "", "maybe": "?", "maybe_const": "~const "}[inner["modifier"]] + self.quantified(inner)
            case "outlives":
                return inner
            case "use":
                return f"use<{', '.join(only(captured)[1] for captured in inner)}>"
        raise ValueError(f"a bound of the kind {kind}")

    def quantified(self, bound):
        return self.quantifier(bound["generic_params"]) + self.path(bound["trait"])

    def quantifier(self, parameters):
        return f"for{self.parameters(parameters)} " if parameters else ""

    def parameters(self, of):
        written = []
        for parameter in of:
            kind, inner = only(parameter["kind"])
            match kind:
                case "lifetime":
                    bounds, default = " + ".join(inner["outlives"]), None
                case "type":
                    # Written where it stands, as `impl Trait`.
                    if inner["is_synthetic"]:
                        continue
                    bounds, default = self.bounds(inner["bounds"]), inner["default"] and self.type(inner["default"])
                case "const":
                    bounds, default = self.type(inner["type"]), inner["default"]
                case _:
                    raise ValueError(f"a parameter of the kind {kind}")
            name = f"const {parameter['name']}" if kind == "const" else parameter["name"]
            written.append(name + (f": {bounds}" if bounds else "") + (f" = {default}" if default else ""))
        return f"<{', '.join(written)}>" if written else ""

    def where(self, generics):
        predicates = []
        for predicate in generics["where_predicates"]:
            kind, inner = only(predicate)
            match kind:
                case "bound_predicate" if self.mentions_private(inner["type"]):
                    # Of a macro's making: it speaks of fields that nobody sees.
                    predicates.append("..")
                case "bound_predicate":
                    bounded = self.quantifier(inner["generic_params"]) + self.type(inner["type"])
                    predicates.append(f"{bounded}: {self.bounds(inner['bounds'])}")
                case "lifetime_predicate":
                    predicates.append(f"{inner['lifetime']}: {' + '.join(inner['outlives'])}")
                case "eq_predicate":
                    predicates.append(f"{self.type(inner['lhs'])} = {self.argument(inner['rhs'])}")
                case _:
                    raise ValueError(f"a predicate of the kind {kind}")
        return f" where {', '.join(predicates)}" if predicates else ""

    def mentions_private(self, of):
        if isinstance(of, list):
            return any(self.mentions_private(member) for member in of)
        if not isinstance(of, dict):
            return False
        if "id" in of and "args" in of and self.is_private(of["id"]):
            return True
        return self.mentions_private(list(of.values()))

    def header(self, header):
        abi, _ = only(header["abi"])
        words = [word for word in ("const", "async", "unsafe") if header[f"is_{word}"]]
        return "".join(f"{word} " for word in words + [f'extern "{abi}"'] * (abi != "Rust"))

    def signature(self, signature):
        inputs = [self.input(name, of) for name, of in signature["inputs"]]
        output = f" -> {self.type(signature['output'])}" if signature["output"] else ""
        return f"({', '.join(inputs)}){output}"

    def input(self, name, of):
        own = {"generic": "Self"}
        if name == "self" and of == own:
            return "self"
        if name == "self" and only(of)[0] == "borrowed_ref" and of["borrowed_ref"]["type"] == own:
            return self.type(of).replace("Self", "self")
        return f"{name}: {self.type(of)}"
