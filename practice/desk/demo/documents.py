"""Documents of the demo: letters and scans drawn here, so that no file lies in the repository. All invented."""

import io
from datetime import timedelta
from textwrap import wrap

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from practice.infrastructure.copies import take_in
from records.chart.actions.documents import FilingFacts, file_document, mark_read

from .practice import Demo

REFERRAL = (
    "Dear colleague,",
    "thank you for seeing this patient, who has had low mood, poor sleep and worry for about four months. "
    "Physical examination and blood tests were unremarkable. I would be grateful for your assessment and treatment, "
    "and for a short report after the first sessions.",
    "Current medication is on the enclosed list. The next appointment here is in six weeks.",
    "With kind regards,",
    "Dr. Ines Falk, Prairie Family Medicine",
)
REPORT = (
    "Discharge report, Bayview Hospital, Department of Sleep Medicine",
    "Overnight study on two nights. Sleep efficiency 71 percent, frequent awakenings after 2 am, no apnea. "
    "No further examination is planned. Sleep hygiene and cognitive behavioral treatment are recommended.",
    "Electronically released, valid without signature.",
)
RESULT = (
    "Springfield Medical Laboratory",
    "TSH 1.8 mIU/L (0.4 to 4.0)",
    "Ferritin 41 ng/mL (15 to 150)",
    "No comment.",
)


def fill_documents(demo: Demo) -> None:
    """Some read, one still to be read, one filed wrongly at first; kept by the product's own acts."""
    desk = demo.staff["frontdesk"]
    for family in ("Lindqvist", "Park"):
        therapist = demo.therapist_of(family)
        for days, kind, source, data in (
            (420, "referral", "Prairie Family Medicine", letter(REFERRAL)),
            (230, "laboratory", "Springfield Medical Laboratory", scan(RESULT)),
            (9, "report", "Bayview Hospital", letter(REPORT, pages=2)),
        ):
            facts = FilingFacts(dated_on=demo.day - timedelta(days=days), kind=kind, source=source, from_outside=True)
            filing = file_document(by=desk, patient=demo.patients[family], taken=take_in(io.BytesIO(data)), facts=facts)
            if days > 9:
                mark_read(by=therapist, document=filing.document)


def letter(paragraphs: tuple[str, ...], pages: int = 1) -> bytes:
    """A typed letter as a PDF."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Times-Roman"))
    for number in range(1, pages + 1):
        page = document.add_blank_page(page_size=(612, 792))
        name = page.add_resource(font, pikepdf.Name.Font)
        lines = [line for text in paragraphs for line in [*wrap(text, 82), ""]] if number == 1 else []
        drawn = [pikepdf.String(line).unparse() + b" ' " for line in [*lines, f"Page {number} of {pages}"]]
        begin = f"BT {name} 12 Tf 16 TL 72 700 Td ".encode()
        page.obj.Contents = document.make_stream(begin + b"".join(drawn) + b"ET")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def scan(lines: tuple[str, ...], mode: str = "JPEG") -> bytes:
    """A sheet as a telephone photographs it: a little askew, on a gray table."""
    sheet = Image.new("RGB", (850, 1100), (250, 249, 245))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(26)
    for number, line in enumerate(lines):
        pen.text((90, 110 + 56 * number), line, fill=(40, 44, 60), font=font)
    photo = Image.new("RGB", (950, 1200), (120, 116, 110))
    photo.paste(sheet.rotate(1.2, expand=True, fillcolor=(120, 116, 110)), (40, 40))
    out = io.BytesIO()
    photo.save(out, mode)
    return out.getvalue()
