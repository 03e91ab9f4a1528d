"""The program says the name and version under which it is packaged."""

import re
import tomllib
from pathlib import Path

from nelm_fhir.core.program import NAME, PROGRAM, VERSION

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())


def test_the_program_is_named_as_its_package_and_says_its_version():
    assert PROJECT["project"]["name"] == NAME
    assert PROGRAM.split() == [NAME, VERSION]


def test_the_version_is_one_that_packages_can_have_and_the_build_reads_it_here():
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", VERSION)
    source = (Path(__file__).parents[3] / PROJECT["tool"]["hatch"]["version"]["path"]).read_text()
    pattern = PROJECT["tool"]["hatch"]["version"]["pattern"]
    assert re.search(pattern, source)["version"] == VERSION
