"""Where a mustache tag may stand in an HTML template (attack class 24).

Values are escaped for text and for quoted attributes, and for nothing else. So a tag that prints a value may stand in
text or inside a quoted attribute that is neither script nor style; tags that print nothing (sections) may also stand
between attributes. Unescaped tags, a change of delimiters, and values inside script or style elements are refused.
"""
import re
from html.parser import HTMLParser

TAG = re.compile(r"\{\{(\{|[#^/!>&=]?)\s*([^}]*?)\s*\}\}+")
PRINTS_NOTHING = "#^/!"
RAW_ELEMENTS = ("script", "style", "textarea", "title")
URL_ATTRIBUTES = ("href", "src", "action", "formaction", "poster", "data", "cite")


def findings(text):
    """Yields (line, message) for every tag that may not stand where it stands."""
    for position, state, attribute, value_before, raw in walk(text):
        match = TAG.match(text, position)
        line = text.count("\n", 0, position) + 1
        if not match:
            yield line, "a mustache tag that does not close"
            continue
        kind, name = match.group(1), match.group(2)
        if kind in ("{", "&"):
            yield line, f"{{{{{kind}{name}}}}} is not escaped"
        elif kind == "=":
            yield line, "delimiters may not be changed"
        elif kind == "!":
            continue
        elif kind == ">" and state != "text":
            yield line, f"the partial {name} stands inside a tag"
        elif raw in ("script", "style"):
            yield line, f"{name} stands inside a {raw} element"
        elif kind and kind in PRINTS_NOTHING:
            continue
        elif state == "tag":
            yield line, f"{name} stands in a tag outside of a quoted attribute"
        elif state == "quoted" and (attribute.startswith("on") or attribute in ("style", "srcdoc")):
            yield line, f"{name} stands in the attribute {attribute}"
        elif state == "quoted" and attribute in URL_ATTRIBUTES and value_before.startswith("javascript:"):
            yield line, f"{name} stands in a javascript: URL"


class Words(HTMLParser):
    """Collects the words that a person would read or hear, with their lines."""

    SPOKEN = ("alt", "aria-label", "title", "placeholder", "label")

    def __init__(self):
        super().__init__()
        self.found, self.raw = [], 0

    def handle_starttag(self, tag, attributes):
        self.raw += tag in ("script", "style")
        for name, value in attributes:
            if name in self.SPOKEN:
                self.keep(value or "")

    def handle_endtag(self, tag):
        self.raw -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.raw:
            self.keep(data)

    def keep(self, text):
        for offset, part in enumerate(text.split("\n")):
            if re.search(r"[^\W\d_]", part):
                self.found.append((self.getpos()[0] + offset, part.strip()))


def literal_words(text):
    """Yields (line, message) for every word that does not come from the message bundles (docs/adr/0014)."""
    reader = Words()
    reader.feed(re.sub(r"\{\{.*?\}\}+", "", text, flags=re.DOTALL))
    reader.close()
    for line, words in reader.found:
        yield line, f'"{words}" belongs in web/theme/messages'


def walk(text):
    """Yields every place where "{{" begins, with the state of the HTML parser there."""
    position, state, quote, attribute, value, raw, element = 0, "text", "", "", "", "", ""
    while position < len(text):
        if text.startswith("{{", position):
            yield position, state, attribute, value, raw
            match = TAG.match(text, position)
            position = match.end() if match else position + 2
            continue
        c = text[position]
        if state == "text":
            if text.startswith("<!--", position) and not raw:
                end = text.find("-->", position)
                for inner in re.finditer(r"\{\{", text[position:end]):
                    yield position + inner.start(), "text", "", "", ""
                position = len(text) if end < 0 else end + 3
                continue
            opening = re.compile(r"</?([a-zA-Z][\w-]*)").match(text, position)
            closes_raw = opening and text[position + 1] == "/" and opening.group(1).lower() == raw
            if opening and (not raw or closes_raw):
                state, attribute, raw = "tag", "", ""
                element = "" if text[position + 1] == "/" else opening.group(1).lower()
                position = opening.end()
                continue
        elif state == "tag":
            if c == ">":
                state, raw = "text", element if element in RAW_ELEMENTS else ""
            elif c in "\"'":
                state, quote, value = "quoted", c, ""
                named = re.search(r"([\w:.-]+)\s*=\s*$", text[:position])
                attribute = named.group(1).lower() if named else ""
        elif c == quote:
            state = "tag"
        else:
            value += c
        position += 1
