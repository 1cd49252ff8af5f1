"""Addresses on the outside host: the download of a release."""

from django.urls import path

from .views import download

urlpatterns = [path("download/", download.outside_download, name="outside-download")]
