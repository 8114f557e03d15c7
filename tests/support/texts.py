"""Texts as hostile and as odd as any that come in, for tests of what must not lose one."""

from hypothesis import strategies as st

PLANES = tuple(range(0x11))
"""Those of Unicode."""

_LABELS = st.one_of(
    st.sampled_from(
        [
            "",
            "xn--",
            "xn--i-7iq",
            "xn--ls8h",
            "xn--a",
            "XN--\u00e9",
            "xn--" + "a" * 60,
            "-",
            "a" * 64,
            "💩",
            "www",
        ]
    ),
    st.text("abxn-_.1é例\u05d0\u0661\u200d\u00df\u0130%[]@:", max_size=12),
    st.text(max_size=8),
)
_HOSTS = st.one_of(
    st.lists(_LABELS, min_size=1, max_size=4).map(".".join),
    st.sampled_from(
        [
            "[::1]",
            "[::",
            "[v1.x]",
            "1.2.3.4",
            "999.1.1.1",
            "127.1",
            "a@b",
            "a:b@c:d",
            "example.org:" + "9" * 5000,
        ]
    ),
)
URLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://", "www.", "http:/", "xn--://"]),
    _HOSTS,
    st.sampled_from(["", ":80", ":", ":x", ":99999"]),
    st.one_of(st.just(""), st.just("/"), st.text(max_size=20).map("/{}".format)),
)
"""Addresses of every form, most of which lead nowhere."""

_SPECIAL = st.sampled_from(
    [
        "\u061c",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u200f",
        "\u202e",
        "\u2066",
        "\u2069",
        "\u206a",
        "\ufeff",
        "\ufff9",
        "\ufffb",
        "\U000e0001",
        "\U000e0041",
        "\U000e007f",
        "\x00",
        "\x07",
        "\x1b",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\x9b",
        "\u2028",
        "\r",
        "\r\n",
        "\n\n",
        "\t",
        "e" + "\u0301" * 300,
        "\u05d0\u05b8",
        "مرحبا",
        "שלום",
        "क्षि",
        "می\u200cخواهم",
        "👩\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "🇩🇪",
        "1\ufe0f\u20e3",
        "\ud800",
        "\udfff",
        "\uffff",
        "\ue000",
        "\U0010ffff",
        "ﬀ",
        "İ",
        "ẞ",
        "٤٢",
        "½",
        "{x}",
        "0[",
        "'; DROP TABLE entries; --",
        "<b>",
        "#tag",
        "python:",
        '"a b c d" - Ann Lee',
        "Location: 1.5, 2.5",
        "Location: 1, 1e-999",
        "takeaway: less",
        "- ",
        "remember the milk",
        "and then we went home",
    ]
)
_WORDS = st.one_of(
    URLS,
    _SPECIAL,
    st.text(max_size=12),
    st.sampled_from(PLANES).flatmap(
        lambda plane: st.text(st.integers(plane << 16, plane << 16 | 0xFFFF).map(chr), min_size=1, max_size=6)
    ),
    st.builds(
        str.__mul__, st.sampled_from(["w", "é", "ab", "1", "#", '"', "(", "x.", "例"]), st.integers(1, 1600)
    ),
)
TEXTS = st.lists(_WORDS, min_size=1, max_size=6).map(" ".join)
"""Of links, words of every script and plane, what is not seen, lone surrogates, and words without an end."""
