"""GAD-7, the anxiety module of the Patient Health Questionnaire."""

from .phq_9 import DAYS, DIFFICULTY, DIFFICULTY_TEXT
from .scale import Band, Definition, Item

V1 = Definition(
    code="gad-7",
    version=1,
    title="GAD-7",
    name="Generalized anxiety disorder, 7 items",
    instructions="How often have you been bothered by any of the following problems?",
    recall="Over the last 2 weeks",
    items=(
        Item("1", "Feeling nervous, anxious, or on edge", DAYS),
        Item("2", "Not being able to stop or control worrying", DAYS),
        Item("3", "Worrying too much about different things", DAYS),
        Item("4", "Trouble relaxing", DAYS),
        Item("5", "Being so restless that it is hard to sit still", DAYS),
        Item("6", "Becoming easily annoyed or irritable", DAYS),
        Item("7", "Feeling afraid, as if something awful might happen", DAYS),
        Item("8", DIFFICULTY_TEXT, DIFFICULTY, scored=False),
    ),
    bands=(Band(0, 4, "minimal"), Band(5, 9, "mild"), Band(10, 14, "moderate"), Band(15, 21, "severe")),
    source="Spitzer RL, Kroenke K, Williams JBW, Löwe B. A brief measure for assessing generalized anxiety disorder: "
    "the GAD-7. Arch Intern Med 2006;166:1092-1097.",
    permission="Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission is required to reproduce, translate, display or distribute it.",
    loinc_panel="69737-5",
    loinc_total="70274-6",
)
