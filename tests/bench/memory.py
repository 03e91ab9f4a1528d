"""How much memory one Bundle needs: the highest point of a process of its own.

In: a record as bytes. Out: bytes of memory per byte of record. The process loads everything and
judges a small record first; what it has then is not counted. What is counted is the rise of its
highest resident size from before it holds the record to after it has judged it, so the bytes of the
record themselves are part of it. Linux tells it as VmHWM; `ru_maxrss` would begin with the highest
size of the process that started it.
"""

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_CHILD: Final = """
import sys
from datetime import date
from pathlib import Path
from nelm_fhir import pipeline

def highest():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024

def judged(path):
    read = pipeline.read_one(Path(path).read_bytes(), catalogue, as_of=as_of)
    return pipeline.judge(read, catalogue)

small, large, as_of = sys.argv[1], sys.argv[2], date.fromisoformat(sys.argv[3])
catalogue = pipeline.load()
judged(small)
before = highest()
judged(large)
print(highest() - before)
"""


def rise(small: bytes, large: bytes, as_of: date) -> float:
    """Return the rise of the highest resident size, per byte of the large record."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, "small.json"), Path(folder, "large.json")]
        for path, content in zip(paths, (small, large), strict=True):
            path.write_bytes(content)
        command = [sys.executable, "-c", _CHILD, *map(str, paths), as_of.isoformat()]
        told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return int(told.stdout) / len(large)
