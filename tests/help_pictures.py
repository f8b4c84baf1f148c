"""`make help-pictures`: tell the story in a real browser, and keep of its pictures those that the help shows.

They lie beside the other static files and are committed, so that an installation needs no browser to have them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.screenshots import take_pictures

HELP = Path(__file__).parents[1] / "tracker" / "web" / "static" / "img" / "help"
#: What fits beside the words; a phone's page is shown a little longer than the phone.
DESKTOP_HEIGHT, PHONE_HEIGHT = 720, 760
QUALITY = 72


@dataclass(frozen=True)
class Cut:
    """Which picture of the story is shown, and from how far down; the height is a desktop's or a phone's."""

    taken: str
    top: int = 0


CUTS = {
    "liaison-accept": Cut("desk-to-accept"),
    "liaison-desk": Cut("desk-sent-back"),
    "liaison-form": Cut("survey-refused"),
    "liaison-problems": Cut("survey-reported"),
    "liaison-sent-back": Cut("task-sent-back"),
    "liaison-notice": Cut("notice-accepted"),
    "area-desk": Cut("baopian1-area"),
    "supervisor-workbench": Cut("workbench"),
    "supervisor-review": Cut("review"),
    "supervisor-draft": Cut("notice-draft"),
    "supervisor-issued": Cut("notice-issued"),
    "supervisor-signed-off": Cut("signed-off"),
    "office-draft": Cut("campaign-draft"),
    "office-campaign": Cut("campaign-issued"),
    "office-matrix": Cut("matrix"),
    "leader-brief": Cut("lingdao1-brief"),
    "leader-order": Cut("order"),
    "admin-incidents": Cut("xitong-admin-incidents"),
    "admin-health": Cut("xitong-admin-health"),
    "admin-accounts": Cut("anquan-admin-accounts"),
    "admin-ledger": Cut("shenji-admin-ledger"),
}


def main() -> None:
    """Make every picture of the help anew."""
    HELP.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tracker-pictures-") as folder:
        take_pictures(Path(folder))
        for name, cut in CUTS.items():
            with Image.open(Path(folder) / f"{cut.taken}.png") as whole:
                height = PHONE_HEIGHT if whole.width < 600 else DESKTOP_HEIGHT
                part = whole.convert("RGB").crop((0, cut.top, whole.width, min(whole.height, cut.top + height)))
                part.save(HELP / f"{name}.webp", "WEBP", quality=QUALITY, method=6)
    print(f"{len(CUTS)} pictures in {HELP}")


if __name__ == "__main__":
    main()
