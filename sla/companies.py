"""Which owner names of steps belong to which company that posts by API."""

from collections.abc import Mapping
from types import MappingProxyType

COMPANIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "suzhou-water": ("市水务集团",),
        "suzhou-power": ("苏州供电公司",),
        "suzhou-gas": ("市燃气集团",),
        "taicang-water": ("水务集团",),
        "taicang-power": ("供电公司",),
        "taicang-gas": ("天然气公司",),
    }
)
