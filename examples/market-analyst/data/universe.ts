// The instruments of an invented world: three regions, three currencies, six sectors. No name, ticker or price is real.

export type Kind = 'share' | 'index' | 'commodity' | 'currency'

export type Instrument = {
  readonly ticker: string
  readonly name: string
  readonly kind: Kind
  /** Only shares have one. */
  readonly sector: string | null
  readonly region: string
  readonly currency: string
  readonly description: string
}

/** An instrument, and how its prices walk. */
export interface Listing extends Instrument {
  readonly start: number
  readonly decimals: number
  /** How much of the world's, the region's and the sector's daily move it takes. */
  readonly beta: number
  /** The size of a usual day of its own, as a fraction. */
  readonly noise: number
  /** Shares a day in thousands; indices and currencies have no volume. */
  readonly volume: number | null
}

export const SECTORS = ['Technology', 'Healthcare', 'Financials', 'Energy', 'Consumer', 'Industrials'] as const
export const REGIONS = ['Americas', 'Europe', 'Asia-Pacific'] as const

const CURRENCY_OF: Record<string, string> = { Americas: 'AXD', Europe: 'EXK', 'Asia-Pacific': 'PXR' }

type Walk = readonly [start: number, beta: number, noise: number, volume: number]

function share(ticker: string, name: string, sector: string, region: string, walk: Walk, description: string): Listing {
  const [start, beta, noise, volume] = walk
  const currency = CURRENCY_OF[region] ?? 'AXD'
  return { ticker, name, kind: 'share', sector, region, currency, description, start, decimals: 2, beta, noise, volume }
}

const shares: readonly Listing[] = [
  share(
    'NVLT',
    'Novalith Semiconductors',
    'Technology',
    'Americas',
    [84, 1.5, 0.014, 21_000],
    'designs processors for data centres',
  ),
  share(
    'STRC',
    'Strato Cloud Systems',
    'Technology',
    'Americas',
    [142, 1.25, 0.012, 9_400],
    'rents computing and storage to companies',
  ),
  share(
    'KSTL',
    'Kestrel Software',
    'Technology',
    'Europe',
    [63, 1.1, 0.012, 3_100],
    'sells accounting and payroll software',
  ),
  share(
    'HNBI',
    'Hanabi Devices',
    'Technology',
    'Asia-Pacific',
    [5_420, 1.35, 0.013, 4_800],
    'makes memory chips and image sensors',
  ),
  share(
    'VRTY',
    'Verity Therapeutics',
    'Healthcare',
    'Americas',
    [51, 0.9, 0.017, 5_600],
    'develops medicines for rare diseases',
  ),
  share('ORCH', 'Orchard Care', 'Healthcare', 'Americas', [97, 0.65, 0.009, 3_900], 'runs hospitals and clinics'),
  share(
    'HLDN',
    'Halden Pharma',
    'Healthcare',
    'Europe',
    [118, 0.55, 0.009, 4_200],
    'makes medicines for diabetes and obesity',
  ),
  share(
    'TNKI',
    'Tanuki Diagnostics',
    'Healthcare',
    'Asia-Pacific',
    [2_310, 0.8, 0.012, 1_700],
    'makes laboratory tests and blood analysers',
  ),
  share(
    'LARC',
    'Liberty Arch Bank',
    'Financials',
    'Americas',
    [72, 1.1, 0.01, 11_800],
    'lends to households and companies',
  ),
  share(
    'NRLB',
    'Norrland Bank',
    'Financials',
    'Europe',
    [31, 1, 0.01, 8_300],
    'lends to companies in the north of Europe',
  ),
  share(
    'HPBK',
    'Harbour Pacific Bank',
    'Financials',
    'Asia-Pacific',
    [940, 0.95, 0.009, 7_200],
    'finances trade and ports',
  ),
  share(
    'AEGL',
    'Aegle Insurance',
    'Financials',
    'Europe',
    [205, 0.75, 0.009, 1_900],
    'insures homes, ships and harvests',
  ),
  share('BRPL', 'Boreal Petroleum', 'Energy', 'Americas', [66, 0.85, 0.01, 12_500], 'pumps and refines crude oil'),
  share('MSLR', 'Mesa Solar', 'Energy', 'Americas', [38, 1.15, 0.017, 6_900], 'builds solar parks'),
  share('NDVD', 'Nordvind Renewables', 'Energy', 'Europe', [54, 1, 0.014, 3_300], 'builds and runs wind farms at sea'),
  share('CSGS', 'Coral Sea Gas', 'Energy', 'Asia-Pacific', [1_480, 0.8, 0.011, 5_100], 'ships liquefied natural gas'),
  share('BLBD', 'Bluebird Retail', 'Consumer', 'Americas', [126, 0.9, 0.011, 5_700], 'runs discount stores'),
  share(
    'PMPA',
    'Pampa Beverages',
    'Consumer',
    'Americas',
    [44, 0.55, 0.008, 7_800],
    'bottles soft drinks and mineral water',
  ),
  share(
    'MAUB',
    'Maison Auber',
    'Consumer',
    'Europe',
    [388, 1.05, 0.012, 1_200],
    'makes luxury leather goods and perfume',
  ),
  share(
    'LTUS',
    'Lotus Table Foods',
    'Consumer',
    'Asia-Pacific',
    [760, 0.6, 0.009, 2_600],
    'makes noodles, sauces and snacks',
  ),
  share('CSCD', 'Cascade Aerospace', 'Industrials', 'Americas', [183, 1.05, 0.012, 4_400], 'builds regional aircraft'),
  share(
    'IRBG',
    'Ironbridge Machines',
    'Industrials',
    'Europe',
    [92, 1.1, 0.011, 2_300],
    'makes machine tools and presses',
  ),
  share(
    'SHRG',
    'Shirogane Robotics',
    'Industrials',
    'Asia-Pacific',
    [3_150, 1.2, 0.012, 2_900],
    'makes robots for factories',
  ),
  share(
    'TSMF',
    'Tasman Freight',
    'Industrials',
    'Asia-Pacific',
    [615, 1, 0.012, 3_700],
    'moves containers by sea and rail',
  ),
]

function index(ticker: string, name: string, region: string, start: number, description: string): Listing {
  const currency = CURRENCY_OF[region] ?? 'AXD'
  return {
    ...{ ticker, name, kind: 'index', sector: null, region, currency, description },
    ...{ start, decimals: 2, beta: 0, noise: 0, volume: null },
  }
}

// An index has no walk of its own: each day it moves by the plain average of its members' moves.
const indices: readonly Listing[] = [
  index('MWLD', 'Meridian World Index', 'Global', 1_000, 'equal-weighted index of all 24 shares, in local currency'),
  index('COLX', 'Columbia Index', 'Americas', 4_000, 'equal-weighted index of the ten American shares'),
  index('RHNX', 'Rhine Index', 'Europe', 2_500, 'equal-weighted index of the seven European shares'),
  index('SLTX', 'Selat Index', 'Asia-Pacific', 18_000, 'equal-weighted index of the seven Asia-Pacific shares'),
]

function commodity(ticker: string, name: string, walk: Walk, description: string): Listing {
  const [start, beta, noise, volume] = walk
  return {
    ...{ ticker, name, kind: 'commodity', sector: null, region: 'Global', currency: 'AXD', description },
    ...{ start, decimals: 2, beta, noise, volume },
  }
}

const commodities: readonly Listing[] = [
  commodity('OILX', 'North Basin Crude', [82, 0.35, 0.013, 310], 'crude oil, dollars a barrel'),
  commodity('GASX', 'Pipeline Gas', [5.6, 0.1, 0.022, 140], 'natural gas, dollars a million heat units'),
  commodity('GLDX', 'Fine Gold', [1_690, -0.25, 0.006, 180], 'gold, dollars an ounce'),
  commodity('CPRX', 'Grade One Copper', [7_900, 0.6, 0.009, 95], 'copper, dollars a tonne'),
  commodity('WHTX', 'Prairie Wheat', [830, 0.05, 0.012, 88], 'wheat, cents a bushel'),
]

function pair(
  ticker: string,
  name: string,
  currency: string,
  start: number,
  decimals: number,
  description: string,
): Listing {
  return {
    ...{ ticker, name, kind: 'currency', sector: null, region: 'Global', currency, description },
    ...{ start, decimals, beta: 0.05, noise: 0.0035, volume: null },
  }
}

const currencies: readonly Listing[] = [
  pair('EXKAXD', 'Crown / Dollar', 'AXD', 1.06, 4, 'one European crown (EXK) in American dollars (AXD)'),
  pair('AXDPXR', 'Dollar / Rin', 'PXR', 141, 2, 'one American dollar (AXD) in Pacific rin (PXR)'),
  pair('EXKPXR', 'Crown / Rin', 'PXR', 149.46, 2, 'one European crown (EXK) in Pacific rin (PXR)'),
]

export const UNIVERSE: readonly Listing[] = [...shares, ...indices, ...commodities, ...currencies]
