import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Refuses what a person typed, with exit code 64 (EX_USAGE of sysexits.h). */
export const refuseUsage = (reason: string): never => {
  console.error(reason)
  process.exit(64)
}

/** The options of a command. `--help` prints `help` and ends; an unknown option is refused with it. */
export const readArguments = <O extends NonNullable<ParseArgsConfig['options']>>(options: O, help: string) => {
  if (process.argv.some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help)
    process.exit(0)
  }
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuseUsage(`${error instanceof Error ? error.message : error}\n${help}`)
  }
}
