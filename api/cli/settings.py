"""The settings as a command reads them: a wrong one ends it with 2, its name and its rule."""

import re
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from api.failures import Failure
from api.settings import Settings


def read_settings(**given: Any) -> Settings:  # noqa: ANN401  # as the settings have them
    """The settings of the environment, with what the command line says put over them."""
    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        name = named[1].upper() if named else "*"
        raise Failure(f"SHIXIAN_{name}: 不是 JSON it is no JSON [json]", code=2) from None
    except ValidationError as error:
        flaws = [
            f"SHIXIAN_{'__'.join(str(part) for part in e['loc']).upper()}: {e['msg']} [{e['type']}]"
            for e in error.errors()
        ]
        raise Failure("\n".join(flaws), code=2) from None
