"""Addresses on the outside host: a form to sign."""

from django.urls import path

from .views import by_link

urlpatterns = [
    path("sign/", by_link.outside_sign, name="outside-sign"),
    path("signed/", by_link.outside_signed, name="outside-signed"),
    path("signed/copy/", by_link.outside_copy, name="outside-copy"),
]
