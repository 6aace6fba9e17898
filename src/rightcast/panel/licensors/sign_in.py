"""How licensors come in: a door of their own, as slow to guess at as the operators'."""

from __future__ import annotations

from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from rightcast.domain.errors import RightcastError
from rightcast.panel.desk import actor_of
from rightcast.panel.licensors.queries import account_of
from rightcast.panel.staff.operations import change_own_password
from rightcast.panel.staff.sign_in import Guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from django import forms
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.licensors.models import LicensorAccount

P = ParamSpec("P")


class LicensorForm(Guarded, AuthenticationForm):
    """Name and password of a licensor's account; operators have another door."""

    def confirm_login_allowed(self, user: User) -> None:
        """Only accounts of licensors; for all others the answer is that of a wrong password."""
        super().confirm_login_allowed(user)
        if account_of(user) is None:
            raise self.get_invalid_login_error()


class SignIn(LoginView):
    """The door."""

    form_class = LicensorForm
    template_name = "licensors/sign_in.html"

    def get_success_url(self) -> str:
        """Always the overview: nobody is sent elsewhere by a link."""
        return reverse("licensor")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget who is signed in."""
    logout(request)
    return HttpResponseRedirect(reverse("licensor-sign-in"))


def for_licensors(
    view: Callable[Concatenate[HttpRequest, LicensorAccount, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that gets the account that is signed in; nobody else comes this far. No copy of it stays behind."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = account_of(request.user)
        if account is None:
            return HttpResponseRedirect(reverse("licensor-sign-in"))
        answer = view(request, account, *args, **kwargs)
        answer["Cache-Control"] = "no-store, private"
        return answer

    update_wrapper(guarded, view)
    return guarded


@for_licensors
def password_page(request: HttpRequest, account: LicensorAccount) -> HttpResponse:
    """Change the own password."""
    user: User = account.user
    form: forms.Form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_own_password(actor_of(request), form.cleaned_data["new_password1"])
        except RightcastError as error:
            form.add_error("new_password1", str(error))
        else:
            user.refresh_from_db()
            update_session_auth_hash(request, user)
            return HttpResponseRedirect(reverse("licensor"))
    return TemplateResponse(request, "licensors/password.html", {"account": account, "form": form})
