"""`make screenshots`: every page as a picture, in English and German, on a desk and on a telephone.

In: the samples. Out: PNG files in build/screenshots, to be looked at as surgeon and coordinator.
"""

import tempfile
from pathlib import Path

from click import echo
from tests.peers.browser import chromium
from tests.service.conftest import running
from tests.service.every_page import EVERY
from tests.service.populations import judged, samples

from nelm_fhir import pipeline
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"
WIDTHS = {"desktop": 1280, "narrow": 390}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as night:
        site = Site(pipeline.load(), Settings(worklist=judged(Path(night), samples())))
        with running(site) as base, chromium() as browser:
            for kind, width in WIDTHS.items():
                page = browser.new_page(viewport={"width": width, "height": 900})
                for name, way in EVERY.items():
                    way(page, base)
                    page.screenshot(path=FOLDER / f"{name}-{kind}.png", full_page=True)
    echo(f"{len(EVERY) * len(WIDTHS)} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
