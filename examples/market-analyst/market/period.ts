import { z } from 'zod'
import type { Market } from './market.ts'

const day = z.iso.date()

/** A stretch of days, both ends included. */
export const Period = {
  from: day.describe('first day, YYYY-MM-DD; changes are measured from the last close before it'),
  to: day.optional().describe('last day, YYYY-MM-DD; the last day of the data unless given'),
}

export interface PeriodInput {
  readonly from: string
  readonly to?: string | undefined
}

/** Throws a `RangeError` when the period ends before it begins, or lies where there are no prices. */
export function resolve(market: Market, { from, to = market.lastDate }: PeriodInput): { from: string; to: string } {
  if (from > to) throw new RangeError(`the period ends before it begins: ${from} to ${to}`)
  if (to < market.firstDate || from > market.lastDate) {
    throw new RangeError(`no prices from ${from} to ${to}: the data covers ${market.firstDate} to ${market.lastDate}`)
  }
  return { from, to }
}

/**
 * The instruments of `:tickers`, each with the closes a change from `:from` to `:to` is measured between: the last close
 * before the period (or the first in it, where the data begins) and the last close in it.
 */
export const SPANS = `
  spans AS (
    SELECT i.*,
      coalesce(
        (SELECT max(p.date) FROM prices p WHERE p.ticker = i.ticker AND p.date < :from),
        (SELECT min(p.date) FROM prices p WHERE p.ticker = i.ticker)
      ) AS base_date,
      (SELECT max(p.date) FROM prices p WHERE p.ticker = i.ticker AND p.date <= :to) AS last_date
    FROM instruments i WHERE i.ticker IN (SELECT value FROM json_each(:tickers))
  ),
  changes AS (
    SELECT s.*, b.close AS base_close, l.close AS last_close, l.close / b.close - 1 AS change
    FROM spans s
      JOIN prices b ON b.ticker = s.ticker AND b.date = s.base_date
      JOIN prices l ON l.ticker = s.ticker AND l.date = s.last_date
    WHERE s.base_date < s.last_date
  )`

/** After `SPANS`: the daily changes inside each span. */
export const DAILY = `
  daily AS MATERIALIZED (
    SELECT p.ticker, p.date, p.close,
      p.close / lag(p.close) OVER (PARTITION BY p.ticker ORDER BY p.date) - 1 AS move
    FROM prices p JOIN spans s ON s.ticker = p.ticker AND p.date BETWEEN s.base_date AND s.last_date
  )`
