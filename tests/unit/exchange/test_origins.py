"""What a link of a server stands for, and where it may lead."""

import pytest

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.asking import told
from nelm_fhir.exchange.origins import Address
from nelm_fhir.exchange.server import Server

PIN = Server("https://ehr.example/api/FHIR/R4/").pin
ROOT = Server("https://ehr.example").pin
LINKS = {
    "Patient?page=2": "https://ehr.example/api/FHIR/R4/Patient?page=2",
    "/Patient?page=2": "https://ehr.example/api/FHIR/R4/Patient?page=2",
    "?_getpages=abc": "https://ehr.example/api/FHIR/R4?_getpages=abc",
    "/?_getpages=abc": "https://ehr.example/api/FHIR/R4/?_getpages=abc",
    "/api/FHIR/R4/Patient?page=2": "https://ehr.example/api/FHIR/R4/Patient?page=2",
    "/api/FHIR/R4?_getpages=abc": "https://ehr.example/api/FHIR/R4?_getpages=abc",
    "/api/FHIR/R4": "https://ehr.example/api/FHIR/R4",
    "/paging/17": "https://ehr.example/paging/17",
    "https://ehr.example/other/1": "https://ehr.example/other/1",
    "https://EHR.example:443/api/x": "https://ehr.example/api/x",
    "HTTPS://ehr.example:0443/api/x": "https://ehr.example/api/x",
    "//ehr.example/api/x": "https://ehr.example/api/x",
    "https://ehr.example#@evil.example/": "https://ehr.example",
    "Patient/a:b": "https://ehr.example/api/FHIR/R4/Patient/a:b",
    "Patient?next=https://evil.example/": (
        "https://ehr.example/api/FHIR/R4/Patient?next=https://evil.example/"
    ),
}
ELSEWHERE = [
    "https://evil.example/api",
    "//evil.example/api",
    "http://ehr.example/api",
    "https://ehr.example:8443/api",
    "https://ehr.example./api",
    "https://ehr.example.evil.example/api",
    "https://93.184.216.34/api",
    "https://[::1]/api",
]
NO_ADDRESS = [
    "https://ehr.example:443:443/api",
    "https://name:password@ehr.example/api",
    "https://ehr.example@evil.example/api",
    "https://ehr.example\\@evil.example/api",
    "\\\\evil.example/api",
    "/\\evil.example/api",
    "https:\\\\evil.example",
    "https://ehr.exämple/api",
    "https://ehr.example:/api",
    "https://[::1%25eth0]/api",
    "https:///api",
    "https:api",
    "ftp://ehr.example/api",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "../admin",
    "Patient/../../admin",
    "Patient/%2e%2E/admin",
    "https://ehr.example/api/../admin",
]


@pytest.mark.parametrize(("link", "address"), LINKS.items())
def test_a_link_is_understood_absolute_or_relative_to_host_or_base(link, address):
    assert str(PIN.check(PIN.url(link), "A link")) == address


@pytest.mark.parametrize("link", ["/Patient?page=2", "Patient?page=2"])
def test_a_base_without_a_path_takes_both_relative_forms(link):
    assert str(ROOT.url(link)) == "https://ehr.example/Patient?page=2"


@pytest.mark.parametrize("link", ELSEWHERE)
def test_a_link_to_another_origin_is_refused(link):
    with pytest.raises(ServerRefused, match="another origin"):
        PIN.check(PIN.url(link), "A link")


@pytest.mark.parametrize("link", NO_ADDRESS)
def test_a_link_that_can_be_read_in_two_ways_is_refused(link):
    with pytest.raises(ServerRefused, match="no usable address"):
        PIN.url(link)


@pytest.mark.parametrize("link", [*ELSEWHERE, *NO_ADDRESS])
def test_what_is_said_of_a_refused_link_does_not_repeat_it(link):
    with pytest.raises(ServerRefused) as error:
        PIN.check(PIN.url(link), "A link")
    assert "evil" not in str(error.value)
    assert "ehr" not in str(error.value)


def test_a_name_and_a_number_of_one_machine_are_two_origins():
    pin = Server("http://127.0.0.1:8080/fhir").pin
    for host in ("localhost", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::1]"):
        with pytest.raises(ServerRefused):
            pin.check(pin.url(f"http://{host}:8080/fhir/Patient"), "A link")
    assert pin.is_trusted(Address.of("http://127.0.0.1:8080/other"))


def test_a_further_origin_gets_the_token_only_if_it_was_named_for_it():
    pin = Server(
        "https://ehr.example/r4",
        origins=frozenset({"https://files.example:443/anything"}),
        file_origins=frozenset({"https://store.example"}),
    ).pin
    trusted, opened = Address.of("https://files.example/1"), Address.of("https://store.example/1")
    assert pin.check(trusted, "A file") == trusted
    assert pin.check(opened, "A file", token=False) == opened
    with pytest.raises(ServerRefused, match="--origin"):
        pin.check(opened, "A file")
    with pytest.raises(ServerRefused, match="--file-origin"):
        pin.check(Address.of("https://evil.example/1"), "A file", token=False)


@pytest.mark.parametrize(
    "base", ["", "ehr.example", "ftp://ehr.example", "https://u:p@ehr.example", "https://h/?a=1"]
)
def test_what_is_no_address_of_a_server_is_refused(base):
    with pytest.raises(ServerRefused, match="address of the server"):
        _ = Server(base).pin


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "Patient/jane-doe", "GET Patient/…"),
        ("GET", "Patient/Jane/$everything?_count=5", "GET Patient/…/$everything"),
        ("POST", "Condition/_search", "POST Condition/_search"),
        ("GET", "?_getpages=17", "GET"),
        ("GET", "metadata", "GET metadata"),
        ("GET", "$export?_type=Patient", "GET $export"),
        ("GET", "jane-doe/x", "GET …/…"),
        ("GET", "https://files.example/Patient/jane", "GET"),
    ],
)
def test_a_request_is_told_without_ids_and_parameters(method, path, name):
    assert told(method, PIN.url(path), PIN) == name
