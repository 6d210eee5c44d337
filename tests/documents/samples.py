"""A two-page intake form with made-up people, for the tests of printed paper."""

from __future__ import annotations

from app.documents.blocks import Choice, Label
from app.documents.fields import Field
from app.documents.fonts import FontChain
from app.documents.layout import Paper
from app.documents.masthead import Masthead
from app.documents.script import Direction

NAMES = (
    "N'Diaye",
    "Ɓah Ƴero",
    "محمد بن عبد الرحمن",
    "رقم AB-123 (المغرب)",
    "Éloïse Nguyễn",
    "O’Sékou",
    "ⵉⵎⴰⵣⵉⵖⵏ",
)

FRENCH = {
    "title": "Fiche d’accueil",
    "number": "Dossier n°",
    "person": "Identité",
    "family": "Nom de famille",
    "given": "Prénoms",
    "birth": "Date de naissance",
    "sex": "Sexe",
    "woman": "Femme",
    "man": "Homme",
    "phone": "Téléphone",
    "story": "Raisons du retour",
    "sign": "Signature du migrant",
    "officer": "Signature du conseiller",
    "thumb": "Empreinte",
    "meta": "Programme AVRR Maroc · fiche A-01, version 3 · Rabat, 12 mars 2026",
}
ARABIC = {
    "title": "استمارة الاستقبال",
    "number": "رقم الملف",
    "person": "الهوية",
    "family": "الاسم العائلي",
    "given": "الاسم الشخصي",
    "birth": "تاريخ الازدياد",
    "sex": "الجنس",
    "woman": "أنثى",
    "man": "ذكر",
    "phone": "الهاتف",
    "story": "أسباب العودة",
    "sign": "توقيع المهاجر",
    "officer": "توقيع المستشار",
    "thumb": "البصمة",
    "meta": "برنامج العودة الطوعية (المغرب) · استمارة A-01 · الرباط، 12 مارس 2026",
}
ENGLISH = {
    "title": "Intake form",
    "number": "Case number",
    "person": "Identity",
    "family": "Family name",
    "given": "Given names",
    "birth": "Date of birth",
    "sex": "Sex",
    "woman": "Woman",
    "man": "Man",
    "phone": "Telephone",
    "story": "Reasons for return",
    "sign": "Signature of the migrant",
    "officer": "Signature of the counsellor",
    "thumb": "Thumb print",
}
STORY = (
    "Arrivé à Tanger en 2023, il a travaillé sur des chantiers. Sa mère, malade, est restée "
    "à Kindia : أريد أن أعود إلى بلدي (غينيا) قبل نهاية السنة. Il souhaite ouvrir un atelier de "
    "couture et demande une formation. "
)


def intake(
    fonts: FontChain,
    office: dict[str, str] = FRENCH,
    second: dict[str, str] | None = None,
    *,
    is_blank: bool = False,
    sections: int = 6,
    story: str = STORY * 2,
) -> Paper:
    """Build a form: about 13 values a section, two pages with six sections."""

    def label(key: str) -> Label:
        return Label(office[key], second[key] if second else "")

    def direction(words: dict[str, str] | None) -> Direction | None:
        return None if words is None else "rtl" if words is ARABIC else "ltr"

    paper = Paper(
        fonts,
        Masthead(
            title=label("title"),
            reference="" if is_blank else "MA-RBA-2026-00417",
            reference_label=label("number"),
            code="" if is_blank else "sanad:case:0198f3b2-7c1e-7aa0-9f3e-5a1d2c3b4e5f",
            meta=office["meta"],
        ),
        direction=direction(office) or "ltr",
        second=direction(second),
        language="ar" if office is ARABIC else "fr",
    )

    def value(text: str) -> str | None:
        return None if is_blank else text

    for section in range(sections):
        paper.heading(label("person"))
        names = [NAMES[(section * 2 + step) % len(NAMES)] for step in range(4)]
        paper.fields(
            [
                [
                    Field(label("family"), value(names[0])),
                    Field(label("given"), value(names[1])),
                ],
                [
                    Field(label("birth"), value("1996-03-12"), boxes=(2, 2, 4)),
                    Field(
                        label("sex"),
                        choices=(
                            Choice(label("woman"), not is_blank),
                            Choice(label("man")),
                        ),
                    ),
                ],
                [
                    Field(label("phone"), value("+212 (0)6 12-34-56-78"), direction="ltr"),
                    Field(label("given"), value(names[2])),
                    Field(label("family"), value(names[3])),
                ],
            ]
        )
    paper.heading(label("story"))
    paper.fields([[Field(label("story"), value(story), lines=3)]])
    paper.signatures([label("sign"), label("officer")], thumb=label("thumb"))
    return paper
