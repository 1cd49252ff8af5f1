"""Addresses on the clinic's side."""

from django.urls import path

from . import views

urlpatterns = [path("links/<uuid:link_id>/", views.link_open, name="link-open")]
