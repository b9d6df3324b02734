"""A YAML document with the line of each path, and what is wrong with it as YAML."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from cms.domain.profile import Finding, Severity

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML was built without libyaml: seven times slower, otherwise the same
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

_BOOLEANS_TO_KEEP = "tTfF"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(_SafeLoader):
    """YAML 1.1 without its traps: `off`, `no` and dates stay the texts they look like."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML declares it as an instance variable
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag != _TIMESTAMP and (tag != _BOOLEAN or first in _BOOLEANS_TO_KEEP)
        ]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(slots=True)
class YamlSource:
    """`content` is None where the document is empty or unreadable; lines count from 1."""

    content: object = None
    lines: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_yaml(path: Path) -> YamlSource:
    """Read one document. Never raises for what is in the file, or for its absence."""
    source = YamlSource()
    try:
        _load(path.read_text(encoding="utf-8"), source)
    except OSError as problem:
        message = f"the file cannot be read: {problem.strerror}"
        source.findings.append(Finding(Severity.ERROR, "", None, message))
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else None
        message = f"the file is not YAML: {problem.problem}"
        source.findings.append(Finding(Severity.ERROR, "", line, message))
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        message = f"the file is not YAML: {type(problem).__name__}"
        source.findings.append(Finding(Severity.ERROR, "", None, message))
    return source


def _load(text: str, source: YamlSource) -> None:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            _note_lines(root, "", source, set())
            source.content = loader.construct_document(root)
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, path: str, source: YamlSource, seen: set[int]) -> None:
    if id(node) in seen:  # an alias: its lines are those of the anchor
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            source.lines[f"{path}[{position}]"] = item.start_mark.line + 1
            _note_lines(item, f"{path}[{position}]", source, seen)
    elif isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for name, value in node.value:
            below = f"{path}.{name.value}" if path else str(name.value)
            line = name.start_mark.line + 1
            if below in names:
                message = "the key stands here a second time"
                source.findings.append(Finding(Severity.ERROR, below, line, message))
            names.add(below)
            source.lines.setdefault(below, line)
            _note_lines(value, below, source, seen)
