"""`nelm make-bundle`: a candidate profile as the record that a hospital would send."""

import shlex
from pathlib import Path
from typing import Final

import click

from nelm_fhir import pipeline
from nelm_fhir.cli.clock import today
from nelm_fhir.cli.exits import unknown_word
from nelm_fhir.cli.options import FILE, OUTPUT, completing
from nelm_fhir.cli.output import write_bytes
from nelm_fhir.cli.records import Records, Request
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json

EXAMPLES: Final = """\b
Examples:
  nelm profile bundle.json --as-of 2026-06-01 --output profile.json
  nelm make-bundle profile.json --style mii --noise 100 --output german.json
  nelm assess german.json --as-of 2026-06-01
  nelm make-bundle profile.json --style messy --seed 7 --output messy.json

\b
Styles: mcode  US hospital, mCODE STU4 and US Core, ICD-10-CM
        mii    German hospital, oncology module, ICD-10-GM and OPS
        nl     Dutch pathology, SNOMED CT and ICD-O
        plain  SNOMED CT and LOINC without profiles
        messy  local codes, strings and text: much of it is unknown when read
"""


@click.command("make-bundle", epilog=EXAMPLES)
@click.argument("profile", type=FILE)
@click.option(
    "--style",
    required=True,
    metavar="NAME",
    shell_complete=completing(load_styles),
    help="How the hospital codes: mcode, mii, nl, plain or messy.",
)
@click.option(
    "--noise",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How many resources of other content stand around it.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="The same seed gives the same record, byte for byte.",
)
@OUTPUT
def command(profile: str, style: str, noise: int, seed: int, output: Path | None) -> None:
    """Turn a candidate profile into the record a hospital would send.

    PROFILE is what `nelm profile` writes (nelm schema profile). The record is one FHIR R4 Bundle of
    a fictional patient, tagged as test data. Read for the same day it leads back to the same
    profile, except for what the style leaves in text.
    """
    styles = load_styles()
    if style not in styles:
        raise unknown_word("--style", style, list(styles))
    records = Records(Request(today(), is_profile=True))
    told = records.only(profile).profile
    built = pipeline.to_record(told, records.catalogue, style=style, noise=noise, seed=seed)
    write_bytes(fhir_json(built, indent=True) + b"\n", output)
    if output is not None:
        click.echo(f"Now try:\n  {_next(told, output)}", err=True)


def _next(profile: CandidateProfile, output: Path) -> str:
    """Return the command that judges the record as the profile would be judged."""
    options = [f"--option {name}" for name, on in profile.options if on is True]
    return " ".join(["nelm assess", shlex.quote(str(output)), f"--as-of {profile.as_of}", *options])
