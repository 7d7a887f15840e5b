/** A value of an objective in a message: whole numbers in full, measurements to four digits. */
export const shownValue = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
