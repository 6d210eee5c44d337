"""Headquarters' own certificate, named in an enrolment code so that a computer trusts no other.

A pin is the first 80 bits of the certificate's SHA-256, in Crockford's base 32.
"""

from __future__ import annotations

import hashlib
import ssl
from typing import Final

import certifi

# Source: Crockford's base 32; without I, L, O and U nothing is misread.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE: Final = 8
PIN_LENGTH: Final = 16
_PIN_BYTES: Final = 10
_GROUP: Final = 4
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name.
_NO_CHECK_TIME: Final = 0x200000


def normal(code: str) -> str:
    """Give a code or pin as compared, however a person wrote it."""
    return "".join(c for c in code.upper() if c.isalnum()).translate(_READ_AS)


def pin_of(certificate: str) -> str:
    """Give the pin of a certificate in PEM."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).digest()
    number = int.from_bytes(digest[:_PIN_BYTES])
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(PIN_LENGTH)))


def grouped(code: str) -> str:
    """Give a code or pin as it is shown."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def split_code(code: str) -> tuple[str, str]:
    """Give an enrolment code and the pin that follows it, empty when none does."""
    text = normal(code)
    return (text[:_CODE], text[_CODE:]) if len(text) > _CODE else (text, "")


def trusting(certificate: str) -> ssl.SSLContext:
    """Give a context that takes this one certificate, or with none what the computer trusts.

    The one certificate is known by itself: neither its name nor this computer's date matters.
    """
    if not certificate:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    return context
