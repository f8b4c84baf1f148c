import pytest

from tracker.domain.passwords import random_password, why_password_unfit, why_username_unfit
from tracker.domain.posts import why_post_clashes
from tracker.domain.values import Role


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Abc-12345", "至少 10 位"),
        ("A1-" + "x" * 126, "最长 128 位"),
        ("abcdefghij", "至少三种"),
        ("abcdefghi1", "至少三种"),
        ("Wangfang-2026", "不能含有用户名"),
        ("Abcdefghi1", None),
        ("abcdefghi-1", None),
        ("密码很长很长A1很长", None),
    ],
)
def test_a_password_is_long_and_of_three_kinds_of_signs(password: str, said: str | None) -> None:
    found = why_password_unfit(password, username="wangfang")
    assert (said is None and found is None) or (said is not None and found is not None and said in found)


@pytest.mark.parametrize("username", ["abc", "zhang.san", "a-1_x", "x" * 32])
def test_user_names_that_are_taken(username: str) -> None:
    assert why_username_unfit(username) is None


@pytest.mark.parametrize("username", ["", "ab", "1abc", "Abc", "a b", "王芳", "x" * 33, "abc\n", "abc\0"])
def test_user_names_that_are_not(username: str) -> None:
    assert why_username_unfit(username) is not None


def test_random_passwords_fit_the_rules_and_differ() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(why_password_unfit(password, username="clerk") is None for password in made)


def test_business_posts_may_be_held_together() -> None:
    assert why_post_clashes(Role.SUPERVISOR, [Role.OFFICE, Role.LEADER, Role.LIAISON]) is None
    assert why_post_clashes(Role.SYSTEM_ADMIN, [Role.SYSTEM_ADMIN]) is None


@pytest.mark.parametrize(
    ("role", "held"),
    [(Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN), (Role.SECURITY_ADMIN, Role.OFFICE), (Role.HEAD, Role.AUDIT_ADMIN)],
)
def test_an_administrator_holds_nothing_else(role: Role, held: Role) -> None:
    assert why_post_clashes(role, [held]) is not None
