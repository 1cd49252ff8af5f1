"""Addresses of policies and profile."""

from django.urls import path

from . import views

urlpatterns = [
    path("policies/", views.policy_list, name="policy-list"),
    path("policies/<slug:code>/", views.policy_change, name="policy-change"),
    path("practice/profile/", views.profile_edit, name="profile-edit"),
    path("business-associates/", views.associate_list, name="associate-list"),
    path("business-associates/new/", views.associate_new, name="associate-new"),
    path("business-associates/<uuid:associate_id>/", views.associate_edit, name="associate-edit"),
    path("what-belongs-where/", views.placement_list, name="placement-list"),
    path("what-belongs-where/<uuid:question_id>/", views.placement_answer, name="placement-answer"),
]
