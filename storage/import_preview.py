"""What an operator is shown of a file before it counts: its columns, its first rows, what is wrong with rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from domain.errors import Refused
from domain.model.intake import FoundColumn, Glimpse
from domain.rules.cleaning import Cell
from domain.rules.cleaning_dates import FOREVER, clean_date
from domain.services.import_drafts import Repair
from domain.services.import_kinds import ImportKind, Use
from storage.spreadsheet_headers import Header, how_found, label
from storage.spreadsheet_rejects import as_shown
from storage.spreadsheets import SheetHead

#: rows and reasons that are shown; all rejected rows are in the workbook that goes back
FIRST_ROWS, FIRST_REASONS = 5, 50
#: of one cell, and columns of a sheet, so much is shown
_LONGEST_CELL, _MOST_COLUMNS = 60, 60


class Preview:
    """Collects while a file is read; ``glimpse`` is None where not even a header was found."""

    def __init__(self) -> None:
        self._found: tuple[str, SheetHead, Header, ImportKind] | None = None
        self._first: list[tuple[str, ...]] = []
        self._reasons: list[tuple[int, str]] = []

    def header(self, form: str, found: tuple[SheetHead, Header] | None, kind: ImportKind) -> None:
        """The sheet that was chosen, and what its columns were taken for."""
        if found is not None:
            self._found = (form, *found, kind)

    def row(self, cells: Sequence[Cell], repairs: Sequence[Repair] = ()) -> None:
        """A row of data, as it was understood."""
        if self._found is not None and len(self._first) < FIRST_ROWS:
            self._first.append(self._shown(cells, {each.column: each.after for each in repairs}))

    def reject(self, number: int, reasons: Sequence[str]) -> None:
        """A row that goes back, with every reason."""
        if len(self._reasons) < FIRST_REASONS:
            self._reasons.append((number, "；".join(dict.fromkeys(reasons))))

    @property
    def glimpse(self) -> Glimpse | None:
        """All that was collected."""
        if self._found is None:
            return None
        form, head, header, kind = self._found
        missing = tuple(kind.missing(header.places))
        if not self._first and missing:
            # nothing was checked: the first rows as they stand
            for cells in islice(head.rows, header.bottom + 1, header.bottom + 1 + FIRST_ROWS):
                self.row(cells)
        shown = list(enumerate(header.captions[:_MOST_COLUMNS]))
        return Glimpse(
            form=form,
            sheet=head.name,
            height=head.height,
            columns=tuple(
                FoundColumn(label(place, caption), *how_found(header, kind, place))
                for place, caption in shown
            ),
            missing=missing,
            heads=tuple(label(place, header.captions[place]) for place in self._shown_places()),
            first=tuple(self._first),
            reasons=tuple(self._reasons),
        )

    def _shown_places(self) -> list[int]:
        """Places of the columns that are read; of a header that lacks some, all of them."""
        assert self._found is not None
        _, _, header, kind = self._found
        if kind.missing(header.places):
            return list(range(min(len(header.captions), _MOST_COLUMNS)))
        return sorted(header.places.values())

    def _shown(self, cells: Sequence[Cell], repaired: Mapping[str, str]) -> tuple[str, ...]:
        assert self._found is not None
        header = self._found[2]
        shown = []
        for place in self._shown_places():
            cell = cells[place] if place < len(cells) else None
            told = repaired.get(header.captions[place]) or self._told(place, cell)
            shown.append(told[:_LONGEST_CELL])
        return tuple(shown)

    def _told(self, place: int, cell: Cell) -> str:
        """A cell as it was understood: dates as dates, everything else as it stands."""
        assert self._found is not None
        _, head, header, kind = self._found
        key, _ = how_found(header, kind, place)
        if key and kind.column(key).use is Use.DATE:
            try:
                day = clean_date(cell, date1904=head.date1904).value
            except Refused:
                day = None
            if day is not None and day != FOREVER:
                return day.isoformat()
        text = as_shown(cell, personal=place in header.personal)
        return "" if text is None else str(text)
