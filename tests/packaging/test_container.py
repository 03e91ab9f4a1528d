"""What the Containerfile makes runs as it says: without root, on a read-only file system.

No container is built here: its two stages are followed step by step (the locked dependencies and
the wheel in an environment of their own), and the command runs as the user of the file, in a mount
namespace in which nothing but its volume can be written.
"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import venv
from contextlib import closing
from pathlib import Path

import pytest
import requests
from tests.packaging.test_wheel import ROOT, run
from tests.service.process import until_alive

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback")]
CONTAINERFILE = (ROOT / "Containerfile").read_text()
SAMPLE = ROOT / "sample_bundles" / "meets-all" / "bundle.json"
VOLUME = "/var/lib/nelm"
NAMESPACE = """
mount --make-rprivate / && mount -o remount,bind,ro / && mount -t tmpfs -o mode=0755 volume {above}
install -d -m 0700 -o {user} -g {user} {at}
cd {at}; echo ready
exec setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs --bounding-set=-all "$@"
"""


def said(word):
    """The lines of one instruction, continued lines joined."""
    joined = re.sub(r"\s*\\\n\s*", " ", CONTAINERFILE)
    return re.findall(rf"^{word} (.*)$", joined, re.MULTILINE)


def test_it_copies_what_is_there_and_installs_only_what_is_locked():
    sources = [name for line in said("COPY") if not line.startswith("--from")
               for name in line.split()[:-1]]  # fmt: skip
    assert [name for name in sources if not (ROOT / name).exists()] == []
    installs = [line for line in said("RUN") if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def test_it_ends_as_a_user_without_rights_and_says_how_to_run_it_read_only():
    user = said("USER")[-1].partition(":")[0]
    assert int(user) > 1000
    assert "--read-only" in CONTAINERFILE
    assert said("VOLUME") == [VOLUME]


@pytest.fixture(scope="module")
def installed():
    """The program as the first stage installs it, where any user may read it."""
    folder = Path(tempfile.mkdtemp(prefix="nelm-container-"))
    folder.chmod(0o755)
    try:
        build = ("-m", "build", "--wheel", "--no-isolation", "--outdir")
        run(sys.executable, *build, folder / "dist", ROOT)
        venv.create(folder / "nelm", with_pip=True)
        pip = (folder / "nelm/bin/python", "-m", "pip", "install", "--quiet")
        run(*pip, "--require-hashes", "-r", ROOT / "requirements-service.lock", cwd=folder)
        run(*pip, "--no-deps", next((folder / "dist").glob("*.whl")), cwd=folder)
        yield folder / "nelm/bin/nelm"
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def address():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_the_service_keeps_its_work_on_the_volume_and_writes_nowhere_else(installed, address):
    host, _, port = address.partition(":")
    kept = (f"--ledger={VOLUME}/ledger.sqlite", f"--audit={VOLUME}/audit.ndjson")
    command = [installed, "serve", "--host", host, "--port", port, *kept]
    with in_namespace(command) as process:
        until_alive(f"http://{address}", process)
        headers = {"Content-Type": "application/fhir+json"}
        url = f"http://{address}/evaluate?asOf=2026-06-01"
        answer = requests.post(url, data=SAMPLE.read_bytes(), headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text[:500]
        volume = Path(f"/proc/{process.pid}/root{VOLUME}")
        modes = {one.name: one.stat().st_mode & 0o777 for one in volume.iterdir()}
        assert set(modes.values()) == {0o600}
        assert {"ledger.sqlite", "audit.ndjson"} <= modes.keys()
        noted = (volume / "audit.ndjson").read_text().splitlines()
        assert json.loads(noted[-1])["outcome"] is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


class in_namespace:  # noqa: N801 - reads as what it does
    """Run a command as the user of the Containerfile where only the volume can be written."""

    def __init__(self, command):
        user = said("USER")[-1].partition(":")[0]
        script = NAMESPACE.format(user=user, at=VOLUME, above=Path(VOLUME).parent)
        self._command = ["unshare", "--mount", "sh", "-ec", script, "sh", *map(str, command)]

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if self._process.stdout.readline() != "ready\n":
            self._process.wait()
            told = self._process.stderr.read()
            self.__exit__()
            pytest.skip(f"NO NAMESPACE OF ITS OWN HERE, the container was not tried: {told}")
        return self._process

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()
