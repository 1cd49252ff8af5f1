"""AUDIT-C, the three consumption questions of the Alcohol Use Disorders Identification Test."""

from .scale import Band, Cut, Definition, Item, Option, options

V1 = Definition(
    code="audit-c",
    version=1,
    title="AUDIT-C",
    name="Alcohol use, consumption questions",
    instructions="Please answer these questions about alcohol.",
    recall="In the past year",
    items=(
        Item(
            "1",
            "How often did you have a drink containing alcohol?",
            options(
                "Never", "Monthly or less", "2 to 4 times a month", "2 to 3 times a week", "4 or more times a week"
            ),
        ),
        Item(
            "2",
            "How many drinks containing alcohol did you have on a typical day when you were drinking?",
            (
                Option("I did not drink", 0),
                Option("1 or 2 drinks", 0),
                Option("3 or 4 drinks", 1),
                Option("5 or 6 drinks", 2),
                Option("7 to 9 drinks", 3),
                Option("10 or more drinks", 4),
            ),
        ),
        Item(
            "3",
            "How often did you have 6 or more drinks on one occasion?",
            options("Never", "Less than monthly", "Monthly", "Weekly", "Daily or almost daily"),
        ),
    ),
    bands=(
        Band(0, 2, "below both thresholds"),
        Band(3, 3, "at the threshold for women, below the one for men"),
        Band(4, 12, "at or above both thresholds"),
    ),
    cuts=(Cut(3, "Positive screen in women: 3 or more"), Cut(4, "Positive screen in men: 4 or more")),
    caution="Both thresholds are shown: the record does not always say which applies. Where all points come from the "
    "first question, look at the amounts again before calling the screen positive.",
    source="Bush K, Kivlahan DR, McDonell MB, Fihn SD, Bradley KA. The AUDIT alcohol consumption questions (AUDIT-C). "
    "Arch Intern Med 1998;158:1789-1795. After the AUDIT of the World Health Organization.",
    permission="Free to use without permission.",
    loinc_panel="72109-2",
    loinc_total="75626-2",
)
