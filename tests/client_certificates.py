"""Certificates of hospitals' systems as people hand them in: good ones, and the ones that are something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

ENDS = timedelta(days=300)
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


class Made(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def key_bytes(self, encoding: serialization.Encoding = serialization.Encoding.PEM, password: bytes = b"") -> bytes:
        locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, locked)

    @property
    def request(self) -> bytes:
        builder = x509.CertificateSigningRequestBuilder().subject_name(self.certificate.subject)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    @property
    def bundle(self) -> bytes:
        return pkcs7.serialize_certificates([self.certificate], serialization.Encoding.PEM)

    @property
    def key_store(self) -> bytes:
        locked = serialization.BestAvailableEncryption(b"geheim")
        return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, None, locked)


def made(
    name: str = "epd.zeeduyn.test",
    *,
    dns: tuple[str, ...] = (),
    ends: timedelta = ENDS,
    ca: bool = False,
    uses: tuple[ObjectIdentifier, ...] = (CLIENT,),
    by: Made | None = None,
) -> Made:
    """A certificate signed `by` an authority, or else its own key; an empty `name` or no `uses` leaves that out. `ends`: from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if dns:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in dns]), critical=False)
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=False)
    return Made(builder.sign(by.key if by else key, hashes.SHA256()), key)
