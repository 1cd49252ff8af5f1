"""How a legal paper stands, told to the releases that rest on it: from the choice of the paper to every giving out."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from authorizations.rules import RecordClass
from disclosures.releases.models import Release
from disclosures.releases.queries.papers import PAPER, PaperOnRecord
from disclosures.releases.rules import PaperSays, PolicyRefusal, Reach
from practice.infrastructure.pages import page
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient

from .models import LegalPaper
from .queries import (
    after_it_came,
    counsel_words,
    last_day,
    latest,
    named_patients,
    paper_facts,
    reach_reasons,
    scope_facts,
    scope_of,
)
from .rules import POLICY_OF, EntryKind, PaperKind, ResponseKind, reasons_not_to_compel, reasons_of_paper


class Keeper:
    """The papers this app keeps, as the app below asks for them."""

    def about(self, patient: Patient) -> list[PaperOnRecord]:
        rows = LegalPaper.objects.filter(patient=patient).defer("document").order_by("-received_on", "-recorded_at")
        return [_chosen(paper) for paper in rows if PaperKind(paper.kind).process]

    def says(self, paper_id: UUID, release: Release, on: date) -> PaperSays | None:
        paper = LegalPaper.objects.defer("document").filter(pk=paper_id).first()
        if paper is None or release.patient_id not in named_patients(paper):
            return None
        facts, notes = paper_facts(paper, on), release.record_class == RecordClass.PN
        found = [*(reasons_not_to_compel(facts, alone=False) if notes else reasons_of_paper(facts))]
        found += reach_reasons(paper)
        where = page("legal-paper-open", paper.pk)
        asked_by_gate = {"COUNSEL_REVIEW"} if facts.counsel_gate else set()
        reasons = [replace(one, link=where) for one in found if one.code not in asked_by_gate]
        return PaperSays(
            recipient=paper.recipient_name,
            counsel=bool(facts.counsel),
            reach=Reach(last, replace(after_it_came(paper), link=where)) if (last := last_day(paper)) else None,
            reasons=tuple(one for one in reasons if one.code not in POLICY_OF),
            policies=tuple(PolicyRefusal(POLICY_OF[one.code], one) for one in reasons if one.code in POLICY_OF),
        )

    def names(self, paper_id: UUID, release: Release) -> set[UUID]:
        """For the chart a paper is recorded with each patient it names: the same scan is the same paper."""
        paper = LegalPaper.objects.defer("document").filter(pk=paper_id).first()
        if paper is None or release.patient_id not in (named := set(named_patients(paper))):
            return set()
        if release.record_class == RecordClass.PN or not paper.document_sha256:
            return named
        same = LegalPaper.objects.filter(document_sha256=paper.document_sha256, kind=paper.kind)
        same = same.exclude(entries__code=ResponseKind.CLOSED)
        return named | set(same.values_list("patient_id", flat=True))


def _chosen(paper: LegalPaper) -> PaperOnRecord:
    kind, counsel = PaperKind(paper.kind), latest(paper, EntryKind.COUNSEL)
    source = " ".join(filter(None, [paper.issuer, paper.reference]))
    return PaperOnRecord(
        id=paper.pk,
        label=f"{paper.number}: {kind.label}, {paper.issuer}, received {day(paper.received_on)}",
        process=kind.process,
        recipient_name=paper.recipient_name,
        recipient_kind=paper.recipient_kind,
        recipient_address=paper.recipient_address,
        purpose=paper.purpose,
        verified=paper.verified,
        counsel=counsel_words(counsel) if counsel else "",
        named=frozenset(named_patients(paper)),
        days=scope_facts(scope_of(paper)),
        facts={
            PAPER: str(paper.pk),
            "law": paper.law or source,
            "issuer": paper.issuer,
            "scope": paper.scope,
            "document": f"On file as {paper.number}, SHA-256 {paper.document_sha256}",
        },
    )
