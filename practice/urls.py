"""Every address of the product, by room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("practice.people.sign_in_urls")),
    path("", include("practice.people.urls")),
    path("", include("practice.outside.urls")),
    path("", include("practice.compliance.urls")),
    path("chart/", include("records.chart.urls")),
    path("psychotherapy-notes/", include("records.psychotherapy.urls")),
    path("disclosures/", include("disclosures.ledger.urls")),
    path("releases/", include("disclosures.releases.urls")),
    path("legal/", include("disclosures.legal.urls")),
    path("authorizations/", include("authorizations.urls")),
    path("", include("practice.desk.urls")),
]
