"""One sentence → the duties that it strings together with commas: each has a time, or a doer, of its own."""

from __future__ import annotations

import re

from tracker.plans.dates import find_dated
from tracker.plans.deadlines import due_in
from tracker.plans.passages import Passage, joined
from tracker.plans.sentences import clauses
from tracker.plans.subjects import is_punished, subject_of, units_at
from tracker.plans.wording import acts, is_establishing, is_return
from tracker.plans.years import YearContext

_ONLY_LEADS = re.compile(
    r"(?:总?牵头|负责|具体负责|统筹(?:推进)?|主抓|配合|协助|会同|联合)[^，。；]{0,6}(?:[，。；]|$)"
)
_TIME_WORD = re.compile(r"每|月|年底|季度|日前")
_FURTHEST_BACK, _MOST_TIMES, _MOST_CLAUSES = 300, 60, 80
_LONG_SAID = 9
_WHEN = re.compile(r"[^，。；]{1,14}(?:期间|期内|时段|时|前|后|起|内|的|当天)，")
# Who helps or sends people does so beside the one named before, and has no duty apart.
_BESIDE = re.compile(
    r"(?:要|应|须|也|均|各|分别|按|职责|各自|积极|密切|全力|主动|予以|做好|共同){0,4}(?:配合|协助|协同|参与|参加|协办|支持)"
    r"|[^，。；]{0,4}(?:各司其职|各负其责|分工负责)|(?:(?:加强|做好|给予)(?:业务|技术|工作)?)?(?:指导|支持|协助|监督)$|[^，。；]{0,8}指导$|各?(?:抽调|抽派)|(?:各)?派(?=[\d一二两三四五若专人])|[是为系][^，。；]{0,24}(?:责任人|责任主体|组长|成员|队长|队员|组员)(?:$|，)|一律(?:关停|取缔|清退|淘汰|停)"
)
_GOES_ON = re.compile(r"(?:要|应|须|必须|负责|切实|认真)")
_LEADS = re.compile(r"(?:牵头|主责|主办)(?:负责)?[，；]|(?:^|[，；。])由[^，。；]{2,40}?(?:牵头|主办)")
_SHORTEST, _LONG_ENOUGH = 4, 6
_NO_MORE = re.compile(
    r"(?:要|应|须)?(?:(?:总|具体)?(?:牵头|负责)|统筹(?:推进|协调)?|主抓|[^，。；]{0,4}包[片村组户][、，]?[^，。；]*|[^，。；]{0,4}落实(?:到位)?)(?:[，。；]|$)"
)
_TIMED = re.compile(
    r"^(?:[^，。；]{2,6}期间)?(?:并|并于|于|须于|要于|应于|请于|在|并在|同时)?(?:每|\d|[一二三四五六七八九十]{1,3}月|20|年底|月底)"
)


def duties_apart(parts: list[Passage], years: YearContext, *, by_doer: bool) -> list[tuple[Passage, bool]]:
    """Part sentences at the comma before a second time, and before a second doer.

    「于每月19日前报进展，8月25日前报总结」, 「派出所查处焚烧，司法所提供法律支持」 are two duties each. `by_doer`: no
    bracket says who has to do all of it. Returned with each: whether another doer parts it from the one before.
    """
    return [duty for part in parts for duty in _apart(part, years, by_doer=by_doer)]


def _apart(sentence: Passage, years: YearContext, *, by_doer: bool) -> list[tuple[Passage, bool]]:
    timed = 1 < len(_TIME_WORD.findall(sentence.text)) <= _MOST_TIMES
    by_doer = by_doer and not is_establishing(sentence.text)
    pieces = clauses(sentence) if timed or by_doer else [sentence]
    if len(pieces) > _MOST_CLAUSES:
        return [(sentence, False)]
    result: list[tuple[Passage, bool]] = []
    own = False
    gathered, said = [pieces[0]], pieces[0].text
    doer, answers = _doer(pieces[0].text) or _named(pieces[0].text), _answers(pieces[0].text)
    for piece in pieces[1:]:
        another = _doer(piece.text) if by_doer and not is_punished(said, piece.text) else ()
        if not another and not doer and _GOES_ON.match(piece.text):
            doer = answers
        parted = bool(another) and _another_s(said, doer, another, piece.text, years)
        if parted or (timed and _may_part(piece) and _parts_ways(said[-_FURTHEST_BACK:], piece.text, years)):
            # 「预警期间，各企业停产」: a clause of nothing but when belongs to what is done then.
            when = [gathered.pop()] if len(gathered) > 1 and _WHEN.fullmatch(gathered[-1].text) else []
            result.append((joined(gathered), own))
            own = parted
            gathered, said, doer, answers = [*when, piece], piece.text, another, ()
        else:
            gathered.append(piece)
            said = (said + piece.text)[-_FURTHEST_BACK:]
            doer = doer or another or _named(piece.text)
    result.append((joined(gathered), own))
    return result


def _another_s(said: str, doer: tuple[str, ...], another: tuple[str, ...], piece: str, years: YearContext) -> bool:
    """Whether a clause with a doer of its own goes away from what was said before it."""
    if _LEADS.search(said):  # Who leads does so for the whole sentence; a return is its sender's all the same.
        return is_return(piece) and acts(said) and not any(unit in said for unit in another)
    if doer and all(unit.startswith("每") for unit in another):
        return False  # 「各网点布置宣传区，每个网点开展两次」: each of those who were named.
    if (
        not doer
        and not _TIMED.match(piece)
        and is_return(piece)
        and acts(said)
        and len(said) > _LONG_SAID
        and due_in(piece, years).deadline
    ):
        return True  # 「组织一次集中发放活动，执行局1月22日前形成报告报党组」
    if not doer and piece.startswith("由"):
        return False  # 「6月28日召开家长会，由德育处主讲」
    if not doer:  # 「11月15日前修订预案，各企业停产」: the first is due by a day of its own, and nobody's by name.
        due = due_in(said, years).deadline
        then = due_in(piece, years).deadline if due and is_return(said) else None
        if due and then and then.text != due.text:
            return True  # 「2月20日前报送总结，办公室2月28日前形成报告」
        left = len(said.replace(due.text, "")) if due else 0
        return min(left, len(piece)) > _LONG_SAID and acts(said)
    return not set(doer) & set(another)


def _answers(clause: str) -> tuple[str, ...]:
    """「案发地乡镇是第一责任主体，要做好疏导」: who answers for it is who has to."""
    found = subject_of(clause)
    return found[0] if found and _BESIDE.match(clause[found[1] :].strip("，。；")) and "责任" in clause else ()


def _named(clause: str) -> tuple[str, ...]:
    """「各镇妇联联合派出所，围绕骗局举办讲座」: who is named first, to do what the next clauses say."""
    found = subject_of(clause)
    done = clause[found[1] :].strip("，。；") if found else ""
    return found[0] if found and len(done) >= _SHORTEST and not _NO_MORE.match(done) and not _BESIDE.match(done) else ()


def _doer(clause: str) -> tuple[str, ...]:
    """Return the units at the head of a clause that do something of their own there: no helpers, no mere leaders."""
    clause = clause[clause.rfind("：由") + 1 :]
    found = subject_of(clause)
    if found is None and clause.startswith("由") and (by := units_at(clause, 1)):
        found = tuple(by), clause.find(by[-1], 1) + len(by[-1])
    if found is None:
        return ()
    names, place = found
    done = clause[place:].strip("，。；")
    says = len(done) >= _LONG_ENOUGH or (len(done) >= _SHORTEST and acts(done))
    own = says and not _NO_MORE.match(done) and not _BESIDE.match(done)
    return names if own else ()


def _may_part(piece: Passage) -> bool:
    """Whether a clause could be a duty of its own: it begins with a time, or with its own sender."""
    if _TIMED.match(piece.text):
        return acts(piece.text)
    return (is_return(piece.text) or acts(piece.text)) and subject_of(piece.text) is not None


def _says_more(before: str, time: str) -> bool:
    """「扑火队自11月1日起集中食宿、靠前驻防」: more than the time and who is meant."""
    named = subject_of(before)
    return named is not None and len(before[named[1] :].replace(time, "").strip("，。；自从于在")) >= _LONG_ENOUGH


def _parts_ways(before: str, after: str, years: YearContext) -> bool:
    """Whether two clauses have times of different duties; two dates of one course of action stay together."""
    first, second = due_in(before, years).deadline, due_in(after, years).deadline
    named, others = subject_of(before), subject_of(after)
    if first is None and second is not None and (second.every or is_return(after)) and named and others:
        # 「各校逐项整改，督导组每月抽查一遍」: the time is the second one's alone. Who only leads does not act yet.
        done = before[named[1] :]
        return (
            acts(done)
            and not _ONLY_LEADS.match(done)
            and not _NO_MORE.match(done)
            and not set(named[0]) & set(others[0])
        )
    if first is None or second is None or not (acts(before) or is_return(before) or _says_more(before, first.text)):
        return False  # 「4—10月，各村于每月25日前报送」: a clause of nothing but time belongs to the next.
    opening = find_dated(before, years)[:1]
    if second.type == "recurring" and opening and opening[0].window and opening[0].start <= 1:
        return False  # 「3月1日至15日，各村值班，每日报告」: the days hold for all that follows.
    if named and others and not set(named[0]) & set(others[0]):
        return True  # 「各镇9月底前建成，县平安办四季度验收」: each has its own time.
    # Nothing falls due both every week and on a day of each month: 「每周汇总，每月5日前通报」.
    dated = second.by_day is not None and first.every != second.every
    return is_return(after) or first.type != second.type or dated
