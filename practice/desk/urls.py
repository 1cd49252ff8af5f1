"""Addresses of the desk."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.patient_search, name="patient-search"),
    path("still-here/", views.session_extend, name="session-extend"),
]
