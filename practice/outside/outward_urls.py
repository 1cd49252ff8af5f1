"""Addresses on the outside host: the questions of a link."""

from django.urls import path

from . import refusing, views

urlpatterns = [
    path("l/<str:token>/", views.link_answer, name="link-answer"),
    path("go-on/", views.outside_go_on, name="outside-go-on"),
    path("ended/", refusing.spent, name="outside-spent"),
    path("robots.txt", views.robots, name="outside-robots"),
]
