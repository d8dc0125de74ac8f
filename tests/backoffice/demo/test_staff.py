"""The demo's staff: passwords that the house's own rules accept, whoever gets them."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from backoffice.demo.story import staff


@pytest.mark.django_db
def test_no_password_is_too_like_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn from three words whose letters, all three taken, are nearly those of the address."""
    email = staff.role_address("dealer")
    monkeypatch.setattr(staff, "WORDS", ["cedar", "linden", "maple"])
    person = get_user_model()(email=email, full_name="Anton Rusek")
    with pytest.raises(ValidationError):
        validate_password("cedar-linden-maple-20", person)
    for _draw in range(200):
        validate_password(staff.password(email, "Anton Rusek"), person)
