"""The recipes of the README for the service start it as they stand, and it answers as they say.

Only addresses, folders and the host to listen on are replaced.
"""

import json
import re
import shlex
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from tests.docs.test_recipes import recipe
from tests.servers.local import Local
from tests.servers.waiting import until
from tests.servers.writable import WritableStore
from tests.service.cds.ehr_calls import call
from tests.service.messages import FHIR_JSON
from tests.service.process import START, free_port, until_alive
from tests.unit.cli.run import MEETS_ALL

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback")]
EHR, HERE, KEPT = "https://ehr.example/fhir", "/etc/nelm", "/var/lib/nelm"
SECRET = "a-secret-of-the-hook"  # noqa: S105 - of a test


@contextmanager
def started(line, tmp_path, *, server=EHR):
    """Run the command of a recipe on a free port; gives its address."""
    for folder in (HERE, KEPT):
        (tmp_path / folder[1:]).mkdir(parents=True, exist_ok=True)
        line = line.replace(folder, str(tmp_path / folder[1:]))
    port = free_port()
    words = shlex.split(line.replace(EHR, server))[2:]
    with subprocess.Popen([*START, "--port", f"{port}", *words]) as process:
        try:
            until_alive(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            assert process.wait(timeout=30) == 0


def written(name, tmp_path, file):
    text = recipe(name).replace(HERE, str(tmp_path / HERE[1:]))
    path = tmp_path / HERE[1:] / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_what_a_rest_hook_tells_is_fetched_judged_and_written_back_once(tmp_path):
    written("rest-hook settings", tmp_path, "hooks.toml")
    secret = tmp_path / HERE[1:] / "hook-secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    store = WritableStore.of(Path(MEETS_ALL))
    condition = next(name for name in store.texts if name.startswith("Condition/"))
    with Local(store) as server, started(recipe("rest-hook"), tmp_path, server=server.base) as base:
        body = store.texts[condition][-1]
        given = {**FHIR_JSON, "X-Hook-Secret": SECRET}
        address = f"{base}/hooks/subscription/conditions/{condition}"
        for _ in range(2):
            assert requests.put(address, body, headers=given, timeout=10).status_code == 200
        forged = requests.put(address, body, headers={**given, "X-Hook-Secret": "x"}, timeout=10)
        assert forged.status_code == 401
        until(lambda: len(store.of_type("RiskAssessment")) == 7)
    assert {one["meta"]["versionId"] for one in store.of_type("RiskAssessment")} == {"1"}


def test_an_ehr_without_a_token_is_told_which_aud_is_expected(tmp_path):
    written("cds issuers", tmp_path, "issuers.toml")
    with started(recipe("cds"), tmp_path) as base:
        found = requests.get(f"{base}/cds-services", timeout=10).json()["services"]
        assert {one["hook"] for one in found} == {"patient-view", "order-select"}
        address = f"/cds-services/{found[0]['id']}"
        refused = requests.post(f"{base}{address}", data=json.dumps(call()), timeout=10)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert f"https://nelm.example{address}" in refused.text


def test_what_a_proxy_with_certificates_hands_on_is_answered(tmp_path):
    handed_on = {**FHIR_JSON, "X-Forwarded-For": "192.0.2.7", "Host": "nelm.example"}
    record = Path(MEETS_ALL).read_bytes()
    for name, status in (("mutual tls", 200), ("mirth", 401)):
        with started(recipe(name), tmp_path) as base:
            answer = requests.post(f"{base}/evaluate", record, headers=handed_on, timeout=30)
            assert answer.status_code == status


def test_the_unit_is_what_systemd_understands(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine: the unit was not verified")
    text = recipe("serve service").replace("/opt/nelm/bin/nelm", "/bin/true")
    unit = tmp_path / "nelm-serve.service"
    unit.write_text(text.replace("User=nelm\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if "nelm-serve" in line] == []


def test_the_command_of_the_unit_starts_it(tmp_path):
    command = re.search(r"^ExecStart=\S+ (.*)$", recipe("serve service"), re.MULTILINE)[1]
    options = command.partition(" serve ")[2]
    with started(f"nelm serve {options}", tmp_path) as base:
        answer = requests.post(
            f"{base}/evaluate", Path(MEETS_ALL).read_bytes(), headers=FHIR_JSON, timeout=30
        )
        assert answer.status_code == 200
    kept = tmp_path / KEPT[1:]
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
