"""`nelm schema`: JSON Schema of what goes in with --profile and of what --format json gives."""

import click

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.assessment.json_schema import result_schema
from nelm_fhir.cli.output import write_bytes
from nelm_fhir.profile.record_format import CandidateProfile


@click.command()
@click.argument("name", type=click.Choice(["profile", "result"]))
def command(name: str) -> None:
    """Print the JSON Schema of the candidate profile or of the result.

    profile: what `nelm profile` gives and `nelm assess --profile` takes.
    result: what `nelm assess --format json` gives.
    """
    schema = CandidateProfile.model_json_schema() if name == "profile" else result_schema()
    write_bytes(as_bytes(schema, indent=True))
