"""The practice's name and telephone number as this process last read them.

For the one page that may not ask the database: the one that is shown when something, perhaps the database, failed.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Letterhead:
    """Empty until a page was shown."""

    name: str = ""
    phone: str = ""


last_read = Letterhead()
