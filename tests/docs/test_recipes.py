"""The recipes of the README work as they stand: settings, units and every command of them.

Only what cannot be otherwise is replaced: the address of the server, a key of the hospital, and
folders of a real machine.
"""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.servers.bulk_export import Bulk
from tests.servers.local import Local
from tests.servers.writable import WritableStore
from tests.unit.cli.run import MEETS_ALL

from nelm_fhir.cli.main import cli

pytestmark = pytest.mark.usefixtures("loopback")
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ADDRESS = "https://ehr.example/fhir"
OUTPUTS = {
    "worklist.html",
    "worklist.csv",
    "worklist.ndjson",
    "changes.ndjson",
    "summary.json",
    "dead_letters.ndjson",
}


def recipe(name):
    found = re.search(rf"<!-- recipe: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found, name
    return found[1]


def commands(text):
    return [line for line in text.splitlines() if line.strip()]


def run(line, replaced):
    for before, after in replaced.items():
        line = line.replace(before, after)
    program, *arguments = shlex.split(line)
    assert Path(program).name == "nelm"
    environment = {"COLUMNS": "80", "NO_COLOR": "1"}
    done = CliRunner(env=environment).invoke(cli, arguments, prog_name="nelm")
    assert done.exit_code == 0, done.output
    return done.stdout


def unit(name):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(recipe(name))
    return parser


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """What the recipe calls /etc/nelm and /var/lib/nelm, empty."""
    monkeypatch.chdir(tmp_path)
    for folder in ("etc", "var"):
        (tmp_path / folder).mkdir()
    return {"/etc/nelm": str(tmp_path / "etc"), "/var/lib/nelm": str(tmp_path / "var")}


def set_up(machine, base):
    settings = recipe("nightly settings").replace(ADDRESS, base)
    # the server of the test asks for no key
    plain = [line for line in settings.splitlines() if not line.startswith(("client-id", "key-"))]
    assert len(plain) == len(settings.splitlines()) - 2
    Path(machine["/etc/nelm"], "nelm.toml").write_text("\n".join(plain))
    return {**machine, ADDRESS: base}


def test_the_first_run_by_hand_finds_the_candidates_and_judges_them(machine):
    store = WritableStore.of(Path(MEETS_ALL))
    with Local(store) as server:
        replaced = set_up(machine, server.base)
        shown = [run(line, replaced) for line in commands(recipe("nightly by hand"))]
    assert "FHIR" in shown[0]
    results = Path(machine["/var/lib/nelm"], "results")
    assert {path.name for path in results.iterdir()} >= OUTPUTS
    assert store.of_type("RiskAssessment") == []


def test_the_service_writes_each_result_once_however_often_it_runs(machine):
    store = WritableStore.of(Path(MEETS_ALL))
    line = unit("nightly service")["Service"]["ExecStart"]
    with Local(store) as server:
        replaced = set_up(machine, server.base)
        run(line, replaced)
        first = store.of_type("RiskAssessment")
        run(line, replaced)
    assert len(first) == 7
    assert store.of_type("RiskAssessment") == first


def test_the_units_are_what_systemd_understands(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: the units were not verified")
    for kind in ("service", "timer"):
        text = recipe(f"nightly {kind}").replace("/opt/nelm/bin/nelm", "/bin/true")
        (tmp_path / f"nelm.{kind}").write_text(text.replace("User=nelm\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "nelm.timer")],
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "nelm." in line]
    assert told == []
    assert unit("nightly timer")["Timer"]["OnCalendar"]


def exported():
    resources = {}
    for text in WritableStore.of(Path(MEETS_ALL)).texts.values():
        one = json.loads(text[-1])
        resources.setdefault(one["resourceType"], []).append(one)
    return resources


def test_an_export_is_judged_and_the_next_asks_only_for_what_changed(machine):
    with Bulk(files=exported(), polls=0) as bulk:
        for line in commands(recipe("export")):
            run(line, {ADDRESS: bulk.base})
        run(commands(recipe("export"))[0], {ADDRESS: bulk.base})
        first, second = bulk.of("$export")
    assert "_since" not in first.query
    assert "_since" in second.query
    assert {path.name for path in Path("results").iterdir()} >= OUTPUTS
    assert '"judged": 1' in Path("results", "run.json").read_text()
