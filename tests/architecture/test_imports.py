"""The rooms import only downward, and what reads or writes the world stands at the two ends."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "nelm_fhir"
RANKS = [
    {"cli", "api"},
    {"service", "batch"},
    {"exchange", "report", "coverage"},
    {"ledger"},
    {"pipeline"},
    {"form"},
    {"mappers", "evaluator", "writers"},
    {"fhir_r4", "profile", "assessment"},
    {"knowledge"},
    {"core"},
    {"errors", "events"},
]
RANK = {room: rank for rank, rooms in enumerate(RANKS) for room in rooms}
PURE = {"core", "knowledge", "fhir_r4", "profile", "assessment", "mappers", "evaluator", "writers"}
PURE |= {"form", "pipeline", "coverage"}
FORBIDDEN = {"logging", "os", "time", "socket", "subprocess", "requests", "random", "pathlib", "io"}
ONLY_IN = {
    "fhir": {"fhir_r4/models.py"},
    "requests": {"exchange"},
    "click": {"cli"},
    "rich": {"cli"},
    "starlette": {"service"},
    "uvicorn": {"service"},
    "prometheus_client": {"service"},
    "jwt": {"exchange", "service"},
    "stamina": {"exchange"},
    "sqlite3": {"ledger", "batch"},
    "pyarrow": {"batch"},
    "pyspark": {"batch"},
}
FILES = sorted(SOURCE.rglob("*.py"))


def room_of(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


IN_ROOMS = [path for path in FILES if room_of(path) != "__init__"]
WITHOUT_WORLD = [
    path
    for path in IN_ROOMS
    if room_of(path) in PURE and path.relative_to(SOURCE).as_posix() != "knowledge/files.py"
]


def place(path):
    return path.relative_to(SOURCE).as_posix()


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def own_rooms(path):
    parts = [name.split(".") for name in imported(path)]
    return {part[1] for part in parts if part[0] == "nelm_fhir" and len(part) > 1}


@pytest.mark.parametrize("path", IN_ROOMS, ids=place)
def test_a_room_imports_only_from_rooms_below(path):
    room = room_of(path)
    sideways = {other for other in own_rooms(path) - {room} if RANK.get(other, -1) <= RANK[room]}
    assert sideways == set()


@pytest.mark.parametrize("path", FILES, ids=place)
def test_a_library_of_the_outside_stands_in_its_room_only(path):
    here = place(path)
    for name in {name.split(".")[0] for name in imported(path)} & set(ONLY_IN):
        assert any(here == home or here.startswith(f"{home}/") for home in ONLY_IN[name])


@pytest.mark.parametrize("path", WITHOUT_WORLD, ids=place)
def test_from_core_to_pipeline_nothing_touches_the_world(path):
    used = {name.split(".")[0] for name in imported(path)} & FORBIDDEN
    if room_of(path) in {"knowledge", "pipeline"}:
        used.discard("pathlib")  # names folders of overlays, which knowledge/files.py reads
    assert used == set()
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input"}
    assert not clock_reads(path)


def clock_reads(path):
    names = {"now", "today", "utcnow"}
    return [
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in names
    ]


def test_every_room_of_the_house_is_ranked():
    rooms = {room_of(path) for path in FILES} - {"__init__"}
    assert rooms <= set(RANK)
