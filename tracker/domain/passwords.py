"""What a password and a user name must look like, and random passwords that do."""

from __future__ import annotations

import re
import secrets
import string

SHORTEST, LONGEST = 10, 128
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")
# Letters and digits that are read off a sheet of paper without doubt.
LOWER, UPPER, DIGITS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


def why_password_unfit(password: str, *, username: str) -> str | None:
    """Return why a password is not taken, as a sentence that says what to do; None when it is."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 位，现在是 {len(password)} 位。请加长。"
    if len(password) > LONGEST:
        return f"密码最长 {LONGEST} 位。请缩短。"
    if username.lower() in password.lower():
        return "密码里不能含有用户名。请换一个。"
    if _classes(password) < 3:
        return "密码要含大写字母、小写字母、数字、符号中的至少三种。请补充。"
    return None


def why_username_unfit(username: str) -> str | None:
    """Return why a user name is not taken, as a sentence; None when it is."""
    if USERNAME.fullmatch(username):
        return None
    return "用户名要 3 到 32 位，以小写字母开头，只用小写字母、数字、点、横线和下划线。"


def random_password() -> str:
    """Return a password of 12 that fits the rules and is easy to read from paper."""
    while True:
        password = "".join(secrets.choice(LOWER + UPPER + DIGITS) for _ in range(12))
        if _classes(password) == 3:
            return password


def _classes(password: str) -> int:
    groups = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    known = sum(any(sign in group for sign in password) for group in groups)
    return known + any(all(sign not in group for group in groups) for sign in password)
