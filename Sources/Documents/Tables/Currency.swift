/// A currency as tables name it: by a sign, a code of ISO 4217, or a usual abbreviation.
enum Currency {
  private static let signs: [Character: String] = [
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB",
    "₺": "TRY",
    "₪": "ILS", "₫": "VND", "฿": "THB", "₴": "UAH", "₦": "NGN", "₱": "PHP", "₡": "CRC",
  ]

  private static let abbreviations: [String: String] = [
    "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "hk$": "HKD",
    "s$": "SGD",
    "r$": "BRL", "mx$": "MXN", "fr.": "CHF", "sfr.": "CHF", "rs": "INR", "rs.": "INR", "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF", "euro": "EUR", "rmb": "CNY",
  ]

  private static let codes: Set<String> = [
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
    "HKD",
    "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "MXN", "MYR", "NGN", "NOK", "NZD", "PHP", "PLN", "RON", "RUB",
    "SAR",
    "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
  ]

  /// Codes that are words as well count in capitals only.
  private static let words: Set<String> = ["try", "cop", "sar"]

  /// The code of a sign or a name; nil where it is none.
  static func code(_ text: String) -> String? {
    if text.count == 1, let sign = text.first { return signs[sign] }
    if let code = abbreviations[text.lowercased()] { return code }
    let code = text.uppercased()
    return codes.contains(code) && !words.contains(text) ? code : nil
  }

  /// The currency that a column's name tells, as in `spend (EUR)`, `tv_usd` or `Umsatz €`; nil where it tells none.
  static func code(inName name: String) -> String? {
    if let sign = name.first(where: { signs[$0] != nil }) {
      let before = name.prefix { $0 != sign }.reversed().prefix { $0.isLetter }.reversed()
      return abbreviations[String(before).lowercased() + String(sign)] ?? signs[sign]
    }
    return name.split { !$0.isLetter }.lazy.compactMap { part in
      part.count == 3 ? code(String(part)) : nil
    }.first
  }
}
