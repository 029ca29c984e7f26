import { LIMITS, type Limits } from '@longwire/protocol'
import { type Command, InvalidArgumentError, Option } from 'commander'

/** Adds the option by which bounds get other numbers to a command that serves. */
export function addLimitOptions(command: Command): Command {
  return command.addOption(
    new Option(
      '--limit <name=number>',
      'another number for a bound of docs/reference/protocol.md; may be repeated',
    ).argParser(limitOf),
  )
}

function limitOf(text: string, before: Partial<Limits> = {}): Partial<Limits> {
  const [, name = '', number] = /^(\w+)=(\d+)$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('Write it as name=number.')
  if (!Object.hasOwn(LIMITS, name)) {
    throw new InvalidArgumentError(`There is no bound "${name}"; there are ${Object.keys(LIMITS).join(', ')}.`)
  }
  const value = Number(number)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('A bound is a whole number from 1.')
  return { ...before, [name]: value }
}
