// What a text says of an order: which way, how many, at which price.

export interface OrderWords {
  readonly sides: readonly ('buy' | 'sell' | 'short')[]
  readonly quantity?: number | undefined
  /** All that is held. */
  readonly isAll: boolean
  /** A limit. */
  readonly price?: number | undefined
  /** An amount of money was named, not a number of shares. */
  readonly isAmount: boolean
}

const NUMBER = String.raw`(\d[\d,]*(?:\.\d+)?)`
const SIDES = [
  ['buy', /\b(?:buy|purchase|acquire)\b/i],
  ['sell', /\b(?:sell|dump)\b/i],
  ['short', /\b(?:short|short-sell)\b/i],
] as const
const PRICE = new RegExp(
  String.raw`(?:@|\b(?:at|limit(?: of| at)?|for no (?:more|less) than|not (?:above|below)|no (?:more|less) than|max(?:imum)?(?: of)?|min(?:imum)?(?: of)?))\s*\$?${NUMBER}\b(?!\s*(?:shares?|lots?)\b)` +
    String.raw`|\bfor\s+\$?${NUMBER}\s+(?:each|apiece|a share|per share)\b`,
  'i',
)
const AMOUNT = new RegExp(
  String.raw`\$\s*${NUMBER}|\b(?:for|worth(?: of)?)\s+${NUMBER}|${NUMBER}\s*(?:dollars?|axd|bucks|worth)\b`,
  'i',
)
const QUANTITY = /(?<![\p{L}\p{N}.,-])(\d[\d,]*)(k)?(?![\p{L}\p{N}]|[.,]\d|%|-)\s*(lots?\b)?/iu
const WORDS: Readonly<Record<string, number>> = { ten: 10, twenty: 20, fifty: 50, hundred: 100, thousand: 1_000 }
const WORD = new RegExp(String.raw`\b(?:an?\s+)?(${Object.keys(WORDS).join('|')})\b`, 'i')
const LOT = 10

export function orderIn(text: string): OrderWords {
  const price = PRICE.exec(text)
  const withoutPrice = price ? text.replace(price[0], ' ') : text
  const amount = AMOUNT.exec(withoutPrice)
  const quantity = quantityIn(amount ? withoutPrice.replace(amount[0], ' ') : withoutPrice)
  return {
    sides: SIDES.filter(([, word]) => word.test(text)).map(([side]) => side),
    quantity,
    isAll: quantity === undefined && /\b(?:all|everything|whole|entire)\b/i.test(text),
    price: price ? numberOf(price[1] ?? price[2]!) : undefined,
    isAmount: amount !== null && quantity === undefined,
  }
}

function quantityIn(text: string): number | undefined {
  const digits = QUANTITY.exec(text)
  if (digits) {
    const [, number, thousands, lots] = digits
    return whole(numberOf(number!) * (thousands ? 1_000 : 1) * (lots ? LOT : 1))
  }
  const word = WORD.exec(text)
  return word ? WORDS[word[1]!.toLowerCase()] : undefined
}

function numberOf(text: string): number {
  return Number(text.replace(/,/g, ''))
}

function whole(number: number): number | undefined {
  return Number.isSafeInteger(number) && number > 0 && number <= 1_000_000 ? number : undefined
}
