"""The server's side of the sealed outbox: pairs of keys, and the private ones wrapped under the server's secret.

A note on a device is sealed to the public key of a sign-in (ECDH on P-256 with a pair made for that one note, AES-GCM),
so that only the person's own later sign-in, which is given the private key, can read it. See
docs/decisions/002-the-outbox.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PURPOSE = b"fieldbook capture key"
NONCE = 12


class Lost(Exception):
    """The private key was wrapped under a secret that the server no longer has."""


def new_pair() -> tuple[str, bytes]:
    """A public key (base64 of the uncompressed point) and its private key (PKCS 8, DER)."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b64encode(point).decode(), private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def wrap(private: bytes, secret: str, nonce: bytes) -> str:
    """The private key as the database may hold it. `nonce`: 12 bytes that were never used before."""
    return b64encode(nonce + AESGCM(_wrapping_key(secret)).encrypt(nonce, private, PURPOSE)).decode()


def unwrap(wrapped: str, secrets: Sequence[str]) -> bytes:
    """The private key again. `secrets`: the server's present one first, then those it had before. Raises Lost."""
    data = b64decode(wrapped)
    for secret in secrets:
        try:
            return AESGCM(_wrapping_key(secret)).decrypt(data[:NONCE], data[NONCE:], PURPOSE)
        except InvalidTag:
            continue
    raise Lost


def _wrapping_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(secret.encode())
