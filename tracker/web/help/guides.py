"""The guides: one a post, telling its day in steps. What they say stands in templates/help/roles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tracker.domain.values import ROLE_TITLES, Role

ABOUT = {
    Role.LIAISON: "签收、填报、整改、回复：在手机上也能办完。",
    Role.HEAD: "看本单位办得怎样，什么时候会找到您本人。",
    Role.AREA_LEADER: "看所包单位的情况。",
    Role.SUPERVISOR: "审核报送，处理待处事项，起草和印发文书，复查销号。",
    Role.OFFICE: "把方案变成行动，调整、汇总、出台账。",
    Role.LEADER: "看要事、看全局、直接批示。",
    Role.SYSTEM_ADMIN: "看系统是否正常，出了问题怎么办。",
    Role.SECURITY_ADMIN: "管账号和岗位。",
    Role.AUDIT_ADMIN: "核验记录有没有被改过。",
}


@dataclass(frozen=True)
class Guide:
    """What the list of guides says of one."""

    role: Role
    title: str
    about: str
    own: bool

    @property
    def template(self) -> str:
        """Return the template that tells it."""
        return f"help/roles/{self.role.value}.html"


def guides_for(held: Collection[Role]) -> list[Guide]:
    """Return every guide, those of the posts that somebody holds first."""
    found = [Guide(role, ROLE_TITLES[role], about, role in held) for role, about in ABOUT.items()]
    return sorted(found, key=lambda guide: not guide.own)
