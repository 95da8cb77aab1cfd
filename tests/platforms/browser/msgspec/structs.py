from dataclasses import replace  # noqa: F401  # it is `msgspec.structs.replace`
