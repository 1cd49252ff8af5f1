"""What the invented therapists of the demo wrote. Deterministic: the same random generator gives the same words."""

from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Theme:
    """One course of treatment: its diagnosis, what is reported, done and planned, and what only the author notes."""

    code: str
    diagnosis: str
    reports: tuple[str, ...]
    seen: tuple[str, ...]
    work: tuple[str, ...]
    plans: tuple[str, ...]
    private: tuple[str, ...]


THEMES: Final[dict[str, Theme]] = {
    "anxiety": Theme(
        "F41.1",
        "Generalized anxiety disorder",
        (
            "Reports sleeping five to six hours most nights and two mornings of low energy.",
            "Describes a conflict with a manager on Tuesday; stayed in the meeting.",
            "Worry about money on most evenings, an hour less than a month ago.",
            "Practised the breathing exercise on four days.",
        ),
        (
            "Generalized anxiety, improving. No risk indicators.",
            "Alert, engaged, speech somewhat fast at the start.",
            "Anxiety in session 6 of 10, down to 4 by the end.",
        ),
        (
            "Rehearsed the opening sentence for the team meeting.",
            "Reviewed the worry log; sorted worries by what can be done.",
            "Progressive muscle relaxation, ten minutes, together.",
        ),
        (
            "Continue weekly. Exposure step 3: raise one disagreement at work.",
            "Continue every two weeks; worry time at 6 pm.",
            "Bring the sleep diary next time.",
        ),
        (
            "Watched my face the whole time while telling the meeting story, as if waiting for me to take the manager’s side. "
            "The father again. I noticed I wanted to reassure and held back; the silence did more.",
            "Hypothesis for next time: the “stay in the room” task is also with me. Ask what was expected of me.",
            "I was impatient today. Something about being asked the same question a third time; look at that in consultation.",
        ),
    ),
    "panic": Theme(
        "F41.0",
        "Panic disorder",
        (
            "Two panic attacks since the last session, both in the supermarket, about ten minutes each.",
            "Took the bus twice without getting off early.",
            "Avoided the freeway again; took the long way to work.",
        ),
        (
            "Panic attacks fewer and shorter. Oriented, no risk indicators.",
            "Engaged; some tremor while describing the bus.",
        ),
        (
            "Interoceptive exposure: a minute of quick breathing, twice.",
            "Drew the panic circle with this week’s example.",
        ),
        ("One stop further on the bus each day.", "Continue weekly; drive to the second exit with the sister."),
        (
            "The supermarket is where she last saw her brother well. She has not said it; she said “the lights”. Wait for it.",
            "Felt her testing whether I would panic too. I did, a little, at the story of the bridge.",
        ),
    ),
    "depression": Theme(
        "F33.1",
        "Major depressive disorder, recurrent, moderate",
        (
            "Mood 4 of 10 on most days. Out of bed by nine on five days.",
            "Walked with the neighbor twice; cooked once.",
            "Little appetite; two meals a day.",
            "Says that the weekend was long and that nothing was worth starting.",
        ),
        (
            "Depressed mood, slightly brighter affect than last time. Denies thoughts of death.",
            "Slowed at first, smiled when speaking of the garden. No suicidal ideation, plan or intent.",
        ),
        (
            "Planned three activities with times and places.",
            "Looked at the thought “I ruin things” and what speaks for and against.",
        ),
        ("Activity plan continues; telephone the brother on Sunday.", "Continue weekly. Repeat PHQ-9 next time."),
        (
            "There is an anger under the tiredness that neither of us touches. I slowed down with him, nearly asleep; that is data.",
            "He brought me tomatoes. I took them. What would refusing have said?",
        ),
    ),
    "grief": Theme(
        "F43.21",
        "Adjustment disorder with depressed mood",
        (
            "The anniversary was last Thursday; spent it with the daughter.",
            "Still sets the table for two on Sundays.",
            "Slept better after moving the chair to the window.",
        ),
        (
            "Grieving, functioning well at home and with friends. No risk indicators.",
            "Tearful for part of the hour, then told a funny story.",
        ),
        ("Read the letter aloud that was written last week.", "Looked through photographs brought along."),
        (
            "Continue monthly. Decide about the coats by spring, no hurry.",
            "Visit the lake with a friend before the next session.",
        ),
        (
            "My own mother’s kitchen came back to me so strongly that I lost a sentence. Note for consultation.",
            "The guilt about the last phone call is still not speakable. Circle back through the photographs.",
        ),
    ),
    "trauma": Theme(
        "F43.10",
        "Post-traumatic stress disorder",
        (
            "Nightmares three nights this week, down from five.",
            "Left the cinema when the door banged; went back in.",
            "Used the grounding exercise in the waiting room.",
        ),
        (
            "Hypervigilance somewhat less; startle remains. No risk indicators.",
            "Stayed present through the session; dissociated once, briefly.",
        ),
        (
            "Prepared the first written account; agreed on a stopping word.",
            "Grounding with five senses; reviewed the safety plan.",
        ),
        ("Continue weekly with the account, one paragraph.", "Sleep routine; partner to hold the door on errands."),
        (
            "She tells it as though it happened to the chair beside her. When I moved mine she stopped. Do not move it again.",
            "I dreamt of the house she described. Bring to consultation before Thursday.",
        ),
    ),
    "work": Theme(
        "F43.22",
        "Adjustment disorder with anxiety",
        (
            "Working until eight on four days; one evening off was kept.",
            "The new supervisor cancelled the review again.",
            "Headaches on three afternoons.",
        ),
        ("Stress related to work, coping better. No risk indicators.", "Tense posture, easing during the hour."),
        (
            "Wrote the message that asks for a date, and sent it from the session.",
            "Listed what is and is not theirs to carry.",
        ),
        ("Two evenings without the laptop.", "Continue every two weeks; revisit the offer from the other department."),
        ("The overwork keeps the divorce out of the room. I collude by asking about the project.",),
    ),
    "insomnia": Theme(
        "F51.01",
        "Primary insomnia",
        (
            "Sleep diary: five hours and ten minutes on average, 70 percent of time in bed.",
            "Two naps this week, both before three.",
        ),
        ("Insomnia improving with restriction. No risk indicators.", "Tired, cooperative."),
        ("Set the sleep window to 12:15 to 6:00.", "Reviewed what to do when awake at four."),
        ("Keep the window for two weeks.", "Extend by 15 minutes if above 85 percent."),
        ("Night is when the house was dangerous. She calls it “the radiator”.",),
    ),
    "school": Theme(
        "F93.8",
        "Other childhood emotional disorder",
        (
            "At school on four of five days.",
            "Stomach ache on Monday morning; went after second period.",
            "Played football with two others on Friday.",
        ),
        (
            "Separation worries less than in the fall. No risk indicators.",
            "Talkative about the game, quiet about school.",
        ),
        ("Drew the ladder for Monday mornings.", "Practised what to say when called on."),
        ("Ladder step 2: walk in with a friend.", "Parent session in two weeks."),
        (
            "Asked three times whether the parents would hear this. There is something at home; the picture has no door.",
        ),
    ),
    "couple": Theme(
        "Z63.0",
        "Problems in relationship with spouse or partner",
        (
            "Both attended. Two arguments since last time, one ended without leaving the house.",
            "Had the Sunday talk as planned.",
        ),
        (
            "Conflict less heated; listening turns held for ten minutes.",
            "Both engaged. No safety concerns reported by either.",
        ),
        ("Speaker and listener exercise about the holidays.", "Each named one thing to keep doing."),
        ("Sunday talk continues, twenty minutes.", "Joint session in two weeks."),
        ("I side with whoever speaks second. They know it and race to be second.",),
    ),
    "anger": Theme(
        "F63.81",
        "Intermittent explosive disorder",
        ("Left the room twice before shouting.", "One outburst at the garage; apologized the same day."),
        ("Irritable mood, better control. Denies intent to harm anyone.", "Loud at first, settled."),
        ("Chain analysis of the garage.", "Practised the pause with the stopwatch."),
        ("Log the first sign in the body.", "Continue weekly."),
        ("He is frightening and wants to be told so. I said it; he cried. Keep that door open.",),
    ),
    "alcohol": Theme(
        "F10.20",
        "Alcohol dependence, uncomplicated",
        ("Nine days without a drink, then two beers at the wedding; stopped there.", "Went to the Tuesday meeting."),
        ("Motivated; craving 3 of 10. No withdrawal signs.", "Proud and watchful."),
        ("Went through the wedding hour by hour.", "Wrote the card for the wallet."),
        ("Meeting on Tuesday and Saturday.", "Continue every two weeks; ask about the AUDIT-C next time."),
        ("He tells me the good weeks as presents. I must earn the bad ones.",),
    ),
}


def _some(rng: Random, sentences: tuple[str, ...], most: int) -> str:
    return " ".join(rng.sample(sentences, k=min(len(sentences), rng.randint(1, most))))


def progress_note(rng: Random, theme: Theme, section_keys: list[str]) -> dict[str, str]:
    """Text for each section of a note format, by its keys in order."""
    if len(section_keys) == 1:
        return {section_keys[0]: f"{_some(rng, theme.reports, 3)} {rng.choice(theme.work)} {rng.choice(theme.plans)}"}
    parts = [_some(rng, theme.reports, 3), rng.choice(theme.seen), rng.choice(theme.work), _some(rng, theme.plans, 2)]
    if len(section_keys) == 3:
        parts = [parts[0], f"{parts[1]} {parts[2]}", parts[3]]
    return dict(zip(section_keys, parts, strict=False))


def private_note(rng: Random, theme: Theme) -> str:
    """Text for a psychotherapy note."""
    return "\n\n".join(rng.sample(theme.private, k=rng.randint(1, len(theme.private))))
