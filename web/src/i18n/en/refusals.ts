// What to say instead of the services’ own English. What stands in {braces} is an element that the page puts there, see sentence.tsx.
export const refusals = {
  /** What to say instead of the services' own English, by the code of a refusal: in English there is nothing to replace. */
  refusals: {} as Readonly<Record<string, string>>,
  /** The same for a field that was refused, by the code and then the field. */
  refusedFields: {} as Readonly<Record<string, Readonly<Record<string, string>>>>,
}
