from collections.abc import Iterable

from flask_wtf.file import FileField, FileRequired
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovFileInput, GovRadioInput, GovSelect, GovSubmitInput
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from app.findings.queries import FindingLine
from app.inspections.references import FILE_FINDING, reference
from app.inspections.vocabulary import Vocabulary
from app.web.forms import FlaskForm, Line

SHOWN = 100  # characters of a finding in a list to choose from


class UploadForm(FlaskForm):
    LARGEST = 20 * 1024 * 1024

    file = FileField(
        "Spreadsheet of file findings",
        widget=GovFileInput(),
        validators=[FileRequired("Choose the spreadsheet")],
        description="An Excel workbook (.xlsx) or CSV file of up to 20 MB. You see what it would do before it does it.",
    )
    submit = SubmitField("Look at it", widget=GovSubmitInput())


class ImportForm(FlaskForm):
    leave_bad = BooleanField("Leave out the rows that cannot be imported", widget=GovCheckboxInput())
    submit = SubmitField("Import", widget=GovSubmitInput())


class LinkForm(FlaskForm):
    finding = SelectField("File finding", widget=GovSelect(), validators=[InputRequired("Choose the finding")])
    relation = RadioField(
        "This item", widget=GovRadioInput(), validators=[InputRequired("Choose what it says of the finding")]
    )
    reason = Line("Reason (optional)", longest=500)
    submit = SubmitField("Link", widget=GovSubmitInput())

    def offer(self, vocabulary: Vocabulary, findings: Iterable[FindingLine]) -> None:
        self.relation.choices = [(term.code, f"{term.label} it") for term in vocabulary.relations]
        self.finding.choices = [
            ("", "Choose"),
            *((reference(FILE_FINDING, line.number), _shown(line)) for line in findings),
        ]


def _shown(line: FindingLine) -> str:
    statement = line.statement if len(line.statement) <= SHOWN else line.statement[:SHOWN].rstrip() + "…"
    return f"{reference(FILE_FINDING, line.number)} ({', '.join(line.criteria)}) {statement}"
