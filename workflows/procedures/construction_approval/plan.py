"""Who does what in a construction project, and how long each step is planned to take."""

from collections.abc import Mapping

GOVERNMENT = "government-investment"
GENERAL = "general-social-investment"
WITH_SCHEME = "land-with-scheme"
SMALL = "small-social-investment"

SEGMENTS = ("foundation-permit", "below-ground-permit", "superstructure-permit")

OWNERS: Mapping[str, Mapping[str, str]] = {
    "suzhou": {
        "case": "市住建局、市资源规划局、市行政审批局",
        "approval": "市行政审批局",
        "planning": "市资源规划局",
        "housing": "市住建局",
        "permit": "市住建局／市行政审批局",
        "reform": "市发改委",
        "air-defence": "市人防部门",
        "archive": "城建档案机构",
        "environment": "市生态环境局",
        "water": "市水务局",
    },
    "taicang": {
        "case": "行政审批局",
        "approval": "行政审批局",
        "planning": "资源规划局",
        "housing": "住建局",
        "permit": "行政审批局／住建局",
        "reform": "发改委",
        "air-defence": "人防部门",
        "archive": "城建档案机构",
        "environment": "生态环境局",
        "water": "水务局",
    },
}

# Working days, by step: government, general, with scheme, small; "" where the variant has no such step.
Targets = Mapping[str, tuple[str, str, str, str]]
COLUMNS = (GOVERNMENT, GENERAL, WITH_SCHEME, SMALL)
TARGETS: Mapping[str, Targets] = {
    "suzhou": {
        "project-proposal-approval": ("5", "", "", ""),
        "land-preexam-and-siting": ("7", "", "", ""),
        "feasibility-approval": ("7", "", "", ""),
        "enterprise-project-filing": ("", "1", "1", "1"),
        "land-use-planning-permit": ("4", "4", "2", "2"),
        "design-scheme-joint-review": ("8", "10", "", "5"),
        "preliminary-design-approval": ("8", "", "", ""),
        "project-planning-permit": ("5", "5", "4", "3"),
        "merged-drawing-review": ("10", "10", "8", "8"),
        "review-exemption-commitment": ("0", "0", "0", "0"),
        "construction-permit": ("4", "4", "3", "3"),
        "joint-acceptance-intake": ("1", "1", "1", "1"),
        "planning-and-land-verification": ("7", "7", "6", "5"),
        "fire-acceptance": ("8", "8", "7", "6"),
        "civil-air-defence-acceptance": ("6", "6", "5", "5"),
        "archive-acceptance": ("5", "5", "5", "4"),
        "joint-acceptance-opinion": ("2", "2", "2", "2"),
        "completion-filing": ("3", "3", "2", "2"),
    },
    "taicang": {
        "project-proposal-approval": ("2", "", "", ""),
        "land-preexam-and-siting": ("3", "", "", ""),
        "feasibility-approval": ("3", "", "", ""),
        "enterprise-project-filing": ("", "1", "1", "1"),
        "land-use-planning-permit": ("2", "2", "1", "1"),
        "design-scheme-joint-review": ("3", "5", "", "3"),
        "preliminary-design-approval": ("3", "", "", ""),
        "project-planning-permit": ("2", "2", "2", "2"),
        "merged-drawing-review": ("4", "6", "5", "4"),
        "review-exemption-commitment": ("0", "0", "0", "0"),
        "construction-permit": ("1", "2", "2", "1"),
        "joint-acceptance-intake": ("1", "1", "1", "1"),
        "planning-and-land-verification": ("4", "4", "4", "3"),
        "fire-acceptance": ("4", "4", "4", "4"),
        "civil-air-defence-acceptance": ("3", "3", "3", "3"),
        "archive-acceptance": ("3", "3", "3", "3"),
        "joint-acceptance-opinion": ("1", "1", "1", "1"),
        "completion-filing": ("1", "1", "1", "1"),
    },
}
