"""Where the title of a paper breaks: few lines, none much longer than the one below it, words kept whole. Pure."""

from __future__ import annotations

import re

#: 二号 letters that one line of the type area holds (156 mm / 22 pt = 20.1).
WIDEST = 20
#: What stays together: a book title, figures, Latin words, and the words that titles of papers end or join with.
WHOLE = re.compile(
    r"《[^》]{1,16}》|〔\d+〕\d+号|[A-Za-z0-9.%-]+|通知书|通报|整改清单|专项行动|领导小组|办公室|关于|有关|情况|工作|违法犯罪|联席会议|电信网络|诈骗|排查|督查|专项|行动|督导|约谈|整改|催办|挂牌|整治|警告|更正|村\(社区\)"
)
#: No line begins with these.
CLOSING = frozenset("，。、；：！？）》〕”’的之了和与")
#: A line likes to end after these.
GOOD_ENDS = ("专项行动", "关于", "、", "，", "》", "的", "领导小组", "办公室")


def title_lines(title: str, widest: int = WIDEST) -> tuple[str, ...]:
    """Return a title's lines: as few as hold it, near to each other in length, the first not shorter than need be."""
    words = _words(title)
    total = sum(map(len, words))
    if total <= widest:
        return ("".join(words),) if words else ()
    lines: list[str] = []
    left = words
    many = -(-total // widest)
    while left and many > 1:
        share = sum(map(len, left)) / many
        cut = _best_cut(left, share, widest, room=widest * (many - 1))
        lines.append("".join(left[:cut]))
        left = left[cut:]
        many = max(many - 1, -(-sum(map(len, left)) // widest))
    return (*lines, "".join(left)) if left else tuple(lines)


def _words(title: str) -> list[str]:
    words: list[str] = []
    place = 0
    for found in WHOLE.finditer(title):
        words += list(title[place : found.start()])
        words.append(found[0])
        place = found.end()
    words += list(title[place:])
    joined: list[str] = []
    for word in words:
        if joined and word in CLOSING:
            joined[-1] += word
        else:
            joined.append(word)
    # A word longer than a line cannot be kept whole.
    return [piece for word in joined for piece in (list(word) if len(word) > WIDEST else [word])]


def _best_cut(words: list[str], share: float, widest: int, *, room: int) -> int:
    """Return after how many words to break: near the fair share, if possible after a word that ends well."""
    total = sum(map(len, words))
    best, best_cost = 1, float("inf")
    length = 0
    for count, word in enumerate(words[:-1], start=1):
        length += len(word)
        if length > widest:
            break
        cost = abs(length - share) - (8 if word.endswith(GOOD_ENDS) else 0)
        cost += 100 if total - length > room else 0
        if cost < best_cost:
            best, best_cost = count, cost
    return best
