"""Addresses of staff and patients."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
