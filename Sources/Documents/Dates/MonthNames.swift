/// Months and weekdays as English, German, French, Spanish, Italian, Dutch and Portuguese tables name them, in full or cut
/// to three letters or more.
enum MonthNames {
  private static let months: [[String]] = [
    ["january", "januar", "jänner", "janvier", "enero", "gennaio", "januari", "janeiro"],
    ["february", "februar", "février", "fevrier", "febrero", "febbraio", "februari", "fevereiro"],
    ["march", "märz", "maerz", "mrz", "mars", "marzo", "maart", "mrt", "março"],
    ["april", "avril", "abril", "aprile"],
    ["may", "mai", "mayo", "maggio", "mei", "maio"],
    ["june", "juni", "juin", "junio", "giugno", "junho"],
    ["july", "juli", "juillet", "julio", "luglio", "julho"],
    ["august", "août", "aout", "agosto", "augustus"],
    ["september", "septembre", "septiembre", "settembre", "setembro"],
    ["october", "oktober", "octobre", "octubre", "ottobre", "outubro"],
    ["november", "novembre", "noviembre", "novembro"],
    ["december", "dezember", "décembre", "decembre", "diciembre", "dicembre", "dezembro"],
  ]

  private static let weekdays = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "montag", "dienstag",
    "mittwoch",
    "donnerstag", "freitag", "samstag", "sonntag", "lundi", "mardi", "mercredi", "jeudi", "vendredi",
    "samedi",
    "dimanche",
  ]

  /// The month of a name, in lower case; nil where it is none, or might be two.
  static func number(_ name: String) -> Int? {
    guard name.count >= 3 else { return nil }
    let found = months.indices.filter { months[$0].contains { $0.hasPrefix(name) } }
    let exact = months.indices.first { months[$0].contains(name) }
    return (exact ?? (found.count == 1 ? found[0] : nil)).map { $0 + 1 }
  }

  /// Whether a word, in lower case, names a day of the week.
  static func isWeekday(_ name: String) -> Bool {
    name.count >= 2 && number(name) == nil && weekdays.contains { $0.hasPrefix(name) }
  }
}
