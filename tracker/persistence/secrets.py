"""Passwords and fields at rest: argon2, and AES-GCM under a key derived from TRACKER_SECRET_KEY."""

from __future__ import annotations

import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: The first byte of every ciphertext, so that another algorithm (SM4) can stand beside this one later.
AES_GCM_V1 = b"\x01"
NONCE_BYTES = 12


class ArgonHasher:
    """argon2id. 32 MiB a hash: eight web threads that all log somebody in stay under 300 MB."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 32 * 1024) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)

    def hash(self, password: str) -> str:
        """Return the encoded hash, parameters and salt included."""
        return self._hasher.hash(password)

    def verify(self, encoded: str, password: str) -> bool:
        """Tell whether the password fits; a hash that cannot be read fits nothing."""
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False


class FieldCipher:
    """AES-256-GCM for single fields (phones, addresses). Another secret cannot read what this one wrote."""

    def __init__(self, secret_key: str) -> None:
        if len(secret_key) < 32:
            raise ValueError("TRACKER_SECRET_KEY 少于 32 个字符，不能用来加密。")
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tracker/fields/v1").derive(secret_key.encode())
        self._aead = AESGCM(key)

    def encrypt(self, text: str) -> bytes:
        """Return the ciphertext; the same text gives another one each time."""
        nonce = os.urandom(NONCE_BYTES)
        return AES_GCM_V1 + nonce + self._aead.encrypt(nonce, text.encode(), AES_GCM_V1)

    def decrypt(self, cipher: bytes) -> str:
        """Return the text; raises ValueError when the key does not fit or the bytes were changed."""
        version, nonce, body = cipher[:1], cipher[1 : 1 + NONCE_BYTES], cipher[1 + NONCE_BYTES :]
        if version != AES_GCM_V1 or len(nonce) != NONCE_BYTES:
            raise ValueError("密文格式不认识，可能不是本系统写入的。")
        try:
            return self._aead.decrypt(nonce, body, AES_GCM_V1).decode()
        except InvalidTag:
            raise ValueError("无法解密：TRACKER_SECRET_KEY 与写入时的不同，或数据被改动。") from None
