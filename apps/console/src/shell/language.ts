/**
 * Gives the page a language where the browser names none that there is: Chromium on a machine without a locale says
 * `en-US@posix`, which Intl refuses, and a library that asks for numbers in it does not even load.
 */
export function mendLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true })
  }
}
