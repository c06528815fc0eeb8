import { expect, test } from "vitest";
import table from "../../tests/security/payloads/links.json";
import { safeLink } from "../src/links";

test.each(table.allowed)("allowed: %j", (link) => expect(safeLink(link)).toBe(link));
test.each(table.refused)("refused: %j", (link) => expect(safeLink(link)).toBeNull());
