import pytest

from tracker.persistence.secrets import ArgonHasher, FieldCipher

KEY = "k" * 48


def test_a_field_comes_back_and_looks_different_each_time() -> None:
    cipher = FieldCipher(KEY)
    first, second = cipher.encrypt("13800000000"), cipher.encrypt("13800000000")
    assert cipher.decrypt(first) == cipher.decrypt(second) == "13800000000"
    assert first != second
    assert b"138" not in first


def test_another_key_cannot_read_it() -> None:
    with pytest.raises(ValueError, match="TRACKER_SECRET_KEY"):
        FieldCipher("x" * 48).decrypt(FieldCipher(KEY).encrypt("13800000000"))


@pytest.mark.parametrize("position", [0, 1, 14, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    changed = bytearray(FieldCipher(KEY).encrypt("13800000000"))
    changed[position] ^= 1
    with pytest.raises(ValueError, match=r"密文|解密"):
        FieldCipher(KEY).decrypt(bytes(changed))


@pytest.mark.parametrize("cipher", [b"", b"\x01", b"\x01short"])
def test_what_is_no_ciphertext_is_named_so(cipher: bytes) -> None:
    with pytest.raises(ValueError, match=r"密文|解密"):
        FieldCipher(KEY).decrypt(cipher)


def test_a_short_secret_encrypts_nothing() -> None:
    with pytest.raises(ValueError, match="少于 32 个字符"):
        FieldCipher("short")


def test_a_password_fits_its_own_hash_only() -> None:
    hasher = ArgonHasher(time_cost=1, memory_kib=64)
    encoded = hasher.hash("正确的-Password-1")
    assert encoded.startswith("$argon2id$")
    assert hasher.verify(encoded, "正确的-Password-1")
    assert not hasher.verify(encoded, "wrong")
    assert not hasher.verify("not a hash", "wrong")
