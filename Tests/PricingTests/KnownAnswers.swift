import Foundation

/// Problems with exact answers, computed independently (Golden/known_answers.json).
struct KnownAnswers: Decodable {
  struct Season: Decodable {
    let n: Int
    let J: Double
    let p0: Double
    let J_det: Double
    let fixed_price_det: Double
    let J_fixed_det: Double
    let J_best_fixed: Double
    let p_best_fixed: Double
  }

  struct Ladder: Decodable {
    let inventory: Int
    let lp_per_period: Double
    let lp_mix: [Double]
    let dp_value: Double
  }

  struct Logit: Decodable {
    let intercepts: [Double]
    let price: Double
    let mean_price: [Double]
  }

  struct LogitPricing: Decodable {
    let cost: [Double]
    let outside_shift: Double
    let markup: Double
    let profit_per_customer: Double
    let today: Double
  }

  struct Littlewood: Decodable { let protect: Double }

  let gallego_van_ryzin_a20_t1: [Season]
  let ladders: [(share: Double, periods: Int, answer: Ladder)]
  let mnl_yogurt: Logit
  let mnl_pricing_yogurt: LogitPricing
  let littlewood: Littlewood

  private enum Keys: String, CodingKey {
    case gallego_van_ryzin_a20_t1, mnl_yogurt, mnl_pricing_yogurt, littlewood
    case quarter100 = "ferreira_alpha0.25_T100"
    case quarter1000 = "ferreira_alpha0.25_T1000"
    case half100 = "ferreira_alpha0.5_T100"
    case half1000 = "ferreira_alpha0.5_T1000"
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Keys.self)
    gallego_van_ryzin_a20_t1 = try fields.decode([Season].self, forKey: .gallego_van_ryzin_a20_t1)
    ladders = try [
      (0.25, 100, Keys.quarter100), (0.25, 1000, .quarter1000), (0.5, 100, .half100), (0.5, 1000, .half1000),
    ].map { ($0, $1, try fields.decode(Ladder.self, forKey: $2)) }
    mnl_yogurt = try fields.decode(Logit.self, forKey: .mnl_yogurt)
    mnl_pricing_yogurt = try fields.decode(LogitPricing.self, forKey: .mnl_pricing_yogurt)
    littlewood = try fields.decode(Littlewood.self, forKey: .littlewood)
  }

  static func read() throws -> KnownAnswers {
    try JSONDecoder().decode(KnownAnswers.self, from: Data(contentsOf: golden("known_answers.json")))
  }
}

/// A file of the tests' folder Golden.
func golden(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
}
