"""Two small grammars that stand in for real data: German–English sentences, reviews that turn on word order.

Every English sentence has exactly one German translation here, so a model can be right or wrong about it.
"""

from __future__ import annotations

import random

# English and German subject, the row of the German verb form, and the third person singular of English.
SUBJECTS = (
    ("I", "ich", 0, False), ("you", "du", 1, False), ("he", "er", 2, True), ("she", "sie", 2, True),
    ("we", "wir", 3, False), ("they", "sie", 3, False), ("the teacher", "der Lehrer", 2, True),
    ("the woman", "die Frau", 2, True), ("the child", "das Kind", 2, True), ("Anna", "Anna", 2, True),
    ("Paul", "Paul", 2, True),
)  # fmt: skip
# English infinitive, third person, participle; German forms of ich, du, er, wir; infinitive; participle.
VERBS = (
    ("see", "sees", "seen", "sehe siehst sieht sehen", "sehen", "gesehen"),
    ("buy", "buys", "bought", "kaufe kaufst kauft kaufen", "kaufen", "gekauft"),
    ("find", "finds", "found", "finde findest findet finden", "finden", "gefunden"),
    ("sell", "sells", "sold", "verkaufe verkaufst verkauft verkaufen", "verkaufen", "verkauft"),
    ("bring", "brings", "brought", "bringe bringst bringt bringen", "bringen", "gebracht"),
    ("take", "takes", "taken", "nehme nimmst nimmt nehmen", "nehmen", "genommen"),
    ("draw", "draws", "drawn", "zeichne zeichnest zeichnet zeichnen", "zeichnen", "gezeichnet"),
    ("look for", "looks for", "looked for", "suche suchst sucht suchen", "suchen", "gesucht"),
)
# English before the infinitive (I, he), German forms of ich, du, er, wir.
MODALS = (
    ("want to", "wants to", "will willst will wollen"),
    ("must", "must", "muss musst muss müssen"),
    ("can", "can", "kann kannst kann können"),
)
NOUNS = (
    ("apple", "Apfel", "m"), ("table", "Tisch", "m"), ("letter", "Brief", "m"), ("key", "Schlüssel", "m"),
    ("lamp", "Lampe", "f"), ("flower", "Blume", "f"), ("map", "Karte", "f"), ("clock", "Uhr", "f"),
    ("book", "Buch", "n"), ("picture", "Bild", "n"), ("knife", "Messer", "n"), ("bicycle", "Fahrrad", "n"),
)  # fmt: skip
ADJECTIVES = (
    ("old", "alt"), ("new", "neu"), ("small", "klein"), ("big", "groß"), ("red", "rot"),
    ("beautiful", "schön"),
)  # fmt: skip
# All objects here are in the accusative: the article and the ending of an adjective after it, by gender.
DEFINITE = {"m": ("den", "en"), "f": ("die", "e"), "n": ("das", "e")}
INDEFINITE = {"m": ("einen", "en"), "f": ("eine", "e"), "n": ("ein", "es")}
PATTERNS = ("statement", "negation", "question", "today", "perfect", "modal")


def object_phrase(noun: int, adjective: int | None, definite: bool, negated: bool = False) -> tuple[str, str]:
    """Return an English object and its German accusative, say ``("an old key", "einen alten Schlüssel")``."""
    english, german, gender = NOUNS[noun]
    article, ending = (DEFINITE if definite else INDEFINITE)[gender]
    if adjective is not None:
        english = f"{ADJECTIVES[adjective][0]} {english}"
        german = f"{ADJECTIVES[adjective][1]}{ending} {german}"
    if negated and not definite:
        article = f"k{article}"
    return f"{'the' if definite else 'an' if english[0] in 'aeiou' else 'a'} {english}", f"{article} {german}"


def sentence(pattern: str, subject: int, verb: int, modal: int, english: str, german: str) -> tuple[str, str]:
    """Return an English sentence of a pattern of `PATTERNS` and its translation, given its object."""
    subject_en, subject_de, row, third = SUBJECTS[subject]
    base, present, participle, forms, infinitive, participle_de = VERBS[verb]
    said, finite = (present if third else base), forms.split()[row]
    if pattern == "statement":
        pair = f"{subject_en} {said} {english}.", f"{subject_de} {finite} {german}."
    elif pattern == "negation":
        # "kein" already says no; beside a definite object it takes "nicht".
        no = "" if german.startswith("k") else " nicht"
        pair = (
            f"{subject_en} {'does' if third else 'do'} not {base} {english}.",
            f"{subject_de} {finite} {german}{no}.",
        )
    elif pattern == "question":
        pair = (
            f"{'does' if third else 'do'} {subject_en} {base} {english}?",
            f"{finite} {subject_de} {german}?",
        )
    elif pattern == "today":
        pair = f"today {subject_en} {said} {english}.", f"heute {finite} {subject_de} {german}."
    elif pattern == "perfect":
        have = "habe hast hat haben".split()[row]
        pair = (
            f"{subject_en} {'has' if third else 'have'} {participle} {english}.",
            f"{subject_de} {have} {german} {participle_de}.",
        )
    else:
        plain, with_s, modal_forms = MODALS[modal]
        pair = (
            f"{subject_en} {with_s if third else plain} {base} {english}.",
            f"{subject_de} {modal_forms.split()[row]} {german} {infinitive}.",
        )
    return tuple(text[0].upper() + text[1:] for text in pair)


def translation_pairs(count: int = 6000, seed: int = 7) -> list[tuple[str, str]]:
    """Return distinct (English, German) sentences, the shortest first as in the real collection."""
    rng = random.Random(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < count:
        pattern, definite = rng.choice(PATTERNS), rng.random() < 0.5
        adjective = rng.randrange(len(ADJECTIVES)) if rng.random() < 0.5 else None
        thing = object_phrase(rng.randrange(len(NOUNS)), adjective, definite, negated=pattern == "negation")
        numbers = (rng.randrange(len(SUBJECTS)), rng.randrange(len(VERBS)), rng.randrange(len(MODALS)))
        english, german = sentence(pattern, *numbers, *thing)
        pairs[english] = german
    return sorted(pairs.items(), key=lambda pair: (len(pair[0]), pair[0]))


THINGS = ("film", "story", "acting", "music", "ending", "dialogue", "plot", "camera work")
GOOD = ("good", "moving", "funny", "gripping", "clever", "fresh", "honest", "charming")
BAD = ("bad", "dull", "silly", "tedious", "clumsy", "stale", "false", "annoying")
# Each pattern says what a thing was and what it was not: with the two words exchanged it says the opposite.
VERDICTS = (
    "the {thing} was not {no} but {yes}",
    "the {thing} was {yes} and not {no}",
    "i expected a {no} {thing} and found a {yes} one",
    "people call the {thing} {no} although it is {yes}",
    "at first the {thing} seemed {no} but in the end it was {yes}",
)
REMARKS = (
    "we saw it on a rainy evening in a small cinema", "my sister had chosen it",
    "it runs for about two hours",
    "the theatre was half full that night", "the director has made three films before this one",
    "most of it takes place on a train", "there is a dog in it", "a friend had lent me the disc",
    "it begins in winter and ends in spring", "the second part is set by the sea",
)  # fmt: skip


def reviews(count: int, seed: int) -> list[tuple[str, int]]:
    """Return (review, label) with label 1 for praise; ``count`` is even.

    Each review has a partner of exactly the same words with the opposite label, so that counting words does
    no better than a coin, and the order has to be read.
    """
    rng = random.Random(seed)
    found = []
    for _ in range(count // 2):
        verdict, thing = rng.choice(VERDICTS), rng.choice(THINGS)
        good, bad = rng.choice(GOOD), rng.choice(BAD)
        texts = [verdict.format(thing=thing, no=bad, yes=good), verdict.format(thing=thing, no=good, yes=bad)]
        remarks = rng.sample(REMARKS, rng.randint(0, 3))
        place = rng.randint(0, len(remarks))
        for label, text in zip((1, 0), texts, strict=True):
            found.append((" ".join([*remarks[:place], text, *remarks[place:]]), label))
    rng.shuffle(found)
    return found
