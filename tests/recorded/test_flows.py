"""Every flow of this folder ends as it is written down. UPDATE=1 writes down how it ends now."""

import os
from pathlib import Path

import pytest
import yaml

from tests.recorded.playing import Player, Step
from tests.serving import RunningServer

FLOWS = sorted(Path(__file__).parent.glob("*.yml"))


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_flow(flow: Path, server: RunningServer) -> None:
    written = yaml.safe_load(flow.read_text())
    played = Player(server).play(written["steps"])
    if os.environ.get("UPDATE") == "1":
        flow.write_text(text_of(written | {"steps": played}))
    else:
        assert played == written["steps"]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_flow_is_written_as_an_update_writes_it(flow: Path) -> None:
    assert flow.read_text() == text_of(yaml.safe_load(flow.read_text()))


def text_of(flow: dict[str, str | list[Step]]) -> str:
    """The file, with a blank line before each step."""
    text = yaml.dump(flow, Dumper=Plain, sort_keys=False, allow_unicode=True, width=98)
    return text.replace("\n- ", "\n\n- ")


class Plain(yaml.SafeDumper):
    """No anchors: a flow is read by people."""

    def ignore_aliases(self, data: object) -> bool:
        return True
