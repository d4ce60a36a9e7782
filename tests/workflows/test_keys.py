"""Files of keys."""

import base64

import pytest

from workflows.keys import BadKeys, keys_of, new_keys

SECRET = bytes(range(224, 256))  # its two alphabets differ
PLAIN, SAFE = base64.b64encode(SECRET).decode(), base64.urlsafe_b64encode(SECRET).decode()


def test_keys_that_are_made_are_read_and_the_first_line_is_the_first_key() -> None:
    made = new_keys()
    [key] = keys_of(made)
    assert len(key.secret) == 32
    assert new_keys() != made
    assert PLAIN != SAFE
    assert [(one.id, one.secret) for one in keys_of(f"\n  b {SAFE}\n\na\t{PLAIN}\n")] == [("b", SECRET), ("a", SECRET)]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("", "empty"),
        ("\n", "empty"),
        (PLAIN, "bad-key"),
        (f"canary. {PLAIN}", "bad-key"),
        (f"a {PLAIN[:-4]}", "bad-key"),
        (f"a {PLAIN} more", "bad-key"),
        ("a canary", "bad-key"),
        (f"a {PLAIN}\na {PLAIN}", "same-name"),
    ],
)
def test_what_are_no_keys_is_refused_by_its_rule_and_not_quoted(content: str, rule: str) -> None:
    with pytest.raises(BadKeys, match=rf"\[{rule}\]$") as refused:
        keys_of(content)
    assert "canary" not in str(refused.value)
    assert PLAIN not in str(refused.value)
