"""PHQ-9, the depression module of the Patient Health Questionnaire."""

from .scale import Band, Definition, Item, options

DAYS = options("Not at all", "Several days", "More than half the days", "Nearly every day")
DIFFICULTY = options("Not difficult at all", "Somewhat difficult", "Very difficult", "Extremely difficult")
DIFFICULTY_TEXT = (
    "If you marked any problems: how difficult have they made it for you to do your work, take care of things at home, "
    "or get along with other people?"
)

V1 = Definition(
    code="phq-9",
    version=1,
    title="PHQ-9",
    name="Patient Health Questionnaire, depression",
    instructions="How often have you been bothered by any of the following problems?",
    recall="Over the last 2 weeks",
    items=(
        Item("1", "Little interest or pleasure in doing things", DAYS),
        Item("2", "Feeling down, depressed, or hopeless", DAYS),
        Item("3", "Trouble falling or staying asleep, or sleeping too much", DAYS),
        Item("4", "Feeling tired or having little energy", DAYS),
        Item("5", "Poor appetite or overeating", DAYS),
        Item(
            "6",
            "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
            DAYS,
        ),
        Item("7", "Trouble concentrating on things, such as reading the newspaper or watching television", DAYS),
        Item(
            "8",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite, being so fidgety or "
            "restless that you have been moving around a lot more than usual",
            DAYS,
        ),
        Item("9", "Thoughts that you would be better off dead or of hurting yourself in some way", DAYS, alarm=True),
        Item("10", DIFFICULTY_TEXT, DIFFICULTY, scored=False),
    ),
    bands=(
        Band(0, 4, "minimal"),
        Band(5, 9, "mild"),
        Band(10, 14, "moderate"),
        Band(15, 19, "moderately severe"),
        Band(20, 27, "severe"),
    ),
    source="Kroenke K, Spitzer RL, Williams JBW. The PHQ-9: validity of a brief depression severity measure. "
    "J Gen Intern Med 2001;16:606-613.",
    permission="Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an "
    "educational grant from Pfizer Inc. No permission is required to reproduce, translate, display or distribute it.",
    loinc_panel="44249-1",
    loinc_total="44261-6",
)
