import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findPeriods } from '../model/period.ts'

const span = { first: '2022-11-01', today: '2026-10-30' }

test.each([
  ['last month', '2026-09-01', '2026-09-30'],
  ['over the last month', '2026-10-01', '2026-10-30'],
  ['in the past month', '2026-10-01', '2026-10-30'],
  ['this month', '2026-10-01', '2026-10-30'],
  ['last week', '2026-10-19', '2026-10-25'],
  ['this week', '2026-10-26', '2026-10-30'],
  ['last quarter', '2026-07-01', '2026-09-30'],
  ['last year', '2025-01-01', '2025-12-31'],
  ['this year', '2026-01-01', '2026-10-30'],
  ['year to date', '2026-01-01', '2026-10-30'],
  ['YTD', '2026-01-01', '2026-10-30'],
  ['since January', '2026-01-01', '2026-10-30'],
  ['since November', '2025-11-01', '2026-10-30'],
  ['since 3 March 2025', '2025-03-03', '2026-10-30'],
  ['since last year', '2025-01-01', '2026-10-30'],
  ['in 2025', '2025-01-01', '2025-12-31'],
  ['in March 2025', '2025-03-01', '2025-03-31'],
  ['in May', '2026-05-01', '2026-05-31'],
  ['Q2 2026', '2026-04-01', '2026-06-30'],
  ['the second quarter of 2024', '2024-04-01', '2024-06-30'],
  ['Q4', '2026-10-01', '2026-10-30'],
  ['H1 2025', '2025-01-01', '2025-06-30'],
  ['the second half of 2025', '2025-07-01', '2025-12-31'],
  ['past 90 days', '2026-08-02', '2026-10-30'],
  ['over the last three months', '2026-07-31', '2026-10-30'],
  ['the past two years', '2024-10-31', '2026-10-30'],
  ['6 months', '2026-05-01', '2026-10-30'],
  ['a couple of weeks', '2026-10-17', '2026-10-30'],
  ['between 3 March 2025 and 1 May 2025', '2025-03-03', '2025-05-01'],
  ['from March to June 2025', '2025-03-01', '2025-06-30'],
  ['2024-2025', '2024-01-01', '2025-12-31'],
  ['Q1 2025 to Q3 2025', '2025-01-01', '2025-09-30'],
  ['on March 3rd, 2025', '2025-03-03', '2025-03-03'],
  ['on 2025-03-04', '2025-03-04', '2025-03-04'],
  ['yesterday', '2026-10-29', '2026-10-29'],
  ['on Monday', '2026-10-26', '2026-10-26'],
  ['at the end of 2024', '2024-12-31', '2024-12-31'],
  ['before 2024', '2022-11-01', '2023-12-31'],
  ['after March 2026', '2026-04-01', '2026-10-30'],
  ['over the whole history', '2022-11-01', '2026-10-30'],
])('«%s» is %s to %s', (text, from, to) => {
  const { periods, rest } = findPeriods(`How did it do ${text}?`, span)
  expect(periods).toEqual([expect.objectContaining({ from, to })])
  expect(rest).toMatch(/^How did it do\s+\?$/)
})

test.each([
  'it may fall',
  'the top 5 shares',
  'its 200-day moving average',
  'the biggest one-day drops',
  'on 2025-02-30',
  'my 5 worst days',
])('«%s» names no time', (text) => {
  expect(findPeriods(text, span).periods).toEqual([])
})

test('two times are two periods, in the order in which they were said', () => {
  const { periods } = findPeriods('2024 vs 2025', span)
  expect(periods.map(({ label }) => label)).toEqual(['in 2024', 'in 2025'])
})

test('a time that the data does not reach is marked, and one that it reaches in part is cut', () => {
  expect(findPeriods('in 2019', span).periods).toEqual([expect.objectContaining({ isOutside: true })])
  expect(findPeriods('in 2030', span).periods).toEqual([expect.objectContaining({ isOutside: true })])
  expect(findPeriods('in 2022', span).periods).toEqual([
    expect.objectContaining({ from: '2022-11-01', to: '2022-12-31', isClipped: true }),
  ])
  expect(findPeriods('past 10000 days', span).periods).toEqual([
    expect.objectContaining({ from: '2022-11-01', isClipped: true }),
  ])
})

test('whatever is written, a period that is found is a real one, and nothing else of the text is lost', () => {
  const word = fc.constantFrom(
    'last',
    'past',
    'since',
    'from',
    'to',
    'Q2',
    'March',
    '2025',
    '31',
    'month',
    '99999',
    'years',
    '-',
    'between',
    'and',
    'NVLT',
    'of',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 8 })), { maxLength: 12 }), (words) => {
      const text = words.join(' ')
      const { periods, rest } = findPeriods(text, span)
      expect(rest).toHaveLength(text.length)
      expect(periods.length).toBeLessThanOrEqual(4)
      for (const { from, to, isOutside } of periods) {
        expect(from <= to).toBe(true)
        expect(isOutside || (from >= span.first && to <= span.today)).toBe(true)
        expect(new Date(from).toISOString().slice(0, 10)).toBe(from)
      }
    }),
    { numRuns: 500 },
  )
})
