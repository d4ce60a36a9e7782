"""The forty lines by which the board is accepted, each with the tests that hold it: there is none without."""

import ast
from collections.abc import Mapping
from pathlib import Path

TESTS = Path(__file__).parent

LINES: Mapping[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "Today's numbers are the lengths of their lists at one instant",
        (
            "test_each_number_of_cases_is_the_length_of_its_list",
            "test_each_number_of_a_desk_is_the_length_of_its_list_and_desks_add_up",
            "test_a_number_is_the_length_of_its_list",
        ),
    ),
    2: (
        "every open case is in exactly one group, and the sums are what is open",
        (
            "test_every_open_case_stands_in_one_group_and_the_numbers_add_up",
            "test_every_case_is_in_one_group_and_the_groups_make_up_what_is_open",
            "test_the_parts_of_the_open_cases_and_steps_make_up_what_is_open",
        ),
    ),
    3: (
        "what was overdue before its suspension stays overdue",
        (
            "test_every_story_stands_as_its_name_says_on_both_databases",
            "test_every_case_is_in_one_group_and_the_groups_make_up_what_is_open",
        ),
    ),
    4: (
        "suspended cases are in the list, with their count",
        (
            "test_every_open_case_stands_in_one_group_and_the_numbers_add_up",
            "test_suspended_cases_come_by_what_is_left_and_dated_ones_by_when_they_are_due",
        ),
    ),
    5: (
        "left, due and used are those of the API",
        (
            "test_left_due_and_used_are_those_of_the_api",
            "test_a_line_says_what_the_case_says_at_that_instant",
        ),
    ),
    6: (
        "averages, ramp-up and what is void are never red",
        (
            "test_only_a_broken_promise_is_red",
            "test_what_is_not_judged_is_never_drawn_as_broken",
            "test_a_long_case_of_an_average_is_never_red_and_no_planning_target_is_under_a_promise",
        ),
    ),
    7: (
        "no planning target under a promise; a utility's pages hold no promise and no step of others",
        (
            "test_a_planning_target_is_never_told_in_the_words_of_a_promise",
            "test_a_utility_sees_its_own_cases_and_steps_and_nothing_of_a_promise",
            "test_a_utility_sees_no_promise_no_verdict_and_nothing_of_others",
        ),
    ),
    8: (
        "reload, back and bookmark: the same list, page and focus",
        ("test_08_reload_and_back_keep_the_list_its_page_and_the_focus",),
    ),
    9: (
        "which of how many, the one before and the next follow the list",
        (
            "test_09_brackets_go_through_the_list_and_the_way_back_leads_to_the_row",
            "test_a_case_leads_to_its_neighbours_in_the_list",
        ),
    ),
    10: (
        "bad parameters are 400 and named",
        ("test_a_bad_parameter_is_refused_and_named",),
    ),
    11: (
        "a table has the count shown, its Chinese and its formulas stay text",
        (
            "test_a_table_has_the_rows_that_are_counted",
            "test_a_formula_in_a_reason_is_text_in_the_table",
        ),
    ),
    12: (
        "the ruler's cells are the day ledger",
        (
            "test_the_ruler_of_any_clock_shows_the_ledger_and_can_be_read",
            "test_every_clock_of_a_case_has_a_ruler",
        ),
    ),
    13: (
        "what counted and what did not add up to the days",
        (
            "test_days_add_up_to_what_is_used_and_none_is_lost",
            "test_each_day_of_a_clock_says_what_it_is_and_they_add_up",
        ),
    ),
    14: (
        "the last days of January 2020 change with the notice, and what was due stays",
        (
            "test_a_notice_that_moves_the_due_date_leaves_the_former_one_on_the_ruler",
            "test_the_notice_of_january_2020_moved_due_dates_and_both_stay_on_record",
        ),
    ),
    15: (
        "make-up days count and say so",
        ("test_make_up_days_count_and_say_so",),
    ),
    16: (
        "steps side by side take one cell for a day",
        (
            "test_steps_side_by_side_take_a_cell_for_a_day",
            "test_what_the_owners_used_comes_to_what_is_shown",
        ),
    ),
    17: (
        "told late: both marks, the card withdrawn, the reason",
        (
            "test_alarms_were_withdrawn_for_several_reasons",
            "test_each_kind_of_ruler_shows_the_ledger_and_can_be_read",
        ),
    ),
    18: (
        "no text overlaps or is cut, whatever the limit",
        (
            "test_no_kind_of_ruler_leaves_out_a_flag_a_title_an_owner_or_a_note",
            "test_each_kind_of_ruler_shows_the_ledger_and_can_be_read",
        ),
    ),
    19: (
        "at 320 px nothing scrolls sideways, and the weeks are the ledger",
        (
            "test_18_19_21_23_27_no_page_needs_script_or_hides_anything",
            "test_the_ruler_of_any_clock_shows_the_ledger_and_can_be_read",
        ),
    ),
    20: (
        "the table of days says all that the picture says",
        (
            "test_each_day_of_a_clock_says_what_it_is_and_they_add_up",
            "test_the_ruler_of_any_clock_shows_the_ledger_and_can_be_read",
        ),
    ),
    21: (
        "axe finds nothing, each page, both languages, widths and schemes",
        ("test_18_19_21_23_27_no_page_needs_script_or_hides_anything",),
    ),
    22: (
        "by keyboard alone",
        (
            "test_22_from_sign_in_to_a_confirmed_extension_by_keyboard_alone",
            "test_a_clerk_picks_steps_by_keys_and_completes_them_together",
        ),
    ),
    23: (
        "the focus is seen and never covered, targets are large enough",
        ("test_18_19_21_23_27_no_page_needs_script_or_hides_anything",),
    ),
    24: (
        "shortcuts are off by setting and inert in fields",
        ("test_24_keys_are_off_by_setting_and_inert_in_fields",),
    ),
    25: (
        "200 %, wide spacing, forced colours: nothing is lost",
        ("test_25_nothing_is_lost_at_200_percent_with_wide_spacing_or_in_forced_colours",),
    ),
    26: (
        "on grey paper standings and cards are told apart, heads repeat",
        ("test_26_on_grey_paper_standings_and_cards_are_told_apart_and_heads_repeat",),
    ),
    27: (
        "without script all pages, filters, actions, previews",
        (
            "test_18_19_21_23_27_no_page_needs_script_or_hides_anything",
            "test_27_without_script_a_case_is_suspended_and_resumed",
        ),
    ),
    28: (
        "no breach of policy, nothing from elsewhere, no style of an element",
        (
            "test_a_good_page_passes_every_check_also_under_the_strictest_policy",
            "test_18_19_21_23_27_no_page_needs_script_or_hides_anything",
            "test_c_21_every_page_has_the_headers_that_keep_it_to_itself",
        ),
    ),
    29: (
        "hostile texts are texts",
        ("test_hostile_texts_are_texts_on_every_page",),
    ),
    30: (
        "a preview is what is then done, and writes nothing",
        ("test_a_dry_run_says_what_the_command_then_does",),
    ),
    31: (
        "sent twice or loaded again: one event",
        ("test_31_a_form_sent_twice_and_a_reload_make_one_event",),
    ),
    32: (
        "a second tab: what changed is said, the text is kept",
        ("test_32_a_second_tab_is_told_that_the_case_moved_on_and_keeps_its_text",),
    ),
    33: (
        "of a hundred with three wrong 97 are done and three named",
        ("test_of_a_hundred_with_three_wrong_97_are_done_and_three_are_named",),
    ),
    34: (
        "a form of another site is refused, sign-out is at once, roles have their pages",
        (
            "test_c_18_a_form_from_another_site_is_refused",
            "test_34_a_session_that_was_ended_elsewhere_is_out_at_once",
            "test_an_auditor_has_no_such_page_and_nothing_of_it_in_the_menu",
        ),
    ),
    35: (
        "a pause holds, no field in use is swapped",
        ("test_35_a_pause_holds_and_a_field_in_use_is_not_swapped",),
    ),
    36: (
        "worker or database down: the strip within 20 s",
        ("test_36_a_page_says_within_20_seconds_that_no_worker_is_alive",),
    ),
    37: (
        "the rehearsal's strip on all pages and prints, never at rate 1",
        ("test_37_a_rehearsal_is_called_one_on_every_page_and_real_time_is_not",),
    ),
    38: (
        "catalogues are complete, quotes are letter by letter",
        (
            "test_every_word_of_the_pages_is_there_in_chinese_and_no_other",
            "test_every_sentence_stands_letter_by_letter",
        ),
    ),
    39: (
        "a wrong number is a wrong code",
        ("test_a_wrong_number_and_a_wrong_code_are_the_same_answer_and_the_same_work",),
    ),
    40: (
        "sizes and questions to the database are bounded; the benchmark has the times",
        (
            "test_each_page_asks_and_weighs_little_however_much_the_store_holds",
            "test_a_page_asks_the_database_six_times_at_most",
        ),
    ),
}


def test_each_line_of_the_boards_acceptance_has_its_tests() -> None:
    there = {
        node.name
        for file in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(LINES) == set(range(1, 41))
    assert {name for _, tests in LINES.values() for name in tests} - there == set()
