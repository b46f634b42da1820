import { median, spread } from "../../../bench/statistics";

describe("figures of repeated runs", () => {
  test("the median is the middle one, of an even number the mean of the middle two, whatever their order", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  test("the spread names the least and the most", () => {
    expect(spread([2, 1, 4])).toBe("2.00 (1.00–4.00)");
  });
});
