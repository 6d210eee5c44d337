"""The certificate headquarters shows: its own, made once in its folder, or one it was given.

A certificate that no authority has signed is named in enrolment codes (see ``sync.pinning``).
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.errors import Unavailable
from app.hq.base import Headquarters, utc_now
from app.i18n import _
from app.models.keys import replace_file
from app.sync.pinning import grouped, normal, pin_of

CERTIFICATE_FILE: Final = "hq-certificate.pem"
PRIVATE_KEY_FILE: Final = "hq-certificate.key"
_LIFE: Final = timedelta(days=3653)
# A computer whose clock is a little behind must not find it comes from the future.
_ALREADY: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its private key, each a PEM file.

    Attributes:
        path: The certificate, with those that lead to an authority after it.
        key_path: The private key.
        pem: The certificate alone.
        is_own: Whether no authority has signed it.
    """

    path: Path
    key_path: Path
    pem: str
    is_own: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hexadecimal pairs."""
        digest = x509.load_pem_x509_certificate(self.pem.encode()).fingerprint(hashes.SHA256())
        return digest.hex(":").upper()


def read_certificate(path: Path, key_path: Path) -> Certificate:
    """Give a certificate that stands in files.

    Raises:
        Unavailable: They cannot be read, or do not belong together.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, key_path)
        first = x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise Unavailable(
            _("The certificate {path} and its key cannot be used.").format(path=path),
            _("Name a PEM certificate and the key that belongs to it."),
        ) from error
    pem = first.public_bytes(Encoding.PEM).decode()
    return Certificate(path, key_path, pem, is_own=first.issuer == first.subject)


def own_certificate(folder: Path, names: list[str]) -> Certificate:
    """Give headquarters' own certificate; made for these names when it has none yet.

    Args:
        folder: Of headquarters.
        names: Names and addresses it is reached at.

    Raises:
        Unavailable: What stands there cannot be used.
    """
    path, key_path = folder / CERTIFICATE_FILE, folder / PRIVATE_KEY_FILE
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        made = _signed_by_itself(key, names)
        # The key first: a certificate without one would never be replaced.
        replace_file(key_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        replace_file(path, made.public_bytes(Encoding.PEM))
    return read_certificate(path, key_path)


def note_certificate(hq: Headquarters, certificate: Certificate | None) -> None:
    """Remember what is shown, for the codes made from here on; None when a proxy shows its own."""
    is_named = certificate is not None and certificate.is_own
    hq.store.settings.put(
        certificate_pin=pin_of(certificate.pem) if certificate and is_named else "",
        certificate_fingerprint=certificate.fingerprint if certificate else "",
    )


def fingerprint_shown(hq: Headquarters) -> str:
    """Give the SHA-256 of the certificate last shown; empty when headquarters showed none."""
    return hq.store.settings.get("certificate_fingerprint", str) or ""


def pin_shown(hq: Headquarters) -> str:
    """Give the pin of headquarters' own certificate, as it is read out; empty without one."""
    return grouped(hq.store.settings.get("certificate_pin", str) or "")


def with_pin(hq: Headquarters, code: str) -> str:
    """Give an enrolment code with the pin of headquarters' own certificate, if it has one."""
    return grouped(normal(code) + normal(pin_shown(hq)))


def _signed_by_itself(key: ec.EllipticCurvePrivateKey, names: list[str]) -> x509.Certificate:
    now = utc_now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sanad headquarters")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _ALREADY)
        .not_valid_after(now + _LIFE)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(n) for n in dict.fromkeys(names)]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
