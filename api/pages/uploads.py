"""A form with a file: read by the standard library, as strictly as the others, and entered as they are."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from fastapi import Request

from api.http.problems import Problem
from api.intake.notice_file import NoticeFileError, notice_file
from api.pages.page_route import PageRoute, form_body, read_form

MULTIPART = "multipart/form-data"
MOST_PARTS = 20


class UploadRoute(PageRoute):
    """A route whose form may bring a file; of an unreadable one only the rule is kept, in the field `file-error`."""

    async def form_of(self, request: Request) -> dict[str, str]:
        """Read what a form says; the file's text stands in place of the field `text`."""
        kind = request.headers.get("content-type", "")
        if kind.partition(";")[0].strip().lower() != MULTIPART:
            return await read_form(request)
        return read_multipart(kind, await form_body(request), request)


def read_multipart(kind: str, body: bytes, request: Request) -> dict[str, str]:
    """Read the parts of a form; a file that was chosen is kept in the request's state, as what it is to a proposal."""
    if not kind.isascii() or "\n" in kind or "\r" in kind:
        raise Problem("not-a-form")
    head = f"Content-Type: {kind}\r\n\r\n".encode("ascii")
    form = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
    parts = list(form.iter_parts()) if form.is_multipart() else []
    if not parts or len(parts) > MOST_PARTS or form.defects:
        raise Problem("not-a-form")
    fields: dict[str, str] = {}
    request.state.file = None
    for part in parts:
        name, filename = (part.get_param(key, header="content-disposition") for key in ("name", "filename"))
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or name in fields or not isinstance(content, bytes) or part.defects:
            raise Problem("not-a-form")
        if filename is None:
            fields[name] = _text(content)
        elif content:
            fields[name] = ""
            try:
                request.state.file = notice_file(str(filename), content)
            except NoticeFileError as error:
                fields["file-error"] = error.code
    return fields


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Problem("not-a-form") from None
    if "\x00" in text:
        raise Problem("not-a-form")
    return text
