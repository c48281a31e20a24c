"""How Pydantic validates and serializes one field; its values as JSON, exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, NoReturn, cast

from pydantic import ValidationError
from pydantic_core import CoreConfig, PydanticSerializationError, SchemaSerializer, SchemaValidator, from_json, to_json

from oxyde.exceptions import FieldValueError
from oxyde.models.by_value import by_own_forms, by_value, compound_key, first_difference, is_free, not_plain
from oxyde.models.core_schemas import with_definitions
from oxyde.models.own_validators import as_stored, names_of
from oxyde.queries.foreign_values import named


def not_json(error: TypeError | ValueError) -> str:
    """Returns why a value cannot be JSON; the value itself is not shown, it may be a secret."""
    text = str(error)
    if isinstance(error, UnicodeDecodeError):
        return "it holds bytes that are no UTF-8 text; encode them, for example as base64, or give them a bytes field of their own"
    if "surrogates not allowed" in text:
        return "it holds text with a lone surrogate, which is no character; repair the text, or keep it as bytes"
    if text.startswith("Circular reference"):
        return "it holds itself; break the cycle"
    if text.startswith("Maximum serialization depth"):
        return "it is nested too deeply; make it flatter"
    if text.startswith("Unable to serialize unknown type"):
        return text
    if text.startswith("Error calling function"):
        return ":".join(text.split(":")[:2])
    return _UNTYPED


_UNTYPED: Final = "a value inside it is not of the type that is declared for it"
_REMEDY: Final = 'use a validator that leaves its own results alone, or Field(db_read="types")'
_POWER: Final = re.compile(r"\d[eE][+-]?\d")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?[eE][+-]?\d+')


def with_points(text: str) -> str:
    """Returns JSON text whose large floats have a decimal point: PostgreSQL's ``jsonb`` would turn ``1e+16`` into an integer."""
    return _TOKEN.sub(_with_point, text) if _POWER.search(text) else text


def _with_point(token: re.Match[str]) -> str:
    if token[0].startswith('"'):
        return token[0]
    number = float(token[0])
    return f"{int(number)}.0" if abs(number) >= 1e15 else token[0]


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


class FieldSchema:
    """How Pydantic validates and serialises one field.

    Attributes:
        where: Model and field, for messages.
        schema: The field's core schema, with the definitions it needs.
        types_only: Stored values are read without the application's functions.
        reading: The schema by which stored values are read: the same, or without the application's functions.
    """

    def __init__(self, where: str, schema: Any, definitions: Mapping[str, Any], config: Any, *, types_only: bool = False) -> None:
        """Stores the parts; validators are built on first use.

        Args:
            where: Model and field.
            schema: The field's core schema.
            definitions: Schemas that it may refer to, by reference.
            config: The model's core configuration.
            types_only: Reading checks types and constraints, and runs no function of the application.
        """
        self.where = where
        self.schema = with_definitions(schema, definitions)
        self.types_only = types_only
        self.reading = as_stored(self.schema, types_only=types_only)
        self.config = config

    @cached_property
    def validator(self) -> SchemaValidator:
        """Validates one value."""
        return SchemaValidator(self.schema, self.config)

    @cached_property
    def reader(self) -> SchemaValidator:
        """Validates one stored value."""
        return self.validator if self.reading is self.schema else SchemaValidator(self.reading, self.config, _use_prebuilt=False)

    @cached_property
    def serializer(self) -> SchemaSerializer:
        """Serializes one value by its types; NaN and infinity are kept, so that they can be refused."""
        # Prebuilt serializers of nested classes would apply their display rules.
        return SchemaSerializer(by_value(self.schema), cast("CoreConfig", {"ser_json_inf_nan": "constants"}), _use_prebuilt=False)

    @cached_property
    def serializer_of_own_forms(self) -> SchemaSerializer:
        """Serializes one value that contains types of the application, which only their own serializers can write."""
        return SchemaSerializer(by_own_forms(self.schema), cast("CoreConfig", {"ser_json_inf_nan": "constants"}), _use_prebuilt=False)

    @cached_property
    def is_free(self) -> bool:
        """Whether the field takes any JSON as it is."""
        return is_free(self.schema)

    def read(self, value: Any) -> Any:
        """Returns a stored value as reading a row would return it.

        Raises:
            ValidationError: It is not valid.
        """
        return self.reader.validate_python(value, strict=False, by_alias=False, by_name=True)

    def json(self, value: Any) -> str:
        """Returns a value as JSON text, which reads back equal.

        Raises:
            FieldValueError: The field does not take it, JSON cannot represent it, or it would be read back as another value.
        """
        plain = self.plain(value)
        try:
            dumped = to_json(plain, inf_nan_mode="constants").decode()
        except (PydanticSerializationError, ValueError) as error:
            self._not_json(error, value)
        if "NaN" in dumped or "Infinity" in dumped:
            json.loads(dumped, parse_constant=self._no_constant)
        dumped = with_points(dumped)
        if not self.is_free:
            self._check(value, from_json(dumped))
        elif (found := not_plain(value)) is not None:
            path, part = found
            message = (
                f"{self.where}{path} is {_a(named(part))}, which JSON does not give back; make it text or a number first, "
                "or declare the type of what is inside the field"
            )
            raise FieldValueError(message, column=self.where.rpartition(".")[2])
        return dumped

    def check_readable(self, adapt: Callable[[Any], Any], wire: Any) -> None:
        """Checks that a stored value is read back unchanged.

        Args:
            adapt: Converts a value of the field to a wire value.
            wire: The wire value to be stored.

        Raises:
            FieldValueError: A validator of the application would make another value of it, or refuse it.
        """
        try:
            reason = None if adapt(self.read(wire)) == wire else "would make another value of it on reading"
        except (ValidationError, FieldValueError):
            reason = "would refuse it on reading"
        except Exception:  # noqa: BLE001 - a validator that reads other fields, which are missing
            return
        if reason is not None:
            message = (
                f"{self.where}: the validator {' or '.join(names_of(self.schema))} {reason}; let it leave its own results alone, or say "
                'Field(db_read="types"), which reads without it'
            )
            raise FieldValueError(message, column=self.where.rpartition(".")[2])

    def _check(self, value: Any, stored: Any) -> None:
        """Raises FieldValueError if the stored value would be read back as another value."""
        try:
            back = self.read(stored)
            found = first_difference(value, back)
            if found is not None:  # it may have been given as what an object of the field's type is made of
                valid = self.validator.validate_python(value, by_alias=True, by_name=True)
                if first_difference(valid, back) is None and self.plain(valid) == stored:
                    found = None
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
            path = "".join(f".{step}" for step in problem["loc"])
            self._refuse_keys(value)
            self._refuse(path, f"could not be read back: {problem['msg']}; {_REMEDY}")
        if found is not None:
            path, old, new = found
            reason = f"it is {_a(named(old))}, and {_a(named(new))} would be read; use an object of the declared class"
            self._refuse(path, f"would be read back as another value: {_REMEDY if type(old) is type(new) else reason}")

    def _refuse(self, path: str, reason: str) -> NoReturn:
        message = f"{self.where}{path} {reason}"
        raise FieldValueError(message, column=self.where.rpartition(".")[2])

    def plain(self, value: Any) -> Any:
        """Returns a value as plain JSON data; JSON text (``Json[...]``) as that text.

        Raises:
            FieldValueError: The field does not take it, or JSON cannot represent it.
        """
        try:
            return self._dump(value)
        except PydanticSerializationError:
            return self._dump_validated(value)
        except (TypeError, ValueError) as error:  # Pydantic takes NaT of pandas for a datetime
            self._not_json(error, value)

    def _dump(self, value: Any) -> Any:
        try:
            return self.serializer.to_python(value, mode="json", by_alias=False, round_trip=True, warnings="error")
        except PydanticSerializationError:
            try:
                return self.serializer_of_own_forms.to_python(value, mode="json", by_alias=False, round_trip=True, warnings="error")
            except PydanticSerializationError:
                pass
            raise

    def _dump_validated(self, value: Any) -> Any:
        try:
            valid = self.validator.validate_python(value, by_alias=True, by_name=True)
            return self._dump(valid)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, item['loc']))} {item['msg']}".strip() for item in error.errors(include_input=False))
            message = f"{self.where} does not take this {named(value)}: {problems}"
            raise FieldValueError(message, column=self.where.rpartition(".")[2]) from None
        except (PydanticSerializationError, TypeError, ValueError) as error:
            self._not_json(error, value)

    def _refuse_keys(self, value: Any) -> None:
        """Raises FieldValueError for keys that are made of several values: JSON's keys are text."""
        found = compound_key(value)
        if found is not None:
            path, key = found
            self._refuse(f"{path}, in a key,", f"is {_a(named(key))}, and JSON's keys are text; use text keys, or a list of pairs")

    def _problem(self, value: Any) -> tuple[str, str] | None:
        """Returns path and reason of the first value inside that is not of its declared type; None where none is found."""
        try:
            plain = self.serializer.to_python(value, by_alias=False, warnings=False)
            self.validator.validate_python(plain, by_alias=True, by_name=True)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
            return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem["loc"]), problem["msg"]
        except Exception:  # noqa: BLE001 - what cannot be taken apart has no path
            return None
        return None

    def _not_json(self, error: TypeError | ValueError, value: Any) -> NoReturn:
        reason, path = not_json(error), ""
        if reason == _UNTYPED:
            self._refuse_keys(value)
        if reason == _UNTYPED or reason.startswith("Unable to serialize"):
            path, reason = self._problem(value) or ("", reason)
        message = f"{self.where}{path} cannot be kept as JSON: {reason}"
        raise FieldValueError(message, column=self.where.rpartition(".")[2]) from None

    def _no_constant(self, name: str) -> NoReturn:
        message = f"{self.where} holds {name}, which JSON does not have"
        raise FieldValueError(message, column=self.where.rpartition(".")[2])
