"""`nelm assess --format html` and `facts`: one record, a language, a file."""

from tests.unit.cli.run import DAY, DISAGREE, MEETS_ALL, nelm

from nelm_fhir import pipeline


def test_one_record_is_a_whole_page_in_the_language_that_was_asked_for() -> None:
    english = nelm("assess", MEETS_ALL, *DAY, "--format", "html").stdout
    german = nelm("assess", MEETS_ALL, *DAY, "--format", "html", "--language", "de").stdout
    assert english.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert english.endswith("</html>\n")
    assert '<html lang="de">' in german
    assert "Was entscheidet" in german


def test_several_records_are_refused_and_the_way_out_is_named() -> None:
    for form in ("html", "facts"):
        refused = nelm("assess", MEETS_ALL, DISAGREE, *DAY, "--format", form)
        assert refused.exit_code == 2
        assert f"--format {form} shows one record" in refused.stderr
        assert "ndjson" in refused.stderr


def test_the_page_goes_to_a_file(tmp_path) -> None:
    file = tmp_path / "report.html"
    done = nelm("assess", MEETS_ALL, *DAY, "--format", "html", "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert file.read_text().endswith("</html>\n")


def test_the_fact_sheet_is_plain_text_with_the_notice() -> None:
    told = nelm("assess", DISAGREE, *DAY, "--format", "facts").stdout
    assert told.startswith("Liver transplantation for neuroendocrine liver metastases\n=====")
    assert " ".join(pipeline.load().texts.notice.split()) in " ".join(told.split())


def test_a_record_that_cannot_be_used_ends_with_its_error_and_no_page(tmp_path) -> None:
    (tmp_path / "broken.json").write_text("{")
    refused = nelm("assess", str(tmp_path / "broken.json"), *DAY, "--format", "html")
    assert refused.exit_code != 0
    assert refused.stdout == ""
