"""PCL-5, the PTSD checklist for DSM-5 (the past-month form, without criterion A)."""

from .scale import Band, Cluster, Definition, Item, options

BOTHERED = options("Not at all", "A little bit", "Moderately", "Quite a bit", "Extremely")
TEXTS = (
    "Repeated, disturbing, and unwanted memories of the stressful experience?",
    "Repeated, disturbing dreams of the stressful experience?",
    "Suddenly feeling or acting as if the stressful experience were actually happening again (as if you were actually "
    "back there reliving it)?",
    "Feeling very upset when something reminded you of the stressful experience?",
    "Having strong physical reactions when something reminded you of the stressful experience (for example, heart "
    "pounding, trouble breathing, sweating)?",
    "Avoiding memories, thoughts, or feelings related to the stressful experience?",
    "Avoiding external reminders of the stressful experience (for example, people, places, conversations, activities, "
    "objects, or situations)?",
    "Trouble remembering important parts of the stressful experience?",
    "Having strong negative beliefs about yourself, other people, or the world (for example, having thoughts such as: "
    "I am bad, there is something seriously wrong with me, no one can be trusted, the world is completely dangerous)?",
    "Blaming yourself or someone else for the stressful experience or what happened after it?",
    "Having strong negative feelings such as fear, horror, anger, guilt, or shame?",
    "Loss of interest in activities that you used to enjoy?",
    "Feeling distant or cut off from other people?",
    "Trouble experiencing positive feelings (for example, being unable to feel happiness or have loving feelings for "
    "people close to you)?",
    "Irritable behavior, angry outbursts, or acting aggressively?",
    "Taking too many risks or doing things that could cause you harm?",
    "Being “superalert” or watchful or on guard?",
    "Feeling jumpy or easily startled?",
    "Having difficulty concentrating?",
    "Trouble falling or staying asleep?",
)


def _keys(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, last + 1))


V1 = Definition(
    code="pcl-5",
    version=1,
    title="PCL-5",
    name="PTSD checklist for DSM-5",
    instructions="Keeping your worst event in mind, how much have you been bothered by each of these problems?",
    recall="In the past month",
    items=tuple(Item(str(number), text, BOTHERED) for number, text in enumerate(TEXTS, start=1)),
    bands=(
        Band(0, 30, "below the provisional cut of 31 to 33"),
        Band(31, 33, "at the provisional cut of 31 to 33"),
        Band(34, 80, "above the provisional cut of 31 to 33"),
    ),
    clusters=(
        Cluster("B intrusion", _keys(1, 5), 1, 2),
        Cluster("C avoidance", _keys(6, 7), 1, 2),
        Cluster("D mood and cognition", _keys(8, 14), 2, 2),
        Cluster("E arousal", _keys(15, 20), 2, 2),
    ),
    cluster_words="DSM-5 symptom clusters, counting items answered “Moderately” or higher:",
    caution="A provisional sign of PTSD, by the total or by the clusters, is not a diagnosis: a clinical interview "
    "makes it.",
    source="Weathers FW, Litz BT, Keane TM, Palmieri PA, Marx BP, Schnurr PP. The PTSD Checklist for DSM-5 (PCL-5), "
    "2013. National Center for PTSD, US Department of Veterans Affairs.",
    permission="Made by the US government and in the public domain.",
)
