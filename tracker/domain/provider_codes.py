"""What a provider's codes mean for us: one table per provider (DOMAIN.md §5.2). Pure.

A code that no table lists is UNLISTED: its message is tried once more, and then the code is shown to people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from tracker.domain.masking import mask_contacts

HOUR = timedelta(hours=1)
SHOWN = 120


class Meaning(StrEnum):
    """What is to be done after an answer or a receipt."""

    ACCEPTED = "accepted"  # the provider took it
    DELIVERED = "delivered"  # it reached the person
    PENDING = "pending"  # nothing is known yet; ask or wait
    RETRY = "retry"  # again, each time a little later
    DELAY = "delay"  # the provider limits how much; again after its span, however often
    AWAY = "away"  # the provider cannot be reached; nothing went out, and nothing will for a while
    STOP = "stop"  # an administrator must act; the whole channel waits
    GONE = "gone"  # the receiver has closed this address; the channel waits until somebody lets it go on
    BAD_CONTACT = "bad_contact"  # nobody is there; the contact is marked
    LOST = "lost"  # this message will not arrive, and that is nobody's address's fault
    UNLISTED = "unlisted"  # no table knows the code


#: After these a message never arrives.
FATAL = frozenset({Meaning.BAD_CONTACT, Meaning.LOST})
#: What a settings file may map codes to.
ANSWERS = (Meaning.ACCEPTED, Meaning.RETRY, Meaning.DELAY, Meaning.STOP, Meaning.BAD_CONTACT, Meaning.LOST)
RECEIPTS = (Meaning.DELIVERED, Meaning.PENDING, Meaning.BAD_CONTACT, Meaning.LOST)


@dataclass(frozen=True)
class Rule:
    """What one code means, as a phrase for people; `wait` is the span of a DELAY or AWAY that has one of its own."""

    meaning: Meaning
    title: str
    wait: timedelta | None = None


@dataclass(frozen=True)
class Verdict:
    """A code judged. `sentence` names the code and, shortened and with contacts masked, what the provider said."""

    meaning: Meaning
    code: str
    sentence: str
    wait: timedelta | None = None


@dataclass(frozen=True)
class CodeTable:
    """The codes of one provider: whole codes first, then the longest beginning that fits."""

    provider: str
    exact: Mapping[str, Rule]
    beginnings: Mapping[str, Rule] = field(default_factory=dict)

    def judge(self, code: str, said: str = "") -> Verdict:
        """Return what a code means; UNLISTED when the table has nothing for it."""
        rule = self.exact.get(code)
        if rule is None:
            fitting = [start for start in self.beginnings if code.startswith(start)]
            rule = self.beginnings[max(fitting, key=len)] if fitting else UNLISTED
        return _verdict(rule, code, said)


UNLISTED = Rule(Meaning.UNLISTED, "服务商返回了不认识的代码")
_OK = Rule(Meaning.ACCEPTED, "已被服务商接收")
_BUSY = Rule(Meaning.RETRY, "服务商繁忙")
_LIMITED = Rule(Meaning.DELAY, "对这个号码或总量发得太多，服务商限流", HOUR)
_UNPAID = Rule(Meaning.STOP, "短信账户欠费或停用，请充值或联系服务商")
_DAY_FULL = Rule(Meaning.STOP, "达到在服务商处设的每日或每月上限，请调整上限")
_SIGN = Rule(Meaning.STOP, "短信签名或模板未审核、不合法，请到服务商处核对")
_KEY = Rule(Meaning.STOP, "服务商不认我们的密钥、签名或地址，请核对密钥、权限、白名单和本机时间")
_ASKED_WRONG = Rule(Meaning.STOP, "请求写得不对，请核对通道设置")
_NUMBER = Rule(Meaning.BAD_CONTACT, "号码不对、停机或空号")
_BLACK = Rule(Meaning.BAD_CONTACT, "号码在黑名单或已退订")
_TEXT = Rule(Meaning.LOST, "内容被服务商拦下")
_MISSED = Rule(Meaning.LOST, "运营商没有送到（关机、无信号或超时）")
_REFUSED = Rule(Meaning.LOST, "运营商拒绝了这条短信")
_ARRIVED = Rule(Meaning.DELIVERED, "已送到手机")
_UNDERWAY = Rule(Meaning.PENDING, "还在途中")
_ROBOT_GONE = Rule(Meaning.GONE, "群机器人已移除、停用或地址不对")
_UNSIGNED = Rule(Meaning.STOP, "对方不认我们的签名或地址，请核对密钥、白名单和本机时间")
_NO_DOOR = Rule(Meaning.STOP, "接收地址不对，或者转到了别处（不跟随），请核对通道设置")
_NOT_TAKEN = Rule(Meaning.LOST, "对方不收这条消息的内容")

ALIYUN = CodeTable(
    "aliyun",
    {
        "OK": _OK,
        "isp.SYSTEM_ERROR": _BUSY, "isp.GATEWAY_ERROR": _BUSY, "isp.UNKNOWN_ERR_CODE": _BUSY,
        "ServiceUnavailable": _BUSY, "InternalError": _BUSY, "SignatureNonceUsed": _BUSY,
        "isv.BUSINESS_LIMIT_CONTROL": _LIMITED,
        "isv.OUT_OF_SERVICE": _UNPAID, "isv.AMOUNT_NOT_ENOUGH": _UNPAID, "isv.ACCOUNT_NOT_EXISTS": _UNPAID,
        "isv.ACCOUNT_ABNORMAL": _UNPAID, "isv.PRODUCT_UN_SUBSCRIPT": _UNPAID, "isv.PRODUCT_UNSUBSCRIBE": _UNPAID,
        "isv.DAY_LIMIT_CONTROL": _DAY_FULL, "isv.MONTH_LIMIT_CONTROL": _DAY_FULL,
        "isv.SMS_SIGNATURE_ILLEGAL": _SIGN, "isv.SMS_SIGN_ILLEGAL": _SIGN, "isv.SMS_TEMPLATE_ILLEGAL": _SIGN,
        "isv.SIGN_NAME_ILLEGAL": _SIGN, "isv.TEMPLATE_MISSING_PARAMETERS": _SIGN,
        "isv.TEMPLATE_PARAMS_ILLEGAL": _SIGN, "isv.SMS_SIGNATURE_SCENE_ILLEGAL": _SIGN,
        "isp.RAM_PERMISSION_DENY": _KEY, "isv.RAM_PERMISSION_DENY": _KEY, "isv.DENY_IP_RANGE": _KEY,
        "SignatureDoesNotMatch": _KEY, "IncompleteSignature": _KEY, "Forbidden": _KEY,
        "isv.INVALID_PARAMETERS": _ASKED_WRONG, "isv.INVALID_JSON_PARAM": _ASKED_WRONG,
        "isv.MOBILE_COUNT_OVER_LIMIT": _ASKED_WRONG,
        "isv.MOBILE_NUMBER_ILLEGAL": _NUMBER, "PhoneNumberInBlacklist": _BLACK,
        "isv.BLACK_KEY_CONTROL_LIMIT": _TEXT, "isv.PARAM_LENGTH_LIMIT": _TEXT, "isv.PARAM_NOT_SUPPORT_URL": _TEXT,
    },
    {"Throttling": _BUSY, "InvalidAccessKeyId": _KEY, "InvalidTimeStamp": _KEY, "Forbidden.": _KEY},
)  # fmt: skip
#: What Aliyun reports of a message: the callback's err_code, and ErrCode of QuerySendDetails.
ALIYUN_RECEIPTS = CodeTable(
    "aliyun",
    {
        "DELIVERED": _ARRIVED, "DELIVRD": _ARRIVED, "PENDING": _UNDERWAY,
        "MOBILE_NOT_ON_SERVICE": _NUMBER, "MOBILE_ACCOUNT_ABNORMAL": _NUMBER, "isv.MOBILE_NUMBER_ILLEGAL": _NUMBER,
        "PhoneNumberInBlacklist": _BLACK, "MOBILE_IN_BLACK": _BLACK,
        "MOBILE_SEND_LIMIT": _REFUSED, "MOBILE_TERMINAL_ERROR": _MISSED, "MOBILE_NOT_SIGNAL": _MISSED,
        "CONTENT_KEYWORD": _TEXT, "CONTENT_ERROR": _TEXT, "INVALID_NUMBER": _NUMBER, "USER_REJECT": _REFUSED,
        "EXPIRED": _MISSED, "UNDELIV": _MISSED, "REJECTD": _REFUSED,
    },
)  # fmt: skip
#: The seven states of a CMPP delivery report, which most gateways pass on; a file's own codes come on top.
CMPP_RECEIPTS = CodeTable(
    "cmpp",
    {
        "DELIVRD": _ARRIVED, "ACCEPTD": _UNDERWAY, "UNKNOWN": _UNDERWAY, "EXPIRED": _MISSED, "UNDELIV": _MISSED,
        "DELETED": _REFUSED, "REJECTD": _REFUSED,
    },
)  # fmt: skip

#: errcode of a WeCom group robot, which answers HTTP 200 whatever happened. 20 messages a minute and robot.
WECOM = CodeTable(
    "wecom",
    {
        "0": _OK, "-1": _BUSY, "6000": _BUSY,
        "45009": Rule(Meaning.AWAY, "群机器人发得太快，对方限流", timedelta(minutes=1)),
        "45033": Rule(Meaning.AWAY, "群机器人同时发得太多，对方限流", timedelta(minutes=1)),
        "93000": _ROBOT_GONE, "93004": _ROBOT_GONE, "93008": _ROBOT_GONE, "93017": _ROBOT_GONE,
        "60020": _KEY, "40001": _KEY, "40014": _KEY, "40008": _ASKED_WRONG, "40058": _ASKED_WRONG, "44004": _ASKED_WRONG,
        "45002": _TEXT, "40096": _TEXT,
    },
)  # fmt: skip
#: HTTP status of a webhook's receiver. Whatever is not sure to be refused is sent again under the same key.
WEBHOOK = CodeTable(
    "webhook",
    {
        "401": _UNSIGNED, "403": _UNSIGNED, "404": _NO_DOOR, "405": _NO_DOOR,
        "410": Rule(Meaning.GONE, "对方说这个接收地址已停用"),
        "408": _BUSY, "409": _BUSY, "425": _BUSY, "429": Rule(Meaning.AWAY, "对方限流"), "503": Rule(Meaning.AWAY, "对方繁忙"),
        "400": _NOT_TAKEN, "413": _NOT_TAKEN, "415": _NOT_TAKEN, "422": _NOT_TAKEN,
    },
    {"2": _OK, "3": _NO_DOOR, "5": Rule(Meaning.RETRY, "对方系统出错")},
)  # fmt: skip

#: Enhanced status codes (RFC 3463) that say that the mailbox or its domain does not exist.
_NO_MAILBOX = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")


def judge_smtp(code: int, said: str, what: str) -> Verdict:
    """Return what an SMTP server's answer to recipient or content means; `what` is the phrase for people.

    5xx will not change by trying again, everything else may. The contact is marked only when the server says
    with an enhanced code that nobody is there: a plain 550 may as well be our own server's word.
    """
    if 200 <= code < 300:
        return Verdict(Meaning.ACCEPTED, str(code), what)
    if 500 <= code < 600:
        meaning = Meaning.BAD_CONTACT if _NO_MAILBOX.search(said) else Meaning.LOST
    else:
        meaning = Meaning.RETRY
    return Verdict(meaning, str(code), f"{what}（{code} {mask_contacts(said)[:SHOWN]}）")


def table_of(provider: str, meanings: Mapping[str, Meaning], upon: CodeTable | None = None) -> CodeTable:
    """Return the table that a settings file spells out, on top of another; a code ending in * is a beginning."""
    rules = {code: _RULES[meaning] for code, meaning in meanings.items()}
    beginnings = {code[:-1]: rule for code, rule in rules.items() if code.endswith("*")}
    exact = {code: rule for code, rule in rules.items() if not code.endswith("*")}
    if upon is not None:
        exact, beginnings = {**upon.exact, **exact}, {**upon.beginnings, **beginnings}
    return CodeTable(provider, exact, beginnings)


_RULES: Mapping[Meaning, Rule] = {
    Meaning.ACCEPTED: _OK, Meaning.DELIVERED: _ARRIVED, Meaning.PENDING: _UNDERWAY, Meaning.RETRY: _BUSY,
    Meaning.DELAY: _LIMITED, Meaning.STOP: Rule(Meaning.STOP, "服务商不再接收，需要管理员处理"),
    Meaning.BAD_CONTACT: _NUMBER, Meaning.LOST: _REFUSED,
}  # fmt: skip


def _verdict(rule: Rule, code: str, said: str) -> Verdict:
    told = f"{code}：{mask_contacts(said)[:SHOWN]}" if said and said != code else code
    return Verdict(rule.meaning, code, f"{rule.title}（{told}）" if told else rule.title, rule.wait)
