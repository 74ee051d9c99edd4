"""Addresses that a test may call: nothing from outside chooses the host."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.sanity.address import Address, AddressRefused, filled, parameter_names

AWS = "https://{id}.execute-api.eu-west-1.amazonaws.com"
EMBEDDED = "http://127.0.0.1:4566/_aws/execute-api/{id}"

IDS = [
    "",
    "a1b2c3/",
    "a1b2c3/../other",
    "a1b2c3.evil.com/",
    "evil.com/a",
    "evil.com#",
    "evil.com?",
    "evil.com\\",
    "user@evil",
    "a:80",
    "..",
    ".",
    "-",
    "a.b",
    "{id}",
    "A1B2",
    "g\u0131thub",
    "evil。com",
    "①",
    "a\n",
    "a\x00",
    "a b",
    "%2e%2e",
    "a" * 64,
]
PATHS = [
    "orders",
    "@evil.com",
    "//evil.com/",
    "/..",
    "/.",
    "/a/../../b",
    "/a/./b",
    "/%2e%2e/b",
    "/.%2E/b",
    "/a%2f..%2Fb",
    "/%2f%2e%2e",
    "/a/..%5cb",
    "/a?b",
    "/a#b",
    "/a\\b",
    "/a b",
    "/a\r\nHost: evil.com",
    "/\x00",
    "/ä",
    "/{id}",
    "/%",
    "/%zz",
    "/" + "a" * 2000,
]


@pytest.mark.parametrize("pattern", [AWS, EMBEDDED])
def test_address(pattern: str) -> None:
    """The id stands where the setting says, and the path behind it."""
    address = Address(pattern=pattern, id="a1b2c3d4e5", path="/prod/orders/1", query="a=b%20c")

    assert address.url == pattern.replace("{id}", "a1b2c3d4e5") + "/prod/orders/1?a=b%20c"
    assert Address.of(dict(address.fields)) == address


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/files/a%2fb", "/files/a%2Fb"),
        ("/a%2Db", "/a-b"),
        ("/%7Ehome", "/~home"),
        ("/%c3%a9", "/%C3%A9"),
        ("/a%2Eb", "/a.b"),
        ("/a%252e%252e/b", "/a%252e%252e/b"),
    ],
)
def test_normal_form(path: str, sent: str) -> None:
    """What is written in more than one way is sent in one, and means the same; a test keeps it as written."""
    address = Address(pattern=AWS, id="a1b2c3", path=path, query="q=%7e%2f")

    assert address.url == f"{AWS.replace('{id}', 'a1b2c3')}{sent}?q=~%2F"
    assert unquote(address.url) == unquote(f"{address.base}{path}?q=%7e%2f")
    assert address.fields["path"] == path


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("pattern", [AWS, EMBEDDED])
def test_hostile_id(pattern: str, id: str) -> None:
    """An id that could end the host, or leave the place behind it, is refused."""
    with pytest.raises(AddressRefused):
        Address(pattern=pattern, id=id)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("pattern", [AWS, EMBEDDED])
def test_hostile_path(pattern: str, path: str) -> None:
    """A path that could be read as anything but a place below the base is refused."""
    with pytest.raises(AddressRefused):
        Address(pattern=pattern, id="a1b2c3", path=path)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "https://example.com",
        "http://{id}.execute-api.eu-west-1.amazonaws.com",
        "https://{id}.{id}.com",
        "ftp://localhost/{id}",
        "file:///{id}",
    ],
)
def test_setting(pattern: str) -> None:
    """A setting that names no place for the id, or a public host without TLS, is refused."""
    with pytest.raises(AddressRefused):
        Address(pattern=pattern, id="a1b2c3")


@pytest.mark.parametrize("query", ["a b", "a#b", "a\r\nX: y", "ä", "a\\b", "%", "a" * 2000])
def test_hostile_query(query: str) -> None:
    """A query that is not encoded is refused."""
    with pytest.raises(AddressRefused):
        Address(pattern=AWS, id="a1b2c3", path="/x", query=query)


@given(
    pattern=st.sampled_from([AWS, EMBEDDED]),
    id=st.text() | st.from_regex(r"[a-z0-9]+", fullmatch=True),
    path=st.text() | st.text("/.%2eEfF@:a\\"),
    query=st.text() | st.text("/.%2eE@:a#?&="),
)
def test_whatever_comes(pattern: str, id: str, path: str, query: str) -> None:
    """Whatever comes: either there is no address, or it has the setting's host and place."""
    try:
        address = Address(pattern=pattern, id=id, path=path, query=query)
    except AddressRefused:
        return
    expected, actual = urlsplit(pattern.replace("{id}", id)), urlsplit(address.url)
    assert (actual.scheme, actual.netloc) == (expected.scheme, expected.netloc)
    assert actual.path.startswith(expected.path + "/")
    assert not {".", ".."} & set(unquote(actual.path).split("/"))
    assert (actual.username, actual.query, actual.fragment) == (None, query, "")


@given(value=st.text())
def test_whatever_parameter(value: str) -> None:
    """Whatever a path parameter is: it stays one segment, or the address is refused."""
    try:
        address = Address(pattern=EMBEDDED, id="a1b2c3", path=filled("/orders/{id}/lines", {"id": value}))
    except (AddressRefused, UnicodeEncodeError):
        return
    assert urlsplit(address.url).path.count("/") == urlsplit(EMBEDDED).path.count("/") + 3


@pytest.mark.parametrize(
    ("route", "parameters", "path"),
    [
        ("/orders", {}, "/orders"),
        ("/orders/{id}", {"id": "1"}, "/orders/1"),
        ("/{a}/x/{b}", {"a": "1", "b": "ü /?"}, "/1/x/%C3%BC%20%2F%3F"),
        ("/{proxy+}", {"proxy": "a/b c"}, "/a/b%20c"),
        ("/{proxy+}", {"proxy": "/a/b/"}, "/a/b"),
    ],
)
def test_filled(route: str, parameters: dict[str, str], path: str) -> None:
    """A parameter is one segment, percent-encoded; a greedy one keeps its slashes."""
    assert filled(route, parameters) == path


@pytest.mark.parametrize(
    ("route", "parameters"),
    [("/{id}", {}), ("/{id}", {"id": ""}), ("/{proxy+}", {"proxy": "a//b"}), ("/{proxy+}", {"proxy": "/"})],
)
def test_parameter_missing(route: str, parameters: dict[str, str]) -> None:
    """An empty segment would ask for another route."""
    with pytest.raises(AddressRefused):
        filled(route, parameters)


def test_parameter_names() -> None:
    """They are those of the route, in its order."""
    assert parameter_names("/a/{x}/{proxy+}") == ["x", "proxy"]
