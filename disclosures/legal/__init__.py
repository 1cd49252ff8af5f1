"""Legal papers, and releases of psychotherapy notes that a law or a court compels."""
