"""The two policy documents, and citations of them. The documents themselves stay out of the repository."""

from datetime import date

from sla.model import Model


class Document(Model):
    """A policy document 政策文件. What it does not say of itself is None."""

    key: str
    issuer: str | None
    title: str
    number: str | None
    dated: date | None
    jurisdiction: str
    sha256: str  # of the file that the quotes were taken from


class Citation(Model):
    """The place and the words on which something rests; the quote stands in the document letter by letter."""

    document: Document
    item: str
    heading: str
    quote: str


SUZHOU = Document(
    key="suzhou-2020-1",
    issuer="中共苏州市委 苏州市人民政府",
    title="中共苏州市委 苏州市人民政府 关于开放再出发的若干政策意见",
    number="苏委发〔2020〕1号",
    dated=date(2020, 1, 1),
    jurisdiction="suzhou",
    sha256="61b76ea9f3446fe915ec0f1b784056e7c03b34638f9751afef507eb7e7a15830",
)

TAICANG = Document(
    key="taicang-80-measures",
    issuer=None,
    title="太仓市贯彻落实苏州开放再出发若干政策意见的80条实施举措",
    number=None,
    dated=None,
    jurisdiction="taicang",
    sha256="f3377612a67f5964f3380274d949ee1587208e07ee77821764c799a3edeca4b4",
)

DOCUMENTS = (SUZHOU, TAICANG)
