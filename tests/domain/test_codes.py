"""Codes of subjects: every public vector, every repair, every refusal."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from domain.model.subject import SubjectKind
from domain.rules.codes import (
    WARN_LETTERS,
    WARN_ORGANISATION,
    WARN_ROUND,
    BadCode,
    CleanCode,
    Flaw,
    clean_legacy_code,
    clean_resident_id,
    clean_uscc,
    kind_from_code,
    make_uscc,
    mask_id,
    mask_personal,
    mask_phone,
    organisation_check,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

PUBLIC_CODES = ["91350100M000100Y43", "91110000600037341L", "91110108551385082Q"]

FIXTURES = {
    "411323": ("010L", "029H", "037C", "918D"),
    "640300": ("010P", "029L", "037F", "918G"),
    "140603": ("0101", "029X", "037Q", "918R"),
    "140681": ("0100", "029W", "037P", "918Q"),
    "230400": ("010X", "029T", "037M", "918N"),
}


def clean(raw: object, *, as_text: bool = False) -> CleanCode:
    result = clean_uscc(raw, as_text=as_text)
    assert isinstance(result, CleanCode), result
    return result


def flaw(raw: object, *, as_text: bool = False) -> Flaw:
    result = clean_uscc(raw, as_text=as_text)
    assert isinstance(result, BadCode), result
    assert result.reason
    return result.flaw


def a_resident_id(birth: str = "19000101", place: str = "411323", order: str = "001") -> str:
    head = place + birth + order
    return head + str(ric.calc_check_digit(head + "0"))


# -- the standard --------------------------------------------------------------------------


@pytest.mark.parametrize("code", PUBLIC_CODES)
def test_a_public_code_passes_unchanged(code: str) -> None:
    assert clean(code) == CleanCode(code)


@pytest.mark.parametrize("code", ["91350100M000100Y4Z", "91350100M000100Y44", "91310115MA1H8R7C6D"])
def test_a_code_with_a_wrong_check_character_is_refused(code: str) -> None:
    assert flaw(code) in (Flaw.CHECKSUM, Flaw.CHARACTERS)


@pytest.mark.parametrize("code", ["91140681YYYYYY0100", "91411323YYYYYY1170"])
def test_remainder_zero_gives_the_check_character_zero(code: str) -> None:
    assert clean(code).value == code


@pytest.mark.parametrize(
    "code",
    ["0" * 18, "0" * 17 + "X", "1" * 18, "9" * 18, "911100000000000000", "91110000YYYYYYYYYX"],
)
def test_a_placeholder_is_refused_by_structure_whatever_its_checksum(code: str) -> None:
    assert flaw(code) is Flaw.PLACEHOLDER


def test_eighteen_zeros_would_pass_the_arithmetic() -> None:
    assert uscc.calc_check_digit("0" * 17) == "0"


@pytest.mark.parametrize("head", ["0111000060003734", "B111000060003734", "9199000060003734"])
def test_an_unknown_registrar_or_province_is_refused(head: str) -> None:
    head += "1"
    assert flaw(head + str(uscc.calc_check_digit(head))) is Flaw.STRUCTURE


@pytest.mark.parametrize("prefix", ["A1", "N2", "Y1"])
def test_registrars_written_as_letters_are_known(prefix: str) -> None:
    head = f"{prefix}110000YYYYYY010"
    code = head + str(uscc.calc_check_digit(head))
    assert clean(code).value == code


@pytest.mark.parametrize("place", FIXTURES)
def test_the_synthetic_fixtures_pass_both_checks(place: str) -> None:
    for number, tail in zip((1, 2, 3), FIXTURES[place], strict=False):
        assert clean(f"91{place}YYYYYY{tail}").warnings == ()
        assert make_uscc(place, number) == f"91{place}YYYYYY{tail}"
    assert make_uscc(place, 91, SubjectKind.SOLE_TRADER) == f"92{place}YYYYYY{FIXTURES[place][3]}"


@given(st.integers(1, 99_999_999), st.sampled_from(list(FIXTURES)))
def test_every_synthetic_code_is_clean_without_warning(number: int, place: str) -> None:
    code = make_uscc(place, number)
    assert clean(code, as_text=True) == CleanCode(code)


def test_synthetic_codes_differ_for_different_numbers() -> None:
    assert len({make_uscc("140603", n) for n in range(1, 2000)}) == 1999


@pytest.mark.parametrize("number", [0, -1, 10**8])
def test_a_synthetic_number_outside_its_range_is_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="99999999"):
        make_uscc("140603", number)


@given(st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_mistyped_character_never_passes(position: int, char: str) -> None:
    code = "91110108551385082Q"
    mistyped = code[:position] + char + code[position + 1 :]
    if mistyped != code:
        assert isinstance(clean_uscc(mistyped), BadCode)


@given(st.text(max_size=24))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(clean_uscc(text), (CleanCode, BadCode))
    assert isinstance(clean_legacy_code(text), (CleanCode, BadCode))
    assert isinstance(clean_resident_id(text), (CleanCode, BadCode))


@given(st.text(alphabet="٠١٢٣४५9", min_size=18, max_size=18))
def test_digits_of_other_scripts_are_refused(text: str) -> None:
    assert isinstance(clean_uscc(text), BadCode)


# -- repairs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "９１１１０１０８５５１３８５０８２Ｑ",
        "91110108551385082q",
        "9111 0108 5513 85082Q",
        "911101-08551385082-Q",
        "\ufeff91110108551385082Q",
        "911101085\u200b51385082Q",
        "'91110108551385082Q",
        "91110108\u00a0551385082Q",
    ],
)
def test_another_spelling_of_the_same_code_is_repaired(written: str) -> None:
    assert clean(written) == CleanCode("91110108551385082Q", repaired=True)


def test_surrounding_blanks_are_no_repair() -> None:
    assert clean(" 91110108551385082Q\n") == CleanCode("91110108551385082Q")


@pytest.mark.parametrize("written", ["9IIIOIO8551385082Q", "9l1l0108551385082Q".replace("l", "i")])
def test_letters_mistaken_for_digits_are_repaired_with_a_warning(written: str) -> None:
    assert clean(written) == CleanCode("91110108551385082Q", True, (WARN_LETTERS,))


def test_letters_are_not_repaired_when_the_checksum_fails_afterwards() -> None:
    assert flaw("9III0108551385083Q") is Flaw.CHARACTERS


# -- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [None, "", "  ", "\u3000", "'", "--"])
def test_an_empty_cell_is_empty(raw: object) -> None:
    assert flaw(raw) is Flaw.EMPTY


@pytest.mark.parametrize("code", ["913302******531452", "9133020＊＊＊＊531452Q", "91330********5314"])
def test_a_masked_code_is_no_key(code: str) -> None:
    assert flaw(code) is Flaw.MASKED


@pytest.mark.parametrize(
    "raw", ["9.11E+17", "9.11101E+17", "9e17", "９.１１Ｅ＋１７", 9.11e17, 911101085513850820]
)
def test_a_spreadsheet_number_is_never_trusted(raw: object) -> None:
    assert flaw(raw, as_text=True) is Flaw.ROUNDED


def ends_in_three_zeros(*, organisation_holds: bool) -> str:
    """A code of digits that passes its own checksum and looks as if a spreadsheet had rounded it."""
    for number in range(100, 10_000):
        body = f"5513{number:04d}"[:7] + "0"
        code = f"91110108{body}00"
        if (
            uscc.calc_check_digit(code[:17]) == "0"
            and (organisation_check(body) == "0") is organisation_holds
        ):
            return code
    raise AssertionError("no such code")


def test_digits_that_end_in_three_zeros_count_as_rounded_unless_known_to_be_text() -> None:
    code = ends_in_three_zeros(organisation_holds=True)
    assert flaw(code) is Flaw.ROUNDED
    assert clean(code, as_text=True) == CleanCode(code, warnings=(WARN_ROUND,))


def test_three_zeros_with_a_wrong_organisation_code_are_never_trusted() -> None:
    assert flaw(ends_in_three_zeros(organisation_holds=False), as_text=True) is Flaw.ROUNDED


def test_a_resident_id_in_a_code_column_is_recognised() -> None:
    assert flaw(a_resident_id()) is Flaw.RESIDENT_ID


def test_a_resident_id_is_refused_even_where_it_passes_as_a_code() -> None:
    numbers = (a_resident_id(order=f"{n:03d}") for n in range(1000))
    passing = [n for n in numbers if uscc.calc_check_digit(n) == n[-1]]
    assert passing
    assert {flaw(n) for n in passing} == {Flaw.RESIDENT_ID}


@pytest.mark.parametrize(
    "code", ["110108000000016", "11010800000001", "1101080000000", "55138508-2", "12345678X"]
)
def test_an_old_number_is_sent_to_the_table_and_never_converted(code: str) -> None:
    assert flaw(code) is Flaw.LEGACY


@pytest.mark.parametrize("code", ["91110108", "91110108551385082", "91110108551385082QQ"])
def test_a_wrong_length_says_how_long_it_is(code: str) -> None:
    result = clean_uscc(code)
    assert isinstance(result, BadCode)
    assert result.flaw is Flaw.LENGTH
    assert str(len(code)) in result.reason


@pytest.mark.parametrize("raw", ["913302******531452", "91310115MA1H8R7C6D", "9111010855138508"])
def test_a_reason_never_repeats_the_number(raw: str) -> None:
    result = clean_uscc(raw)
    assert isinstance(result, BadCode)
    assert raw[:6] not in result.reason


def test_a_wrong_organisation_code_inside_is_a_warning_only() -> None:
    head = "91110108551385081"
    code = head + str(uscc.calc_check_digit(head))
    assert clean(code).warnings == (WARN_ORGANISATION,)


# -- kinds, old numbers, persons ----------------------------------------------------------


@pytest.mark.clause("S2-03")
@pytest.mark.parametrize(
    "prefix, kind",
    [
        ("91", SubjectKind.LEGAL_PERSON),
        ("92", SubjectKind.SOLE_TRADER),
        ("93", SubjectKind.LEGAL_PERSON),
        ("12", SubjectKind.LEGAL_PERSON),
        ("52", SubjectKind.SOCIAL_ORGANISATION),
        ("Y1", None),
    ],
)
def test_the_prefix_proposes_a_kind_of_subject(prefix: str, kind: SubjectKind | None) -> None:
    assert kind_from_code(prefix + "140603YYYYYY010") is kind


def test_a_fifteen_digit_registration_number_is_checked() -> None:
    assert clean_legacy_code("110108000000016") == CleanCode("110108000000016")
    assert clean_legacy_code("110108-000000016") == CleanCode("110108000000016", repaired=True)
    bad = clean_legacy_code("110108000000017")
    assert isinstance(bad, BadCode)
    assert bad.flaw is Flaw.CHECKSUM


def test_a_fifteen_digit_number_survives_a_spreadsheet() -> None:
    assert clean_legacy_code(110108000000016.0) == CleanCode("110108000000016")


@pytest.mark.parametrize("code", ["1101080000000", "11010800000001"])
def test_older_numbers_have_no_check_digit_and_say_so(code: str) -> None:
    result = clean_legacy_code(code)
    assert isinstance(result, CleanCode)
    assert result.warnings


@pytest.mark.parametrize("code, good", [("551385082", True), ("55138508-2", True), ("551385083", False)])
def test_an_organisation_code_is_checked(code: str, good: bool) -> None:
    assert isinstance(clean_legacy_code(code), CleanCode) is good


@pytest.mark.parametrize(
    "raw", [None, "", "000000000000000", "110108*******16", "12345", "91110108551385082Q"]
)
def test_what_is_no_old_number_is_refused(raw: object) -> None:
    assert isinstance(clean_legacy_code(raw), BadCode)


def test_a_resident_id_is_checked_and_repaired() -> None:
    number = a_resident_id()
    assert clean_resident_id(number) == CleanCode(number)
    assert clean_resident_id(f"{number[:6]} {number[6:]}".lower()) == CleanCode(number, repaired=True)


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("", Flaw.EMPTY),
        (None, Flaw.EMPTY),
        ("4113231900010100", Flaw.LENGTH),
        ("411323190001010029", Flaw.CHECKSUM),
        (a_resident_id("19001301"), Flaw.STRUCTURE),
        (a_resident_id("18991231"), Flaw.STRUCTURE),
        (a_resident_id(place="991323"), Flaw.STRUCTURE),
        ("4113**********0011", Flaw.MASKED),
        (4.11323190001010e17, Flaw.ROUNDED),
    ],
)
def test_what_is_no_resident_id_is_refused(raw: object, expected: Flaw) -> None:
    result = clean_resident_id(raw)
    assert isinstance(result, BadCode)
    assert result.flaw is expected


def test_a_person_is_not_born_after_the_day_of_reading() -> None:
    number = a_resident_id("20260102")
    assert isinstance(clean_resident_id(number, on=date(2026, 1, 2)), CleanCode)
    assert isinstance(clean_resident_id(number, on=date(2026, 1, 1)), BadCode)


# -- what may be shown ---------------------------------------------------------------------


def test_an_id_number_is_masked_in_its_middle() -> None:
    assert mask_id("41132319000101001X") == "4113**********001X"
    assert "23" not in mask_id("1234")


def test_a_phone_number_is_masked_in_its_middle() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("3024377") == "*****77"


@pytest.mark.clause("S0-37")
def test_personal_numbers_in_running_text_are_masked_and_codes_are_not() -> None:
    text = f"经办人{a_resident_id()}，电话13812345678，单位91110108551385082Q，工商911101085513850820"
    masked = mask_personal(text)
    assert a_resident_id() not in masked
    assert "138****5678" in masked
    assert "91110108551385082Q" in masked
    assert "911101085513850820" in masked


@pytest.mark.parametrize(
    "written, masked",
    [
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("411323 19000101 0010", "4113**********0010"),
        ("４１１３２３１９０００１０１００１０", "4113**********0010"),
    ],
)
def test_a_personal_number_is_masked_however_it_is_grouped(written: str, masked: str) -> None:
    assert mask_personal(f"电话或证件：{written}。") == f"电话或证件：{masked}。"


def test_full_width_digits_alone_are_no_personal_number() -> None:
    assert mask_personal("罚款２０００元") == "罚款2000元"


def test_a_mistyped_id_is_masked_too() -> None:
    assert mask_personal("411323190001010020") == "4113**********0020"


def test_a_firms_code_and_an_amount_are_no_personal_numbers() -> None:
    assert mask_personal("法人手机 13812345678") == "法人手机 138****5678"
    assert mask_personal("91110108551385082Q 罚款2000元") == "91110108551385082Q 罚款2000元"
