import Documents

extension NetworkProblem {
  /// Reads a hub-and-spoke instance in the format of Topaloglu, "Using Lagrangian Relaxation to Compute
  /// Capacity-Dependent Bid Prices in Network Revenue Management" (Operations Research 57, 2009).
  ///
  /// The text has the number of periods; the flights as `from to capacity`; the itineraries as `from to class fare`; and
  /// a line per period of `[ from to class ] chance` for every itinerary. An itinerary between two spokes flies over hub
  /// 0. Lines that begin with `#` and empty lines are left out.
  ///
  /// - Throws: `InputError` with the line at fault.
  public init(topaloglu text: String) throws(InputError) {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { (number: $0.offset + 1, text: $0.element) }
      .filter { !$0.text.allSatisfy(\.isWhitespace) && !$0.text.hasPrefix("#") }[...]
    func next(_ wanted: String) throws(InputError) -> (number: Int, fields: [Substring]) {
      guard let line = lines.popFirst() else { throw malformed(nil, wanted) }
      return (line.number, line.text.split(whereSeparator: \.isWhitespace))
    }
    func count(_ wanted: String, limit: Int) throws(InputError) -> Int {
      let (number, fields) = try next(wanted)
      guard fields.count == 1, let count = Int(fields[0]), (1...limit).contains(count) else {
        throw malformed(number, wanted)
      }
      return count
    }
    let periods = try count("the number of periods", limit: 1_000_000)
    var resources: [Resource] = []
    var flights: [Pair: Int] = [:]
    for _ in 0..<(try count("the number of flights", limit: 10_000)) {
      let wanted = "a flight as 'from to capacity'"
      let (number, fields) = try next(wanted)
      let numbers = fields.compactMap { Int($0) }
      guard fields.count == 3, numbers.count == 3 else {
        throw malformed(number, wanted)
      }
      flights[Pair(numbers[0], numbers[1])] = resources.count
      resources.append(Resource(name: "\(numbers[0])-\(numbers[1])", capacity: numbers[2]))
    }
    var products: [Product] = []
    var keys: [[Int]: Int] = [:]
    for _ in 0..<(try count("the number of itineraries", limit: 100_000)) {
      let wanted = "an itinerary as 'from to class fare' between places that have flights"
      let (number, fields) = try next(wanted)
      let key = fields.prefix(3).compactMap { Int($0) }
      guard fields.count == 4, key.count == 3, let fare = Double(fields[3]) else {
        throw malformed(number, wanted)
      }
      let route =
        flights[Pair(key[0], key[1])].map { [$0] }
        ?? [Pair(key[0], 0), Pair(0, key[1])].compactMap { flights[$0] }
      guard route.count == (flights[Pair(key[0], key[1])] == nil ? 2 : 1) else {
        throw malformed(number, wanted)
      }
      keys[key] = products.count
      products.append(Product(name: "\(key[0])-\(key[1]) class \(key[2])", fare: fare, resources: route))
    }
    var chances = [Double](repeating: 0, count: periods * products.count)
    for period in 0..<periods {
      let wanted = "period \(period)'s chances as '\(period) [ from to class ] chance …'"
      let (number, fields) = try next(wanted)
      guard fields.first == "\(period)", fields.count == 1 + 6 * products.count else {
        throw malformed(number, wanted)
      }
      for start in stride(from: 1, to: fields.count, by: 6) {
        let key = fields[start + 1...start + 3].compactMap { Int($0) }
        guard let product = keys[key], let chance = Double(fields[start + 5]) else {
          throw malformed(number, wanted)
        }
        chances[period * products.count + product] = chance
      }
    }
    try self.init(resources: resources, products: products, periods: periods, requestChances: chances)
  }
}

/// Where a text is no instance in Topaloglu's format: at a line counted from 1, or where it ends too soon.
private func malformed(_ line: Int?, _ wanted: String) -> InputError {
  InputError(
    .malformed, line: line, problem: line == nil ? "ends too soon" : "is no \(wanted)",
    remedy: "write \(wanted) there")
}

/// Two places.
private struct Pair: Hashable {
  let from: Int
  let to: Int

  init(_ from: Int, _ to: Int) {
    self.from = from
    self.to = to
  }
}
