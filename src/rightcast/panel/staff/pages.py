"""The page where operators change their own password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import PasswordChangeView
from django.urls import reverse_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from rightcast.panel.audit.operations import Actor
from rightcast.panel.staff.operations import change_own_password

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc] # unfold carries no types
    """Old and new password; the operation writes it."""

    def save(self, commit: bool = True) -> User:
        """Change it, and bring the signed-in user up to date so that the session goes on."""
        user: User = self.user
        change_own_password(Actor.staff(user), self.cleaned_data["new_password1"])
        user.refresh_from_db()
        return user


class OwnPasswordView(PasswordChangeView):
    """Django's page with our form."""

    form_class: Any = OwnPasswordForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")
