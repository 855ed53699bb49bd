"""The guide's data for others, below data/v1/. The shape stands in macros.publish.outward."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from ..guide import model
from ..cite import claim_ids_of
from ..contract import address_of
from ..metadata import LICENSE, NAME
from ..guide.pages import own_words, shown, title
from ..guide.review import review_line
from ..guide.version import Version
from .listed import FILES, FOLDER
from .outward import (
    DOES_NOT_APPLY,
    Alternative,
    AlternativesFile,
    AlternativeWithClaims,
    AnyFile,
    Claim,
    Claims,
    Condition,
    Count,
    Disagreement,
    Document,
    DoesNotApply,
    File,
    Gap,
    GuideFile,
    IndexFile,
    LicenseTerms,
    Method,
    MethodsFile,
    MethodWithClaims,
    Names,
    NotFromOurSources,
    NotReported,
    Option,
    Page,
    Paragraph,
    Review,
    ReviewState,
    Risk,
    RisksFile,
    RiskWithClaims,
    Shape,
    Source,
    Statement,
    Statements,
    WithClaims,
    Word,
    Words,
)

NOTICE = (
    "This is not medical advice. It tells what a few web articles say, and cannot know anybody's body or illness. "
    "Whoever shows a count should show with it of whom, which methods it counts together, and the source."
)
ATTRIBUTION = f'Name "{NAME}", link to the license, and say what you changed.'

#: What a spreadsheet could take for a formula. Spaces and apostrophes before it count too, so that
#: `shielded` can be undone. The wide signs are formulas in some versions of Excel, says OWASP on CSV injection.
_FORMULA = re.compile(r"['\s]*[=+\-@＝＋－＠]")


#: The columns of the tables. Within v1 none is renamed, moved or removed; a new one stands at the end.
CLAIM_COLUMNS = (
    "claim_id",
    "claim",
    "claim_address",
    "source_id",
    "publisher",
    "source_title",
    "source_url",
    "place",
)
_ABOUT_COLUMNS = ("version", "license", "license_url", "review_state", "notice")
RISK_COLUMNS = (
    *("risk_id", "risk", "risk_address", "statements"),
    *("how_often", "count", "out_of", "of", "words", "methods_counted_together", "about_the_count", "methods"),
    *CLAIM_COLUMNS,
    *("note", *_ABOUT_COLUMNS),
)
ALTERNATIVE_COLUMNS = (
    *("alternative_id", "alternative", "alternative_address", "origin", "question_id", "question", "statement"),
    *CLAIM_COLUMNS,
    *_ABOUT_COLUMNS,
)


def files(guide: model.Guide, texts: Mapping[str, str], version: Version, site: str) -> dict[str, str]:
    """Every file's path below the site's root, and its text.

    `texts` has each page's text by its path below docs/. `site` is the site's URL, or "" where it
    is not known; addresses are paths below its root then.
    """
    head = _head(guide, version, site)
    whole = _whole(guide, texts, head, site)
    claims = {claim.id: claim for claim in whole.claims}

    def with_claims(kind: type, entries: Iterable[Shape], inner: Mapping[str, object]) -> list:
        return [kind(**dict(e), claims=[claims[c] for c in _claim_ids(inner[e.id])]) for e in entries]

    def sources(entries: Iterable[WithClaims]) -> list[Source]:
        used = {claim.source for entry in entries for claim in entry.claims}
        return [source for source in whole.sources if source.id in used]

    risks = with_claims(RiskWithClaims, whole.risks, guide.risks)
    alternatives = with_claims(AlternativeWithClaims, whole.alternatives, guide.alternatives)
    methods = with_claims(MethodWithClaims, whole.methods, guide.methods)
    listed = [File(address=f"{site}{FOLDER}{name}", media_type=kind, about=about) for name, kind, about in FILES]
    made = {
        "index.json": _json(IndexFile(**head("the data"), files=listed)),
        "guide.json": _json(whole),
        "risks.json": _json(RisksFile(**head("risks"), risks=risks, sources=sources(risks))),
        "risks.csv": _csv(RISK_COLUMNS, _risk_rows(risks, whole)),
        "alternatives.json": _json(
            AlternativesFile(**head("alternatives"), alternatives=alternatives, sources=sources(alternatives))
        ),
        "alternatives.csv": _csv(ALTERNATIVE_COLUMNS, _alternative_rows(alternatives, whole)),
        "methods.json": _json(MethodsFile(**head("methods"), methods=methods, sources=sources(methods))),
        "schema.json": _text(schema(whole)),
    }
    return {FOLDER + name: text for name, text in made.items()}


def whole(guide: model.Guide, texts: Mapping[str, str], version: Version) -> str:
    """The file guide.json, made without a site's address: what a version freezes."""
    return _json(_whole(guide, texts, _head(guide, version, ""), ""))


def _head(guide: model.Guide, version: Version, site: str):
    """A function from a file's title to what the file says of itself."""
    said = {
        "notice": NOTICE,
        "license": LicenseTerms(name="CC BY 4.0", spdx="CC-BY-4.0", url=LICENSE, attribution=ATTRIBUTION),
        "version": version.hash,
        "date": version.on,
        "frozen": version.frozen,
        # Before the first day of all, no review is overdue: these files must not depend on when they are written.
        "review": ReviewState(
            state=review_line(guide, date.min),
            reviews=[Review(by=r.by, role=r.role, on=r.on, next=r.next) for r in guide.review.reviews],
        ),
        "site": site,
        "described_by": f"{site}{FOLDER}schema.json",
    }
    return lambda title: {"title": f"{NAME}: {title}", **said}


def _whole(guide: model.Guide, texts: Mapping[str, str], head, site: str) -> GuideFile:
    """The guide in its outward shape."""

    def at(page: str, entry_id: str, below: bool = False) -> dict:
        return {"id": entry_id, "address": f"{site}{page}/{entry_id}/" if below else f"{site}{page}/#{entry_id}"}

    def named(kind: type, page: str, entries: Mapping) -> list:
        return [kind(**at(page, i), name=e.name, says=list(map(_statement, e.says))) for i, e in entries.items()]

    return GuideFile(
        **head("everything"),
        methods=[
            Method(**at("methods", i, below=True), **_option(m), medical_names=_names(m.medical), aim=m.aim)
            for i, m in guide.methods.items()
        ],
        risks=named(Risk, "risks", guide.risks),
        alternatives=[
            Alternative(**at("alternatives", i), **_option(a), origin=a.origin) for i, a in guide.alternatives.items()
        ],
        conditions=named(Condition, "who-it-is-for", guide.conditions),
        disagreements=[
            Disagreement(
                **at("disagreements", i), question=d.question, sides=list(map(_statement, d.sides)), reader=d.reader
            )
            for i, d in guide.disagreements.items()
        ],
        gaps=[Gap(**at("not-known", i), missing=g.missing, ask=g.ask, topic=g.topic) for i, g in guide.gaps.items()],
        words=[
            Word(
                **at("words", i),
                word=w.word,
                forms=w.forms,
                everyday=w.everyday,
                say=w.say,
                meaning=_statement(w.meaning),
            )
            for i, w in guide.words.items()
        ],
        sources=[
            Source(
                **at("sources", i, below=True),
                title=s.title,
                author=None if s.author == "none given" else s.author,
                publisher=s.publisher,
                date=None if s.date == "none given" else s.date,
                url=None if s.address == "none known" else s.address,
                about=s.about,
                trust=s.trust,
                methods=s.methods,
                about_the_counts=s.counts,
                retired_claims=s.retired,
            )
            for i, s in guide.sources.items()
        ],
        claims=[
            Claim(
                **at(f"sources/{source_id}", claim_id),
                source=source_id,
                place=claim.place,
                says=claim.says,
                methods=guide.methods_of(claim_id),
                methods_from="claim" if claim.methods else "source",
                frequency=_frequency(guide, claim_id),
                note=claim.note,
                left_out=claim.left_out,
            )
            for source_id, source in guide.sources.items()
            for claim_id, claim in source.claims.items()
        ],
        pages=[
            Page(
                address=site + address_of(path).removeprefix("./") or "./",
                title=title(text),
                text=[Paragraph(text=words, claims=cites) for words, cites in own_words(text)],
                shows=shown(text),
            )
            for path, text in texts.items()
        ],
    )


def _statement(said: model.Statement) -> Statement:
    return Statement(text=said.text, basis=Claims(claims=said.cites) if said.cites else NotFromOurSources())


def _answer(said: tuple[model.Statement, ...] | str) -> Statements | NotReported:
    return NotReported() if isinstance(said, str) else Statements(statements=list(map(_statement, said)))


def _names(given: tuple[str, ...] | str) -> Names | NotReported:
    return NotReported() if isinstance(given, str) else Names(names=given)


def _questions(kind: type[Option]) -> list[str]:
    """The fields of a kind of option that hold answers."""
    return [name for name, field in kind.model_fields.items() if field.annotation == Statements | NotReported]


def _option(option: model.Option) -> dict:
    """The name and the answers of a method or an alternative."""
    kind = Method if isinstance(option, model.Method) else Alternative
    return {"name": option.name} | {field: _answer(getattr(option, field)) for field in _questions(kind)}


def _claim_ids(entry: model.Risk | model.Option) -> list[str]:
    """Ids of the claims that a risk, a method or an alternative rests on, each once, in order."""
    if isinstance(entry, model.Risk):
        return claim_ids_of(entry.says)
    kind = Method if isinstance(entry, model.Method) else Alternative
    answers = [getattr(entry, field) for field in _questions(kind)]
    return claim_ids_of(one for answer in answers if not isinstance(answer, str) for one in answer)


def _frequency(guide: model.Guide, claim_id: str) -> Count | Words | NotReported | DoesNotApply:
    _, source, claim = guide.claim(claim_id)
    match claim.frequency:
        case model.Figure() as figure:
            return Count(
                count=figure.count,
                out_of=figure.out_of,
                of=figure.of,
                methods_counted_together=guide.methods_of(claim_id),
                about_the_count=source.counts,
            )
        case model.InWords() as said:
            return Words(words=said.words)
        case None:
            return DoesNotApply()
    return NotReported()


class _Generator(GenerateJsonSchema):
    """Plain JSON Schema: "discriminator" is a word of OpenAPI, which strict validators refuse."""

    def tagged_union_schema(self, schema):
        made = super().tagged_union_schema(schema)
        made.pop("discriminator", None)
        return made


def schema(whole: GuideFile) -> dict:
    """The JSON Schema (2020-12) of all JSON files, which "document" tells apart."""
    names = {"$schema": GenerateJsonSchema.schema_dialect}
    if whole.site:  # an $id is a whole address, or better none
        names["$id"] = whole.described_by
    licensed = f"License: {whole.license.name} ({whole.license.url}). {whole.license.attribution}"
    about = f"Version {whole.version}. {licensed} {whole.review.state} {whole.notice}"
    return {**names, "title": f"The data of {NAME}", "description": about, **_any_file()}


@lru_cache(maxsize=1)
def _any_file() -> dict:
    return TypeAdapter(AnyFile).json_schema(mode="serialization", schema_generator=_Generator)


def _cells(claim: Claim, whole: GuideFile) -> dict:
    """What a table says about one claim."""
    source = next(source for source in whole.sources if source.id == claim.source)
    url = source.url or "none known"
    cells = (claim.id, claim.says, claim.address, source.id, source.publisher, source.title, url, claim.place)
    return dict(zip(CLAIM_COLUMNS, cells, strict=True))


def _about(whole: GuideFile) -> dict:
    """What every row says of the table, so that a copied row keeps it."""
    cells = (whole.version, whole.license.name, whole.license.url, whole.review.state, whole.notice)
    return dict(zip(_ABOUT_COLUMNS, cells, strict=True))


def _often(frequency: Count | Words | NotReported | DoesNotApply) -> dict:
    """A frequency as cells; what its source does not give is "not reported"."""
    missing = DOES_NOT_APPLY if isinstance(frequency, DoesNotApply) else model.NOT_REPORTED
    cells = {"how_often": frequency.kind} | dict.fromkeys(("count", "out_of", "of", "words"), missing)
    cells |= dict.fromkeys(("methods_counted_together", "about_the_count"), DOES_NOT_APPLY)
    if isinstance(frequency, Words):
        cells["words"] = frequency.words
    if isinstance(frequency, Count):
        cells |= {
            "count": frequency.count,
            "out_of": frequency.out_of,
            "of": frequency.of,
            "words": DOES_NOT_APPLY,
            "methods_counted_together": " ".join(frequency.methods_counted_together),
            "about_the_count": frequency.about_the_count or "nothing known",
        }
    return cells


def _risk_rows(risks: Sequence[RiskWithClaims], whole: GuideFile) -> Iterator[dict]:
    """One row for each claim of each risk."""
    for risk in risks:
        for claim in risk.claims:
            said = [one.text for one in risk.says if isinstance(one.basis, Claims) and claim.id in one.basis.claims]
            yield {
                "risk_id": risk.id,
                "risk": risk.name,
                "risk_address": risk.address,
                "statements": " ".join(said),
                **_often(claim.frequency),
                "methods": " ".join(claim.methods),
                **_cells(claim, whole),
                "note": claim.note or "none",
                **_about(whole),
            }


def _alternative_rows(alternatives: Sequence[AlternativeWithClaims], whole: GuideFile) -> Iterator[dict]:
    """One row for each claim of each statement; one for a statement or an answer that has none."""
    for option in alternatives:
        claims = {claim.id: claim for claim in option.claims}
        for field in _questions(Alternative):
            asked = {
                "alternative_id": option.id,
                "alternative": option.name,
                "alternative_address": option.address,
                "origin": option.origin,
                "question_id": field,
                "question": Alternative.model_fields[field].title,
            }
            answer = getattr(option, field)
            if isinstance(answer, NotReported):
                nothing = dict.fromkeys(("statement", *CLAIM_COLUMNS), answer.kind)
                yield asked | nothing | _about(whole)
                continue
            for said in answer.statements:
                if isinstance(said.basis, Claims):
                    based = [_cells(claims[claim_id], whole) for claim_id in said.basis.claims]
                else:
                    based = [dict.fromkeys(CLAIM_COLUMNS, said.basis.kind)]
                for cells in based:
                    yield asked | {"statement": said.text} | cells | _about(whole)


def shielded(cell: str | int) -> str:
    """A cell that no spreadsheet takes for a formula: such a one gets an apostrophe before it."""
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def unshielded(cell: str) -> str:
    """The text that `shielded` made this cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _csv(columns: Sequence[str], rows: Iterable[dict]) -> str:
    """Rows as CSV (RFC 4180) with a header. Raises ValueError for a row with a column too many or too few."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        if set(row) != set(columns):
            raise ValueError(f"columns that differ: {sorted(set(row) ^ set(columns))}")
        writer.writerow([shielded(row[column]) for column in columns])
    return out.getvalue()


def _json(document: Document) -> str:
    return _text(document.model_dump(mode="json"))


def _text(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
