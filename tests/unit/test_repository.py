"""Which repositories, branches, commits and paths are accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.repository import Repository, branch_problem, commit_problem, path_problem


@pytest.mark.parametrize(
    "text",
    [
        "octo/site",
        "https://github.com/octo/site",
        "https://github.com/octo/site/",
        "https://github.com/octo/site.git",
        "https://github.com/octo/site.git/",
    ],
)
def test_forms_of_a_repository(text: str) -> None:
    """Every form that people paste names the same repository."""
    repository = Repository.from_text(text)

    assert repository.slug == "octo/site"
    assert repository.git_url("https://github.com") == "https://github.com/octo/site.git"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "octo",
        "octo/",
        "/site",
        "octo/site/tree/main",
        "octo/..",
        "octo/.",
        "octo/.git",
        "-u/site",
        "octo/site\n",
        "octo/site\0",
        "octo/si te",
        "http://github.com/octo/site",
        "https://github.com:443/octo/site",
        "https://user:pw@github.com/octo/site",
        "https://github.com@evil.example/octo/site",
        "https://github.com.evil.example/octo/site",
        "https://github.com\\@evil.example/octo/site",
        "https://gitlab.com/octo/site",
        "https://[::1]/octo/site",
        "https://2130706433/octo/site",
        "https://g\u0131thub.com/octo/site",
        "https://github\u3002com/octo/site",
        "https://github.com/octo/site?x",
        "https://github.com/octo/site#y",
        "https://github.com/octo/%2f..%2fsite",
        "https://github.com/$AWS_SECRET_ACCESS_KEY/site",
        "ext::sh -c id",
        "file:///etc",
        "git@github.com:octo/site",
        "ssh://-oProxyCommand=id/octo/site",
        "--upload-pack=id",
        "o" * 300 + "/site",
    ],
)
def test_what_is_no_repository(text: str) -> None:
    """Other hosts, schemes, user names, ports, look-alikes and options are refused."""
    with pytest.raises(ValueError, match="owner"):
        Repository.from_text(text)


@given(st.text())
def test_an_accepted_repository_leads_only_to_the_host(text: str) -> None:
    """Whatever text is accepted, the address that git sees is the host, an owner and a name."""
    try:
        repository = Repository.from_text(text)
    except ValueError:
        return

    scheme, empty, host, owner, name = repository.git_url("https://github.com").split("/")
    assert (scheme, empty, host) == ("https:", "", "github.com")
    assert owner and name.endswith(".git")


@pytest.mark.parametrize(
    "branch", ["main", "release/1.2", "user/fix-#12", "a@b", "v1.0+build", "dependabot/npm_and_yarn/x"]
)
def test_branch_names(branch: str) -> None:
    """Names that people give to branches are accepted."""
    assert branch_problem(branch) is None


@pytest.mark.parametrize(
    "branch",
    [
        "",
        "-b",
        "--upload-pack=touch x",
        "--upload-pack=x",
        "a..b",
        "@{1}",
        "@",
        "HEAD",
        "x.lock",
        "a/x.lock/b",
        ".x",
        "a/.x",
        "/a",
        "a/",
        "a//b",
        "a.",
        "HEAD~1;ls",
        "a\n",
        "a b",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "a^b",
        "$(id)",
        "refs/heads/main",
        "b" * 300,
    ],
)
def test_what_is_no_branch_name(branch: str) -> None:
    """What git refuses, and what could be an option, a revision or a command, is refused."""
    assert branch_problem(branch)


@pytest.mark.parametrize("commit", ["", "abc", "A" * 40, "g" * 40, "a" * 41, "a" * 40 + "\n", "HEAD"])
def test_what_is_no_commit(commit: str) -> None:
    """A commit is 40 digits, in lower case."""
    assert commit_problem("0123456789abcdef0123456789abcdef01234567") is None
    assert commit_problem(commit)


@pytest.mark.parametrize(
    "path", ["a", "a/b", "my app/src", "services/orders-v1.2", "[slug]/page", "@scope/name", ".github"]
)
def test_paths_inside_a_repository(path: str) -> None:
    """Folder names that repositories have are accepted."""
    assert path_problem(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../../etc",
        "/etc",
        "a/./b",
        "a//b",
        "a/",
        ".git",
        "a/.GIT/hooks",
        "git~1",
        "-rf",
        "a/-rf",
        "a\\..\\b",
        "C:\\x",
        "%2e%2e/a",
        "\uff0e\uff0e/a",
        "$HOME",
        "a\0b",
        "a\nb",
        " a",
        "a" * 2000,
    ],
)
def test_paths_that_lead_elsewhere(path: str) -> None:
    """A path that could leave the repository, reach .git or be an option is refused."""
    assert path_problem(path)
