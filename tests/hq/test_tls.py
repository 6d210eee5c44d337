"""TLS from end to end: headquarters' own certificate by its pin, and authorities by the computer.

Everything here answers on loopback with real certificates.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.errors import Refused, Unavailable
from app.hq.base import Headquarters
from app.hq.certificates import (
    CERTIFICATE_FILE,
    PRIVATE_KEY_FILE,
    Certificate,
    fingerprint_shown,
    note_certificate,
    own_certificate,
    pin_shown,
    read_certificate,
    with_pin,
)
from app.hq.invites import invite
from app.hq.serve import Listening, serve
from app.models.store import Store
from app.sync.enrolment import enrol, renew_certificate
from app.sync.pinning import pin_of, split_code
from app.sync.state import enrolment_of
from tests.conftest import Founder
from tests.sync.running import headquarters, synced


@contextmanager
def serving(hq: Headquarters, certificate: Certificate | None, port: int = 0) -> Iterator[str]:
    ready: Queue[Listening] = Queue()
    more: dict[str, Any] = {"port": port, "ready": ready.put, "certificate": certificate}
    thread = Thread(target=serve, args=(hq,), kwargs=more)
    thread.start()
    listening = ready.get(timeout=30)
    try:
        yield listening.url
    finally:
        listening.stop()
        thread.join(30)


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


@pytest.fixture
def own(tmp_path: Path, hq: Headquarters) -> Certificate:
    certificate = own_certificate(tmp_path / "hq", ["127.0.0.1"])
    note_certificate(hq, certificate)
    return certificate


def code(hq: Headquarters) -> str:
    return with_pin(hq, invite(hq, "RAB").code)


class Authority:
    """A certificate authority, and what it signs."""

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        self.certificate = self._sign(self.name, self.key, x509.BasicConstraints(True, None))
        self.path = folder / "authority.pem"
        self.path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        self.folder = folder

    def signs(self, host: str, until: timedelta = timedelta(days=1)) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        extra = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        made = self._sign(name, key, extra, until)
        path, key_path = self.folder / "signed.pem", self.folder / "signed.key"
        path.write_bytes(made.public_bytes(Encoding.PEM))
        key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return read_certificate(path, key_path)

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extra: x509.ExtensionType,
        until: timedelta = timedelta(days=1),
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + until)
            .add_extension(extra, critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "authority"
    folder.mkdir()
    return Authority(folder)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_a_code_with_a_pin_enrols_and_syncs(
    found: Founder, hq: Headquarters, own: Certificate
) -> None:
    store, _user = found()
    with serving(hq, own) as url:
        place = enrol(store, url, code(hq).lower(), waits_s=())
        assert url.startswith("https://")
        assert place.certificate == own.pem
        assert synced(store).is_verified


def test_a_code_with_a_pin_looks_as_promised(hq: Headquarters, own: Certificate) -> None:
    shown = code(hq)
    assert [len(group) for group in shown.split("-")] == [4] * 6
    assert split_code(shown)[1] == pin_of(own.pem)
    assert shown.endswith(pin_shown(hq))


def test_the_certificate_is_made_once_and_its_key_is_for_its_owner_only(
    tmp_path: Path, hq: Headquarters, own: Certificate
) -> None:
    again = own_certificate(tmp_path / "hq", ["other.example.org"])
    assert again.pem == own.pem
    assert (tmp_path / "hq" / PRIVATE_KEY_FILE).stat().st_mode & 0o077 == 0
    made = x509.load_pem_x509_certificate((tmp_path / "hq" / CERTIFICATE_FILE).read_bytes())
    assert made.not_valid_after_utc - datetime.now(UTC) > timedelta(days=3650)


def test_the_pin_of_another_certificate_enrols_nobody(
    found: Founder, hq: Headquarters, own: Certificate, tmp_path: Path
) -> None:
    store, _user = found()
    between = own_certificate(_folder(tmp_path / "between"), ["127.0.0.1"])
    with serving(hq, between) as url, pytest.raises(Refused) as refused:
        enrol(store, url, code(hq), waits_s=())
    assert refused.value.rule == "other_certificate"
    assert enrolment_of(store) is None


def test_another_certificate_after_enrolling_is_refused_with_what_to_do(
    found: Founder, hq: Headquarters, own: Certificate, tmp_path: Path
) -> None:
    store, _user = found()
    with serving(hq, own) as url:
        enrol(store, url, code(hq), waits_s=())
    between = own_certificate(_folder(tmp_path / "between"), ["127.0.0.1"])
    with serving(hq, between, port_of(url)), pytest.raises(Unavailable) as failed:
        synced(store)
    assert "another certificate" in str(failed.value)
    assert "--renew-certificate" in str(failed.value)


def test_a_changed_certificate_is_trusted_by_its_code_alone(
    found: Founder, hq: Headquarters, own: Certificate, tmp_path: Path
) -> None:
    store, _user = found()
    with serving(hq, own) as url:
        enrol(store, url, code(hq), waits_s=())
    renewed = own_certificate(_folder(tmp_path / "renewed"), ["127.0.0.1"])
    old_code = pin_shown(hq)
    note_certificate(hq, renewed)
    with serving(hq, renewed, port_of(url)):
        with pytest.raises(Refused) as refused:
            renew_certificate(store, old_code)
        assert refused.value.rule == "other_certificate"
        assert renew_certificate(store, pin_shown(hq)).certificate == renewed.pem
        assert synced(store).is_verified


def test_a_pinned_certificate_holds_whatever_the_computers_date(
    found: Founder, hq: Headquarters, authority: Authority
) -> None:
    store, _user = found()
    expired = authority.signs("127.0.0.1", until=-timedelta(days=1))
    pinned = f"{invite(hq, 'RAB').code}-{pin_of(expired.pem)}"
    with serving(hq, expired) as url:
        enrol(store, url, pinned, waits_s=())
        assert synced(store).is_verified


def test_without_a_pin_the_computers_authorities_decide(
    found: Founder,
    hq: Headquarters,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, _user = found()
    signed = authority.signs("127.0.0.1")
    note_certificate(hq, signed)
    assert code(hq).count("-") == 1
    with serving(hq, signed) as url:
        with pytest.raises(Unavailable) as failed:
            enrol(store, url, code(hq), waits_s=())
        assert "cannot be trusted" in str(failed.value)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        assert enrol(store, url, code(hq), waits_s=()).certificate == ""
        assert synced(store).is_verified


def test_a_pinned_computer_may_go_over_to_its_authorities(
    found: Founder,
    hq: Headquarters,
    own: Certificate,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, _user = found()
    with serving(hq, own) as url:
        enrol(store, url, code(hq), waits_s=())
    with serving(hq, authority.signs("127.0.0.1"), port_of(url)):
        with pytest.raises(Unavailable):
            renew_certificate(store, "any")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        assert renew_certificate(store, "any").certificate == ""
        assert synced(store).is_verified


def test_an_authority_does_not_open_what_was_pinned(
    found: Founder,
    hq: Headquarters,
    own: Certificate,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, _user = found()
    with serving(hq, own) as url:
        enrol(store, url, code(hq), waits_s=())
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    with serving(hq, authority.signs("127.0.0.1"), port_of(url)), pytest.raises(Unavailable):
        synced(store)


@pytest.mark.parametrize("cut", [1, 4, 15])
def test_a_code_cut_short_is_told_before_anything_is_sent(store: Store, cut: int) -> None:
    with pytest.raises(Refused) as refused:
        enrol(store, "https://127.0.0.1:1", "K7Q2-M9XD-7777-8888-9999-AAAA"[:-cut], waits_s=())
    assert refused.value.rule == "wrong_code"


def test_a_code_with_a_pin_wants_a_secure_connection(store: Store) -> None:
    with pytest.raises(Refused) as refused:
        enrol(store, "http://127.0.0.1:1", "K7Q2-M9XD-7777-8888-9999-AAAA", waits_s=())
    assert refused.value.rule == "plain_http"


def test_a_code_with_a_pin_where_nobody_speaks_tls(
    found: Founder, hq: Headquarters, own: Certificate
) -> None:
    store, _user = found()
    with serving(hq, None) as url, pytest.raises(Unavailable) as failed:
        enrol(store, url.replace("http:", "https:"), code(hq), waits_s=())
    assert "not secure" in str(failed.value)


def test_a_key_of_another_certificate_is_refused(
    tmp_path: Path, own: Certificate, authority: Authority
) -> None:
    with pytest.raises(Unavailable):
        read_certificate(own.path, authority.signs("127.0.0.1").key_path)
    with pytest.raises(Unavailable):
        read_certificate(tmp_path / "none.pem", own.key_path)


def test_what_is_shown_is_what_headquarters_noted(hq: Headquarters, own: Certificate) -> None:
    with serving(hq, own) as url:
        shown = ssl.get_server_certificate(("127.0.0.1", port_of(url)))
    assert shown == own.pem
    assert fingerprint_shown(hq) == own.fingerprint
    note_certificate(hq, None)
    assert (fingerprint_shown(hq), pin_shown(hq)) == ("", "")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
