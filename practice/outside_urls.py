"""Every address of the outside host: what somebody without an account reaches by a link, and nothing of the clinic."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("practice.outside.outward_urls")),
    path("", include("authorizations.outward_urls")),
    path("", include("disclosures.releases.outward_urls")),
]

handler403 = "practice.outside.refusing.nothing_here"
handler404 = "practice.outside.refusing.nothing_here"
handler500 = "practice.outside.refusing.broken"
