"""What a URL in the settings may be, and what of it is refused before anything is asked."""

from typing import Any

import pytest
from pydantic import ValidationError

from resources.environment import FromEnv
from resources.hr.url_settings import UrlSource

SECRET = {"env": "SECRET"}
LOGIN = {"user": "hr", "password": SECRET}


def read(**given: Any) -> UrlSource:
    return UrlSource.model_validate(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": "s3://acme/hr/out/people_*.csv"}, ("s3", "acme", "hr/out", "people_*.csv")),
        ({"url": "gs://acme/people_?.csv"}, ("gs", "acme", "", "people_?.csv")),
        ({"url": "abfs://hr@acme.dfs.core.windows.net/x.csv"}, ("abfs", "hr@acme.dfs.core.windows.net", "", "x.csv")),
        ({"url": "ftps://ftp.acme.example:2121/out/[ab].csv", **LOGIN}, ("ftps", "ftp.acme.example:2121", "out", "[ab].csv")),
        ({"url": "ftps://ftp.acme.example//srv/out/x.csv", **LOGIN}, ("ftps", "ftp.acme.example", "/srv/out", "x.csv")),
        ({"url": "https://hr.acme.example/a%20b/p%C3%A5.csv?form=csv", **LOGIN}, ("https", "hr.acme.example", "a b", "på.csv")),
        ({"url": "http://127.0.0.1:8080/x.csv"}, ("http", "127.0.0.1:8080", "", "x.csv")),
    ],
)
def test_a_url_has_a_place_a_folder_and_what_the_files_are_called(given: dict[str, Any], expected: tuple[str, ...]) -> None:
    source = read(**given)
    assert (source.scheme, source.host, source.folder, source.pattern) == expected


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "people.csv"}, "hr.csv"),
        ({"url": "file:///srv/people.csv"}, "hr.csv"),
        ({"url": "sftp://acme.example/x.csv"}, "hr.sftp"),
        ({"url": "ftp://acme.example/x.csv"}, "plain FTP sends passwords open"),
        ({"url": "smb://acme/x.csv"}, "begins with none of s3://"),
        ({"url": "memory://acme/x.csv"}, "begins with none of s3://"),
        ({"url": "s3://"}, "hr.csv|stands behind"),
        ({"url": "s3:///hr/x.csv"}, "a bucket, container or host stands behind"),
        ({"url": "s3://acme"}, "a file, or a pattern in one folder"),
        ({"url": "s3://acme/hr/"}, "a file, or a pattern in one folder"),
        ({"url": "s3://acme-*/x.csv"}, "may stand in the last part only"),
        ({"url": "s3://acme-{file}/x.csv"}, "in one bucket or at one host"),
        ({"url": "https://{file}.acme.example/x.csv", **LOGIN}, "in one bucket or at one host"),
        ({"url": "ftps://acme.example:{file}/x.csv", **LOGIN}, "in one bucket or at one host"),
        ({"url": "s3://acme/20*/x.csv"}, "may stand in the last part only"),
        ({"url": "filecache::s3://acme/x.csv"}, "begins with none of|not one address"),
        ({"url": "s3://acme/x.csv::y"}, "not one address"),
        ({"url": "s3://AKIA:s3cret@acme/x.csv"}, "does not stand in the URL"),
        ({"url": "s3://AKIA@acme/x.csv"}, "does not stand in the URL"),
        ({"url": "abfs://hr:s3cret@acme.dfs.core.windows.net/x.csv"}, "does not stand in the URL"),
        ({"url": "ftps://hr@acme.example/x.csv", **LOGIN}, "does not stand in the URL"),
        ({"url": "https://hr:s3cret@acme.example/x.csv"}, "does not stand in the URL"),
        ({"url": "abfs://hr/x.csv?sig=s3cret"}, "in the URL's query"),
        ({"url": "https://acme.example/x.csv?sv=1&sig=s3cret", **LOGIN}, "in the URL's query"),
        ({"url": "https://acme.example/x.csv?X-Amz-Signature=s3cret", **LOGIN}, "in the URL's query"),
        ({"url": "https://acme.example/x.csv?access_token=s3cret", **LOGIN}, "in the URL's query"),
        ({"url": "https://acme.example/x.csv?api_key=s3cret", **LOGIN}, "in the URL's query"),
        ({"url": "https://acme.example/x_*.csv", **LOGIN}, "names one file"),
        ({"url": "https://acme.example/", **LOGIN}, "names one file"),
        ({"url": "https://acme.example:port/x.csv", **LOGIN}, "not an address"),
        ({"url": "http://acme.example/x.csv", **LOGIN}, "plain http is for this machine only"),
        ({"url": "https://acme.example/x.csv"}, "needs user and password, or token"),
        ({"url": "https://acme.example/x.csv", "user": "hr"}, "needs user and password, or token"),
        ({"url": "https://acme.example/x.csv", **LOGIN, "token": SECRET}, "needs user and password, or token"),
        ({"url": "https://acme.example/x.csv", "token": "s3cret"}, "never written here"),
        ({"url": "https://acme.example/x.csv", **LOGIN, "afterwards": "delete"}, "has one file and no folder"),
        ({"url": "https://acme.example/x.csv", **LOGIN, "done_marker": "READY"}, "has one file and no folder"),
        (
            {"url": "https://acme.example/x.csv", **LOGIN, "manifest": {"name": "{name}.md5", "hash": "md5"}},
            "has one file and no folder",
        ),
        (
            {
                "url": "https://acme.example/x.csv",
                **LOGIN,
                "openpgp": {"signers": ["A" * 40], "certificates": {"file": "/c"}, "detached": "{name}.sig"},
            },
            "has one file and no folder",
        ),
        ({"url": "https://acme.example/x.csv", **LOGIN, "newest": "modified"}, "has one file and no folder"),
        ({"url": "https://acme.example/x.csv", **LOGIN, "options": {"anon": True}}, "options are for object stores"),
        ({"url": "ftps://acme.example/x.csv"}, "needs user and password"),
        ({"url": "ftps://acme.example/x.csv", **LOGIN, "token": SECRET}, "needs user and password, and nothing else"),
        ({"url": "s3://acme/x.csv", **LOGIN}, "an object store has options"),
        ({"url": "s3://acme/x.csv", "options": {"secret": "s3cret"}}, "secret is never written here"),
        ({"url": "s3://acme/x.csv", "options": {"key": "AKIA"}}, "key is never written here"),
        ({"url": "s3://acme/x.csv", "options": {"client_kwargs": {"aws_session_token": "s3cret"}}}, "aws_session_token is never written"),
        ({"url": "s3://acme/x.csv", "options": {"endpoint_url": "https://a:s3cret@minio.example"}}, "has a user name in its address"),
        ({"url": "s3://acme/x.csv", "options": {"client_kwargs": {"region_name": ["s3cret"]}}}, "a text, a number, true or false, or"),
        ({"url": "s3://acme/x.csv", "options": {"key": {"env": "not a name"}}}, "should match pattern"),
        ({"url": "gs://acme/x.csv", "options": {"token": "ya29.s3cret"}}, "token is never written here"),
        ({"url": "abfs://hr/x.csv", "options": {"connection_string": "AccountKey=s3cret"}}, "connection_string is never written here"),
        ({"url": "s3://acme/x.csv", "archive": "done"}, "belongs to nothing else"),
        ({"url": "s3://acme/x.csv", "afterwards": "archive"}, "belongs to nothing else"),
        ({"url": "s3://acme/hr/x.csv", "afterwards": "archive", "archive": "."}, "archive is the folder itself"),
        ({"url": "s3://acme/hr/x.csv", "afterwards": "archive", "archive": "/hr"}, "archive is the folder itself"),
        ({"url": "s3://acme/hr/x.csv", "done_marker": "ok/{name}"}, "the name of another file"),
        ({"url": "s3://acme/hr/x.csv", "done_marker": "{name}"}, "the name of another file"),
    ],
)
def test_quiet_what_cannot_be_meant_is_refused_and_no_secret_is_repeated(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        read(**given)
    assert not any(word in line["msg"] for line in refused.value.errors() for word in ("s3cret", "AKIA"))


def test_options_keep_their_kind_and_secrets_are_names() -> None:
    given = {"key": SECRET, "anon": False, "max_concurrency": 4, "token": "google_default", "client_kwargs": {"region_name": "eu-north-1"}}
    options = read(url="s3://acme/x.csv", options={**given, "config_kwargs": {"proxies": SECRET}}).options
    assert options.pop("config_kwargs") == {"proxies": FromEnv(env="SECRET")}
    assert options == {**given, "key": FromEnv(env="SECRET")}
    assert read(url="gs://acme/x.csv", options={"token": "/etc/rollcall/google.json"}).options["token"] == "/etc/rollcall/google.json"
