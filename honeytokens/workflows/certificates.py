"""The certificate that an owned address shows, whether it is trusted or not."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

HTTPS = 443
_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server showed: the names it is for, when it ends, and why this machine would not trust it, if so."""

    names: tuple[str, ...]
    ends: datetime
    distrusted: str | None


def certificate_of(host: str, address: str, port: int) -> Certificate | None:
    """Return the certificate for ``host`` at an address, ``None`` when nothing answers TLS there."""
    distrusted = None
    try:
        shown = _shown(host, address, port, ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        distrusted = error.verify_message
        unchecked = ssl.create_default_context()
        unchecked.check_hostname = False
        unchecked.verify_mode = ssl.CERT_NONE
        try:
            shown = _shown(host, address, port, unchecked)
        except OSError:
            return None
    except OSError:
        return None
    certificate = x509.load_der_x509_certificate(shown)
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(named.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = ()
    return Certificate(names, certificate.not_valid_after_utc, distrusted)


def _shown(host: str, address: str, port: int, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((address, port), _SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""
