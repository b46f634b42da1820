import { expiringSoonQuery } from "../../../components/alertQueries";

const rows = (query: string) => query.split("\n").filter((line) => line.includes("datetime("));

describe("the query of what is about to expire", () => {
  const payroll = { what: 'client secret of "Payroll" \\ HR', expires: new Date("2027-04-27T00:00:00Z") };
  const key = { what: "secret partner-api-key", expires: new Date("2027-01-31T12:00:00Z") };

  test("has a row for each, the next first, whatever the order in which they are given", () => {
    const query = expiringSoonQuery([payroll, key], 30);
    expect(rows(query)).toEqual([
      '  "secret partner-api-key", datetime(2027-01-31),',
      '  "client secret of \\"Payroll\\" \\\\ HR", datetime(2027-04-27)',
    ]);
    expect(expiringSoonQuery([key, payroll], 30)).toBe(query);
  });

  test("counts the days of the setting", () => {
    expect(expiringSoonQuery([key], 14)).toContain("now() + 14d");
  });
});
