#!/usr/bin/env python3
import unittest

import rfc_coverage
import scenarios
from named_tests import NamedTest, from_text


class NamedTests(unittest.TestCase):
    def test_finds_both_kinds(self):
        cc = 'TEST(A, refuses_b) {\n}\nTEST_F(B,\n       c_d) {\n// TEST(X, y)\n'
        self.assertEqual([t.name for t in from_text("a_test.cc", cc)], ["A.refuses_b", "B.c_d"])
        js = 'test("G4-01 dashboard", async () => {});\nit(\'other\', () => {});\n'
        self.assertEqual([t.name for t in from_text("a.mjs", js)], ["G4-01 dashboard", "other"])

    def test_finds_journeys_of_every_kind(self):
        js = "journey('G4_02_a', async () => {});\nhubJourney(\n  'G2_01_b', async () => {});\njourneyOf('no', 1);\n"
        self.assertEqual([t.name for t in from_text("a.mjs", js)], ["G4_02_a", "G2_01_b"])


class Scenarios(unittest.TestCase):
    LIST = scenarios.read_list("G4-01 dashboard\nG4-02 fragment redirect\n")

    def test_refuses_an_id_that_no_scenario_has(self):
        _, unknown = scenarios.proofs(self.LIST, [NamedTest("a", "S.G4_77_x")])
        self.assertEqual(len(unknown), 1)

    def test_does_not_take_other_words_for_ids(self):
        found, unknown = scenarios.proofs(self.LIST, [NamedTest("a", "S.xG4_01_x"), NamedTest("a", "S.G4_011")])
        self.assertEqual((found["G4-01"], unknown), ([], []))

    def test_one_test_may_prove_two(self):
        test = NamedTest("a", "S.G4_01_and_G4_02")
        found, _ = scenarios.proofs(self.LIST, [test])
        self.assertEqual(found, {"G4-01": [test], "G4-02": [test]})
        self.assertIn("2 of 2", scenarios.page(self.LIST, found))


class Negatives(unittest.TestCase):
    LIST = scenarios.read_negatives("N0-01 wrong tenant | G0-08\nN0-02 expired |\nN0-03 ahead |\n")

    def test_a_case_without_a_test_shows(self):
        test = NamedTest("a", "S.N0_02_x")
        found, unknown = scenarios.proofs(self.LIST, [test, NamedTest("a", "S.N9_01_y")], "N")
        self.assertEqual(len(unknown), 1)
        page = scenarios.negatives_page(self.LIST, found, {"G0-08": [NamedTest("b", "S.G0_08_z")]})
        self.assertIn("2 of 3", page)
        self.assertIn("| N0-01 | wrong tenant | as G0-08 |", page)
        self.assertIn("| N0-03 | ahead | **missing** |", page)

    def test_a_scenario_that_nobody_proves_proves_nothing(self):
        found, _ = scenarios.proofs(self.LIST, [], "N")
        self.assertIn("0 of 3", scenarios.negatives_page(self.LIST, found, {"G0-08": []}))


class RfcCoverage(unittest.TestCase):
    RULES = rfc_coverage.read_rules("== Token endpoint\n\nAC-3 | RFC 6749 §4.1.2 | Code unexpired\n"
                                    "AC-4 | RFC 6749 §4.1.3 | Same client | Code.refuses_others, a journey\n"
                                    "RA-1 | RFC 9396 §2 | Types are known | - no authorization_details\n")

    def test_a_comment_in_a_test_proves_a_rule(self):
        text = "TEST(Code, refuses_old) {  // AC-3\n  x();\n}\n\n// AC-4 of no test\nTEST(Code, b) {\n}\n"
        found, unknown = rfc_coverage.proofs(self.RULES, list(from_text("a_test.cc", text)))
        self.assertEqual([test.name for test in found["AC-3"]], ["Code.refuses_old"])
        self.assertEqual(found["AC-4"], set())
        self.assertEqual(len(unknown), 2)

    def test_a_range_of_ids_is_all_of_them(self):
        (test,) = from_text("a_test.cc", "TEST(A, b) {\n  // CA-1 to CA-3 and X509-0\n}\n")
        self.assertLessEqual({"CA-1", "CA-2", "CA-3"}, test.says)

    def test_a_name_in_the_list_proves_a_rule_and_what_has_no_test_shows(self):
        tests = [NamedTest("src/a_test.cc", "Code.refuses_others"), NamedTest("tests/e2e/b.mjs", "a journey")]
        found, unknown = rfc_coverage.proofs(self.RULES, tests)
        self.assertEqual(unknown, [])
        text = rfc_coverage.page(self.RULES, found, tests)
        self.assertIn("1 of 2 so far", text)
        self.assertIn("| AC-3 | RFC 6749 §4.1.2 | Code unexpired | **missing** |", text)
        self.assertIn("refuses others (src/a_test.cc)", text)
        self.assertIn("not offered: no authorization_details", text)

    def test_rfcs_in_order_then_the_rest(self):
        text = rfc_coverage.page({}, {}, [NamedTest("tests/protocol/rfc7636_pkce_test.cc", "Pkce.refuses_plain"),
                                          NamedTest("tests/broker/cors_test.cc", "Cors.refuses_all"),
                                          NamedTest("tests/protocol/rfc6749_code_test.cc", "Code.refuses_second_use"),
                                          NamedTest("src/a_test.cc", "A.b")])
        self.assertLess(text.index("RFC 6749: code"), text.index("RFC 7636: pkce"))
        self.assertLess(text.index("RFC 7636"), text.index("## cors"))
        self.assertIn("- refuses plain", text)
        self.assertNotIn("A.b", text)


if __name__ == "__main__":
    unittest.main()
