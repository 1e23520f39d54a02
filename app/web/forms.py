"""Provide the base form, validators and fields that forms share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs do not know WTForms 3.3 yet
from wtforms.validators import AnyOf, InputRequired, ValidationError

from app.web.problems import field_message
from boards.text.sanitize import UnfitText, clean_lines, clean_title

TEXT_MAX_CHARACTERS = 4000
ONE_OF = _l("Choisissez l’une des valeurs proposées.")
REQUIRED = InputRequired(_l("Ce champ est nécessaire."))


class BaseForm(FlaskForm):
    """A form without a CSRF field: app/security.py checks the token of every request."""

    class Meta:
        csrf = False


def cleaner(clean: Callable[[str], str]) -> Callable[[FlaskForm, Field], None]:
    """Make a validator that replaces a field's text by what `clean` returns; its ValueError is shown."""

    def validate(_form: FlaskForm, field: Field) -> None:
        try:
            field.data = clean(field.data or "")
        except UnfitText as error:
            raise ValidationError(field_message(error.code, {"limit": error.limit})) from error
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return validate


one_line = cleaner(clean_title)
several_lines = cleaner(lambda text: clean_lines(text, TEXT_MAX_CHARACTERS))


def text_area(label: Any, rows: int) -> TextAreaField:
    """Build a field for an optional text of several lines."""
    return TextAreaField(label, [several_lines], render_kw={"rows": rows, "maxlength": TEXT_MAX_CHARACTERS})


def choice_field(
    label: Any, options: Iterable[tuple[str, Any]], kind: type[RadioField | SelectField] = RadioField, **settings: Any
) -> Any:
    """Build a field that requires one of the (value, label) options."""
    options = list(options)
    allowed = AnyOf([value for value, _label in options], ONE_OF)  # its message is better than the field's own
    return kind(label, [InputRequired(ONE_OF), allowed], validate_choice=False, choices=choices(options), **settings)


def choices(options: Iterable[tuple[str, Any]]) -> Any:
    """Turn (value, label) pairs into options; labels may be lazy."""
    return [SelectChoice(value, words) for value, words in options]
