import { type TextExample } from "./text-task.js";

/** The class of an example as Bort has it in regression (section 5): its label, or its value rounded to a whole number, a half up; undefined without either. */
export const roundedClass = ({ label, value }: TextExample): string | undefined => label ?? (value === undefined ? undefined : String(Math.round(value)));
