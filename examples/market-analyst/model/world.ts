import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { Instrument, Kind } from '../market/market.ts'

// What the model knows of the market: only what the prompt says. The instructions list the instruments and the dates;
// where they do not, what find_instruments answered does.

export interface World {
  readonly instruments: readonly Instrument[]
  readonly sectors: readonly string[]
  readonly regions: readonly string[]
  /** The first and the last day there are prices of; the last one is today. */
  readonly first: string
  readonly today: string
}

const KINDS: readonly string[] = ['share', 'index', 'commodity', 'currency'] satisfies Kind[]

/** One instrument as the instructions list it. */
export function catalogueLine({ ticker, name, kind, sector, region, currency, description }: Instrument): string {
  return `- ${[ticker, name, kind, sector ?? '-', region, currency, description].join(' | ')}`
}

/** Undefined when the prompt does not say what there is. */
export function worldOf(prompt: LanguageModelV4Prompt): World | undefined {
  const system = prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n')
  const found = prompt.flatMap(foundIn)
  const listed = system.split('\n').flatMap(instrumentOf)
  const instruments = listed.length > 0 ? listed : found.flatMap((output) => output.instruments)
  const dates = /(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)/.exec(system)
  const covers = dates ? { from: dates[1]!, to: dates[2]! } : found[0]?.covers
  if (instruments.length === 0 || !covers) return undefined
  return {
    instruments,
    sectors: unique(instruments.map(({ sector }) => sector)),
    regions: unique(instruments.map(({ region }) => region)).filter((region) => region !== 'Global'),
    first: covers.from,
    today: covers.to,
  }
}

function instrumentOf(line: string): Instrument[] {
  const fields = line.replace(/^- /, '').split(' | ')
  const [ticker, name, kind, sector, region, currency, description] = fields
  if (fields.length !== 7 || !KINDS.includes(kind!)) return []
  return [
    {
      ...{ ticker: ticker!, name: name!, kind: kind as Kind, sector: sector === '-' ? null : sector! },
      ...{ region: region!, currency: currency!, description: description! },
    },
  ]
}

interface Found {
  readonly instruments: readonly Instrument[]
  readonly covers: { readonly from: string; readonly to: string }
}

function foundIn(message: LanguageModelV4Prompt[number]): Found[] {
  if (message.role !== 'tool') return []
  return message.content.flatMap((part) =>
    part.type === 'tool-result' && part.toolName === 'find_instruments' && part.output.type === 'json'
      ? [part.output.value as unknown as Found]
      : [],
  )
}

function unique(names: readonly (string | null)[]): string[] {
  return [...new Set(names.filter((name) => name !== null))]
}
