"""Every check of a page finds what it looks for, on a page that has it, and nothing on one that has not."""

from collections.abc import Iterator
from html import escape

import pytest

from tests.browser.browsing import Browsing
from tests.browser.conftest import Open
from tests.browser.hostile import PAYLOADS, RAN
from tests.browser.looks import axe, focus_order, overlaps, screenshot, sideways, targets
from tests.browser.small_site import SmallSite, small_site

pytestmark = pytest.mark.slow
STRICT = "default-src 'none'; style-src 'self'; require-trusted-types-for 'script'; trusted-types board"
FONT = "<style>body { font: 16px sans-serif }</style>"
GOOD = (
    '<a href="#main" style="display:inline-block;padding:8px">跳到正文</a><main id="main"><h1>今日 <small lang="en">Today</small></h1>'
    "<p>超期 2 日，<a href='/why'>为什么</a>是这一天，见逐日表。</p><button>确认</button></main>"
)


@pytest.fixture(scope="module")
def site() -> Iterator[SmallSite]:
    with small_site() as opened:
        yield opened


async def test_a_good_page_passes_every_check_also_under_the_strictest_policy(visit: Open, site: SmallSite) -> None:
    site.show(GOOD.replace(' style="display:inline-block;padding:8px"', ""), Content_Security_Policy=STRICT)
    visited = await visit(site.origin)
    page = await visited.go("/")
    assert await axe(page) == []
    assert await overlaps(page) == []
    assert await sideways(page) == []


async def test_axe_finds_a_field_without_a_label_and_names_it(visit: Open, site: SmallSite) -> None:
    site.show('<main><h1>办件</h1><input id="number"></main>')
    found = await axe(await (await visit(site.origin)).go("/"))
    assert [one for one in found if "label" in one and "#number" in one], found


async def test_axe_finds_too_little_contrast_and_none_in_the_other_scheme(visit: Open, site: SmallSite) -> None:
    style = "<style>:root{color-scheme:light dark}body{background:#fff;color:#ccc}@media(prefers-color-scheme:dark){body{background:#111}}</style>"
    site.show("<main><h1>办件</h1></main>", head=style)
    light = await axe(await (await visit(site.origin)).go("/"))
    assert ["color-contrast" in one for one in light] == [True]
    assert await axe(await (await visit(site.origin, scheme="dark")).go("/")) == []


async def test_a_style_and_a_script_that_the_policy_forbids_are_told(browser: Browsing, site: SmallSite) -> None:
    site.show('<p style="color:red">红</p><script>document.title = "运行"</script>', Content_Security_Policy=STRICT)
    async with browser.visit(site.origin) as visited:
        page = await visited.go("/")
        assert await page.title() == "页"
        assert {one.split(":")[0] for one in visited.violations} >= {"style-src-attr", "script-src-elem"}


async def test_markup_that_a_script_writes_is_told_where_only_trusted_types_may(
    browser: Browsing, site: SmallSite
) -> None:
    policy = "require-trusted-types-for 'script'; trusted-types board"
    site.show("<p>正</p><script>document.body.innerHTML = '<i>斜</i>'</script>", Content_Security_Policy=policy)
    async with browser.visit(site.origin) as visited:
        await visited.go("/")
        assert [one for one in visited.violations if "require-trusted-types-for" in one]


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_breach_of_policy_is_told_with_and_without_script(
    browser: Browsing, site: SmallSite, javascript: bool
) -> None:
    site.show('<img src="/picture.png" alt="">', Content_Security_Policy="default-src 'none'")
    async with browser.visit(site.origin, javascript=javascript) as visited:
        await visited.go("/")
        assert visited.violations


async def test_a_request_to_elsewhere_is_told_and_does_not_leave(browser: Browsing, site: SmallSite) -> None:
    with small_site() as other:
        other.show("<p>他处</p>", path="/frame")
        site.show(f'<iframe src="{other.origin}/frame"></iframe><img src="/own.png" alt="">')
        async with browser.visit(site.origin) as visited:
            page = await visited.go("/")
            assert visited.elsewhere == [f"{other.origin}/frame"]
            assert "他处" not in [await frame.content() for frame in page.frames]
            assert visited.wrong


async def test_an_error_of_a_script_is_told(browser: Browsing, site: SmallSite) -> None:
    site.show("<script>throw new Error('断了')</script>")
    async with browser.visit(site.origin) as visited:
        await visited.go("/")
        assert visited.errors == ["断了"]


async def test_without_script_nothing_of_the_page_runs_and_it_can_still_be_looked_at(
    visit: Open, site: SmallSite
) -> None:
    site.show("<p>一</p><p style='margin-top:-20px'>二</p><script>document.title = '运行'</script>")
    page = await (await visit(site.origin, javascript=False)).go("/")
    assert await page.title() == "页"
    assert await overlaps(page) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<p>到期</p><p style="margin-top:-36px">十一月</p>', "overlap"),
        (
            '<svg viewBox="0 0 200 40" width="200"><text x="0" y="20">今日</text><text x="12" y="24">到期</text></svg>',
            "overlap",
        ),
        ('<svg viewBox="0 0 50 40" width="50"><text x="20" y="20">市燃气集团</text></svg>', "is cut by svg"),
        ('<div style="width:40px;overflow:hidden;white-space:nowrap">市燃气集团</div>', "is cut by div"),
        ('<div style="height:10px;overflow:hidden">市燃气集团</div>', "is cut by div"),
        ('<p style="position:absolute;left:-30px">补正二日不计</p>', "begins outside the page"),
    ],
)
async def test_texts_that_overlap_or_are_cut_are_found(visit: Open, site: SmallSite, body: str, expected: str) -> None:
    site.show(body, head=FONT)
    found = await overlaps(await (await visit(site.origin)).go("/"))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    "body",
    [
        '<p style="line-height:1.2">第一行<br>第二行 gjpq<br>第三行</p>',
        '<table style="border-collapse:collapse;line-height:1.05"><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>',
        '<svg viewBox="0 0 200 40" width="400"><text x="0" y="17">今日</text><text x="0" y="35">到期</text></svg>',
        '<span style="position:absolute;width:1px;height:1px;overflow:hidden">只给读屏软件</span>',
        '<div style="width:60px;overflow:auto;white-space:nowrap">可以横向滚动看到的文字</div>',
        "<details><summary>逐日表</summary><p>里面</p></details><p>外面</p>",
    ],
)
async def test_texts_that_can_be_read_are_not_found(visit: Open, site: SmallSite, body: str) -> None:
    site.show(body, head=FONT)
    assert await overlaps(await (await visit(site.origin)).go("/")) == []


async def test_what_makes_a_page_scroll_sideways_is_named(visit: Open, site: SmallSite) -> None:
    site.show('<p>短</p><pre id="wide" style="width:400px">宽</pre>')
    page = await (await visit(site.origin, width=320)).go("/")
    assert await sideways(page) == ["the page is 88 px too wide", 'pre#wide "宽" sticks out']
    site.show('<div style="overflow:auto"><pre style="width:400px">宽</pre></div>')
    assert await sideways(await (await visit(site.origin, width=320)).go("/")) == []


async def test_targets_under_24_px_are_found_and_links_in_sentences_are_not(visit: Open, site: SmallSite) -> None:
    small = '<button id="x" style="width:16px;height:30px;padding:0">×</button>'
    sentence = "<p>为什么是这一天，见<a href='/days'>逐日</a>的说明。</p>"
    alone = "<p><a id='one' href='/one'>一</a></p>"
    labelled = '<label style="display:inline-block;padding:8px"><input type="checkbox" name="all"> 全选</label>'
    site.show(small + sentence + alone + labelled)
    found = await targets(await (await visit(site.origin)).go("/"))
    assert found[0] == 'button#x "×" is 16 x 30 px'
    assert [one.split()[0] for one in found] == ["button#x", "a#one"]


async def test_the_order_of_focus_says_what_is_seen_and_what_is_covered(visit: Open, site: SmallSite) -> None:
    bar = '<div style="position:fixed;top:0;left:0;width:300px;height:60px;background:#fff"></div>'
    site.show(
        f'<button id="a">甲</button>{bar}<p style="margin-top:90px"><a id="b" href="/b">乙</a>'
        '<a id="c" href="/c" style="outline:none">丙</a><button tabindex="-1">丁</button></p>'
    )
    stops = await focus_order(await (await visit(site.origin)).go("/"))
    assert [(one.name.split()[0], one.visible, one.covered) for one in stops] == [
        ("button#a", True, True),
        ("a#b", True, False),
        ("a#c", False, False),
    ]


async def test_chinese_is_drawn_and_not_boxes(visit: Open, site: SmallSite) -> None:
    site.show("<p>时限</p>")
    page = await (await visit(site.origin)).go("/")
    drawn = await page.evaluate(
        """[..."时限催办", "\\u{10FFFD}"].map((sign) => {
          const pen = new OffscreenCanvas(40, 40).getContext("2d");
          pen.font = "32px sans-serif";
          pen.fillText(sign, 2, 34);
          return pen.getImageData(0, 0, 40, 40).data.filter((_, at) => at % 4 === 3).join();
        })"""
    )
    assert len(set(drawn)) == len(drawn)


async def test_a_picture_is_written(visit: Open, site: SmallSite) -> None:
    site.show('<p style="height:2000px">长</p>')
    path = await screenshot(await (await visit(site.origin, width=320)).go("/"), "small-site")
    header = path.read_bytes()[:24]
    assert header[:4] == b"\x89PNG"
    assert int.from_bytes(header[16:20]) == 320
    assert int.from_bytes(header[20:24]) > 2000
    path.unlink()


async def test_a_page_is_asked_for_in_the_language_of_the_visit(visit: Open, site: SmallSite) -> None:
    site.show("<p>语</p>")
    for lang, asked in (("zh", "zh-CN"), ("en", "en-GB")):
        page = await (await visit(site.origin, lang=lang)).go("/")
        assert await page.evaluate("navigator.language") == asked


async def test_hostile_texts_run_where_nothing_escapes_them(browser: Browsing, site: SmallSite) -> None:
    ran = []
    async with browser.visit(site.origin) as visited:
        for text in (one for one in PAYLOADS if "http-equiv" not in one):  # which would lead away
            site.show(f"<div>{text}</div>")
            page = await visited.go("/")
            await page.wait_for_timeout(20)
            ran.append(await page.evaluate(f"window.{RAN}") is not None)
    assert sum(ran) >= 30, sum(ran)


async def test_hostile_texts_that_are_escaped_do_not_run(visit: Open, site: SmallSite) -> None:
    visited = await visit(site.origin)
    for text in PAYLOADS:
        site.show(f'<p title="{escape(text)}">{escape(text)}</p>')
        page = await visited.go("/")
        assert await page.evaluate(f"window.{RAN}") is None
        assert (await page.inner_text("p")).strip() == " ".join(text.split())
