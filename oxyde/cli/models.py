"""The models of the application: imported, completed, and checked."""

from __future__ import annotations

from oxyde.cli.config import Config, ConfigError
from oxyde.cli.errors import described
from oxyde.exceptions import FieldError, OxydeError
from oxyde.models import locate
from oxyde.models.info import ModelInfo
from oxyde.models.registry import registered


def load_models(config: Config) -> list[ModelInfo]:
    """Imports the modules that the configuration names, and returns the tables that there are then.

    Raises:
        ConfigError: A module cannot be imported, or a model is wrong; the message names the file and line.
    """
    config.import_models()
    infos = list(registered())
    try:
        locate.check(infos)
    except FieldError as error:
        raise ConfigError(f"{config.path}: the models are wrong: {error}") from error
    except (OxydeError, TypeError, ValueError) as error:
        raise ConfigError(f"{config.path}: the models are wrong: {described(error)}") from error
    return infos
