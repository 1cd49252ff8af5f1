"""Who works here. For the administrator, who sees nothing of any patient."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.days import today

from .. import actions
from ..forms.staff import LicenseForm, NewStaffForm, StaffForm
from ..models import License, Staff
from ..policies import require_act
from ..queries import staff_page, supervisors, unused_invitations
from ..rules import Act, LicenseKind, Role
from .pages import Page, form_page, staff_of

GET_POST = require_http_methods(["GET", "POST"])


@require_GET
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who works or worked here."""
    require_act(staff_of(request), Act.STAFF_MANAGE)
    people = Staff.objects.order_by("-is_active", "full_name")
    shown = [(person, [Role(role).label for role in person.roles]) for person in people]
    return render(request, "people/staff_list.html", {"people": shown})


@GET_POST
def staff_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once."""
    by = staff_of(request)
    require_act(by, Act.STAFF_MANAGE)
    form = NewStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person, token = actions.invite_staff(by=by, **form.cleaned_data)
        return _way_in(request, person, token)
    page = Page(
        "New member of staff",
        "Make the invitation",
        reverse("staff-list"),
        words="You get a link to hand over. It works once, for seven days.",
    )
    return render(request, "people/form.html", {"page": page, "form": form})


@require_GET
def staff_open(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """One person: roles, licenses, sign-in."""
    by = staff_of(request)
    person = _person(by, staff_id)
    context = {"person": person, "about": staff_page(person, today()), "own": person == by}
    return render(request, "people/staff.html", context)


@GET_POST
def staff_edit(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Change name and roles."""
    by = staff_of(request)
    person = _person(by, staff_id)
    initial = {name: getattr(person, name) for name in StaffForm.base_fields}
    form = StaffForm(request.POST or None, initial=initial)
    page = Page(f"Change {person.display_name}", "Save", _page_of(person), done="Saved; it counts from now on.")
    return form_page(request, page, form, lambda data: actions.change_staff(by=by, staff=person, **data))


@GET_POST
def staff_deactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """End a person's work here."""
    by = staff_of(request)
    person = _person(by, staff_id)
    if request.method == "POST":
        actions.deactivate_staff(by=by, staff=person)
        messages.success(request, f"{person.display_name} is signed out everywhere and cannot sign in.")
        return redirect(_page_of(person))
    context = {
        "title": f"Deactivate {person.display_name}?",
        "words": "Every sign-in ends at once and every chart closes to them. What they wrote stays.",
        "button": "Deactivate",
        "back": _page_of(person),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@GET_POST
def staff_reactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Take a person back."""
    by = staff_of(request)
    person = _person(by, staff_id)
    if request.method == "POST":
        actions.reactivate_staff(by=by, staff=person)
        messages.success(request, f"{person.display_name} signs in as before.")
        return redirect(_page_of(person))
    context = {
        "title": f"Reactivate {person.display_name}?",
        "words": "They sign in as before. No chart is open to them until somebody adds them to a care.",
        "button": "Reactivate",
        "back": _page_of(person),
    }
    return render(request, "components/confirm.html", context)


@GET_POST
def staff_way_in(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """A new link for somebody who forgot the password or lost the telephone."""
    by = staff_of(request)
    person = _person(by, staff_id)
    if request.method == "POST":
        return _way_in(request, person, actions.make_way_in(by=by, staff=person))
    context = {
        "title": f"New way in for {person.display_name}?",
        "words": "You get a link to hand over. When it is used, their password, authenticator app, recovery codes and "
        "open sign-ins stop working. For somebody who has signed in before it opens after three days, or when the "
        "compliance officer or a second administrator confirms that they asked for it.",
        "button": "Make the link",
        "back": _page_of(person),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@GET_POST
def license_new(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Record a license."""
    by = staff_of(request)
    person = _person(by, staff_id)
    form = LicenseForm(request.POST or None, supervisors=supervisors().exclude(pk=person.pk))
    page = Page(f"License of {person.display_name}", "Add", _page_of(person), done="The license is on record.")
    return form_page(
        request,
        page,
        form,
        lambda data: actions.add_license(by=by, staff=person, **(data | {"kind": LicenseKind(data["kind"])})),
    )


@GET_POST
def license_edit(request: HttpRequest, staff_id: UUID, license_id: UUID) -> HttpResponse:
    """Correct or renew a license."""
    by = staff_of(request)
    person = _person(by, staff_id)
    item = get_object_or_404(License, pk=license_id, staff=person)
    initial = {name: getattr(item, name) for name in LicenseForm.base_fields}
    form = LicenseForm(request.POST or None, initial=initial, supervisors=supervisors().exclude(pk=person.pk))
    form.fields["kind"].disabled = True
    page = Page(f"License of {person.display_name}", "Save", _page_of(person), done="The license is changed.")
    return form_page(
        request,
        page,
        form,
        lambda data: actions.change_license(by=by, item=item, **{k: v for k, v in data.items() if k != "kind"}),
    )


def _person(by: Staff, staff_id: UUID) -> Staff:
    """The doorway to a member of staff."""
    require_act(by, Act.STAFF_MANAGE)
    return get_object_or_404(Staff, pk=staff_id)


def _page_of(person: Staff) -> str:
    return reverse("staff-open", args=[person.pk])


def _way_in(request: HttpRequest, person: Staff, token: str) -> HttpResponse:
    """Show the link, once: it stands in this answer and nowhere else."""
    link = request.build_absolute_uri(reverse("invitation-open", args=[token]))
    waits = unused_invitations(person).filter(opens_at__gt=timezone.now()).first()
    context = {"person": person, "link": link, "waits": waits, "needs_license": _needs_license(person)}
    return render(request, "people/way_in.html", context)


def _needs_license(person: Staff) -> bool:
    """Whether the next step is their license: without one, clinical work stays closed to them."""
    return person.is_clinical and not person.licenses.exists()
