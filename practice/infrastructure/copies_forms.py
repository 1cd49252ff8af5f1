"""The field for files from outside, for every form that takes some."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from practice.infrastructure.copies import KINDS, TakenIn, take_in
from practice.infrastructure.uploads import UploadRefused

AT_ONCE = 20
ACCEPTED = {
    "pdf": ".pdf,application/pdf",
    "jpeg": ".jpg,.jpeg,image/*",
    "png": ".png",
    "tiff": ".tif,.tiff",
    "docx": ".docx",
}


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Some files, each checked and copied; cleans to a list of (name, `TakenIn`), in the order they were chosen.

    Of several files each that is refused gives one error that begins with its name, so that they can be told apart.
    """

    def __init__(self, *, allow: Collection[str] = tuple(KINDS), **kwargs: Any) -> None:
        self.allow = tuple(allow)
        widget = FilesInput(attrs={"accept": ",".join(ACCEPTED[kind] for kind in self.allow)})
        super().__init__(allow_empty_file=True, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, TakenIn]]:
        given: list[UploadedFile] = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not given:
            raise forms.ValidationError("Choose a file first.")
        if len(given) > AT_ONCE:
            raise forms.ValidationError(f"Choose at most {AT_ONCE} files at once.")
        taken, errors = [], []
        for file in given:
            try:
                taken.append((str(file.name), take_in(file, allow=self.allow)))
            except UploadRefused as refused:
                name = f"{file.name}: " if len(given) > 1 else ""
                errors.append(f"{name}{refused.refusal.words} {refused.refusal.remedy}")
        if errors:
            raise forms.ValidationError(errors)
        return taken
