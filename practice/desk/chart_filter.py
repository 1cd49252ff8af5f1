"""What of a chart is asked for: words, kind, days."""

from urllib.parse import urlencode

from django import forms

from records.chart.timeline import EntryKind, Span


class ChartFilterForm(forms.Form):
    """Forgiving: what cannot be read is left out and said at the field, and the rest still filters."""

    words = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(choices=[("", "All"), *EntryKind.choices], required=False)
    first = forms.DateField(required=False, error_messages={"invalid": "Write the first day as year-month-day."})
    last = forms.DateField(required=False, error_messages={"invalid": "Write the last day as year-month-day."})

    def _value(self, name: str) -> object:
        self.is_valid()
        return self.cleaned_data.get(name)

    def words_asked(self) -> str:
        """The words, one space between them."""
        return " ".join(str(self._value("words") or "").split())

    def span(self) -> Span:
        """Kind and days."""
        self.is_valid()
        given = self.cleaned_data
        return Span(str(given.get("kind") or ""), given.get("first"), given.get("last"))

    def keep_days(self) -> str:
        """The days for the links of the kinds, with an ampersand before them."""
        span = self.span()
        query = urlencode({name: day for name, day in (("first", span.first), ("last", span.last)) if day})
        return f"&{query}" if query else ""

    def keep(self) -> str:
        """Kind and days for the links of the pager, with an ampersand after them."""
        span = self.span()
        kept = {"kind": span.kind, "first": span.first, "last": span.last}
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{query}&" if query else ""
