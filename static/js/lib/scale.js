// @ts-check
/** A round length for a scale bar. */

/**
 * @param {number} longest_m what the longest bar would measure
 * @returns {{length_m: number, share: number}} 1, 2 or 5 times a power of ten, and its share of the longest
 */
export function scaleBar(longest_m) {
  const power = 10 ** Math.floor(Math.log10(longest_m));
  const digit = [5, 2, 1].find((each) => each * power <= longest_m) ?? 1;
  const length_m = digit * power;
  return { length_m, share: length_m / longest_m };
}
