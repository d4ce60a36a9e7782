"""Who answers for a step, a case or a promise: every owner there is, with an identifier for metrics and routes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SUZHOU, TAICANG = "suzhou", "taicang"
UNLISTED = "unlisted"  # an owner that only an older or a newer version of a procedure names
UNLISTED_TITLES = ("未登记单位", "Not in the register")


class Department(NamedTuple):
    """An owner. Where several offices own one thing together, `members` are they, and each of them is told."""

    id: str
    jurisdiction: str
    title_zh: str  # the owner's name in the procedures
    title_en: str
    members: tuple[str, ...] = ()


_ALL = (
    Department("sz-approval", SUZHOU, "市行政审批局", "Suzhou Administrative Approval Bureau"),
    Department("sz-reform", SUZHOU, "市发改委", "Suzhou Development and Reform Commission"),
    Department("sz-planning", SUZHOU, "市资源规划局", "Suzhou Natural Resources and Planning Bureau"),
    Department("sz-property", SUZHOU, "市资源规划局（不动产登记）", "Suzhou Property Registry"),
    Department("sz-housing", SUZHOU, "市住建局", "Suzhou Housing and Construction Bureau"),
    Department("sz-water-bureau", SUZHOU, "市水务局", "Suzhou Water Bureau"),
    Department("sz-environment", SUZHOU, "市生态环境局", "Suzhou Ecology and Environment Bureau"),
    Department("sz-parks", SUZHOU, "市园林绿化部门", "Suzhou Parks and Greening"),
    Department("sz-city-management", SUZHOU, "市城管局", "Suzhou City Management Bureau"),
    Department("sz-police", SUZHOU, "市公安局", "Suzhou Public Security Bureau"),
    Department("sz-tax", SUZHOU, "市税务局", "Suzhou Tax Bureau"),
    Department("sz-human-resources", SUZHOU, "市人社局", "Suzhou Human Resources and Social Security Bureau"),
    Department("sz-housing-fund", SUZHOU, "市住房公积金管理中心", "Suzhou Housing Fund Centre"),
    Department("sz-civil-defence", SUZHOU, "市人防部门", "Suzhou Civil Air Defence"),
    Department("sz-archive", SUZHOU, "城建档案机构", "Suzhou Construction Archive"),
    Department("sz-bank", SUZHOU, "开户银行", "Bank of the account, Suzhou"),
    Department("sz-water", SUZHOU, "市水务集团", "Suzhou Water Group"),
    Department("sz-power", SUZHOU, "苏州供电公司", "Suzhou Power Supply Company"),
    Department("sz-gas", SUZHOU, "市燃气集团", "Suzhou Gas Group"),
    Department(
        "sz-seal-police", SUZHOU, "印章刻制单位／市公安局", "Seal maker with the police, Suzhou", ("sz-police",)
    ),
    Department(
        "sz-housing-approval",
        SUZHOU,
        "市住建局／市行政审批局",
        "Housing and Construction with Administrative Approval, Suzhou",
        ("sz-housing", "sz-approval"),
    ),
    Department(
        "sz-approval-planning",
        SUZHOU,
        "市行政审批局、市资源规划局",
        "Administrative Approval with Planning, Suzhou",
        ("sz-approval", "sz-planning"),
    ),
    Department(
        "sz-housing-planning-approval",
        SUZHOU,
        "市住建局、市资源规划局、市行政审批局",
        "Housing and Construction, Planning and Administrative Approval, Suzhou",
        ("sz-housing", "sz-planning", "sz-approval"),
    ),
    Department(
        "sz-housing-gas",
        SUZHOU,
        "市住建局、市燃气集团",
        "Housing and Construction with the Gas Group, Suzhou",
        ("sz-housing", "sz-gas"),
    ),
    Department(
        "sz-water-both",
        SUZHOU,
        "市水务局、市水务集团",
        "Water Bureau with the Water Group, Suzhou",
        ("sz-water-bureau", "sz-water"),
    ),
    Department(
        "sz-city-housing",
        SUZHOU,
        "市城管局／市住建局",
        "City Management with Housing and Construction, Suzhou",
        ("sz-city-management", "sz-housing"),
    ),
    Department(
        "sz-city-planning-parks",
        SUZHOU,
        "市城管局／市资源规划局／市园林绿化部门",
        "City Management, Planning and Parks, Suzhou",
        ("sz-city-management", "sz-planning", "sz-parks"),
    ),
    Department("sz-court", SUZHOU, "市中级人民法院", "Suzhou Intermediate People's Court"),
    Department("sz-administrator", SUZHOU, "破产管理人", "Administrator of a bankruptcy, Suzhou"),
    Department(
        "sz-court-approval-tax",
        SUZHOU,
        "市中级人民法院、市行政审批局、市税务局",
        "Intermediate Court with Administrative Approval and Tax, Suzhou",
        ("sz-court", "sz-approval", "sz-tax"),
    ),
    Department("tc-approval", TAICANG, "行政审批局", "Taicang Administrative Approval Bureau"),
    Department("tc-reform", TAICANG, "发改委", "Taicang Development and Reform Commission"),
    Department("tc-planning", TAICANG, "资源规划局", "Taicang Natural Resources and Planning Bureau"),
    Department(
        "tc-property",
        TAICANG,
        "资源规划局（行政审批局牵头）",
        "Taicang Property Registry, led by Administrative Approval",
        ("tc-planning", "tc-approval"),
    ),
    Department("tc-housing", TAICANG, "住建局", "Taicang Housing and Construction Bureau"),
    Department("tc-water-bureau", TAICANG, "水务局", "Taicang Water Bureau"),
    Department("tc-environment", TAICANG, "生态环境局", "Taicang Ecology and Environment Bureau"),
    Department("tc-parks", TAICANG, "园林绿化部门", "Taicang Parks and Greening"),
    Department("tc-city-management", TAICANG, "城管局", "Taicang City Management Bureau"),
    Department("tc-police", TAICANG, "公安局", "Taicang Public Security Bureau"),
    Department("tc-tax", TAICANG, "税务局", "Taicang Tax Bureau"),
    Department("tc-human-resources", TAICANG, "人社局", "Taicang Human Resources and Social Security Bureau"),
    Department("tc-housing-fund", TAICANG, "住房公积金管理部门", "Taicang Housing Fund"),
    Department("tc-civil-defence", TAICANG, "人防部门", "Taicang Civil Air Defence"),
    Department("tc-archive", TAICANG, "城建档案机构", "Taicang Construction Archive"),
    Department("tc-court", TAICANG, "法院", "Taicang People's Court"),
    Department("tc-administrator", TAICANG, "破产管理人", "Administrator of a bankruptcy, Taicang"),
    Department("tc-bank", TAICANG, "开户银行", "Bank of the account, Taicang"),
    Department("tc-water", TAICANG, "水务集团", "Taicang Water Group"),
    Department("tc-power", TAICANG, "供电公司", "Taicang Power Supply Company"),
    Department("tc-gas", TAICANG, "天然气公司", "Taicang Natural Gas Company"),
    Department(
        "tc-seal-police", TAICANG, "印章刻制单位／公安局", "Seal maker with the police, Taicang", ("tc-police",)
    ),
    Department(
        "tc-approval-housing",
        TAICANG,
        "行政审批局／住建局",
        "Administrative Approval with Housing and Construction, Taicang",
        ("tc-approval", "tc-housing"),
    ),
    Department(
        "tc-city-housing",
        TAICANG,
        "城管局／住建局",
        "City Management with Housing and Construction, Taicang",
        ("tc-city-management", "tc-housing"),
    ),
    Department(
        "tc-city-planning-parks",
        TAICANG,
        "城管局／资源规划局／园林绿化部门",
        "City Management, Planning and Parks, Taicang",
        ("tc-city-management", "tc-planning", "tc-parks"),
    ),
)

DEPARTMENTS: Mapping[str, Department] = MappingProxyType({one.id: one for one in _ALL})
_BY_OWNER = {(one.jurisdiction, one.title_zh): one.id for one in _ALL}


def department_of(jurisdiction: str, owner: str) -> str:
    """Find the identifier of an owner of a case of that jurisdiction; UNLISTED where the register has none."""
    return _BY_OWNER.get((jurisdiction, owner), UNLISTED)


def told_for(department: str) -> frozenset[str]:
    """List the departments that an alert of one is for: itself, and its members where it has any."""
    known = DEPARTMENTS.get(department)
    return frozenset({department, *(known.members if known else ())})
