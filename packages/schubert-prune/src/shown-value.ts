/** A value of an objective in a message: whole numbers and those from a thousand in full, others to four digits. */
export const shownValue = (value: number): string => (Number.isInteger(value) || value >= 1000 ? String(Math.round(value)) : value.toPrecision(4));
