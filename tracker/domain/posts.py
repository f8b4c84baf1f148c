"""Which posts one person may hold together (三员分立, DOMAIN.md §6)."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.domain.values import ADMIN_ROLES, ROLE_TITLES, Role


def why_post_clashes(role: Role, held: Iterable[Role]) -> str | None:
    """Return why `role` cannot be given beside the roles `held` at the same time; None when it can."""
    for other in held:
        if other is role or not {role, other} & ADMIN_ROLES:
            continue
        if {role, other} <= ADMIN_ROLES:
            return (
                f"本人已是{ROLE_TITLES[other]}，不能再任{ROLE_TITLES[role]}：系统、安全、审计管理员必须由不同的人担任。"
                "请换一个人，或先结束原岗位。"
            )
        return (
            f"本人已是{ROLE_TITLES[other]}，不能再任{ROLE_TITLES[role]}：管理员不能兼任业务岗位。"
            "请换一个人，或先结束原岗位。"
        )
    return None
