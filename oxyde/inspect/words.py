"""English words in names: their singulars and plurals, and the words that a name is made of."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

IRREGULAR: Final = {
    "child": "children",
    "criterion": "criteria",
    "echo": "echoes",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hero": "heroes",
    "index": "indices",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "man": "men",
    "matrix": "matrices",
    "mouse": "mice",
    "person": "people",
    "potato": "potatoes",
    "quiz": "quizzes",
    "radius": "radii",
    "shelf": "shelves",
    "tomato": "tomatoes",
    "tooth": "teeth",
    "vertex": "vertices",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}
"""Plurals that no rule makes."""
SAME: Final = frozenset(
    (  # noqa: SIM905 - read as a text
        "aircraft audio chassis data deer equipment feedback fish furniture hardware headquarters history info "
        "information inventory jeans knowledge luggage mail means media metadata moose money music nas news offspring "
        "police pos rice series sheep software species staff stock traffic trans weather"
    ).split()
)
"""Words that are their own plural, or have none."""
PLAIN: Final = frozenset("cache headache movie cookie zombie pie tie lie die shoe toe axe menu guru emu".split())  # noqa: SIM905 - read as a text
"""Words that take an s, whose plurals a rule would cut short otherwise."""
IN_S: Final = frozenset("alias atlas bias bonus bus campus canvas census gas iris lens status virus corpus genus".split())  # noqa: SIM905 - read as a text
"""Singulars that end in a single s."""
IN_IC: Final = frozenset("characteristic clinic comic critic fabric graphic lyric mechanic metric topic".split())  # noqa: SIM905 - read as a text
"""Singulars in -ic; what else ends in -ics is a field of study, and stays."""
_SINGULARS: Final = {
    **{plural: singular for singular, plural in IRREGULAR.items()},
    **{f"{word}s": word for word in PLAIN},
    **{f"{word}es": word for word in IN_S},
    **{f"{word}s": word for word in IN_IC},
    "indexes": "index",
}


def parts(name: str) -> list[str]:
    """Returns the words of a name, in lower case: ``OrderDetails``, ``ORDER_DETAILS`` and ``order details`` are two each.

    >>> parts("HTTPCode2"), parts("tblOrder-Details"), parts("Größe €")
    (['http', 'code2'], ['tbl', 'order', 'details'], ['größe'])
    """
    spaced = re.sub(r"([^\W\d_]+?)([A-Z][a-z])", _apart, unicodedata.normalize("NFKC", name))
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def _apart(found: re.Match[str]) -> str:
    """Sets the last of several capitals apart, which begins a word: ``HTTPCode``."""
    before, begin = found[1], found[2]
    return f"{before}_{begin}" if before.isupper() and len(before) > 1 else found[0]


def singular(word: str) -> str:
    """Returns the singular of a word in lower case; one that is no plural stays.

    >>> [singular(word) for word in ("categories", "addresses", "status", "warehouses", "people", "boxes", "analyses")]
    ['category', 'address', 'status', 'warehouse', 'person', 'box', 'analysis']
    """
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word.endswith("radii"):
        return f"{word[:-1]}us"
    if word.endswith(("alias", "aliases")):  # also as the end of another word: dbaliases
        return word.removesuffix("es")
    if word in SAME or word in IN_S or len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    if len(word) == 3 and not set(word) & set("aeiouy"):  # an abbreviation: crs, css, dns
        return word
    of_use = "use" if re.search("[aeo]uses$|^uses$", word) else "us"
    for ending, made in (("yses", "ysis"), ("theses", "thesis"), ("ies", "y"), ("uses", of_use)):
        if word.endswith(ending):
            return word[: -len(ending)] + made
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Returns the plural of a singular word in lower case.

    >>> [plural(word) for word in ("category", "address", "status", "key", "person", "box", "news")]
    ['categories', 'addresses', 'statuses', 'keys', 'people', 'boxes', 'news']
    """
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in SAME or word.endswith("ics") or singular(word) != word:
        return word
    if word.endswith("sis"):
        return f"{word[:-2]}es"
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
