"""Texts that would run, or break a page apart, where one is shown without being escaped for its place."""

from collections.abc import Iterator

RAN = "shixianRan"  # the name that each of them would set on the window
_SET = f"window.{RAN}=1"

PAYLOADS: tuple[str, ...] = (
    f"<script>{_SET}</script>",
    f"</script><script>{_SET}</script>",
    f"<ScRiPt>{_SET}</sCrIpT>",
    f"<script/x>{_SET}</script>",
    f"<<script>{_SET}//<</script>",
    f"<scr<script>ipt>{_SET}</scr</script>ipt>",
    f"<img src=x onerror={_SET}>",
    f'<img src="x" onerror="{_SET}">',
    f"<img src=x onerror={_SET}//",
    f"<img/src/onerror={_SET}>",
    f'"><img src=x onerror={_SET}>',
    f"'><img src=x onerror={_SET}>",
    f"--><img src=x onerror={_SET}>",
    f"]]><img src=x onerror={_SET}>",
    f"<svg onload={_SET}>",
    f"<svg/onload={_SET}>",
    f"<svg><script>{_SET}</script></svg>",
    f"<svg><animate onbegin={_SET} attributeName=x dur=1s>",
    f"<svg><title><img src=x onerror={_SET}></title></svg>",
    f"</title><img src=x onerror={_SET}>",
    f"</textarea><img src=x onerror={_SET}>",
    f"</style><img src=x onerror={_SET}>",
    f"</noscript><img src=x onerror={_SET}>",
    f"</template><img src=x onerror={_SET}>",
    f"</desc></svg><img src=x onerror={_SET}>",
    f"<body onload={_SET}>",
    f"<details open ontoggle={_SET}>",
    f"<input autofocus onfocus={_SET}>",
    f"<video><source onerror={_SET}>",
    f"<audio src=x onerror={_SET}>",
    f'<iframe srcdoc="<script>parent.{RAN}=1</script>"></iframe>',
    f'<iframe src="javascript:parent.{RAN}=1"></iframe>',
    f'<a href="javascript:{_SET}">办件</a>',
    f'<a href="&#106;avascript:{_SET}">办件</a>',
    f'<object data="javascript:{_SET}">',
    f'<form action="javascript:{_SET}"><button>办</button></form>',
    f"<math><mtext></p><img src=x onerror={_SET}>",
    f"<marquee onstart={_SET}>",
    f'" autofocus onfocus="{_SET}',
    f"' onmouseover='{_SET}",
    f'" style="position:fixed;inset:0" onmouseover="{_SET}',
    f"javascript:{_SET}",
    f"data:text/html,<script>{_SET}</script>",
    f"{{{{constructor.constructor('{_SET}')()}}}}",
    f"${{{_SET}}}",
    f"&lt;script&gt;{_SET}&lt;/script&gt;",
    f"＜script＞{_SET}＜/script＞",
    '<meta http-equiv="refresh" content="0;url=//example.invalid">',
    '<base href="//example.invalid/"><link rel=stylesheet href=//example.invalid/x.css>',
    f"\u202e<script>{_SET}</script>\u202c",
    "=1+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)


def packed(longest: int) -> Iterator[str]:
    """All of them, as few texts as hold them within a length."""
    text = ""
    for one in PAYLOADS:
        if text and len(text) + 1 + len(one) > longest:
            yield text
            text = ""
        text = f"{text} {one}".strip() if text else one
    yield text
