"""The text that the demo model learned, and the text that was kept from it.

Everything is made here from word lists and templates, by a seeded `random.Random`: the same seed
gives the same text on every machine. Standard library only: no torch, no tokenizer, no files. The
training script, the measurements and the tests call it; the running product does not.

Four kinds of text, each of which teaches something that can be seen in the attention:

- givings: two people are named, one gives something to the other ("name moving");
- lists: random words, and then the same words again ("induction");
- loops: a few words go round in a circle, with jumps: only what came after a word foretells it;
- stories: a few simple sentences about two people, so that free continuation reads as a story.

Held out are some pairs of names (they never meet in a training story or giving) and some
combinations of an opening with a gift. Held-out prompts use both.
"""

# ruff: noqa: S311 (nothing here is secret; the generator must be seeded)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

NAMES = (
    *("Anna", "Ben", "Clara", "David", "Emma", "Frank", "Grace", "Tom"),
    *("Hugo", "Iris", "Jack", "Kate", "Leo", "Mary", "Nina", "Oscar"),
    *("Paul", "Rosa", "Sam", "Tina", "Victor", "Wendy", "Zoe", "Adam"),
    *("Bella", "Carl", "Daisy", "Felix", "Gina", "Henry", "Julia", "Lucas"),
)
PLACES = (
    *("park", "garden", "school", "market", "forest", "river", "beach", "farm"),
    *("library", "kitchen", "village", "castle", "bridge", "lake", "shop", "hill"),
)
OBJECTS = (
    *("ball", "book", "kite", "drum", "lamp", "flower", "letter", "ring"),
    *("basket", "hat", "key", "shell", "stone", "boat", "bell", "coin"),
)
ANIMALS = (
    *("dog", "cat", "bird", "horse", "rabbit", "fox", "duck", "bear"),
    *("mouse", "goat", "frog", "sheep"),
)
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "golden")
SIZES = ("big", "small", "little", "tall", "young", "quiet")
FEELINGS = ("happy", "sad", "tired", "hungry", "proud", "brave", "sleepy", "calm")
FOODS = ("bread", "soup", "cake", "honey", "cheese", "corn", "rice", "milk")
LIST_WORDS = (*NAMES, *PLACES, *OBJECTS, *ANIMALS, *COLOURS, *SIZES, *FEELINGS, *FOODS)

GIVING_OPENINGS = (
    "When {first} and {second} went to the {place},",
    "After {first} and {second} came to the {place},",
    "While {first} and {second} were at the {place},",
    "Then {first} and {second} walked to the {place}, and",
    "One day {first} and {second} met at the {place}, and",
    "Later {first} and {second} played at the {place}. Then",
    "{first} and {second} went to the {place}.",
    "{first} met {second} at the {place}, and",
)
GIFTS = (
    "{giver} gave a {thing} to",
    "{giver} gave the {thing} to",
    "{giver} showed a {thing} to",
    "{giver} brought a {colour} {thing} to",
    "{giver} handed the {colour} {thing} to",
)
DEEDS = (
    "{giver} helped {receiver}.",
    "{giver} thanked {receiver}.",
    "{giver} and {receiver} smiled.",
    "{giver} waved to {receiver}.",
    "{giver} ran to {receiver}.",
    "{giver} told a story to {receiver}.",
    '{giver} said, "Thank you, {receiver}."',
    "{giver} gave some {food} to {receiver}.",
    "{giver} gave the {thing} to {receiver}.",
)
THANKS = (
    "{receiver} thanked {giver}.",
    "{receiver} was {feeling}.",
    '"Thank you, {giver}," said {receiver}.',
    "Then {receiver} gave some {food} to {giver}.",
    "{giver} and {receiver} went home.",
)

STORY_OPENINGS = (
    "Once upon a time there was a {size} {animal} near the {place}.",
    "{hero} lived in a {size} house near the {place}.",
    "One day {hero} went to the {place} with {friend}.",
    "It was a sunny day, and {hero} was {feeling}.",
    "{hero} and {friend} were friends.",
    "In the morning {hero} walked to the {place}.",
    "{hero} had a {size} {animal}.",
)
STORY_EVENTS = (
    "{hero} found a {colour} {thing} near the {place}.",
    "{hero} looked at the {thing} and smiled.",
    "The {animal} was {feeling}, so {hero} gave some {food} to the {animal}.",
    "{hero} wanted to see the {animal}, but the {animal} ran to the {place}.",
    "{friend} came to the {place} and helped {hero}.",
    'Then {hero} said, "Look, {friend}, a {colour} {thing}!"',
    "{hero} gave the {thing} to {friend}, and {friend} thanked {hero}.",
    "It began to rain, so {hero} and {friend} ran into the house.",
    "{hero} and {friend} ate {food} and drank {other_food}.",
    "{friend} was {feeling} because the {thing} was lost.",
    "The {colour} {thing} was under the tree.",
    "{hero} saw the {animal} with the {colour} {thing}.",
    '"{song}," sang {hero}. "{song}," sang {friend}.',
    "{friend} liked the {thing}, and {hero} liked the {animal}.",
)
STORY_ENDINGS = (
    "At the end of the day {hero} and {friend} went home.",
    "After that {hero} was very happy.",
    "Then {hero} told {friend} about the {animal}, and all was well.",
    "In the evening {hero} and {friend} slept well.",
    "From that day on {hero} and the {animal} were friends.",
)

TRAINING_SEED = 20
FIRST_TEXT_COUNT = 9_600
SECOND_TEXT_COUNT = 19_200
TRAINING_TEXT_COUNT = 100_000
LIST_LEAD = "List:"
LOOP_LENGTH = 63
JUMP_PROBABILITY = 0.2
PAIR_MODULUS = 7
TEMPLATE_MODULUS = 5


@dataclass(frozen=True)
class GivingPrompt:
    """A text that stops just before the name of the person who is given something."""

    text: str
    giver: str
    receiver: str


@dataclass(frozen=True)
class RepeatedList:
    """Distinct random words and the text that says them twice."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lead, then the words, then the same words once more."""
        return " ".join((LIST_LEAD, *self.words, *self.words))


def is_held_out_pair(first: str, second: str) -> bool:
    """Whether these two people never meet in the training text; the order does not matter."""
    return (NAMES.index(first) + NAMES.index(second)) % PAIR_MODULUS == 0


def name_pairs(*, held_out: bool) -> tuple[tuple[str, str], ...]:
    """All ordered pairs of different names on one side of the split."""
    pairs = product(NAMES, NAMES)
    return tuple(
        pair for pair in pairs if pair[0] != pair[1] and is_held_out_pair(*pair) is held_out
    )


def giving_templates(*, held_out: bool) -> tuple[str, ...]:
    """All openings joined with gifts on one side of the split; each part occurs in training."""
    grid = product(enumerate(GIVING_OPENINGS), enumerate(GIFTS))
    return tuple(
        f"{opening} {gift}"
        for (row, opening), (column, gift) in grid
        if ((row + column) % TEMPLATE_MODULUS == 0) is held_out
    )


TRAINING_PAIRS = name_pairs(held_out=False)
HELD_OUT_PAIRS = name_pairs(held_out=True)
TRAINING_TEMPLATES = giving_templates(held_out=False)
HELD_OUT_TEMPLATES = giving_templates(held_out=True)


def first_texts(seed: int, count: int) -> Iterator[str]:
    """Yield `count` loops of few words: training starts with them, for induction."""
    random = Random(seed)
    for _ in range(count):
        yield _loop(random, random.randint(3, 8))


def second_texts(seed: int, count: int) -> Iterator[str]:
    """Yield `count` chains of deeds, and some loops: then two names are told apart."""
    random = Random(seed)
    for maker in random.choices((_chain_of_deeds, _long_loop), weights=(80, 20), k=count):
        yield maker(random)


def training_texts(seed: int, count: int) -> Iterator[str]:
    """Yield `count` short texts: givings, lists, loops and stories, mixed."""
    random = Random(seed)
    makers = (_giving, _repeated_list, _long_loop, _story)
    for maker in random.choices(makers, weights=(40, 15, 10, 35), k=count):
        yield maker(random)


def held_out_giving_prompts(seed: int, count: int) -> list[GivingPrompt]:
    """Make prompts of which neither the pair of names nor the template occurs in training."""
    random = Random(seed)
    return [
        _giving_prompt(random, random.choice(HELD_OUT_PAIRS), random.choice(HELD_OUT_TEMPLATES))
        for _ in range(count)
    ]


def held_out_lists(seed: int, count: int, length: int) -> list[RepeatedList]:
    """Make lists of `length` distinct words: too many exist for one to be met in training."""
    random = Random(seed)
    return [RepeatedList(tuple(random.sample(LIST_WORDS, length))) for _ in range(count)]


def held_out_stories(seed: int, count: int) -> list[str]:
    """Make stories about pairs of people who never meet in training."""
    random = Random(seed)
    return [_tell(random, random.choice(HELD_OUT_PAIRS)) for _ in range(count)]


def _giving(random: Random) -> str:
    pair, template = random.choice(TRAINING_PAIRS), random.choice(TRAINING_TEMPLATES)
    prompt = _giving_prompt(random, pair, template)
    more = (f" {_further_gift(random, pair)}" for _ in range(random.randint(0, 2)))
    thanks = random.choice(THANKS).format(
        giver=prompt.giver,
        receiver=prompt.receiver,
        feeling=random.choice(FEELINGS),
        food=random.choice(FOODS),
    )
    return f"{prompt.text} {prompt.receiver}. {thanks}{''.join(more)}"


def _chain_of_deeds(random: Random) -> str:
    pair, template = random.choice(TRAINING_PAIRS), random.choice(TRAINING_TEMPLATES)
    prompt = _giving_prompt(random, pair, template)
    deeds = (_deed(random, pair) for _ in range(10))
    return " ".join((prompt.text, f"{prompt.receiver}.", *deeds))


def _deed(random: Random, pair: tuple[str, str]) -> str:
    giver, receiver = random.sample(pair, 2)
    return random.choice(DEEDS).format(
        giver=giver,
        receiver=receiver,
        food=random.choice(FOODS),
        thing=random.choice(OBJECTS),
    )


def _further_gift(random: Random, pair: tuple[str, str]) -> str:
    prompt = _giving_prompt(random, pair, f"Then {random.choice(GIFTS)}")
    return f"{prompt.text} {prompt.receiver}."


def _giving_prompt(random: Random, pair: tuple[str, str], template: str) -> GivingPrompt:
    giver, receiver = random.sample(pair, 2)
    text = template.format(
        first=pair[0],
        second=pair[1],
        giver=giver,
        place=random.choice(PLACES),
        thing=random.choice(OBJECTS),
        colour=random.choice(COLOURS),
    )
    return GivingPrompt(text=text, giver=giver, receiver=receiver)


def _repeated_list(random: Random) -> str:
    length = random.randint(4, 30)
    return RepeatedList(tuple(random.sample(LIST_WORDS, length))).text


def _long_loop(random: Random) -> str:
    return _loop(random, random.randint(6, 20))


def _loop(random: Random, size: int) -> str:
    circle = random.sample(LIST_WORDS, size)
    words, position = list(circle), random.randrange(size)
    while len(words) < LOOP_LENGTH:
        words.append(circle[position])
        jumps = random.random() < JUMP_PROBABILITY
        position = random.randrange(size) if jumps else (position + 1) % size
    return " ".join((LIST_LEAD, *words))


def _story(random: Random) -> str:
    return _tell(random, random.choice(TRAINING_PAIRS))


def _tell(random: Random, pair: tuple[str, str]) -> str:
    cast = _story_cast(random, pair)
    sentences = (
        random.choice(STORY_OPENINGS),
        *random.sample(STORY_EVENTS, random.randint(2, 5)),
        random.choice(STORY_ENDINGS),
    )
    return " ".join(
        sentence.format(**cast, place=random.choice(PLACES), feeling=random.choice(FEELINGS))
        for sentence in sentences
    )


def _story_cast(random: Random, pair: tuple[str, str]) -> dict[str, str]:
    food, other_food = random.sample(FOODS, 2)
    return {
        "hero": pair[0],
        "friend": pair[1],
        "size": random.choice(SIZES),
        "animal": random.choice(ANIMALS),
        "thing": random.choice(OBJECTS),
        "colour": random.choice(COLOURS),
        "food": food,
        "other_food": other_food,
        "song": " ".join(random.sample(LIST_WORDS, random.randint(3, 5))),
    }
