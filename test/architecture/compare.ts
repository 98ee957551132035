type Measured = Readonly<Record<string, number>>

/**
 * What has to be done about a rule: what breaks it and is no exception, or is a larger one than was agreed; and which
 * exceptions are no longer needed. Exceptions only become fewer.
 */
export const compareWithExceptions = (measured: Measured, exceptions: Measured): string[] => [
  ...Object.entries(measured)
    .filter(([path, value]) => value > (exceptions[path] ?? 0))
    .map(([path, value]) =>
      path in exceptions ? `${path} has grown to ${value} from ${exceptions[path]}` : `${path} breaks it (${value})`,
    ),
  ...Object.keys(exceptions)
    .filter((path) => !(path in measured))
    .map((path) => `${path} keeps the rule now: take it out of test/architecture/exceptions.ts`),
]
