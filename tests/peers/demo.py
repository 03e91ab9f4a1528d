"""`make demo-server`: a hospital in one terminal: a FHIR server, its patients, and one night's run.

Starts HAPI on a free port of this machine, puts the sample patients on it, and runs what a hospital
would: candidates, the population, a dry run, the write-back, the same again. Every command is shown
as it would be typed. KEEP=1 leaves the server running; DEMO_DIR is where results go.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from click import echo
from tests.peers.judges import PeerMissing
from tests.peers.loading import SAMPLES, apart, put, record
from tests.peers.servers import HapiServer

DAY = ("--as-of", "2026-06-01")
BOLD, DIM, PLAIN = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")
WIDTH = 100
SHOWN = 12
"""Rows of the worklist that are shown."""


def main() -> int:
    """Run the demonstration; returns the exit code."""
    if shutil.which("java") is None:
        echo("This needs Java 17 or newer and Maven, for the FHIR server:")
        echo("  apt-get install default-jdk-headless maven     (Debian, Ubuntu)")
        echo("  brew install openjdk maven                     (macOS)")
        echo("Without them, `make demo` assesses a sample from a file.")
        return 1
    folder = Path(os.environ.get("DEMO_DIR") or tempfile.mkdtemp(prefix="nelm-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    say("Starting HAPI, a FHIR R4 server (the first time it is built: a minute or two)")
    server = HapiServer()
    try:
        server.__enter__()
    except PeerMissing as missing:
        echo(f"The server cannot be started here: {missing}.")
        return 1
    try:
        night(server, folder)
    finally:
        if os.environ.get("KEEP") == "1":
            port = server.base.rpartition(":")[2].partition("/")[0]
            say(f"The server runs on at {server.base}")
            echo(f"  to stop it: tests/peers/hapi/stop --port {port}")
        else:
            server.__exit__(None, None, None)
    echo(f"\nResults of this night: {folder / 'results'}")
    return 0


def night(server: HapiServer, folder: Path) -> None:
    """Load the samples and run the commands of one night."""
    names = sorted(path.parent.name for path in SAMPLES.glob("*/bundle.json"))
    bundles = [apart(record(name), f"s{number}") for number, name in enumerate(names)]
    put(server, *bundles)
    resources = sum(len(bundle["entry"]) for bundle in bundles)
    echo(f"  {len(bundles)} fictional patients, {resources} resources, at {server.base}")
    os.environ["NELM_SERVER"] = server.base
    echo(f"\n{DIM}$ export NELM_SERVER={server.base}{PLAIN}")

    say("Who has a neuroendocrine tumor? Conditions are searched by the shipped value sets")
    candidates, results = str(folder / "candidates.txt"), str(folder / "results")
    nelm("candidates", to=candidates)

    say("Judge them all: each record is fetched whole, or its patient is not assessed")
    nelm("batch", "--output", results, *DAY)
    show_worklist(folder / "results")

    say("A dry run: the exact Bundle that would be sent for one patient, and nothing is sent")
    first = next(line for line in Path(candidates).read_text().splitlines() if "ileum-1" in line)
    dry = ("assess", "--patient", first, "--set", "optn", "--dry-run", *DAY)
    show_bundle(nelm(*dry, shown=False))

    say("Write the results back: each once, with Provenance, noted in the ledger")
    nelm("batch", "--output", results, "--write", *DAY)
    ledger = str(folder / "results" / "ledger.sqlite")

    say("The same again: nothing is written. Two days later: only what time alone has changed")
    nelm("batch", "--output", results, "--write", *DAY)
    nelm("batch", "--output", results, "--write", "--as-of", "2026-06-03")
    nelm("ledger", "verify", "--ledger", ledger)


def say(what: str) -> None:
    echo(f"\n{BOLD}{what}{PLAIN}")


def nelm(*words: str, to: str = "", shown: bool = True) -> str:
    """Show a command as a user types it, run it, and show what it says."""
    typed = " ".join(["nelm", *map(shlex.quote, words), *(["> " + shlex.quote(to)] if to else [])])
    echo(f"{DIM}$ {typed}{PLAIN}")
    command = Path(sys.executable).with_name("nelm")
    done = subprocess.run([command, *words], stdout=subprocess.PIPE, text=True, check=False)
    if to:
        Path(to).write_text(done.stdout)
    elif shown:
        echo(done.stdout, nl=False)
    if done.returncode:
        raise SystemExit(f"the command ended with {done.returncode}")
    return done.stdout


def show_worklist(results: Path) -> None:
    """Show the head of the worklist: a line per patient, who meets a set first."""
    lines = [json.loads(line) for line in (results / "worklist.ndjson").read_text().splitlines()]
    echo(f"{DIM}The head of worklist.html:{PLAIN}")
    for line in lines[:SHOWN]:
        echo(f"  {line['patient'].removeprefix('Patient/'):<24}{told(line)}"[:WIDTH])
    if len(lines) > SHOWN:
        echo(f"  {DIM}and {len(lines) - SHOWN} more{PLAIN}")


def told(line: dict[str, Any]) -> str:
    verdicts = Counter(one["verdict"] for one in line["verdicts"])
    words = [f"{number} {verdict}" for verdict, number in verdicts.most_common()]
    missing = line["missing"]
    more = (
        [f"get first: {missing[0]['datum']}"] if missing and "criteria-met" not in verdicts else []
    )
    return "; ".join([", ".join(words), *more])


def show_bundle(text: str) -> None:
    """Show what a Bundle would do, entry by entry."""
    for line in text.splitlines():
        bundle = json.loads(line)
        echo(f"  Bundle of type {bundle['type']}, {len(text):,} characters:")
        for entry in bundle["entry"]:
            echo(f"    {entry['request']['method']:<5}{entry['request']['url']}{guards(entry)}")


def guards(entry: dict[str, Any]) -> str:
    request = entry["request"]
    told_of = [f"{name}: {request[name]}" for name in ("ifNoneExist", "ifMatch") if name in request]
    return f"   {DIM}{told_of[0][:60]} ...{PLAIN}" if told_of else ""


if __name__ == "__main__":
    raise SystemExit(main())
