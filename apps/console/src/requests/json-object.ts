import type { Json } from '@longwire/protocol'

export type JsonObject = Readonly<Record<string, Json>>

/** The value where it is an object with names; undefined else. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined
}

/** "quantity" is read as "Quantity", "lastClose" as "Last close". */
export function nameInWords(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
